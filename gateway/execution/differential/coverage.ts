import { type DocumentNode, type GraphQLSchema, isAbstractType, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import type { Outcome } from './compare.ts';
import type { QueryPlan } from './gateways.ts';

/** Lists the features of an operation that an executor might get wrong. */
export function featuresOfDocument(document: DocumentNode, schema: GraphQLSchema): Set<string> {
  const found = new Set<string>();
  const types = new TypeInfo(schema);
  const visitor = {
    OperationDefinition: ({ operation }: { operation: string }) => void found.add(operation),
    Directive: ({ name }: { name: { value: string } }) => void found.add(`@${name.value}`),
    FragmentDefinition: () => void found.add('named fragment'),
    InlineFragment: () => void (isAbstractType(types.getParentType()) && found.add('fragment on an abstract type')),
    VariableDefinition: (node: { defaultValue?: unknown }) =>
      void found.add(node.defaultValue ? 'variable with a default' : 'variable'),
    Field: (node: { alias?: { value: string }; name: { value: string } }) => {
      if (node.alias) found.add('alias');
      if (node.alias && node.name.value === '__typename') found.add('alias of __typename');
      if (node.name.value === '__schema' || node.name.value === '__type') found.add('introspection');
      if (isAbstractType(types.getParentType())) found.add('field of an abstract type');
      const parent = types.getParentType();
      const siblings = parent && 'getFields' in parent ? Object.keys(parent.getFields()) : [];
      const alias = node.alias?.value ?? node.name.value;
      if (alias !== node.name.value && siblings.includes(alias)) found.add('alias of another field’s name');
      if (alias !== node.name.value && alias.startsWith('__')) found.add('alias that begins with __');
      if (node.alias && (node.alias.value === '__typename' || node.alias.value in {})) found.add('prototype name');
    },
  };
  visit(document, visitWithTypeInfo(types, visitor));
  if (document.definitions.filter(({ kind }) => kind === 'OperationDefinition').length > 1)
    found.add('several operations');
  return found;
}

/** The fields of the supergraphs that @requires names and that belong to no key. */
const required = /"(price|weight|internal|length|taxed|rank|fare|cents|text|title)"/;

/** Lists the kinds of nodes in a plan, and the features of its fetches. */
export function featuresOfPlan({ node }: QueryPlan): Set<string> {
  const found = new Set<string>();
  const add = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if ('kind' in part && typeof part.kind === 'string') found.add(part.kind);
    for (const [key, value] of Object.entries(part)) {
      const isEmpty = value === undefined || (Array.isArray(value) && value.length === 0);
      if (/^(inputRewrites|outputRewrites|elseClause)$/.test(key) && !isEmpty) found.add(key);
      if (key === 'variableUsages' && !isEmpty) found.add('variables of a fetch');
      if (key === 'requires' && required.test(JSON.stringify(value))) found.add('a requirement beyond a key');
      add(value);
    }
  };
  add(node);
  return found;
}

/** Lists the features of an outcome. */
export function featuresOfOutcome({ result, thrown, calls }: Outcome): Set<string> {
  const found = new Set<string>();
  if (thrown !== undefined) found.add('thrown');
  if (result?.data) found.add('data');
  if (result?.data === null) found.add('null for data');
  if (result && result.data === undefined) found.add('no data');
  if (result?.data && result.errors) found.add('data and errors');
  if (result?.errors) found.add('errors');
  if (result?.extensions) found.add('valueCompletion');
  if (calls.length > 2) found.add('three calls');
  if (calls.length > 6) found.add('seven calls');
  const lists = calls.map(({ variables }) => variables.representations).filter(Array.isArray);
  if (lists.some((list) => new Set(list.map((one) => JSON.stringify(one))).size < list.length))
    found.add('an entity twice');
  if (lists.some((list) => list.length > 1)) found.add('several entities');
  return found;
}
