import { GraphQLError } from 'graphql';
import { hashOf } from '../../../gateway/execution/differential/operations/random.ts';
import { ApiError } from '../../api-error.ts';

/** How resolvers behave: each number is the probability for one value. */
export interface Scenario {
  name: string;
  /** An error that is thrown, rejected or returned. */
  errors: number;
  /** Null or undefined, whatever the type. */
  nulls: number;
  /** A value of another type. */
  wrong: number;
  /** A promise. */
  late: number;
}

/** Combinations of failures. */
export const scenarios: readonly Scenario[] = [
  { name: 'well', errors: 0, nulls: 0, wrong: 0, late: 0 },
  { name: 'late', errors: 0, nulls: 0, wrong: 0, late: 0.5 },
  { name: 'with errors', errors: 0.08, nulls: 0, wrong: 0, late: 0.3 },
  { name: 'with nulls', errors: 0, nulls: 0.06, wrong: 0, late: 0.3 },
  { name: 'with wrong types', errors: 0, nulls: 0, wrong: 0.05, late: 0.3 },
  { name: 'with everything wrong', errors: 0.04, nulls: 0.03, wrong: 0.03, late: 0.5 },
];

/** Values of the wrong type. */
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

/** Resolves with a value some ticks later. */
export async function later<Value>(value: Value, at: string): Promise<Value> {
  const ticks = hashOf(at, 'turns') % 4;
  for (let tick = 0; tick < ticks; tick++) await null;
  if (ticks === 3) await new Promise((resolve) => setImmediate(resolve));
  return value;
}

/** Picks an error for a resolver. */
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
