import type { RunningServer } from '../../platform/graphql/server.ts';
import { createLogger } from '../../platform/process/logger.ts';
import { type AccountRules, startAuth } from '../../subgraphs/auth/server.ts';
import { openSqliteLimitStore } from '../../subgraphs/auth/storage/sqlite/limit-store.ts';
import { openSqliteUserStore } from '../../subgraphs/auth/storage/sqlite/user-store.ts';
import type { UserStore } from '../../subgraphs/auth/storage/user-store.ts';
import { openSigningKeys } from '../../subgraphs/auth/tokens/signing-keys.ts';
import { inSteps, type Reach } from './steps.ts';
import { audience, eventAudience, issuer } from './tokens.ts';

/** Which database, what it signs with, and where it tells what happens to accounts. */
export interface AuthAt {
  file: string;
  keysFolder: string;
  /** URL. */
  eventsUrl: string;
}

const tokenSeconds = 3_600;
/** Nobody is held up here, and passwords cost little. */
const rules: AccountRules = {
  accessTokenSeconds: tokenSeconds,
  sessions: { graceSeconds: 0, idleSeconds: 86_400, longestSeconds: 86_400 },
  passwords: { cost: 4, concurrency: 2 },
  limits: { failuresPerAccount: 0, failuresPerAddress: 0, registrationsPerAddress: 0 },
};
const subscriber = 'resources';

export const openAccounts = (file: string): UserStore => openSqliteUserStore(file, { subscribers: [subscriber] });

/** Starts the auth subgraph, every change that is told to others being a step, and every note that it was. */
export function startAuthAt({ file, keysFolder, eventsUrl }: AuthAt, reach: Reach = () => {}): Promise<RunningServer> {
  const log = createLogger({ service: 'auth', level: 'silent' });
  const store = openAccounts(file);
  const { remove, changePassword, sessions, outbox } = store;
  const { endByToken, end, endAll, rotate } = sessions;
  return startAuth({
    keys: openSigningKeys({ folder: keysFolder, tokenSeconds, log }),
    store: {
      ...store,
      ...inSteps('users', { remove, changePassword }, reach),
      sessions: { ...sessions, ...inSteps('sessions', { endByToken, end, endAll, rotate }, reach) },
      outbox: { ...outbox, ...inSteps('outbox', { accepted: outbox.accepted }, reach) },
    },
    counters: openSqliteLimitStore(file),
    tokens: { issuer, audience, clientId: 'test' },
    rules,
    events: { audience: eventAudience, subscribers: [{ name: subscriber, url: eventsUrl }] },
    listen: { host: '127.0.0.1', port: 0, portVariable: 'PORT' },
    log,
  });
}
