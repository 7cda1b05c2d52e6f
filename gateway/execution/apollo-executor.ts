import { createHash } from 'node:crypto';
import { ApolloGateway } from '@apollo/gateway';
import type { QueryPlan, QueryPlannerConfig } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { withoutTokens } from '../../platform/graphql/documents/compact-document.ts';
import type { Executor } from '../../platform/graphql/prepared-operations.ts';
import { createApolloRequest } from './apollo-fallback.ts';
import type { ExecutorSettings } from './compiled-executor.ts';
import { compactPlan } from './planner.ts';

/** Limit of the cached plans, beside the one of all prepared operations. */
const maxPlanBytes = 16 * 1024 * 1024;
/** An entry of the cache of plans. */
const planEntryBytes = 500;

/** Creates an executor that leaves planning and execution to Apollo's gateway. It takes its plans from a cache. */
export async function createApolloExecutor({
  supergraphSdl,
  buildService,
  logger,
}: ExecutorSettings): Promise<Executor> {
  const queryPlannerConfig = { cache: createPlanCache(maxPlanBytes) };
  const gateway = new ApolloGateway({ supergraphSdl, buildService, logger, queryPlannerConfig });
  let schema: GraphQLSchema | undefined;
  gateway.onSchemaLoadOrUpdate(({ apiSchema }) => {
    schema = apiSchema;
  });
  const { executor } = await gateway.load({ apollo: {} });
  if (!schema) throw new Error('The gateway loaded no schema.');
  const apiSchema = schema;
  return {
    schema,
    prepare: ({ source, document: parsed, operationName }) => {
      const { part: document, sizeBytes } = withoutTokens(parsed);
      const queryHash = createHash('sha256').update(source).digest('hex');
      return {
        execute: async (request) => {
          const execution = { source, document, operationName, queryHash, ...request };
          return executor(createApolloRequest(execution, { schema: apiSchema, logger }));
        },
        sizeBytes: () => 2 * source.length + sizeBytes,
      };
    },
    close: () => gateway.stop(),
  };
}

/** Creates Apollo's cache of plans. Apollo's own takes the length of a plan's JSON for its size, which is far too low. */
function createPlanCache(maxSize: number): NonNullable<QueryPlannerConfig['cache']> {
  const cache = new LRUCache<string, QueryPlan>({ maxSize });
  return {
    get: async (key) => cache.get(key),
    set: async (key, planned) => {
      const { plan, sizeBytes } = compactPlan(planned);
      cache.set(key, plan, { size: planEntryBytes + 2 * key.length + sizeBytes });
    },
    delete: async (key) => cache.delete(key),
    clear: () => cache.clear(),
  };
}
