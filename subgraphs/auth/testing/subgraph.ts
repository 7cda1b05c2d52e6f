import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { requestTextTo } from '../../../tests/support/graphql/request.ts';
import type { Limits } from '../rate-limiting/throttle.ts';
import { type AuthSettings, startAuth } from '../server.ts';
import { openSqliteLimitStore } from '../storage/sqlite/limit-store.ts';
import { openSqliteUserStore } from '../storage/sqlite/user-store.ts';
import { password } from './accounts.ts';
import { createSingleKey } from './signing-keys.ts';

export const issuer = 'https://auth.example';
const audience = 'https://api.example';
export const eventAudience = 'https://api.example/events';

const keys = createSingleKey();

interface Start extends Partial<Pick<AuthSettings, 'keys' | 'identifySender' | 'listen'>> {
  limits?: Partial<Limits>;
  subscribers?: AuthSettings['events']['subscribers'];
  /** An existing database; by default, a new one. */
  file?: string;
}

/** The tokens of a log-in and the id of its user. */
export interface LoginData {
  accessToken: string;
  refreshToken: string;
  user: { id: string };
}

const loginFields = '{ accessToken refreshToken user { id } }';

/** Starts the subgraph alone, by default without limits. */
export async function startSubgraph({ limits, subscribers = [], file = newFile(), ...settings }: Start = {}) {
  const { log, lines } = captureLog('trace');
  const store = openSqliteUserStore(file, { subscribers: subscribers.map(({ name }) => name) });
  const counters = openSqliteLimitStore(file);
  onTestFinished(() => {
    counters.close();
    store.close();
  });
  const unlimited = { failuresPerAccount: 0, failuresPerAddress: 0, registrationsPerAddress: 0 };
  const { url, execute, stop } = await startAuth({
    keys,
    store,
    counters,
    tokens: { issuer, audience, clientId: 'test' },
    rules: {
      accessTokenSeconds: 60,
      sessions: { graceSeconds: 10, retrySeconds: 0, idleSeconds: 3_600, maxSeconds: 7_200 },
      passwords: { cost: 4, concurrency: 2 },
      limits: { ...unlimited, ...limits },
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

  const request = requestTextTo(url);
  const as = ({ accessToken, refreshToken, user }: LoginData) => ({
    ...{ accessToken, refreshToken, id: user.id },
    request: requestTextTo(url, accessToken),
  });
  return {
    ...{ url, execute, file, store, counters, lines },
    stop: stopOnce,
    /** Sends a request without a token. */
    request,
    /** Registers an account; it has one session. */
    async register(username = 'ada') {
      const document = `mutation ($input: RegisterInput!) { register(input: $input) ${loginFields} }`;
      return as((await request.data<{ register: LoginData }>(document, { input: { username, password } })).register);
    },
    /** Opens another session. */
    async logIn(username = 'ada', usedPassword = password) {
      const document = `mutation ($input: LoginInput!) { login(input: $input) ${loginFields} }`;
      return as(
        (await request.data<{ login: LoginData }>(document, { input: { username, password: usedPassword } })).login,
      );
    },
  };
}

export const newFile = () => join(folderOfTest(), 'auth.sqlite');
