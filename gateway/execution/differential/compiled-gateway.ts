import { GraphQLDataSourceRequestKind } from '@apollo/gateway/dist/datasources/types.js';
import type { ExecutableOperation } from '../../../platform/graphql/prepared-operations.ts';
import { createCompiledExecutor } from '../compiled-executor.ts';
import type { SubgraphService } from '../run.ts';
import type { Gateway, GatewaySettings } from './gateways.ts';
import type { CreateGateway } from './harness.ts';

/** The compiled executor in the form of Apollo's gateway, so that both can be compared. */
export const createCompiledGateway: CreateGateway = ({ supergraphSdl, buildService, logger, onRun }): Gateway => {
  const executor = createCompiledExecutor({
    supergraphSdl,
    logger,
    buildService: (definition) => withPrepare(buildService(definition)),
    onRun,
  });
  const prepared = new Map<string, ExecutableOperation>();
  return {
    load: async () => ({
      schema: executor.schema,
      executor: async ({ source, document, operation, request, context }) => {
        const { operationName, variables } = request;
        const key = `${operationName ?? ''}\n${source}`;
        const executable = prepared.get(key) ?? executor.prepare({ source, document, operation, operationName });
        prepared.set(key, executable);
        return executable.execute({ variables, context });
      },
    }),
    onSchemaLoadOrUpdate: () => () => {},
    stop: async () => {},
  };
};

/** Sends what compiled operations send as Apollo's executor would. */
export function withPrepare(service: ReturnType<GatewaySettings['buildService']>): SubgraphService {
  return {
    process: (options) => service.process(options),
    prepare:
      ({ query, operationName }) =>
      (variables, context) =>
        service.process({
          kind: GraphQLDataSourceRequestKind.LOADING_SCHEMA,
          request: { query, variables, ...(operationName !== undefined && { operationName }) },
          context,
        }),
  };
}
