import type { KeyObject } from 'node:crypto';
import fetch from 'node-fetch';
import { ApiError } from '../api-error.ts';
import { abortAfter } from '../async/deadline.ts';
import type { Logger } from '../process/logger.ts';
import { readJwkSet } from './jwk-set.ts';
import type { OpenKeySet } from './key-set.ts';

export interface RemoteKeySetSettings {
  /** URL of the JWK Set, http or https. */
  url: string;
  log: Logger;
  timing?: Partial<RemoteKeyTiming>;
}

/** Intervals of fetches. */
export interface RemoteKeyTiming {
  /** Interval until the first set has been fetched. */
  retryMs: number;
  /** Interval of regular fetches: a retired key is accepted for at most this long. */
  refreshMs: number;
  /** Minimum time between two fetches that tokens with unknown keys cause, even if the first fails. */
  unknownKidMs: number;
  /** Limit of one fetch, including its body. */
  timeoutMs: number;
}

/**
 * `refreshMs` is less than the time for which a new key is published before it signs (`npm run keys -- rotate`). It is
 * more than `unknownKidMs`, so that a flood of unknown keys replaces regular fetches instead of adding to them.
 */
const defaultTiming: RemoteKeyTiming = { retryMs: 1_000, refreshMs: 90_000, unknownKidMs: 60_000, timeoutMs: 2_500 };
const maxBytes = 64 * 1024;

/**
 * Creates a key set that fetches a JWK Set (RFC 7517) now and regularly, until it is stopped. If a fetch fails or has no
 * usable key, the last keys stay in use. Nothing of a token but its `kid` influences the fetches.
 */
export function createRemoteKeySet({ url, log, timing }: RemoteKeySetSettings): OpenKeySet {
  const { retryMs, refreshMs, unknownKidMs, timeoutMs } = { ...defaultTiming, ...timing };
  const stopping = new AbortController();
  let keys: ReadonlyMap<string, KeyObject> = new Map();
  let isFailing = false;
  let fetching: Promise<void> | undefined;
  let next: NodeJS.Timeout | undefined;
  let nextUnknownKidAtMs = 0;

  const take = (fetched: ReadonlyMap<string, KeyObject>) => {
    const hasChanged = [...fetched.keys()].join() !== [...keys.keys()].join();
    keys = reuseUnchanged(keys, fetched);
    if (hasChanged || isFailing) log.info({ url, kids: [...keys.keys()] }, 'keys fetched');
    isFailing = false;
  };
  const fail = (err: unknown) => {
    const effect = keys.size > 0 ? 'the last keys stay in use' : 'no token can be verified yet';
    // A message without a stack: failures are usual while auth starts, and fetches are repeated.
    const reason = err instanceof Error ? err.message : String(err);
    if (!isFailing && !stopping.signal.aborted) log.warn({ url, reason }, `keys could not be fetched: ${effect}`);
    isFailing = true;
  };
  const fetchNow = (): Promise<void> => {
    clearTimeout(next);
    fetching ??= fetchKeys(url, timeoutMs, stopping.signal)
      .then(take, fail)
      .finally(() => {
        fetching = undefined;
        if (!stopping.signal.aborted) next = setTimeout(fetchNow, keys.size > 0 ? refreshMs : retryMs).unref();
      });
    return fetching;
  };
  const requireKeys = () => {
    if (keys.size === 0) throw unavailable();
  };
  void fetchNow();

  return {
    get: (kid) => keys.get(kid),
    refresh: async () => {
      if (fetching) await fetching;
      else if (keys.size > 0 && performance.now() >= nextUnknownKidAtMs) {
        nextUnknownKidAtMs = performance.now() + unknownKidMs;
        await fetchNow();
      }
      requireKeys();
    },
    requireKeys,
    stop: () => {
      stopping.abort();
      clearTimeout(next);
    },
  };
}

async function fetchKeys(
  url: string,
  timeoutMs: number,
  stopping: AbortSignal,
): Promise<ReadonlyMap<string, KeyObject>> {
  const fetching = new AbortController();
  const clear = abortAfter(fetching, timeoutMs, stopping);
  try {
    const response = await fetch(url, {
      // A cache on the way could withhold a new key.
      headers: { accept: 'application/jwk-set+json, application/json', 'cache-control': 'no-cache' },
      redirect: 'manual',
      size: maxBytes,
      signal: fetching.signal,
    });
    if (response.status !== 200) throw new Error(`The response has status ${response.status}.`);
    return readJwkSet(await response.text());
  } finally {
    clear();
    // Closes the connection if the body goes on.
    fetching.abort();
  }
}

/** Keeps the objects of unchanged keys: the cache of verified tokens compares keys by identity. */
function reuseUnchanged(
  current: ReadonlyMap<string, KeyObject>,
  fetched: ReadonlyMap<string, KeyObject>,
): ReadonlyMap<string, KeyObject> {
  return new Map(
    [...fetched].map(([kid, key]) => {
      const before = current.get(kid);
      return [kid, before?.equals(key) ? before : key];
    }),
  );
}

function unavailable(): ApiError {
  return new ApiError({ code: 'SERVICE_UNAVAILABLE' }, 'Tokens cannot be verified now: try again in a moment.');
}
