import '../../runtime/heap-growth.ts';

import { createLogger } from '../../runtime/logger.ts';
import { runProcess } from '../../runtime/process.ts';
import { resourcesEnvironment } from './environment.ts';
import { startResources } from './start.ts';
import { openSqliteResourceStore } from './storage/sqlite.ts';

await runProcess({
  about: 'resources: the subgraph of image resources; verifies access tokens itself.',
  spec: resourcesEnvironment,
  start: (env) =>
    startResources({
      verifier: {
        verificationKey: env.VERIFICATION_KEY_FILE,
        issuer: env.TOKEN_ISSUER,
        audience: env.TOKEN_AUDIENCE,
      },
      store: openSqliteResourceStore(env.RESOURCES_DATABASE_FILE),
      imageService: {
        baseUrl: env.IMAGE_SERVICE_URL,
        token: env.IMAGE_SERVICE_TOKEN_FILE,
        timeoutMs: env.IMAGE_SERVICE_TIMEOUT_MS,
      },
      listen: { host: env.HOST, port: env.RESOURCES_PORT, portVariable: 'RESOURCES_PORT' },
      log: createLogger({ service: 'resources', level: env.LOG_LEVEL }),
    }),
});
