import '../../runtime/heap-growth.ts';

import { createLogger } from '../../runtime/logger.ts';
import { runProcess } from '../../runtime/process.ts';
import { authEnvironment } from './environment.ts';
import { startAuth } from './start.ts';
import { openSqliteUserStore } from './storage/sqlite.ts';

await runProcess({
  about: 'auth: the subgraph of accounts; hands out access tokens.',
  spec: authEnvironment,
  start: (env) =>
    startAuth({
      tokens: {
        signingKey: env.SIGNING_KEY_FILE,
        issuer: env.TOKEN_ISSUER,
        audience: env.TOKEN_AUDIENCE,
        clientId: env.TOKEN_CLIENT_ID,
        lifetimeSeconds: env.ACCESS_TOKEN_SECONDS,
      },
      store: openSqliteUserStore(env.AUTH_DATABASE_FILE),
      bcrypt: { cost: env.BCRYPT_COST, concurrency: env.BCRYPT_CONCURRENCY },
      listen: { host: env.HOST, port: env.AUTH_PORT, portVariable: 'AUTH_PORT' },
      log: createLogger({ service: 'auth', level: env.LOG_LEVEL }),
    }),
});
