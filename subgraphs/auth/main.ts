import { documentLimitsFrom } from '../../platform/graphql/document-limits/environment.ts';
import { runProcess } from '../../platform/process/lifecycle.ts';
import { createLogger } from '../../platform/process/logger.ts';
import { createIdentifySender } from '../../platform/signatures/sender.ts';
import { accountRulesFrom, authEnvironment } from './environment.ts';
import { startAuth } from './server.ts';
import { openSqliteAuthStores } from './storage/sqlite/auth-stores.ts';
import { openSigningKeys } from './tokens/signing-keys.ts';

await runProcess({
  about: 'auth: the subgraph of accounts and sessions; issues access tokens.',
  spec: authEnvironment,
  start: (env, shutdown) => {
    const log = createLogger({ service: 'auth', level: env.LOG_LEVEL });
    const subscribers = env.EVENT_SUBSCRIBERS;
    if (subscribers.length === 0) log.warn('EVENT_SUBSCRIBERS is empty: nobody receives security events');
    return startAuth({
      keys: openSigningKeys({ folder: env.SIGNING_KEYS_FOLDER, tokenSeconds: env.ACCESS_TOKEN_SECONDS, log }),
      ...openSqliteAuthStores(env.AUTH_DATABASE_FILE, {
        subscribers: subscribers.map(({ name }) => name),
        writer: 'thread',
      }),
      tokens: { issuer: env.TOKEN_ISSUER, audience: env.TOKEN_AUDIENCE, clientId: env.TOKEN_CLIENT_ID },
      rules: accountRulesFrom(env),
      events: { audience: env.EVENT_AUDIENCE, subscribers },
      identifySender: createIdentifySender({
        keys: env.GATEWAY_KEY_FILE,
        isSignatureRequired: env.GATEWAY_SIGNATURE === 'required',
        log,
      }),
      maxCost: env.MAX_COST,
      documentLimits: documentLimitsFrom(env),
      introspection: env.INTROSPECTION,
      maxResponseBytes: env.MAX_RESPONSE_BYTES,
      shutdown,
      listen: { host: env.HOST, port: env.AUTH_PORT, portVariable: 'AUTH_PORT' },
      log,
    });
  },
});
