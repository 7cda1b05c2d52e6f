import { join } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';
import { createAuthenticate, type Viewer } from '../../../platform/tokens/access-token.ts';
import type { SecurityEvent } from '../../../platform/tokens/security-event.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { createAccounts } from '../accounts/accounts.ts';
import { createPasswords } from '../passwords/passwords.ts';
import { createPersonalAccessTokens } from '../personal-access-tokens/personal-access-tokens.ts';
import { createThrottle, type Limits } from '../rate-limiting/throttle.ts';
import { createSessions, type SessionTimes } from '../sessions/sessions.ts';
import { openSqliteLimitStore } from '../storage/sqlite/limit-store.ts';
import { openSqliteUserStore } from '../storage/sqlite/user-store.ts';
import { createIssueAccessToken } from '../tokens/access-tokens.ts';
import { acceptAll } from './outbox.ts';
import { createSingleKey } from './signing-keys.ts';

/** The client of all requests, unless a test passes another. */
export const client = { address: '192.0.2.1', userAgent: 'a browser' };

/** The password of all accounts, unless a test passes another. */
export const password = 'correct horse';
export const otherPassword = 'another password';

const subscriber = 'a subscriber';

const keys = createSingleKey();

interface OpenAccounts {
  /** Lifetime of access tokens. */
  lifetimeSeconds?: number;
  times?: Partial<SessionTimes>;
  limits?: Partial<Limits>;
  bcryptCost?: number;
  /** An existing database; by default, a new one. */
  file?: string;
}

/** The rules about accounts and sessions on a SQLite database, with cheap hashes and without limits. */
export function openAccounts(settings: OpenAccounts = {}) {
  const { lifetimeSeconds = 60, file = join(folderOfTest(), 'auth.sqlite') } = settings;
  const { log, lines } = captureLog();
  const store = openSqliteUserStore(file, { subscribers: [subscriber] });
  const counters = openSqliteLimitStore(file);
  onTestFinished(() => {
    counters.close();
    store.close();
  });
  const claims = { keys, issuer: 'https://auth.example', audience: 'https://api.example' };
  const issueAccessToken = createIssueAccessToken({ ...claims, clientId: 'test', lifetimeSeconds });
  const times = { graceSeconds: 10, retrySeconds: 0, idleSeconds: 3_600, maxSeconds: 7_200, ...settings.times };
  const sessions = createSessions({ store: store.sessions, issueAccessToken, times });
  const passwords = createPasswords({ cost: settings.bcryptCost ?? 4, concurrency: 2 });
  const unlimited = { failuresPerAccount: 0, failuresPerAddress: 0, registrationsPerAddress: 0 };
  const throttle = createThrottle({ limits: { ...unlimited, ...settings.limits }, counters, log });
  const personalAccessTokens = createPersonalAccessTokens({ store: store.personalAccessTokens, issueAccessToken, log });
  const authenticate = createAuthenticate(claims);
  const parts = { store, sessions, passwords, throttle, log };
  const accounts = createAccounts(parts);
  const events: SecurityEvent[] = [];
  /** The viewer of an access token, whether or not its session is open. */
  const viewerOf = async ({ accessToken }: { accessToken: string }): Promise<Viewer> =>
    authenticate(`Bearer ${accessToken}`);
  return {
    ...parts,
    personalAccessTokens,
    authenticate,
    /** The arguments of `createAccounts`, for tests that replace one of them. */
    parts,
    file,
    lines,
    accounts,
    viewerOf,
    /** Registers an account; it has one session. */
    async signUp(username = 'ada') {
      const result = await accounts.register({ username, password }, client);
      return { ...result, viewer: await viewerOf(result) };
    },
    /** Opens another session. */
    async logIn(username = 'ada', usedPassword = password) {
      const result = await accounts.logIn({ username, password: usedPassword }, client);
      return { ...result, viewer: await viewerOf(result) };
    },
    /** All security events since the start, in order per user. */
    emittedEvents: async () => {
      events.push(...(await acceptAll(store.outbox, subscriber)));
      return events;
    },
  };
}

/** Stops the clock; `passSeconds` moves it. */
export function stopClock(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
  onTestFinished(() => void vi.useRealTimers());
}

/** Matches an ApiError with exactly these extensions. */
export const apiError = (code: string, details: object = {}) =>
  expect.objectContaining({ name: 'ApiError', extensions: { code, ...details } });

/** The error for access tokens of an ended session or a deleted account. */
export const sessionEnded = apiError('UNAUTHENTICATED', { reason: 'INVALID' });

/** The error of rejected work; undefined if it resolves. */
export const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

/** The event of an ended session. */
export const revoked = ({ id: userId, sessionId }: Viewer) => ({ type: 'session-revoked', userId, sessionId });
