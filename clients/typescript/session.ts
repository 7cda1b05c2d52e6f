import { untilAborted } from './async.ts';
import { type ApiError, isApiError, toApiError } from './errors.ts';

/** What somebody is logged in by. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

type Awaitable<Value> = Value | Promise<Value>;

/** Where tokens are kept: in memory unless another is given. Several clients may share one, as the tabs of a browser do. */
export interface TokenStore {
  get(): Awaitable<Tokens | undefined>;
  /** Undefined where nobody is logged in any more. */
  set(tokens: Tokens | undefined): Awaitable<void>;
}

export interface SessionParts {
  store: TokenStore;
  /** Throws INVALID_REFRESH_TOKEN where the session has ended. */
  refresh: (refreshToken: string) => Promise<Tokens>;
  /** Told once when a session turns out to have ended. */
  onEnd: () => void;
}

export interface Session extends TokenStore {
  /** Whoever is logged in now, or nobody: what is begun stays theirs. */
  begin(): Promise<LogIn>;
  /** Trades the tokens for new ones, however many ask at once; undefined where their log-in is over. */
  renew(used: Tokens): Promise<Tokens | undefined>;
}

/** Something that is done with an access token, or without one. */
type Attempt<Result> = (accessToken: string | undefined) => Promise<Result>;

/** As whom something is done. */
export interface Runner {
  run<Result>(attempt: Attempt<Result>, signal?: AbortSignal): Promise<Result>;
}

/** One log-in, from which no other one takes over. */
export interface LogIn extends Runner {
  /**
   * Runs with the access token that there is, and once more with a new one where that is refused. Rejects as
   * UNAUTHENTICATED where by then somebody else is logged in, or nobody is.
   */
  run: Runner['run'];
  /**
   * Runs what brings other tokens, or none, and keeps these in place of its own; also where nobody is logged in by then,
   * unless this client has logged out. A refresh that is refused meanwhile waits for them.
   */
  replace(attempt: Attempt<Tokens | undefined>, signal?: AbortSignal): Promise<void>;
}

/** Runs once, with this access token or with none, whoever is logged in. */
export const withToken = (accessToken: string | undefined): Runner => ({ run: (attempt) => attempt(accessToken) });

/** Tokens in memory. */
export function memoryStore(tokens?: Tokens): TokenStore {
  let kept = tokens;
  return {
    get: () => kept,
    set: (given) => {
      kept = given;
    },
  };
}

export function createSession({ store, refresh, onEnd }: SessionParts): Session {
  /** By log-in. */
  const renewals = new Map<string, Promise<Tokens | undefined>>();
  /** What may bring other tokens, and is under way. */
  const changes = new Set<Promise<void>>();
  /** The last that was kept here, which a store that takes its time may not show yet. */
  let writing = Promise.resolve();
  /** How often tokens were forgotten here. */
  let logOuts = 0;

  const set = (tokens: Tokens | undefined) => {
    if (!tokens) logOuts += 1;
    const write = async () => store.set(tokens);
    writing = writing.then(write, write);
    return writing;
  };

  /** Keeps others where what is kept may be replaced, which this looks at; gives whether it has. */
  const replace = async (tokens: Tokens | undefined, mayBe: (kept: Tokens | undefined) => boolean) => {
    for (;;) {
      const before = writing;
      await before.catch(() => {});
      const kept = await store.get();
      // What was kept here since then is not seen yet, and may be anybody's.
      if (writing !== before) continue;
      if (!mayBe(kept)) return false;
      await set(tokens);
      return true;
    }
  };

  const renewOnce = async (used: Tokens): Promise<Tokens | undefined> => {
    // Otherwise another client of the store has refreshed, or somebody has logged in or out.
    const isUsed = (kept: Tokens | undefined) => kept?.refreshToken === used.refreshToken;
    const keptOfSame = async () => {
      const kept = await store.get();
      return isSameLogIn(kept, used) ? kept : undefined;
    };
    if (!isUsed(await store.get())) return keptOfSame();
    const tokens = await refresh(used.refreshToken).catch(async (error: unknown) => {
      if (!isApiError(error, 'INVALID_REFRESH_TOKEN')) throw error;
      // A new password replaces the tokens, too, and its answer may be still to come.
      await Promise.allSettled(changes);
      return undefined;
    });
    if (!(await replace(tokens, isUsed))) return keptOfSame();
    if (!tokens) onEnd();
    return tokens;
  };

  const renew = (used: Tokens) => {
    const logIn = logInOf(used);
    const renewal = renewals.get(logIn) ?? renewOnce(used).finally(() => renewals.delete(logIn));
    renewals.set(logIn, renewal);
    return renewal;
  };

  const begin = async (): Promise<LogIn> => {
    const logOutsBefore = logOuts;
    let last = await store.get();
    const isStill = (kept: Tokens | undefined) => isSameLogIn(kept, last);

    const run: LogIn['run'] = async (attempt, signal) => {
      const used = await store.get();
      if (!isStill(used)) throw logInIsOver();
      try {
        return await attempt(used?.accessToken);
      } catch (error) {
        if (!used || !isOutdated(error)) throw error;
        const renewed = await untilAborted(renew(used), signal);
        if (!renewed || renewed.accessToken === used.accessToken) throw error;
        last = renewed;
        return attempt(renewed.accessToken);
      }
    };

    // Another client of the store, whose refresh was refused for the change, may have forgotten the tokens.
    const mayBe = (kept: Tokens | undefined) => isStill(kept) || (!kept && logOuts === logOutsBefore);

    return {
      run,
      replace(attempt, signal) {
        const change = async (accessToken: string | undefined) => {
          await replace(await attempt(accessToken), mayBe);
        };
        // Each attempt by itself: between two of them this waits for a refresh, which must not wait for this.
        return run((accessToken) => whileIn(changes, change(accessToken)), signal);
      },
    };
  };

  return { get: () => store.get(), set, begin, renew };
}

/** What a promise gives, which is among others until then. */
async function whileIn<Result>(others: Set<Promise<Result>>, promise: Promise<Result>): Promise<Result> {
  others.add(promise);
  try {
    return await promise;
  } finally {
    others.delete(promise);
  }
}

const isSameLogIn = (one: Tokens | undefined, other: Tokens | undefined) =>
  one && other ? logInOf(one) === logInOf(other) : one === other;

/** What all tokens of one log-in have in common: the session's id, which is the `sid` of its access tokens. */
function logInOf({ accessToken, refreshToken }: Tokens): string {
  try {
    const payload = accessToken.split('.')[1] ?? '';
    const { sid } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    if (typeof sid === 'string') return sid;
  } catch {
    // A token that cannot be read has nothing in common with any other.
  }
  return refreshToken;
}

/** Refuses as the API refuses who has no token: what asks has lost the one that it was begun with. */
function logInIsOver(): ApiError {
  const message = 'Somebody else has logged in since this was begun, or nobody is logged in any more: begin it anew.';
  return toApiError([{ message, extensions: { code: 'UNAUTHENTICATED', reason: 'MISSING' } }], null);
}

/** Whether all of an operation was refused for its token: then nothing of it has been done. */
function isOutdated(error: unknown): error is ApiError<'UNAUTHENTICATED'> {
  if (!isApiError(error)) return false;
  const answered = Object.values(error.data ?? {}).filter((value) => value !== null);
  return error.errors.every(({ code }) => code === 'UNAUTHENTICATED') && answered.length === 0;
}
