import { GraphQLError, type GraphQLLeafType, isEnumType } from 'graphql';
import { happens, hashOf, pickBy } from '../operations/random.ts';

const words = ['', 'one', 'two words', 'drei', '"quoted"', 'ünïcödé 🙂', '__typename', '007', 'null'];
const jsonValues = [
  { a: 1, b: { c: [true, null] } },
  [1, [2, { three: 3 }]],
  'text',
  4.5,
  false,
  { __typename: 'Lie' },
  [],
];

/** Returns a value of a leaf type, chosen by a hash of its place. */
export function leafAt(type: GraphQLLeafType, at: string): unknown {
  if (isEnumType(type)) return pickBy(type.getValues(), at).value;
  const hash = hashOf(at);
  switch (type.name) {
    case 'Int':
      return (hash % 2000) - 1000;
    case 'Float':
      return (hash % 4000) / 8;
    case 'Boolean':
      return hash % 2 === 0;
    case 'String':
      return pickBy(words, at, 'word');
    case 'ID':
      return hash % 3 === 0 ? String(hash % 100) : `id-${hash % 100}`;
    case 'JSON':
      return structuredClone(pickBy(jsonValues, at, 'json'));
    default:
      return `${type.name} ${hash % 100}`;
  }
}

/** Returns a value for a field of a key, which contains the entity's number; undefined if the type cannot. */
export function keyLeaf(type: GraphQLLeafType, field: string, number: number): unknown {
  if (type.name === 'Int') return number;
  return type.name === 'ID' || type.name === 'String' ? `${field}-${number}` : undefined;
}

const extensions = [
  undefined,
  {},
  { code: 'OUT_OF_STOCK', left: 0 },
  { code: 'UNAUTHENTICATED', reason: 'EXPIRED' },
  { code: 'INVALID_GRAPHQL' },
  { code: 'DOWNSTREAM_SERVICE_ERROR', serviceName: 'lie' },
  { code: 'INTERNAL_SERVER_ERROR', stacktrace: ['at nowhere'] },
  { code: null },
  { code: '' },
  { code: 42 },
];

/** Returns the message and extensions of an error. */
export function errorPartsAt(at: string): { message: string; extensions?: Record<string, unknown> } {
  const chosen = pickBy(extensions, at, 'extensions');
  const message = happens(0.1, at, 'empty') ? '' : `no ${hashOf(at) % 1000}`;
  return { message, ...(chosen && { extensions: chosen }) };
}

/** Returns an error for a resolver to throw. */
export function errorAt(at: string): GraphQLError {
  const { message, extensions: chosen } = errorPartsAt(at);
  return new GraphQLError(message, chosen ? { extensions: chosen } : {});
}
