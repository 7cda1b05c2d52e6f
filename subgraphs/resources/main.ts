import { documentLimitsFrom } from '../../platform/graphql/document-limits/environment.ts';
import { runProcess } from '../../platform/process/lifecycle.ts';
import { createLogger } from '../../platform/process/logger.ts';
import { createIdentifySender } from '../../platform/signatures/sender.ts';
import { createRemoteKeySet } from '../../platform/tokens/remote-key-set.ts';
import { resourcesEnvironment } from './environment.ts';
import { createImageClient } from './image-service/client.ts';
import { createDecoderProcess } from './images/decoder-process.ts';
import { resourcesTiming, startResources } from './server.ts';
import { openSqliteResourceStore } from './storage/sqlite/resource-store.ts';

await runProcess({
  about: 'resources: the subgraph of image resources.',
  spec: resourcesEnvironment,
  start: (env, shutdown) => {
    const log = createLogger({ service: 'resources', level: env.LOG_LEVEL });
    const keys = env.GATEWAY_KEY_FILE;
    const isSignatureRequired = env.GATEWAY_SIGNATURE === 'required';
    return startResources({
      verifier: {
        // The environment guarantees that exactly one of the two is set.
        keys: env.VERIFICATION_KEY_FILE ?? createRemoteKeySet({ url: env.JWKS_URL as string, log }),
        issuer: env.TOKEN_ISSUER,
        audience: env.TOKEN_AUDIENCE,
      },
      eventAudience: env.EVENT_AUDIENCE,
      store: openSqliteResourceStore(env.RESOURCES_DATABASE_FILE, { writer: 'thread' }),
      imageClient: createImageClient({
        baseUrl: env.IMAGE_SERVICE_URL,
        token: env.IMAGE_SERVICE_TOKEN_FILE,
        timeoutMs: env.IMAGE_SERVICE_TIMEOUT_MS,
        publicFetchOrigin: env.IMAGE_PUBLIC_FETCH_ORIGIN,
      }),
      imageDecoder: createDecoderProcess({ log }),
      timing: resourcesTiming({
        timeoutMs: env.IMAGE_SERVICE_TIMEOUT_MS,
        settleSeconds: env.IMAGE_SERVICE_SETTLE_SECONDS,
      }),
      ...(keys && { identifySender: createIdentifySender({ keys, isSignatureRequired, log }) }),
      maxCost: env.MAX_COST,
      documentLimits: documentLimitsFrom(env),
      introspection: env.INTROSPECTION,
      maxResponseBytes: env.MAX_RESPONSE_BYTES,
      maxUploadBytes: env.MAX_UPLOAD_BYTES,
      shutdown,
      listen: { host: env.HOST, port: env.RESOURCES_PORT, portVariable: 'RESOURCES_PORT' },
      log,
    });
  },
});
