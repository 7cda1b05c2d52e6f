import {
  type Data,
  withData,
  withEachError,
  withErrors,
  withResult,
  withService,
  withStaleResults,
  withVariables,
} from './faulty-gateways.ts';
import { createApolloGateway } from './gateways.ts';
import type { CreateGateway } from './harness.ts';
import { isRecord } from './operations/random.ts';
import { createReferenceGateway, restoreNames } from './reference-gateway.ts';

/** A fault that an executor might have, and the part of the outcome in which the comparison must find it. */
export interface PlantedFault {
  /** Completes "an executor that …". */
  fault: string;
  part: string;
  create: CreateGateway;
}

/** Gateways with one fault each. */
export const plantedFaults: PlantedFault[] = [
  { fault: 'drops all errors', part: 'errors', create: withResult(({ errors: _, ...rest }) => rest) },
  { fault: 'drops one error', part: 'errors', create: withErrors((errors) => errors.slice(1)) },
  { fault: 'repeats errors', part: 'errors', create: withErrors((errors) => [...errors, ...errors]) },
  { fault: 'drops error paths', part: 'errors', create: withEachError((error) => ({ ...error, path: undefined })) },
  {
    fault: 'has error paths off by one',
    part: 'errors',
    create: withEachError((error) => ({ ...error, path: error.path?.map((key) => (key === 0 ? 1 : key)) })),
  },
  { fault: 'drops error codes', part: 'errors', create: withEachError((error) => ({ ...error, extensions: {} })) },
  { fault: 'changes error messages', part: 'errors', create: withEachError((error) => ({ ...error, message: '?' })) },
  {
    fault: 'has an empty list of errors',
    part: 'keys of the result',
    create: withResult((result) => ({ errors: [], ...result })),
  },
  {
    fault: 'drops extensions',
    part: 'valueCompletion',
    create: withResult(({ extensions: _, ...rest }) => rest),
  },
  {
    fault: 'adds extensions',
    part: 'keys of extensions',
    create: withResult((result) => ({ ...result, extensions: { ...result.extensions, more: 1 } })),
  },
  {
    fault: 'has null where there is no data',
    part: 'data',
    create: withResult((result) => ({ ...result, data: result.data ?? null })),
  },
  { fault: 'swaps two fields', part: 'data', create: withData(swapFields) },
  { fault: 'adds a field', part: 'data', create: withData((data) => ({ ...data, more: null })) },
  {
    fault: 'has empty lists for nulls',
    part: 'data',
    create: withData((data) => mapLeaves(data, (leaf) => leaf ?? [])),
  },
  {
    fault: 'has strings for numbers',
    part: 'data',
    create: withData((data) => mapLeaves(data, (leaf) => (typeof leaf === 'number' ? `${leaf}` : leaf))),
  },
  {
    fault: 'plans under response names that its plans need',
    part: 'data',
    create: (settings) => createApolloGateway(settings),
  },
  {
    fault: 'responds under the names of its plans',
    part: 'data',
    create: (settings) => createReferenceGateway(settings, { restore: (result) => result }),
  },
  {
    fault: 'has error paths under the names of its plans',
    part: 'errors',
    create: (settings) =>
      createReferenceGateway(settings, {
        restore: (result) => ({ ...restoreNames(result), ...(result.errors && { errors: result.errors }) }),
      }),
  },
  { fault: 'returns stale results', part: 'data', create: withStaleResults },
  {
    fault: 'returns a result instead of throwing',
    part: 'thrown',
    create: withResult((result) => result, { data: null }),
  },
  {
    fault: 'calls subgraphs twice',
    part: 'number of calls',
    create: withService((service) => ({
      process: async (request) => {
        await service.process(request);
        return service.process(request);
      },
    })),
  },
  {
    fault: 'drops variables',
    part: 'subgraph requests',
    create: withVariables(({ representations }) => ({ representations })),
  },
  {
    fault: 'drops an entity',
    part: 'subgraph requests',
    create: withVariables(({ representations, ...rest }) => ({ ...rest, representations: representations?.slice(1) })),
  },
];

function swapFields(data: Data): Data {
  const [first, second, ...rest] = Object.entries(data);
  if (!first || !second) return data;
  return Object.fromEntries([[first[0], second[1]], [second[0], first[1]], ...rest]);
}

function mapLeaves<T>(value: T, change: (leaf: unknown) => unknown): T {
  const changed: unknown = Array.isArray(value)
    ? value.map((item) => mapLeaves(item, change))
    : isRecord(value)
      ? Object.fromEntries(Object.entries(value).map(([key, field]) => [key, mapLeaves(field, change)]))
      : change(value);
  return changed as T;
}
