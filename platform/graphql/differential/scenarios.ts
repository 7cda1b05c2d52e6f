import { GraphQLError } from 'graphql';
import { hashOf } from '../../../gateway/execution/differential/operations/random.ts';
import { ApiError } from '../../api-error.ts';

/** How often what goes wrong. Each is a probability, of a value. */
export interface Mood {
  name: string;
  /** It is thrown, rejected, or is the value. */
  errors: number;
  /** Null or undefined, whatever the type. */
  nulls: number;
  /** Of another type. */
  wrong: number;
  /** It comes later. */
  late: number;
}

/** All the ways in which resolvers answer. */
export const moods: readonly Mood[] = [
  { name: 'well', errors: 0, nulls: 0, wrong: 0, late: 0 },
  { name: 'late', errors: 0, nulls: 0, wrong: 0, late: 0.5 },
  { name: 'with errors', errors: 0.08, nulls: 0, wrong: 0, late: 0.3 },
  { name: 'with nulls', errors: 0, nulls: 0.06, wrong: 0, late: 0.3 },
  { name: 'with wrong types', errors: 0, nulls: 0, wrong: 0.05, late: 0.3 },
  { name: 'as badly as they can', errors: 0.04, nulls: 0.03, wrong: 0.03, late: 0.5 },
];

/** What any value may be in place of what it should be. */
export const wrongs: unknown[] = [
  {},
  [],
  [[1]],
  'text',
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  true,
  { toString: null },
  2 ** 40,
];

/** A value that comes some turns later. */
export async function later<Value>(value: Value, at: string): Promise<Value> {
  const turns = hashOf(at, 'turns') % 4;
  for (let turn = 0; turn < turns; turn++) await null;
  if (turns === 3) await new Promise((resolve) => setImmediate(resolve));
  return value;
}

/** What a resolver may fail with. */
export function errorAt(at: string): Error {
  const message = `no ${hashOf(at) % 1000}`;
  switch (hashOf(at, 'kind') % 4) {
    case 0:
      return new ApiError<{ code: 'NOT_FOUND' }>({ code: 'NOT_FOUND' }, message);
    case 1:
      return new GraphQLError(message, { extensions: { code: 'FORBIDDEN', more: [1] } });
    case 2:
      return new TypeError(message, { cause: 'something' });
    default:
      return new Error('');
  }
}
