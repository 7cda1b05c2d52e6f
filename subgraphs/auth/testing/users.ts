import { join } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';
import type { Viewer } from '../../../platform/tokens/access-token.ts';
import { createAuthenticate } from '../../../platform/tokens/access-token.ts';
import type { SecurityEvent } from '../../../platform/tokens/security-event.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { createAccounts } from '../accounts/accounts.ts';
import { createPasswords } from '../passwords/passwords.ts';
import { createThrottle, type Limits } from '../rate-limiting/throttle.ts';
import { createSessions, type SessionTimes } from '../sessions/sessions.ts';
import { openSqliteLimitStore } from '../storage/sqlite/limit-store.ts';
import { openSqliteUserStore } from '../storage/sqlite/user-store.ts';
import { createIssueToken } from '../tokens/tokens.ts';
import { acceptAll } from './outbox.ts';
import { oneKey } from './signing-keys.ts';

/** Where somebody asks from, unless a test says otherwise. */
export const client = { address: '192.0.2.1', userAgent: 'a browser' };

/** Of everybody, unless a test says otherwise; and another. */
export const password = 'correct horse';
export const otherPassword = 'another password';

/** Somebody who listens to what happens to accounts. */
const subscriber = 'somebody';

const keys = oneKey();

interface OpenUsers {
  /** Of access tokens. */
  lifetimeSeconds?: number;
  times?: Partial<SessionTimes>;
  limits?: Partial<Limits>;
  bcryptCost?: number;
  /** A database that is there, instead of an empty one. */
  file?: string;
}

/** The rules about accounts and sessions, on an empty database; they cost little, and limit nothing. */
export function openUsers(settings: OpenUsers = {}) {
  const { lifetimeSeconds = 60, file = join(folderOfTest(), 'auth.sqlite') } = settings;
  const { log, lines } = captureLog();
  const store = openSqliteUserStore(file, { subscribers: [subscriber] });
  const counters = openSqliteLimitStore(file);
  onTestFinished(() => {
    counters.close();
    store.close();
  });
  const claims = { keys, issuer: 'https://auth.example', audience: 'https://api.example' };
  const issueToken = createIssueToken({ ...claims, clientId: 'test', lifetimeSeconds });
  const times = { graceSeconds: 10, idleSeconds: 3_600, longestSeconds: 7_200, ...settings.times };
  const sessions = createSessions({ store: store.sessions, issueToken, times });
  const passwords = createPasswords({ cost: settings.bcryptCost ?? 4, concurrency: 2 });
  const off = { failuresPerAccount: 0, failuresPerAddress: 0, registrationsPerAddress: 0 };
  const throttle = createThrottle({ limits: { ...off, ...settings.limits }, counters, log });
  const authenticate = createAuthenticate(claims);
  const parts = { store, sessions, passwords, throttle, log };
  const users = createAccounts(parts);
  const events: SecurityEvent[] = [];
  /** Who a token speaks for; whether its session is open is not asked. */
  const viewerOf = async ({ accessToken }: { accessToken: string }): Promise<Viewer> =>
    authenticate(`Bearer ${accessToken}`);
  return {
    ...parts,
    authenticate,
    /** What the rules are made of, for a test that changes one of them. */
    parts,
    file,
    lines,
    users,
    viewerOf,
    /** Somebody with an account, and the one session that it was registered in. */
    async signUp(username = 'ada') {
      const loggedIn = await users.register({ username, password }, client);
      return { ...loggedIn, viewer: await viewerOf(loggedIn) };
    },
    /** Another session of somebody's. */
    async logIn(username = 'ada', by = password) {
      const loggedIn = await users.logIn({ username, password: by }, client);
      return { ...loggedIn, viewer: await viewerOf(loggedIn) };
    },
    /** What the subscriber is told, in order for each user, from the beginning on. */
    told: async () => {
      events.push(...(await acceptAll(store.outbox, subscriber)));
      return events;
    },
  };
}

/** Stops the clock, which the test moves by `passSeconds`. */
export function stopClock(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
  onTestFinished(() => void vi.useRealTimers());
}

/** What a refusal with this code looks like, and nothing more in its extensions than is said. */
export const refusal = (code: string, details: object = {}) =>
  expect.objectContaining({ name: 'ApiError', extensions: { code, ...details } });

/** Of a session that has ended, or an account that is gone. */
export const ended = refusal('UNAUTHENTICATED', { reason: 'INVALID' });

/** What some work was refused with; undefined where it went well. */
export const refusalOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

/** What subscribers are told of a session that has ended. */
export const revoked = ({ id: userId, sessionId }: Viewer) => ({ type: 'session-revoked', userId, sessionId });
