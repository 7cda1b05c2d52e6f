import {
  buildSchema,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLScalarType,
  type GraphQLSchema,
  Kind,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { captureLog } from '../../tests/support/captured-log.ts';
import { countFragmentReads, doublingFragments } from '../../tests/support/doubling-fragments.ts';
import { parseOperation } from '../testing/heap.ts';
import { createExecutors } from './differential/executors.ts';
import { createJitExecutor } from './jit-executor.ts';
import { expandedSize, isJitSupported, jitObstacles, resolveByTypename } from './jit-support.ts';

function schemaOf(sdl: string, adapt: (schema: GraphQLSchema) => void = () => {}): GraphQLSchema {
  const schema = buildSchema(sdl);
  adapt(schema);
  return schema;
}

const typeOf = <Type>(schema: GraphQLSchema, name: string) => schema.getType(name) as Type;

function resolve(schema: GraphQLSchema, field: string, resolver: (args: Record<string, unknown>) => unknown): void {
  const fields = schema.getQueryType()?.getFields() ?? {};
  Object.assign(fields[field] ?? {}, { resolve: (_: unknown, args: Record<string, unknown>) => resolver(args) });
}

const nodes = 'interface Node { id: ID } type User implements Node { id: ID } type Query { node: Node }';

function nodeSchema(resolveType: GraphQLInterfaceType['resolveType']): GraphQLSchema {
  return schemaOf(nodes, (schema) => {
    resolve(schema, 'node', () => ({ __typename: 'User', id: '1' }));
    typeOf<GraphQLInterfaceType>(schema, 'Node').resolveType = resolveType;
  });
}

/** Schemas that graphql-jit executes differently, each with an operation that shows it. */
const unsupported: Record<string, { schema: GraphQLSchema; obstacle: string; query: string; variables?: object }> = {
  'a @oneOf input, which it accepts with two keys': {
    schema: schemaOf('input By @oneOf { id: ID name: String } type Query { find(by: By!): String }', (schema) =>
      resolve(schema, 'find', ({ by }) => JSON.stringify(by)),
    ),
    obstacle: 'By is a @oneOf input',
    query: 'query ($by: By!) { find(by: $by) }',
    variables: { by: { id: '1', name: 'Ada' } },
  },
  'a scalar with class instances, which it turns into plain objects': {
    schema: schemaOf('scalar Instant type Query { at(when: Instant): String }', (schema) => {
      typeOf<GraphQLScalarType>(schema, 'Instant').parseLiteral = (node) =>
        new Date(node.kind === Kind.STRING ? node.value : Number.NaN);
      resolve(schema, 'at', ({ when }) => String(when instanceof Date));
    }),
    obstacle: 'literals of the scalar Instant become class instances',
    query: '{ at(when: "2026-01-31") }',
  },
  'an abstract type that is resolved asynchronously': {
    schema: nodeSchema(async () => 'User'),
    obstacle: 'Node is not resolved by __typename',
    query: '{ node { id } }',
  },
  'an abstract type whose resolver throws': {
    schema: nodeSchema(() => {
      throw new Error('no type');
    }),
    obstacle: 'Node is not resolved by __typename',
    query: '{ node { id } }',
  },
  'an abstract type without a resolver, for which its own throws': {
    schema: schemaOf(nodes, (schema) => resolve(schema, 'node', () => ({}))),
    obstacle: 'Node is not resolved by __typename',
    query: '{ node { id } }',
  },
  'an object type with an isTypeOf': {
    schema: schemaOf('type User { id: ID } type Query { user: User }', (schema) => {
      typeOf<GraphQLObjectType>(schema, 'User').isTypeOf = async () => false;
      resolve(schema, 'user', () => ({ id: '1' }));
    }),
    obstacle: 'User has an isTypeOf',
    query: '{ user { id } }',
  },
};

describe.each(Object.entries(unsupported))('a schema with %s', (_, { schema, obstacle, query, variables }) => {
  test('is not compiled, and the log says why', () => {
    const { log, lines } = captureLog();
    createJitExecutor(schema, log);
    expect(jitObstacles(schema)).toEqual([obstacle]);
    expect(lines).toMatchObject([{ level: 40, obstacles: [obstacle] }]);
  });

  test('is executed as by graphql-js each time', async () => {
    const operation = createJitExecutor(schema).prepare(parseOperation(query));
    const results: string[] = [];
    for (let time = 1; time <= 3; time++)
      results.push(JSON.stringify(await operation.execute({ variables: { ...variables }, context: {} })));
    expect(new Set(results).size).toBe(1);
  });
});

test('a schema whose abstract types are resolved by __typename is compiled', () => {
  expect(jitObstacles(nodeSchema(resolveByTypename))).toEqual([]);
});

test('a document with a literal that becomes a class instance is not compiled', () => {
  // The samples at start are too short to show it.
  const schema = schemaOf('scalar Big type Query { show(big: Big): String }', (each) => {
    typeOf<GraphQLScalarType>(each, 'Big').parseLiteral = (node) =>
      node.kind === Kind.INT && node.value.length > 3 ? new Date(Number(node.value)) : null;
  });
  expect(jitObstacles(schema)).toEqual([]);
  const supports = (query: string) => isJitSupported(schema, parseOperation(query).document);
  expect([supports('{ show(big: 1) }'), supports('{ show(big: 10000) }')]).toEqual([true, false]);
});

describe('fragments that spread the next one twice', () => {
  const operation = '{ ...F0 }';
  const spread = (name: string) => `a: self { ...${name} } b: self { ...${name} }`;
  const source = doublingFragments({ operation, type: 'Query', last: 'hello', spread });

  test('are counted with one read of each', () => {
    const { document, counter } = countFragmentReads(source);
    const { operation: node } = parseOperation(source);
    expect(expandedSize(document, node).fields).toBeGreaterThan(2 ** 40);
    expect(counter.reads).toBe(40);
  });

  test('are not compiled, which would take exponential time', async () => {
    const schema = buildSchema('type Query { hello: String self: Query }');
    expect(isJitSupported(schema, parseOperation(source).document)).toBe(false);
    const { compiled } = await createExecutors(schema);
    for (let time = 1; time <= 2; time++)
      expect(await compiled({ source }, {})).toEqual({ result: { data: { a: null, b: null } } });
  });
});

test('an operation whose fields nest over 50 levels, also by fragments, is not compiled, which would take quadratic time', () => {
  const schema = buildSchema('type Query { hello: String self: Query }');
  const supports = (source: string) => isJitSupported(schema, parseOperation(source).document);
  const nested = (levels: number) => `{ ${'... { self { '.repeat(levels - 1)} hello ${'} } '.repeat(levels - 1)} }`;
  const spread = (levels: number) => `{ self { ...F } } fragment F on Query ${nested(levels - 1)}`;
  expect([50, 51].flatMap((levels) => [supports(nested(levels)), supports(spread(levels))])).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
