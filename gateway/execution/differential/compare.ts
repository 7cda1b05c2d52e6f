import type { SubgraphRequest } from './fakes/faults.ts';
import type { GatewayExecutor } from './gateways.ts';
import { inClientNames } from './operations/harmless-names.ts';
import { canonical, isRecord } from './operations/random.ts';

/** The outcome of one execution. */
export interface Outcome {
  /** Undefined if the executor threw. */
  result: Awaited<ReturnType<GatewayExecutor>> | undefined;
  thrown: unknown;
  calls: SubgraphRequest[];
}

/** One part of an outcome in which the tested executor differs from Apollo's. */
export interface Difference {
  part: string;
  /** From Apollo's executor. */
  expected: string;
  actual: string;
}

/**
 * Compares an outcome with Apollo's. Not compared: the order of errors and of queries, which for Apollo follows the
 * order in which responses arrive, and the order of an object's keys, where Apollo departs from the specification.
 * The order of mutations is compared, as they run one after the other.
 */
export function compareOutcomes(apollo: Outcome, tested: Outcome): Difference[] {
  const parts: [string, unknown, unknown][] = [
    ['thrown', hasThrown(apollo), hasThrown(tested)],
    ['data', canonical(apollo.result?.data), canonical(tested.result?.data)],
    ['errors', describeErrors(apollo.result?.errors), describeErrors(tested.result?.errors)],
    ['keys of the result', keysOf(apollo.result), keysOf(tested.result)],
    ['keys of extensions', keysOf(apollo.result?.extensions), keysOf(tested.result?.extensions)],
    ['valueCompletion', describeErrors(completionErrors(apollo)), describeErrors(completionErrors(tested))],
    ['subgraph requests', describeRequests(apollo.calls), describeRequests(tested.calls)],
    ['order of mutations', describeMutations(apollo.calls), describeMutations(tested.calls)],
  ];
  const differences = parts
    .map(([part, expected, actual]) => ({ part, expected: toText(expected), actual: toText(actual) }))
    .filter(({ expected, actual }) => expected !== actual);
  const [limit, count] = [apollo.calls.length, tested.calls.length];
  if (count > limit) differences.push({ part: 'number of calls', expected: `at most ${limit}`, actual: `${count}` });
  return differences;
}

const toText = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined'));

/** The message is not compared: the gateway masks it, so that no client sees it. */
const hasThrown = ({ thrown }: Outcome) => thrown !== undefined;

const keysOf = (value: unknown) =>
  isRecord(value) ? Object.keys(value).sort() : value === undefined ? undefined : null;

const completionErrors = ({ result }: Outcome) => result?.extensions?.valueCompletion;

/** Describes the client-visible part of each error, sorted. */
function describeErrors(errors: unknown): unknown {
  if (!Array.isArray(errors)) return errors;
  return `[${errors.map(describeError).sort().join(', ')}]`;
}

function describeError(error: unknown): string {
  if (typeof error !== 'object' || error === null) return canonical(error);
  const { message: text, path, extensions } = error as { message?: unknown; path?: unknown; extensions?: unknown };
  // Only the log shows the messages that hold a response name.
  const message = typeof text === 'string' ? inClientNames(text) : text;
  if (!isRecord(extensions)) return canonical({ message, path });
  // The gateway removes `serviceName` from every error.
  const { serviceName: _, ...rest } = extensions;
  return canonical({ message, path, extensions: rest });
}

/** Describes the distinct requests and the entities in each. Sending an equal request or entity twice is allowed. */
function describeRequests(calls: SubgraphRequest[]): string {
  return [...new Set(calls.map(describeRequest))].sort().join('\n           ');
}

function describeRequest({ subgraph, query, variables }: SubgraphRequest): string {
  const { representations, ...others } = variables;
  const entities = Array.isArray(representations) ? [...new Set(representations.map(canonical))].sort() : [];
  return `${subgraph} ${inClientNames(query)} ${canonical(others)} ${entities.join(' ')}`;
}

const describeMutations = (calls: SubgraphRequest[]) =>
  calls
    .filter(({ query }) => query.startsWith('mutation'))
    .map(describeRequest)
    .join('\n           ');
