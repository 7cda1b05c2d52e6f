import { createHash } from 'node:crypto';
import { ApolloGateway, type GatewayConfig } from '@apollo/gateway';
import { Kind } from 'graphql';
import type { Scene } from './fakes/subgraphs.ts';
import type { RandomOperation } from './operations/random-operation.ts';
import type { Supergraph } from './supergraphs/compose.ts';

/** What Apollo Server knows of a gateway. */
export type Gateway = Pick<ApolloGateway, 'load' | 'onSchemaLoadOrUpdate' | 'stop'>;
export type GatewayExecutor = ApolloGateway['executor'];
type RequestContext = Parameters<GatewayExecutor>[0];

export interface GatewaySettings {
  supergraphSdl: string;
  buildService: NonNullable<GatewayConfig['buildService']>;
  logger: NonNullable<GatewayConfig['logger']>;
}

export type QueryPlan = Parameters<NonNullable<GatewayConfig['experimental_didResolveQueryPlan']>>[0]['queryPlan'];

/** A log that nobody reads. */
export const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Apollo's gateway as it comes, which may show its plans. */
export function createStockGateway(settings: GatewaySettings, onPlan?: (plan: QueryPlan) => void): Gateway {
  return new ApolloGateway({
    ...settings,
    ...(onPlan && { experimental_didResolveQueryPlan: ({ queryPlan }) => onPlan(queryPlan) }),
  });
}

/** Runs an operation as Apollo Server would, in a scene. */
export type Run = (request: Request, scene: Scene) => ReturnType<GatewayExecutor>;

/** What a client sends once. */
export type Request = Pick<RandomOperation, 'source' | 'document' | 'operationName'> & {
  variables: Record<string, unknown> | undefined;
};

/** Loads a gateway, as Apollo Server does when it starts. */
export async function load(gateway: Gateway, { api }: Supergraph): Promise<Run> {
  const { executor } = await gateway.load({ apollo: {} });
  return (request, scene) => executor(requestContextOf(request, scene, api));
}

function requestContextOf(request: Request, scene: Scene, schema: RequestContext['schema']): RequestContext {
  const { source, document, operationName, variables } = request;
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const chosen = operations.find(({ name }) => !operationName || name?.value === operationName);
  if (!chosen) throw new Error(`There is no operation ${operationName}.`);
  return {
    request: {
      query: source,
      ...(variables && { variables: structuredClone(variables) }),
      ...(operationName && { operationName }),
    },
    document,
    source,
    queryHash: createHash('sha256').update(source).digest('hex'),
    operationName: chosen.name?.value ?? null,
    operation: chosen,
    schema,
    schemaHash: 'any' as RequestContext['schemaHash'],
    context: scene,
    logger: silent,
    metrics: {},
    cache: { get: async () => undefined, set: async () => undefined, delete: async () => undefined },
    overallCachePolicy: undefined,
  };
}
