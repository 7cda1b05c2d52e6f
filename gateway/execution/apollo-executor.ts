import { createHash } from 'node:crypto';
import { ApolloGateway } from '@apollo/gateway';
import type { GraphQLSchema } from 'graphql';
import { withoutTokens } from '../../platform/graphql/compact-document.ts';
import type { Executor } from '../../platform/graphql/prepared-operations.ts';
import { createApolloRequest } from './apollo-fallback.ts';
import type { ExecutorSettings } from './compiled-executor.ts';

/** Creates an executor that leaves planning and execution to Apollo's gateway, which caches its plans itself. */
export async function createApolloExecutor({
  supergraphSdl,
  buildService,
  logger,
}: ExecutorSettings): Promise<Executor> {
  const gateway = new ApolloGateway({ supergraphSdl, buildService, logger });
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
        execute: (request) =>
          executor(
            createApolloRequest(
              { source, document, operationName, queryHash, ...request },
              { schema: apiSchema, logger },
            ),
          ),
        sizeBytes: () => 2 * source.length + sizeBytes,
      };
    },
    close: () => gateway.stop(),
  };
}
