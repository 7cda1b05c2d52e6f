import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  parse,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { fieldNamesOf } from './response-names.ts';

/**
 * Renames every alias of a document to one that begins with `alias_`, and so every field with arguments that `required`
 * holds: its name in a @requires stands for other arguments. Apollo’s gateway runs such a document rightly.
 */
export function withHarmlessNames(
  document: DocumentNode,
  { schema, required }: { schema: GraphQLSchema; required: ReadonlySet<string> },
): DocumentNode {
  const types = new TypeInfo(schema);
  const Field = (node: FieldNode) => {
    const { alias, name } = node;
    const isAliased = alias !== undefined && alias.value !== name.value;
    const isRequired = required.has(name.value) && Number(types.getFieldDef()?.args.length) > 0;
    if (!isAliased && !isRequired) return undefined;
    return { ...node, alias: { ...name, value: `alias_${(alias ?? name).value}` } };
  };
  return parse(print(visit(document, visitWithTypeInfo(types, { Field }))));
}

/** Tells whether Apollo's gateway might confuse a response name of a document with a name of its plan. */
export function mayCollide(
  document: DocumentNode,
  { schema, required }: { schema: GraphQLSchema; required: ReadonlySet<string> },
): boolean {
  // Clients do not see every required field.
  const fieldNames = new Set([...fieldNamesOf(schema), ...required]);
  let isFound = false;
  visit(document, {
    Field: ({ alias, name }) => {
      if (!alias || alias.value === name.value) isFound ||= required.has(name.value);
      else isFound ||= alias.value.startsWith('__') || alias.value in {} || fieldNames.has(alias.value);
    },
  });
  return isFound;
}

/** Returns the names in the @requires of a supergraph. */
export function requiredNamesIn(supergraphSdl: string): Set<string> {
  const fieldSets = [...supergraphSdl.matchAll(/requires: "([^"]*)"/g)].map(([, fields = '']) => fields);
  return new Set(fieldSets.flatMap((fields) => fields.match(/\w+/g) ?? []));
}

/** Reads the client's names in a text for those of the gateways: `alias_id` and the planner's own `id__alias_0` are `id`. */
export function inClientNames(text: string): string {
  return text
    .replace(/\balias\d*_(\w+)/g, '$1')
    .replace(/(?:__alias_\d+)+\b/g, '')
    .replace(/\b(\w+):\1\b/g, '$1');
}
