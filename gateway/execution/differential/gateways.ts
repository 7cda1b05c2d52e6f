import { createHash } from 'node:crypto';
import { ApolloGateway, type GatewayConfig } from '@apollo/gateway';
import { Kind } from 'graphql';
import { operationDocument } from '../../../platform/graphql/documents/operation-document.ts';
import type { FakeBackend } from './fakes/subgraphs.ts';
import type { RandomOperation } from './operations/random-operation.ts';
import type { Supergraph } from './supergraphs/compose.ts';

/** The part of a gateway that Apollo Server uses. */
export type Gateway = Pick<ApolloGateway, 'load' | 'onSchemaLoadOrUpdate' | 'stop'>;
export type GatewayExecutor = ApolloGateway['executor'];
type RequestContext = Parameters<GatewayExecutor>[0];

export interface GatewaySettings {
  supergraphSdl: string;
  buildService: NonNullable<GatewayConfig['buildService']>;
  logger: NonNullable<GatewayConfig['logger']>;
}

export type QueryPlan = Parameters<NonNullable<GatewayConfig['experimental_didResolveQueryPlan']>>[0]['queryPlan'];

/** A logger that discards everything. */
export const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Creates Apollo's unmodified gateway. `onPlan` receives each query plan. */
export function createApolloGateway(settings: GatewaySettings, onPlan?: (plan: QueryPlan) => void): Gateway {
  return new ApolloGateway({
    ...settings,
    ...(onPlan && { experimental_didResolveQueryPlan: ({ queryPlan }) => onPlan(queryPlan) }),
  });
}

/** Executes an operation as Apollo Server would, with `backend` answering for the subgraphs. */
export type Execute = (request: Request, backend: FakeBackend) => ReturnType<GatewayExecutor>;

/** A client's request. */
export type Request = Pick<RandomOperation, 'source' | 'document' | 'operationName'> & {
  variables: Record<string, unknown> | undefined;
};

/** Loads a gateway as Apollo Server does at start. */
export async function load(gateway: Gateway, { api }: Supergraph): Promise<Execute> {
  const { executor } = await gateway.load({ apollo: {} });
  return async (request, backend) => executor(requestContextOf(request, backend, api));
}

function requestContextOf(request: Request, backend: FakeBackend, schema: RequestContext['schema']): RequestContext {
  const { source, operationName, variables } = request;
  // Apollo's gateway takes fragments of the document's other operations for this one's.
  const document = operationDocument(request.document, operationName);
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const operation = operations.find(({ name }) => !operationName || name?.value === operationName);
  if (!operation) throw new Error(`The document has no operation named ${operationName}.`);
  return {
    request: {
      query: source,
      ...(variables && { variables: structuredClone(variables) }),
      ...(operationName && { operationName }),
    },
    document,
    source,
    queryHash: createHash('sha256').update(source).digest('hex'),
    operationName: operation.name?.value ?? null,
    operation,
    schema,
    schemaHash: 'any' as RequestContext['schemaHash'],
    context: backend,
    logger: silent,
    metrics: {},
    cache: { get: async () => undefined, set: async () => undefined, delete: async () => undefined },
    overallCachePolicy: undefined,
  };
}
