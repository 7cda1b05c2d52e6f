import type { RunningServer } from '../../../platform/graphql/server.ts';
import { createLogger } from '../../../platform/process/logger.ts';
import { type AccountRules, startAuth } from '../../../subgraphs/auth/server.ts';
import { openSqliteAuthStores } from '../../../subgraphs/auth/storage/sqlite/auth-stores.ts';
import { openSqliteUserStore } from '../../../subgraphs/auth/storage/sqlite/user-store.ts';
import type { UserStore } from '../../../subgraphs/auth/storage/user-store.ts';
import { openSigningKeys } from '../../../subgraphs/auth/tokens/signing-keys.ts';
import { audience, eventAudience, issuer } from './settings.ts';
import { type OnStep, withSteps } from './steps.ts';

export interface AuthSettings {
  /** The SQLite file. */
  file: string;
  /** The folder of its signing keys. */
  keysFolder: string;
  /** The URL to which events are delivered. */
  eventsUrl: string;
}

const tokenSeconds = 3_600;
/** No rate limits, cheap hashes, and no grace period, so that a token's second use is a retry or ends the session. */
const rules: AccountRules = {
  accessTokenSeconds: tokenSeconds,
  sessions: { graceSeconds: 0, retrySeconds: 86_400, idleSeconds: 86_400, maxSeconds: 86_400 },
  passwords: { cost: 4, concurrency: 2 },
  limits: { failuresPerAccount: 0, failuresPerAddress: 0, registrationsPerAddress: 0 },
};
const subscriber = 'resources';

export const openUserStore = (file: string): UserStore => openSqliteUserStore(file, { subscribers: [subscriber] });

/** Starts the auth subgraph. Its steps are the changes of accounts and sessions, and the deletions of delivered events. */
export function startAuthServer(
  { file, keysFolder, eventsUrl }: AuthSettings,
  onStep: OnStep = () => {},
): Promise<RunningServer> {
  const log = createLogger({ service: 'auth', level: 'silent' });
  const { store, counters } = openSqliteAuthStores(file, { subscribers: [subscriber], writer: 'thread' });
  const { insert, remove, changePassword, sessions, outbox } = store;
  const { open, endByToken, end, endAll, rotate } = sessions;
  return startAuth({
    keys: openSigningKeys({ folder: keysFolder, tokenSeconds, log }),
    store: {
      ...store,
      ...withSteps('users', { insert, remove, changePassword }, onStep),
      sessions: { ...sessions, ...withSteps('sessions', { open, endByToken, end, endAll, rotate }, onStep) },
      outbox: { ...outbox, ...withSteps('outbox', { markAccepted: outbox.markAccepted }, onStep) },
    },
    counters,
    tokens: { issuer, audience, clientId: 'test' },
    rules,
    events: { audience: eventAudience, subscribers: [{ name: subscriber, url: eventsUrl }] },
    listen: { host: '127.0.0.1', port: 0, portVariable: 'PORT' },
    log,
  });
}
