import { createRequire } from 'node:module';
import type * as Federation from '@apollo/federation-internals';
import type { ApolloGateway, GatewayConfig } from '@apollo/gateway';
import { executeQueryPlan } from '@apollo/gateway/dist/executeQueryPlan.js';
import { buildOperationContext } from '@apollo/gateway/dist/operationContext.js';
import { computeResponse } from '@apollo/gateway/dist/resultShaping.js';
import type { QueryPlan } from '@apollo/query-planner';
import { type DocumentNode, GraphQLError, type GraphQLSchema, getOperationAST } from 'graphql';
import type { Planner } from './planner.ts';
import type { Data, Result, Run, SubgraphService } from './run.ts';

/** A request as Apollo's executor takes it. */
export type ApolloRequest = Parameters<ApolloGateway['executor']>[0];
export type ApolloLogger = NonNullable<GatewayConfig['logger']>;

/** One execution of an operation, for Apollo's functions. */
export interface ApolloExecution {
  source: string;
  document: DocumentNode;
  operationName: string | undefined;
  variables: Data | undefined;
  context: object;
}

/** Runs plans and shapes data with Apollo's own functions, for what is not compiled. */
export interface ApolloFallback {
  run(plan: QueryPlan, execution: ApolloExecution): Promise<Result>;
  /** Decides which nulls propagate how far, and what cannot be returned at all. */
  shape(run: Run, execution: Pick<ApolloExecution, 'document' | 'operationName'>): Result;
}

/** Prepares Apollo's functions over a supergraph and its subgraphs. */
export function createApolloFallback({
  planner,
  services,
  logger,
}: {
  planner: Planner;
  services: Record<string, SubgraphService>;
  logger: ApolloLogger;
}): ApolloFallback {
  const { schema, federationSchema, supergraphSchema } = planner;
  return {
    run: async (plan, execution) => {
      const request = createApolloRequest({ ...execution, queryHash: '' }, { schema, logger });
      const { document, operationName } = execution;
      const named = operationName === undefined ? {} : { operationName };
      const operationContext = buildOperationContext({ schema, operationDocument: document, ...named });
      const schemas = [supergraphSchema(), federationSchema] as const;
      return executeQueryPlan(plan, services, request, operationContext, ...schemas);
    },
    shape: ({ data, variables, errors }, { document, operationName }) => {
      const named = operationName === undefined ? {} : { operationName };
      const operation = operationFromDocument(federationSchema, document, { validate: false, ...named });
      try {
        const shaped = computeResponse({ operation, variables, input: data, introspectionHandling: () => undefined });
        return toResult(shaped, errors as GraphQLError[]);
      } catch (error) {
        // Only data without a list or an object in its place, which the client of a subgraph takes for an outage.
        return { errors: [toGraphqlError(error as Error)] };
      }
    },
  };
}

// CommonJS: importing a name from it would make Node read all of its source a second time.
const { operationFromDocument } = createRequire(import.meta.url)('@apollo/federation-internals') as typeof Federation;

/** Makes the request that Apollo Server would hand to a gateway. */
export function createApolloRequest(
  { source, document, operationName, variables, context, queryHash }: ApolloExecution & { queryHash: string },
  { schema, logger }: { schema: GraphQLSchema; logger: ApolloLogger },
): ApolloRequest {
  const operation = getOperationAST(document, operationName);
  if (!operation) throw new Error(`The document holds no operation ${operationName}.`);
  return {
    request: { query: source, ...(variables && { variables }), ...(operationName && { operationName }) },
    document,
    source,
    queryHash,
    operation,
    operationName: operation.name?.value ?? null,
    context,
    schema,
    schemaHash: '' as ApolloRequest['schemaHash'],
    logger,
    metrics: {},
    cache: { get: async () => undefined, set: async () => {}, delete: async () => {} },
    overallCachePolicy: undefined,
  };
}

/** Reports values that do not fit the schema only if nothing else failed, as Apollo's executor does. */
function toResult({ data, errors: unfit }: ReturnType<typeof computeResponse>, errors: GraphQLError[]): Result {
  if (errors.length > 0) return { data: data ?? null, errors };
  return { data: data ?? null, ...(unfit.length > 0 && { extensions: { valueCompletion: unfit } }) };
}

function toGraphqlError(error: Error): GraphQLError {
  return error instanceof GraphQLError ? error : new GraphQLError(error.message, { originalError: error });
}
