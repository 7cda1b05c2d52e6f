import {
  answering,
  asking,
  type Data,
  remembering,
  sending,
  withData,
  withEachError,
  withErrors,
} from './faulty-gateways.ts';
import type { CreateGateway } from './harness.ts';
import { isRecord } from './operations/random.ts';

/** A mistake that an executor might make, and what it would differ in. */
export interface Mistake {
  executor: string;
  differsIn: string;
  create: CreateGateway;
}

/** Apollo's gateway, with a mistake. */
export const mistakes: Mistake[] = [
  { executor: 'leaves errors out', differsIn: 'errors', create: answering(({ errors: _, ...rest }) => rest) },
  { executor: 'leaves an error out', differsIn: 'errors', create: withErrors((errors) => errors.slice(1)) },
  { executor: 'tells errors twice', differsIn: 'errors', create: withErrors((errors) => [...errors, ...errors]) },
  {
    executor: 'leaves paths out',
    differsIn: 'errors',
    create: withEachError((error) => ({ ...error, path: undefined })),
  },
  {
    executor: 'is off by one',
    differsIn: 'errors',
    create: withEachError((error) => ({ ...error, path: error.path?.map((part) => (part === 0 ? 1 : part)) })),
  },
  {
    executor: 'leaves codes out',
    differsIn: 'errors',
    create: withEachError((error) => ({ ...error, extensions: {} })),
  },
  {
    executor: 'says something else',
    differsIn: 'errors',
    create: withEachError((error) => ({ ...error, message: '?' })),
  },
  {
    executor: 'has errors where none are',
    differsIn: 'keys of the result',
    create: answering((result) => ({ errors: [], ...result })),
  },
  {
    executor: 'leaves extensions out',
    differsIn: 'valueCompletion',
    create: answering(({ extensions: _, ...rest }) => rest),
  },
  {
    executor: 'has other extensions',
    differsIn: 'keys of extensions',
    create: answering((result) => ({ ...result, extensions: { ...result.extensions, more: 1 } })),
  },
  {
    executor: 'has null for no data',
    differsIn: 'data',
    create: answering((result) => ({ ...result, data: result.data ?? null })),
  },
  { executor: 'swaps two fields', differsIn: 'data', create: withData(swapped) },
  {
    executor: 'gives more than was asked for',
    differsIn: 'data',
    create: withData((data) => ({ ...data, more: null })),
  },
  {
    executor: 'has lists for nulls',
    differsIn: 'data',
    create: withData((data) => deeply(data, (leaf) => leaf ?? [])),
  },
  {
    executor: 'has strings for numbers',
    differsIn: 'data',
    create: withData((data) => deeply(data, (leaf) => (typeof leaf === 'number' ? `${leaf}` : leaf))),
  },
  { executor: 'remembers its first answer', differsIn: 'data', create: remembering },
  {
    executor: 'answers instead of throwing',
    differsIn: 'thrown',
    create: answering((result) => result, { data: null }),
  },
  {
    executor: 'asks twice',
    differsIn: 'number of calls',
    create: asking((service) => ({
      process: async (request) => {
        await service.process(request);
        return service.process(request);
      },
    })),
  },
  {
    executor: 'forgets variables',
    differsIn: 'what subgraphs are asked',
    create: sending(({ representations }) => ({ representations })),
  },
  {
    executor: 'forgets an entity',
    differsIn: 'what subgraphs are asked',
    create: sending(({ representations, ...others }) => ({ ...others, representations: representations?.slice(1) })),
  },
];

function swapped(data: Data): Data {
  const [one, other, ...rest] = Object.entries(data);
  if (!one || !other) return data;
  return Object.fromEntries([[one[0], other[1]], [other[0], one[1]], ...rest]);
}

function deeply<T>(value: T, change: (leaf: unknown) => unknown): T {
  const changed: unknown = Array.isArray(value)
    ? value.map((part) => deeply(part, change))
    : isRecord(value)
      ? Object.fromEntries(Object.entries(value).map(([key, part]) => [key, deeply(part, change)]))
      : change(value);
  return changed as T;
}
