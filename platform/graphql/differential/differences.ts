import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { canonical, isRecord } from '../../../gateway/execution/differential/operations/random.ts';
import type { Outcome } from './executors.ts';

/** One thing in which an executor differs from graphql-js, whose part of the answer is what is wanted. */
export interface Difference {
  what: string;
  wanted: string;
  got: string;
}

/**
 * In what an outcome differs from that of graphql-js: nothing, where it may take its place. The order of errors is that
 * in which they happen to come. Where null takes an object's place, graphql-js does not execute, or not wait for, what
 * else was in it: of what may have failed there, only one error is held against anybody.
 */
export function differences(stock: Outcome, compiled: Outcome): Difference[] {
  const parts: [string, unknown, unknown][] = [
    ['thrown', thrownOf(stock), thrownOf(compiled)],
    ['data', canonical(dataOf(stock)), canonical(dataOf(compiled))],
    ['keys of the result', keysOf(stock), keysOf(compiled)],
    ['errors', ...errorsOf(stock, compiled)],
  ];
  return parts
    .map(([what, wanted, got]) => ({ what, wanted: textOf(wanted), got: textOf(got) }))
    .filter(({ wanted, got }) => wanted !== got);
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined'));
const thrownOf = (outcome: Outcome) => ('thrown' in outcome ? String(outcome.thrown) : undefined);
const dataOf = (outcome: Outcome) => ('result' in outcome ? outcome.result.data : undefined);
const keysOf = (outcome: Outcome) => ('result' in outcome ? Object.keys(outcome.result).sort() : undefined);

type SomeError = GraphQLError | GraphQLFormattedError;

function errorsOf(stock: Outcome, compiled: Outcome): [string, string] {
  const [wanted, got] = [stock, compiled].map((outcome) => byPlace(outcome)) as [Places, Places];
  const texts = (places: Places, others: Places) =>
    [...places]
      .map(([place, errors]) => {
        const shared = errors.filter((error) => others.get(place)?.includes(error));
        const isOne = errors.length > 0 && !isWhole(place) && shared.length > 0;
        return `${place} ${isOne ? 'fails' : errors.sort().join(', ')}`;
      })
      .sort()
      .join('\n           ');
  return [texts(wanted, got), texts(got, wanted)];
}

/** The errors at each null. */
type Places = Map<string, string[]>;

const whole = 'at ';
const isWhole = (place: string) => place.startsWith(whole);

function byPlace(outcome: Outcome): Places {
  const places: Places = new Map();
  const errors: readonly SomeError[] = ('result' in outcome && outcome.result.errors) || [];
  for (const error of errors) {
    const place = placeOf(error, dataOf(outcome));
    places.set(place, [...(places.get(place) ?? []), describe(error)]);
  }
  return places;
}

/** Where the null is that an error led to; marked, where it is the very field that failed. */
function placeOf({ path }: SomeError, data: unknown): string {
  let value = data;
  for (const [depth, key] of (path ?? []).entries()) {
    if (value === null) return `above: ${JSON.stringify(path?.slice(0, depth))}`;
    value = isRecord(value) || Array.isArray(value) ? (value as Record<string | number, unknown>)[key] : undefined;
  }
  return whole + JSON.stringify(path);
}

/** What executors say of values that are not of their type, each in its own words: clients are told of none of it. */
const complaint = /^Cannot return null for|^Expected |^Abstract type |^Runtime Object type |cannot represent/;

/** All of an error that clients or the log may be told. */
function describe(error: SomeError): string {
  const { message, path, locations, extensions = {} } = error;
  const thrown = error instanceof GraphQLError ? error.originalError : undefined;
  // What has nodes was thrown by graphql-js itself.
  const original = thrown instanceof GraphQLError && thrown.nodes ? undefined : thrown;
  const kinds = path || !(error instanceof GraphQLError) ? undefined : error.nodes?.map(({ kind }) => kind);
  if (complaint.test(message)) return canonical({ message: 'not of its type', path, locations, extensions });
  return canonical({ message, path, locations, extensions, original: original && String(original), kinds });
}
