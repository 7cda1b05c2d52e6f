import type { Call } from './fakes/subgraphs.ts';
import type { GatewayExecutor } from './gateways.ts';
import { canonical, isRecord } from './operations/random.ts';

/** What came of one execution. */
export interface Outcome {
  /** Undefined where the executor threw. */
  result: Awaited<ReturnType<GatewayExecutor>> | undefined;
  thrown: unknown;
  calls: Call[];
}

/** One thing in which an executor differs from the stock one, whose part of the answer is what is wanted. */
export interface Difference {
  what: string;
  wanted: string;
  got: string;
}

/**
 * In what an executor differs from the stock one: nothing, where it may take its place. Of errors and of calls the order
 * may be another one, for the stock executor has them in the order in which answers happen to come; but for the calls of
 * a mutation, whose fields run one after the other. The order of an object's keys is the specification's, where the stock
 * executor has one of its own.
 */
export function differences(stock: Outcome, lean: Outcome): Difference[] {
  const parts: [string, unknown, unknown][] = [
    ['thrown', isThrown(stock), isThrown(lean)],
    ['data', canonical(stock.result?.data), canonical(lean.result?.data)],
    ['errors', errorsOf(stock.result?.errors), errorsOf(lean.result?.errors)],
    ['keys of the result', keysOf(stock.result), keysOf(lean.result)],
    ['keys of extensions', keysOf(stock.result?.extensions), keysOf(lean.result?.extensions)],
    ['valueCompletion', errorsOf(completionOf(stock)), errorsOf(completionOf(lean))],
    ['what subgraphs are asked', askedOf(stock.calls), askedOf(lean.calls)],
    ['order of mutations', mutationsOf(stock.calls), mutationsOf(lean.calls)],
  ];
  const found = parts
    .map(([what, wanted, got]) => ({ what, wanted: textOf(wanted), got: textOf(got) }))
    .filter(({ wanted, got }) => wanted !== got);
  const [most, made] = [stock.calls.length, lean.calls.length];
  return made > most ? [...found, { what: 'number of calls', wanted: String(most), got: String(made) }] : found;
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined'));

// In other words: a client is told of neither.
const isThrown = ({ thrown }: Outcome) => thrown !== undefined;

const keysOf = (value: unknown) =>
  isRecord(value) ? Object.keys(value).sort() : value === undefined ? undefined : null;

const completionOf = ({ result }: Outcome) => result?.extensions?.valueCompletion;

/** Each error as far as clients see it, in an order of their own. */
function errorsOf(errors: unknown): unknown {
  if (!Array.isArray(errors)) return errors;
  return `[${errors.map(errorOf).sort().join(', ')}]`;
}

function errorOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return canonical(error);
  const { message, path, extensions } = error as { message?: unknown; path?: unknown; extensions?: unknown };
  if (!isRecord(extensions)) return canonical({ message, path });
  // The gateway takes this one away from every error.
  const { serviceName: _, ...rest } = extensions;
  return canonical({ message, path, extensions: rest });
}

/** What is asked, and of which entities: that an equal question is asked twice, or of an entity twice, is not held against anybody. */
function askedOf(calls: Call[]): string {
  return [...new Set(calls.map(asked))].sort().join('\n           ');
}

function asked({ subgraph, query, variables }: Call): string {
  const { representations, ...others } = variables;
  const entities = Array.isArray(representations) ? [...new Set(representations.map(canonical))].sort() : [];
  return `${subgraph} ${query} ${canonical(others)} ${entities.join(' ')}`;
}

const mutationsOf = (calls: Call[]) =>
  calls
    .filter(({ query }) => query.startsWith('mutation'))
    .map(asked)
    .join('\n           ');
