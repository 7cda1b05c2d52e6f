import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { type CostContext, defaultMaxCost, limitCost } from '../platform/cost/limit-cost.ts';
import { limitRootFields } from '../platform/graphql/document-limits/limit-root-fields.ts';
import type { DocumentLimits } from '../platform/graphql/document-limits/limits.ts';
import { type Listen, type RunningServer, startGraphqlServer } from '../platform/graphql/server.ts';
import { maxBodyBytes, uploadTypes } from '../platform/http/bodies/upload-sizes.ts';
import type { AllowedOrigins } from '../platform/http/cors.ts';
import type { Logger } from '../platform/process/logger.ts';
import type { Shutdown } from '../platform/process/shutdown.ts';
import { createAuthenticate } from '../platform/tokens/access-token.ts';
import type { OpenKeySet } from '../platform/tokens/key-set.ts';
import { credentialFields } from '../schema/credential-fields.ts';
import { publicErrors } from '../schema/error-codes.ts';
import { policies } from '../schema/policies.ts';
import { createClientIp } from './client-ip.ts';
import { createExecutor, type ExecutorName } from './executor.ts';
import { createExplorer } from './explorer/explorer.ts';
import { forwardAccessToken } from './identity/forward-access-token.ts';
import { type Caller, createIdentifyCaller } from './identity/identity.ts';
import { createTokenExchange } from './identity/token-exchange.ts';
import type { TokenExchangeClient } from './identity/token-exchange-client.ts';
import { createBodyLimit } from './limits/body-limit.ts';
import { type Bill, type CostLimits, createCostBudget } from './limits/cost-budget.ts';
import {
  createSubgraphClient,
  type SubgraphClient,
  type SubgraphContext,
  type SubgraphSettings,
} from './subgraphs/subgraph-client.ts';
import { createDocumentAdmission } from './trusted-documents/admission.ts';
import type { TrustSettings } from './trusted-documents/environment.ts';

/** Verifies access tokens. The keys are closed when the gateway stops. */
export interface GatewayVerifier {
  keys: OpenKeySet;
  /** Any if omitted: the subgraphs check it. */
  issuer?: string | undefined;
  /** Any if omitted: the subgraphs check it. */
  audience?: string | undefined;
}

export interface GatewaySettings {
  subgraphs: SubgraphSettings[];
  verifier: GatewayVerifier;
  /** Closed when the gateway stops. Without one, no personal access token is valid. */
  tokenExchange?: TokenExchangeClient;
  /** `compiled` by default. */
  executor?: ExecutorName;
  /** Limits of what operations may cost; the defaults of docs/configuration.md if omitted. */
  cost?: Partial<CostLimits> | undefined;
  /** Limit of the JSON of one response, in bytes; `defaultMaxResponseBytes` if omitted. */
  maxResponseBytes?: number | undefined;
  /** Origins whose pages may call; `loopback` for any of this machine. */
  corsOrigins: AllowedOrigins;
  /** Proxies whose `X-Forwarded-For` is trusted: addresses, ranges and names of ranges. None by default. */
  trustedProxies?: readonly string[];
  /** Limit of the body of a request without a valid access token; that of other requests if omitted. */
  unverifiedBodyBytes?: number | undefined;
  /** Limit of the files of one request, before base64; 16 MiB if omitted. */
  maxUploadBytes?: number | undefined;
  /** Limits of what clients send; `defaultDocumentLimits` if omitted. */
  documentLimits?: DocumentLimits;
  /** How long browsers use TLS only (HSTS); 0, for no header, if omitted. */
  hstsSeconds?: number;
  /** Status of `application/json` for documents and variables that are not valid; 400 if omitted. */
  jsonErrorStatus?: 200 | 400;
  /** Documents that clients may or must use; all documents are equal if omitted. */
  trust?: TrustSettings | undefined;
  /** Shows the schema, and suggests names of it in errors; true if omitted. */
  introspection?: boolean;
  /** Shared by the servers of a process; one with the default grace period if omitted. */
  shutdown?: Shutdown;
  listen: Listen;
  log: Logger;
}

/** The context of each request. */
export interface GatewayContext extends SubgraphContext, CostContext {
  caller: Caller;
  bill: Bill;
}

const noTokenExchange: TokenExchangeClient = { exchange: async () => undefined, close: async () => {} };

/**
 * Allows one field that takes a password in each operation: each costs a slow hash. The auth subgraph has the same rule;
 * here it also holds for operations whose fields would be sent to it one by one.
 */
const limitCredentialFields = limitRootFields({ operation: 'mutation', fields: credentialFields });

export interface RunningGateway extends RunningServer {
  /** Loads and compresses the explorer's page in the background, so that its first visitor does not wait. */
  prepareExplorer(): void;
}

/** Starts the gateway on the committed supergraph. It needs no subgraph to start. */
export async function startGateway({
  subgraphs,
  verifier,
  tokenExchange = noTokenExchange,
  executor: executorName = 'compiled',
  cost,
  maxResponseBytes,
  corsOrigins,
  trustedProxies,
  unverifiedBodyBytes,
  maxUploadBytes,
  documentLimits,
  hstsSeconds = 0,
  jsonErrorStatus = 400,
  trust,
  introspection = true,
  shutdown,
  listen,
  log,
}: GatewaySettings): Promise<RunningGateway> {
  const supergraphSdl = readFileSync(new URL('../schema/supergraph.graphql', import.meta.url), 'utf8');
  const schema = buildSchema(supergraphSdl, { assumeValid: true, assumeValidSDL: true });
  const clients = new Map<string, SubgraphClient>(
    subgraphs.map((subgraph) => [subgraph.name, createSubgraphClient(subgraph, { log, schema })]),
  );
  const buildService = ({ name }: { name: string }) => {
    const client = clients.get(name);
    if (!client) throw new Error(`The supergraph has a subgraph ${name}, and the gateway has no address for it.`);
    return client;
  };
  const budget = createCostBudget({ maxCost: defaultMaxCost, ...cost });
  const planning = await createExecutor(executorName, { supergraphSdl, buildService, policies, logger: log });
  const executor = limitCost(forwardAccessToken(planning), { schema, admit: budget.admit });
  const identifyCaller = createIdentifyCaller(
    createAuthenticate(verifier),
    createTokenExchange({ exchange: tokenExchange.exchange, log }),
  );
  const clientOf = createClientIp(trustedProxies, log);
  const explorer = createExplorer({ log });
  const server = await startGraphqlServer<GatewayContext>({
    page: explorer.page,
    paths: explorer.paths,
    executor,
    publicErrors,
    maxResponseBytes,
    context: (request) => ({
      ...request,
      authorization: undefined,
      caller: identifyCaller(request),
      bill: { charged: 0 },
    }),
    identifySender: (req) => ({
      isGateway: false,
      client() {
        return clientOf(req);
      },
    }),
    ...(documentLimits && { documentLimits }),
    hstsSeconds,
    jsonErrorStatus,
    introspection,
    validationRules: [limitCredentialFields],
    // A subgraph that is down costs its own fields only: the gateway is ready without it.
    checkReady: async () => ({}),
    corsOrigins,
    maxBodyBytes,
    uploads: uploadTypes(maxUploadBytes),
    bodyLimitOf: createBodyLimit({ unverifiedBytes: unverifiedBodyBytes, maxUploadBytes }),
    metering: budget,
    ...(trust && { admitDocument: createDocumentAdmission(trust.documents, trust.mode) }),
    acceptsPersistedQueries: trust?.mode !== 'only',
    ...(shutdown && { shutdown }),
    listen,
    log,
    close: async () => {
      await executor.close?.();
      verifier.keys.stop();
      await Promise.all([tokenExchange, ...clients.values()].map((client) => client.close()));
    },
  });
  return { ...server, prepareExplorer: () => void explorer.prepare() };
}
