import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { requestTextTo } from '../../../tests/support/graphql/request.ts';
import type { Limits } from '../rate-limiting/throttle.ts';
import { type AuthSettings, startAuth } from '../server.ts';
import { openSqliteLimitStore } from '../storage/sqlite/limit-store.ts';
import { openSqliteUserStore } from '../storage/sqlite/user-store.ts';
import { oneKey } from './signing-keys.ts';
import { password } from './users.ts';

export const issuer = 'https://auth.example';
const audience = 'https://api.example';
export const eventAudience = 'https://api.example/events';

const keys = oneKey();

interface Start extends Partial<Pick<AuthSettings, 'keys' | 'clientOf' | 'listen'>> {
  limits?: Partial<Limits>;
  subscribers?: AuthSettings['events']['subscribers'];
  /** A database that is there, instead of an empty one. */
  file?: string;
}

/** What a log-in is answered with. */
export interface Pair {
  accessToken: string;
  refreshToken: string;
  user: { id: string };
}

const pair = '{ accessToken refreshToken user { id } }';

/** The subgraph alone, as the gateway asks it; it limits nothing unless that is said. */
export async function startSubgraph({ limits, subscribers = [], file = newFile(), ...settings }: Start = {}) {
  const { log, lines } = captureLog('trace');
  const store = openSqliteUserStore(file, { subscribers: subscribers.map(({ name }) => name) });
  const counters = openSqliteLimitStore(file);
  onTestFinished(() => {
    counters.close();
    store.close();
  });
  const off = { failuresPerAccount: 0, failuresPerAddress: 0, registrationsPerAddress: 0 };
  const { url, execute, stop } = await startAuth({
    keys,
    store,
    counters,
    tokens: { issuer, audience, clientId: 'test' },
    rules: {
      accessTokenSeconds: 60,
      sessions: { graceSeconds: 10, idleSeconds: 3_600, longestSeconds: 7_200 },
      passwords: { cost: 4, concurrency: 2 },
      limits: { ...off, ...limits },
    },
    events: { audience: eventAudience, subscribers },
    listen: { host: '127.0.0.1', port: 0, portVariable: 'AUTH_PORT' },
    log,
    ...settings,
  });
  let stopped: Promise<void> | undefined;
  const stopOnce = () => {
    stopped ??= stop();
    return stopped;
  };
  onTestFinished(stopOnce);

  const ask = requestTextTo(url);
  const as = ({ accessToken, refreshToken, user }: Pair) => ({
    ...{ accessToken, refreshToken, id: user.id },
    ask: requestTextTo(url, accessToken),
  });
  return {
    ...{ url, execute, file, store, counters, lines },
    stop: stopOnce,
    /** Asks without a token. */
    ask,
    /** Somebody with an account and a session. */
    async register(username = 'ada') {
      const document = `mutation ($input: RegisterInput!) { register(input: $input) ${pair} }`;
      return as((await ask.data<{ register: Pair }>(document, { input: { username, password } })).register);
    },
    /** Another session of somebody's. */
    async logIn(username = 'ada', by = password) {
      const document = `mutation ($input: LoginInput!) { login(input: $input) ${pair} }`;
      return as((await ask.data<{ login: Pair }>(document, { input: { username, password: by } })).login);
    },
  };
}

export const newFile = () => join(folderOfTest(), 'auth.sqlite');
