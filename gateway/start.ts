import { readFileSync } from 'node:fs';
import { type Listen, type RunningServer, startGraphqlServer } from '../runtime/graphql-server.ts';
import type { Logger } from '../runtime/logger.ts';
import { createGateway } from './gateway.ts';
import type { SubgraphSettings } from './subgraph-client.ts';

export interface GatewaySettings {
  subgraphs: SubgraphSettings[];
  corsOrigins: readonly string[];
  listen: Listen;
  log: Logger;
}

/** Of a client's request: an image of the largest size in base64, and a second one beside it. */
const maxBodyBytes = 1024 * 1024;

/** Starts the gateway on the committed supergraph; it needs no subgraph to start. */
export function startGateway({ subgraphs, corsOrigins, listen, log }: GatewaySettings): Promise<RunningServer> {
  const supergraphSdl = readFileSync(new URL('../schema/supergraph.graphql', import.meta.url), 'utf8');
  const gateway = createGateway({ supergraphSdl, subgraphs, log });
  return startGraphqlServer({
    gateway: gateway.apollo,
    context: ({ authorization, requestId, clientGone }) => ({ authorization, requestId, clientGone }),
    // A subgraph that is away costs its own fields only: the gateway is ready without it.
    checkReady: () => {},
    corsOrigins,
    maxBodyBytes,
    listen,
    log,
    close: gateway.close,
  });
}
