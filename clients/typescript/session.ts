import { type ApiError, isApiError } from './errors.ts';
import { untilAborted } from './waiting.ts';

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
  /** Runs with the access token that there is, and once more with a new one where that is refused. */
  run<Result>(attempt: (accessToken: string | undefined) => Promise<Result>, signal?: AbortSignal): Promise<Result>;
  /** Trades the tokens for new ones, however many ask at once; undefined where the session has ended. */
  renew(used: Tokens): Promise<Tokens | undefined>;
}

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
  let renewal: Promise<Tokens | undefined> | undefined;

  /** What is kept by now, where that is no longer what was used: somebody else has refreshed, logged in or logged out. */
  const replaced = async (used: Tokens) => {
    const now = await store.get();
    return now?.refreshToken === used.refreshToken ? undefined : { now };
  };

  const renewOnce = async (used: Tokens): Promise<Tokens | undefined> => {
    const before = await replaced(used);
    if (before) return before.now;
    const tokens = await refresh(used.refreshToken).catch((error: unknown) => {
      if (isApiError(error, 'INVALID_REFRESH_TOKEN')) return undefined;
      throw error;
    });
    const meanwhile = await replaced(used);
    if (meanwhile) return meanwhile.now;
    await store.set(tokens);
    if (!tokens) onEnd();
    return tokens;
  };

  const renew = (used: Tokens) => {
    renewal ??= renewOnce(used).finally(() => {
      renewal = undefined;
    });
    return renewal;
  };

  return {
    get: () => store.get(),
    set: (tokens) => store.set(tokens),
    renew,
    async run(attempt, signal) {
      const used = await store.get();
      try {
        return await attempt(used?.accessToken);
      } catch (error) {
        if (!used || !isOutdated(error)) throw error;
        const renewed = await untilAborted(renew(used), signal);
        if (!renewed || renewed.accessToken === used.accessToken) throw error;
        return attempt(renewed.accessToken);
      }
    },
  };
}

/** Whether all of an operation was refused for its token: then nothing of it has been done. */
function isOutdated(error: unknown): error is ApiError<'UNAUTHENTICATED'> {
  if (!isApiError(error)) return false;
  const answered = Object.values(error.data ?? {}).filter((value) => value !== null);
  return error.errors.every(({ code }) => code === 'UNAUTHENTICATED') && answered.length === 0;
}
