import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { z } from 'zod';
import { createClientIp } from '../../../gateway/client-ip.ts';
import type { gatewayEnvironment } from '../../../gateway/environment.ts';
import type { Running } from '../../../platform/process/lifecycle.ts';
import type { Logger } from '../../../platform/process/logger.ts';
import { createRequestSigner } from '../../../platform/signatures/request-signer.ts';
import { readSupergraph } from '../../gateways/settings.ts';
import { createErrorPlugin } from './errors.ts';
import { createFront } from './front.ts';
import { limits } from './limits.ts';
import { type Context, createHiveGateway, type Plugin } from './packages.ts';

type Environment = Omit<z.output<typeof gatewayEnvironment>, 'GATEWAY_EXECUTOR'>;

/** Starts Hive Gateway with the safeguards of this project's gateway; docs/other-routers.md explains each setting. */
export async function startHive(env: Environment, log: Logger): Promise<Running> {
  const hive = await createHiveGateway({
    supergraph: readSupergraph({ port: env.GATEWAY_PORT, authUrl: env.AUTH_URL, resourcesUrl: env.RESOURCES_URL }),
    graphqlEndpoint: '/graphql',
    healthCheckEndpoint: '/health/live',
    readinessCheckEndpoint: '/health/ready',
    graphiql: false,
    landingPage: false,
    batching: false,
    multipart: false,
    cors: corsOf(env.CORS_ORIGINS),
    csrfPrevention: { requestHeaders: ['apollo-require-preflight'] },
    propagateHeaders: { fromClientToSubgraphs: createHeaders(env) },
    upstreamTimeout: ({ subgraphName, executionRequest }) =>
      isNamed(subgraphName, 'resources') && executionRequest.operationType === 'mutation'
        ? env.SUBGRAPH_IMAGE_TIMEOUT_MS
        : env.SUBGRAPH_TIMEOUT_MS,
    subgraphErrors: false,
    // The error plug-in masks them.
    maskedErrors: { maskError: (error) => error },
    logging: env.LOG_LEVEL === 'trace' ? 'trace' : 'error',
    plugins: () => [limits, abortQueries, signRequests(env), createErrorPlugin(log)],
  });
  const server = createServer({ requestTimeout: 30_000 }, createFront(hive));
  server.listen(env.GATEWAY_PORT, env.HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  log.info({ url: `http://${env.HOST}:${port}/graphql` }, 'listening');
  return {
    async stop() {
      server.close();
      server.closeIdleConnections();
      await once(server, 'close');
      await hive.dispose();
    },
  };
}

/** Aborts queries when the client disconnects, but not mutations. Hive's `upstreamCancellation` would abort both. */
const abortQueries: Plugin = {
  onFetch({ context: { request }, executionRequest, options, setOptions }) {
    if (!request || executionRequest?.operationType !== 'query') return;
    const signals = [request.signal, options.signal].filter((signal) => signal instanceof AbortSignal);
    setOptions({ ...options, signal: AbortSignal.any(signals) });
  },
};

/** Signs what goes to the subgraphs. Runs after `propagateHeaders`, whose headers it covers. */
function signRequests({ GATEWAY_KEY_FILE }: Environment): Plugin {
  const sign = createRequestSigner(GATEWAY_KEY_FILE);
  return {
    onFetch({ url, executionRequest, options, setOptions }) {
      const { method = 'GET', body, headers = {} } = options;
      if (!executionRequest || typeof body !== 'string') return;
      const { [addressHeader]: clientAddress, authorization } = headers;
      const signature = sign({ method, path: new URL(url).pathname, body, authorization, clientAddress });
      setOptions({ ...options, headers: { ...headers, ...signature } });
    },
  };
}

/** Hive allows every origin by default. */
function corsOf(origins: string[]) {
  if (origins.length === 0) return false;
  return { origin: origins, methods: ['POST'], exposedHeaders: ['x-request-id'], maxAge: 600 };
}

const addressHeader = 'x-client-address';

/** Forwards only these headers to subgraphs; the client's address goes to auth only. */
function createHeaders({ TRUSTED_PROXIES }: Environment) {
  const clientOf = createClientIp(TRUSTED_PROXIES);
  return ({ request, subgraphName, context }: { request: Request; subgraphName: string; context: Context }) => {
    const authorization = request.headers.get('authorization');
    const headers = {
      'x-request-id': request.headers.get('x-request-id') ?? '',
      ...(authorization !== null && { authorization }),
    };
    if (!isNamed(subgraphName, 'auth')) return headers;
    const { address, userAgent } = clientOf(context.req);
    return {
      ...headers,
      [addressHeader]: address,
      // Set in any case: the default is that of Node's fetch.
      'user-agent': userAgent ?? '',
    };
  };
}

/** Hive uses the names in the supergraph, which are in upper case. */
const isNamed = (subgraphName: string, name: string) => subgraphName.toLowerCase() === name;
