import { documentLimitsFrom } from '../platform/graphql/document-limits/environment.ts';
import { runProcess } from '../platform/process/lifecycle.ts';
import { createLogger } from '../platform/process/logger.ts';
import { createRequestSigner } from '../platform/signatures/request-signer.ts';
import { createRemoteKeySet } from '../platform/tokens/remote-key-set.ts';
import { gatewayEnvironment } from './environment.ts';
import { createTokenExchangeClient } from './identity/token-exchange-client.ts';
import { startGateway } from './server.ts';
import { createHttpTransport } from './subgraphs/http-transport.ts';
import { trustFrom } from './trusted-documents/environment.ts';

/** The gateway is ready before auth is: it asks often for the first keys, without which it can verify no token. */
const keyTiming = { retryMs: 100 };

/** Where auth publishes its keys. */
const jwksPath = '/.well-known/jwks.json';

await runProcess({
  about: 'gateway: the one entry point for clients. Plans operations and calls the subgraphs.',
  spec: gatewayEnvironment,
  start: async (env, shutdown) => {
    const log = createLogger({ service: 'gateway', level: env.LOG_LEVEL });
    const { JWKS_URL: jwksUrl = new URL(jwksPath, env.AUTH_URL).href } = env;
    const { MAX_RESPONSE_BYTES: maxResponseBytes } = env;
    const { GATEWAY_KEY_FILE: sharedKeys } = env;
    const signForAuth = createRequestSigner(env.AUTH_GATEWAY_KEY_FILE ?? sharedKeys);
    const signForResources = createRequestSigner(env.RESOURCES_GATEWAY_KEY_FILE ?? sharedKeys);
    const gateway = await startGateway({
      subgraphs: [
        {
          name: 'auth',
          transport: createHttpTransport(env.AUTH_URL, { signRequest: signForAuth, maxResponseBytes }),
          timeoutMs: env.SUBGRAPH_TIMEOUT_MS,
          mutationTimeoutMs: env.SUBGRAPH_TIMEOUT_MS,
        },
        {
          name: 'resources',
          transport: createHttpTransport(env.RESOURCES_URL, { signRequest: signForResources, maxResponseBytes }),
          timeoutMs: env.SUBGRAPH_TIMEOUT_MS,
          mutationTimeoutMs: env.SUBGRAPH_IMAGE_TIMEOUT_MS,
        },
      ],
      verifier: {
        keys: createRemoteKeySet({ url: jwksUrl, log, timing: keyTiming }),
        issuer: env.TOKEN_ISSUER,
        audience: env.TOKEN_AUDIENCE,
      },
      tokenExchange: createTokenExchangeClient({
        authUrl: env.AUTH_URL,
        signRequest: signForAuth,
        timeoutMs: env.SUBGRAPH_TIMEOUT_MS,
      }),
      executor: env.GATEWAY_EXECUTOR,
      cost: {
        maxCost: env.MAX_COST,
        budgetPerMinute: env.COST_BUDGET_PER_MINUTE,
        replicas: env.GATEWAY_REPLICAS,
      },
      maxResponseBytes,
      corsOrigins: env.CORS_ORIGINS,
      trustedProxies: env.TRUSTED_PROXIES,
      unverifiedBodyBytes: env.UNVERIFIED_BODY_BYTES,
      maxUploadBytes: env.MAX_UPLOAD_BYTES,
      documentLimits: documentLimitsFrom(env),
      hstsSeconds: env.HSTS_SECONDS,
      jsonErrorStatus: env.JSON_ERROR_STATUS,
      trust: trustFrom(env),
      introspection: env.INTROSPECTION,
      shutdown,
      listen: { host: env.HOST, port: env.GATEWAY_PORT, portVariable: 'GATEWAY_PORT' },
      log,
    });
    gateway.prepareExplorer();
    return gateway;
  },
});
