import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { canonical, isRecord } from '../../../gateway/execution/differential/operations/random.ts';
import type { Outcome } from './executors.ts';

/** One part of an outcome in which an executor differs from graphql-js. */
export interface Difference {
  what: string;
  wanted: string;
  got: string;
}

/**
 * Lists how an outcome differs from that of graphql-js. The order of errors does not matter. Below a null that replaces an
 * object, graphql-js may not execute or await the other fields: of their errors, only one has to agree.
 */
export function differences(graphqlJs: Outcome, compiled: Outcome): Difference[] {
  const parts: [string, unknown, unknown][] = [
    ['thrown', thrownOf(graphqlJs), thrownOf(compiled)],
    ['data', canonical(dataOf(graphqlJs)), canonical(dataOf(compiled))],
    ['keys of the result', keysOf(graphqlJs), keysOf(compiled)],
    ['errors', ...errorsOf(graphqlJs, compiled)],
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

function errorsOf(graphqlJs: Outcome, compiled: Outcome): [string, string] {
  const [wanted, got] = [graphqlJs, compiled].map((outcome) => byPlace(outcome)) as [Places, Places];
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

/** Errors by the path of the null that they led to. */
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

/** Finds the null that an error led to, and marks it if it is the field that failed. */
function placeOf({ path }: SomeError, data: unknown): string {
  let value = data;
  for (const [depth, key] of (path ?? []).entries()) {
    if (value === null) return `above: ${JSON.stringify(path?.slice(0, depth))}`;
    value = isRecord(value) || Array.isArray(value) ? (value as Record<string | number, unknown>)[key] : undefined;
  }
  return whole + JSON.stringify(path);
}

/** Messages about values of the wrong type. Executors word them differently, and clients never see them. */
const complaint = /^Cannot return null for|^Expected |^Abstract type |^Runtime Object type |cannot represent/;

/** Describes everything of an error that clients or the log may see. */
function describe(error: SomeError): string {
  const { message, path, locations, extensions = {} } = error;
  const thrown = error instanceof GraphQLError ? error.originalError : undefined;
  // An error with nodes was thrown by graphql-js itself.
  const original = thrown instanceof GraphQLError && thrown.nodes ? undefined : thrown;
  const kinds = path || !(error instanceof GraphQLError) ? undefined : error.nodes?.map(({ kind }) => kind);
  if (complaint.test(message)) return canonical({ message: 'wrong type', path, locations, extensions });
  return canonical({ message, path, locations, extensions, original: original && String(original), kinds });
}
