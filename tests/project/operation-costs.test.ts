import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type DocumentNode,
  type GraphQLInputType,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  typeFromAST,
  visit,
} from 'graphql';
import { expect, test } from 'vitest';
import { createCostModel } from '../../platform/cost/cost-model.ts';
import { defaultMaxCost } from '../../platform/cost/limit-cost.ts';
import { createCompileDocument } from '../../platform/cost/testing/compile-document.ts';

const textOf = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const supergraphSdl = textOf('schema/supergraph.graphql');
const schema = buildSchema(supergraphSdl, { assumeValidSDL: true });
const model = createCostModel(schema);
const compileDocument = createCompileDocument(supergraphSdl);
const manifest = JSON.parse(textOf('trusted-documents.json')) as Record<string, string>;

const largestPage = 100;

/** A value of a type that gives all fields there are. */
function fullValue(type: GraphQLInputType, name: string): unknown {
  if (isNonNullType(type)) return fullValue(type.ofType, name);
  if (isListType(type)) return Array(name === 'ids' ? largestPage : 1).fill(fullValue(type.ofType, name));
  if (isInputObjectType(type))
    return Object.fromEntries(
      Object.values(type.getFields()).map((field) => [field.name, fullValue(field.type, field.name)]),
    );
  if (name === 'first' || name === 'last') return largestPage;
  return isEnumType(type) ? type.getValues()[0]?.name : 'text';
}

/** Asks for the largest page wherever the document says how many. */
const withLargestPages = (document: DocumentNode): DocumentNode =>
  visit(document, {
    Argument: (node) => {
      const isSize = ['first', 'last'].includes(node.name.value) && node.value.kind === Kind.INT;
      return isSize ? { ...node, value: { kind: Kind.INT, value: String(largestPage) } } : undefined;
    },
  });

function costAtLargestPage(source: string): { name: string; cost: number } {
  const { operation, cost } = compileDocument(withLargestPages(parse(source)));
  const variables = Object.fromEntries(
    (operation.variableDefinitions ?? []).map(({ variable, type: node }) => {
      const type = typeFromAST(schema, node as never) as GraphQLInputType;
      return [variable.name.value, fullValue(type, variable.name.value)];
    }),
  );
  return { name: operation.name?.value ?? source, cost: cost(variables) };
}

test('every operation of the client, the explorer and the examples costs less than a third of the limit', () => {
  const costs = Object.values(manifest).map(costAtLargestPage);
  expect(costs.filter(({ cost }) => cost >= defaultMaxCost / 3)).toEqual([]);
  // The largest is that of a page with a search, so the variables count.
  expect(Math.max(...costs.map(({ cost }) => cost))).toBeGreaterThan(defaultMaxCost / 5);
  expect(costs.length).toBeGreaterThan(15);
});

test('every list of objects in the SDL declares its size', () => {
  const composites = Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && !type.name.startsWith('__'),
  );
  const fields = composites.flatMap((type) =>
    isObjectType(type) ? Object.values(type.getFields()).map((field) => ({ type, field })) : [],
  );
  const sized = new Set(
    fields.flatMap(({ field }) =>
      (model.listSizeOf(field)?.sizedFields ?? []).map((name) => `${getNamedType(field.type)}.${name}`),
    ),
  );
  const isList = (type: unknown): boolean => isListType(isNonNullType(type) ? type.ofType : type);
  const unsized = fields.filter(
    ({ type, field }) =>
      isList(field.type) &&
      isCompositeType(getNamedType(field.type)) &&
      !model.listSizeOf(field) &&
      !sized.has(`${type}.${field.name}`),
  );
  // Add @listSize to the field: without it, its cost is a guess.
  expect(unsized.map(({ type, field }) => `${type}.${field.name}`)).toEqual([]);
  expect(sized.size).toBe(2);
});
