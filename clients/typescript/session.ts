import { untilAborted } from './async.ts';
import { type ApiError, isApiError, toApiError } from './errors.ts';

/** The tokens of one log-in. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

type Awaitable<Value> = Value | Promise<Value>;

/** Stores the tokens. Several clients may share one store, as the tabs of a browser do. */
export interface TokenStore {
  get(): Awaitable<Tokens | undefined>;
  /** Called with undefined after a log-out and when the session has ended. */
  set(tokens: Tokens | undefined): Awaitable<void>;
  /** Runs a refresh while no other client of the store runs one, for example by `navigator.locks.request`. */
  lock?<Result>(run: () => Promise<Result>): Promise<Result>;
}

export interface SessionParts {
  store: TokenStore;
  /** Throws INVALID_REFRESH_TOKEN when the session has ended. */
  refresh: (refreshToken: string) => Promise<Tokens>;
  /** Called once when the session turns out to have ended. */
  onEnd: () => void;
}

export interface Session extends TokenStore {
  /** The current log-in, or that of an anonymous user. */
  begin(): Promise<LogIn>;
  /** Refreshes the tokens, once for any number of concurrent calls. Resolves to undefined when their log-in has ended. */
  renew(used: Tokens): Promise<Tokens | undefined>;
}

/** Something to do with an access token, or anonymously. */
type Attempt<Result> = (accessToken: string | undefined) => Promise<Result>;

/** Provides the access token for an attempt. */
export interface Runner {
  run<Result>(attempt: Attempt<Result>, signal?: AbortSignal): Promise<Result>;
}

/** One log-in. Its operations never run with the tokens of another. */
export interface LogIn extends Runner {
  /**
   * Runs an attempt with the current access token; when the token is rejected, refreshes it and runs the attempt once
   * more. Throws UNAUTHENTICATED when the log-in has been replaced by another, or has ended.
   */
  run: Runner['run'];
  /**
   * Runs an attempt that returns new tokens, or none, and stores them in place of this log-in's. They are stored even if
   * another client has cleared the store meanwhile, but not if this client has logged out. A refresh that is rejected
   * while the attempt is in flight waits for its tokens.
   */
  replaceTokens(attempt: Attempt<Tokens | undefined>, signal?: AbortSignal): Promise<void>;
}

/** Runs an attempt once with a fixed access token, or with none, whoever is logged in. */
export const withToken = (accessToken: string | undefined): Runner => ({ run: (attempt) => attempt(accessToken) });

/** A store in memory. */
export function memoryStore(initial?: Tokens): TokenStore {
  let stored = initial;
  return {
    get: () => stored,
    set: (tokens) => {
      stored = tokens;
    },
  };
}

export function createSession({ store, refresh, onEnd }: SessionParts): Session {
  /** The refreshes in flight, by session id. */
  const renewals = new Map<string, Promise<Tokens | undefined>>();
  /** The calls of `replaceTokens` in flight. */
  const replacements = new Set<Promise<void>>();
  /** The last write of this client, which a slow store may not return yet. */
  let lastWrite = Promise.resolve();
  /** How often this client has cleared the tokens. */
  let logOutCount = 0;

  const set = (tokens: Tokens | undefined) => {
    if (!tokens) logOutCount += 1;
    const write = async () => store.set(tokens);
    lastWrite = lastWrite.then(write, write);
    return lastWrite;
  };

  /** Stores tokens if the stored ones may be replaced; resolves to whether it did. */
  const compareAndSet = async (tokens: Tokens | undefined, mayReplace: (stored: Tokens | undefined) => boolean) => {
    for (;;) {
      const writeBefore = lastWrite;
      await writeBefore.catch(() => {});
      const stored = await store.get();
      // A write has begun since, and `stored` may be outdated: read again.
      if (lastWrite !== writeBefore) continue;
      if (!mayReplace(stored)) return false;
      await set(tokens);
      return true;
    }
  };

  const renewOnce = async (used: Tokens): Promise<Tokens | undefined> => {
    // Other stored tokens come from a refresh by another client of the store, a log-in or a log-out.
    const isUsed = (stored: Tokens | undefined) => stored?.refreshToken === used.refreshToken;
    const storedOfSameLogIn = async () => {
      const stored = await store.get();
      return isSameLogIn(stored, used) ? stored : undefined;
    };
    if (!isUsed(await store.get())) return storedOfSameLogIn();
    const tokens = await refresh(used.refreshToken).catch(async (error: unknown) => {
      if (!isApiError(error, 'INVALID_REFRESH_TOKEN')) throw error;
      // A password change revokes the refresh token, and its response with new tokens may still be on its way.
      await Promise.allSettled(replacements);
      return undefined;
    });
    if (!(await compareAndSet(tokens, isUsed))) return storedOfSameLogIn();
    if (!tokens) onEnd();
    return tokens;
  };

  const renewLocked = (used: Tokens) => (store.lock ? store.lock(() => renewOnce(used)) : renewOnce(used));

  const renew = (used: Tokens) => {
    const sessionId = sessionIdOf(used);
    const renewal = renewals.get(sessionId) ?? renewLocked(used).finally(() => renewals.delete(sessionId));
    renewals.set(sessionId, renewal);
    return renewal;
  };

  const begin = async (): Promise<LogIn> => {
    const logOutCountBefore = logOutCount;
    let current = await store.get();
    const isCurrent = (stored: Tokens | undefined) => isSameLogIn(stored, current);

    const run: LogIn['run'] = async (attempt, signal) => {
      const used = await store.get();
      if (!isCurrent(used)) throw logInEnded();
      try {
        return await attempt(used?.accessToken);
      } catch (error) {
        if (!used || !isTokenRejected(error)) throw error;
        const renewed = await untilAborted(renew(used), signal);
        if (!renewed || renewed.accessToken === used.accessToken) throw error;
        current = renewed;
        return attempt(renewed.accessToken);
      }
    };

    // An empty store may be the work of another client, whose refresh was rejected because of the replacement.
    const mayReplace = (stored: Tokens | undefined) =>
      isCurrent(stored) || (!stored && logOutCount === logOutCountBefore);

    return {
      run,
      replaceTokens(attempt, signal) {
        const replace = async (accessToken: string | undefined) => {
          await compareAndSet(await attempt(accessToken), mayReplace);
        };
        // Tracks each attempt by itself: between two of them `run` awaits a refresh, which must not await this in turn.
        return run((accessToken) => trackIn(replacements, replace(accessToken)), signal);
      },
    };
  };

  return { get: () => store.get(), set, begin, renew };
}

/** Adds a promise to a set until it settles. */
async function trackIn<Result>(pending: Set<Promise<Result>>, promise: Promise<Result>): Promise<Result> {
  pending.add(promise);
  try {
    return await promise;
  } finally {
    pending.delete(promise);
  }
}

const isSameLogIn = (one: Tokens | undefined, other: Tokens | undefined) =>
  one && other ? sessionIdOf(one) === sessionIdOf(other) : one === other;

/** The claim `sid` of the access token, which all tokens of one log-in share. */
export function sessionIdOf({ accessToken, refreshToken }: Tokens): string {
  try {
    const payload = accessToken.split('.')[1] ?? '';
    const { sid } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    if (typeof sid === 'string') return sid;
  } catch {
    // An unreadable access token belongs to no other log-in: its refresh token stands for it.
  }
  return refreshToken;
}

/** The API's error for a missing token, for a call whose log-in is no longer the current one. */
function logInEnded(): ApiError {
  const message = 'The user has logged out, or another has logged in, since this call started: start it again.';
  return toApiError([{ message, extensions: { code: 'UNAUTHENTICATED', reason: 'MISSING' } }], null);
}

/** True if every field was rejected because of the token, so that nothing was executed. */
function isTokenRejected(error: unknown): error is ApiError<'UNAUTHENTICATED'> {
  if (!isApiError(error)) return false;
  const hasData = Object.values(error.data ?? {}).some((value) => value !== null);
  return !hasData && error.errors.every(({ code }) => code === 'UNAUTHENTICATED');
}
