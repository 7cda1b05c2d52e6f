import { readFileSync } from 'node:fs';
import { oneCredentialField } from '../platform/graphql/one-credential-field.ts';
import { type Listen, type RunningServer, startGraphqlServer } from '../platform/graphql/server.ts';
import type { GracePeriod } from '../platform/process/grace-period.ts';
import type { Logger } from '../platform/process/logger.ts';
import { publicErrors } from '../schema/error-codes.ts';
import { createGateway, type ExecutorName } from './apollo-gateway.ts';
import { createClientIp } from './client-ip.ts';
import { createExplorer } from './explorer/explorer.ts';
import type { SubgraphSettings } from './subgraphs/subgraph-client.ts';

export interface GatewaySettings {
  subgraphs: SubgraphSettings[];
  /** `lean` where it is left out. */
  executor?: ExecutorName;
  corsOrigins: readonly string[];
  /** Whose `X-Forwarded-For` is believed: addresses, ranges and names of ranges; nobody's where it is left out. */
  trustedProxies?: readonly string[];
  /** How long a stop waits for requests in flight; the default period if omitted. */
  grace?: GracePeriod;
  listen: Listen;
  log: Logger;
}

/** Of a client's request: an image of the largest size in base64, and a second one beside it. */
const maxBodyBytes = 1024 * 1024;

export interface RunningGateway extends RunningServer {
  /** Builds and compresses the explorer's page in the background, so that its first visitor does not wait. */
  prepareExplorer(): void;
}

/** Starts the gateway on the committed supergraph; it needs no subgraph to start. */
export async function startGateway({
  subgraphs,
  executor = 'lean',
  corsOrigins,
  trustedProxies,
  grace,
  listen,
  log,
}: GatewaySettings): Promise<RunningGateway> {
  const supergraphSdl = readFileSync(new URL('../schema/supergraph.graphql', import.meta.url), 'utf8');
  const { gateway, close } = createGateway({ supergraphSdl, subgraphs, executor, log });
  const explorer = createExplorer({ log });
  const server = await startGraphqlServer({
    page: explorer.page,
    paths: explorer.paths,
    gateway,
    publicErrors,
    context: ({ authorization, requestId, clientGone, client }) => ({ authorization, requestId, clientGone, client }),
    clientOf: createClientIp(trustedProxies, log),
    validationRules: [oneCredentialField],
    // A subgraph that is away costs its own fields only: the gateway is ready without it.
    checkReady: () => {},
    corsOrigins,
    maxBodyBytes,
    ...(grace && { grace }),
    listen,
    log,
    close,
  });
  return { ...server, prepareExplorer: () => void explorer.prepare() };
}
