import type { KeyObject } from 'node:crypto';
import fetch from 'node-fetch';
import { ApiError } from '../api-error.ts';
import { abortAfter } from '../async/deadline.ts';
import type { Logger } from '../process/logger.ts';
import { readJwkSet } from './jwk-set.ts';
import type { OpenKeySet } from './key-set.ts';

export interface RemoteKeySetSettings {
  /** Where the JWK Set is: http or https. */
  url: string;
  log: Logger;
  timing?: Partial<RemoteKeyTiming>;
}

/** How often keys are fetched, in milliseconds. */
export interface RemoteKeyTiming {
  /** From one attempt to the next, until there is a first set. */
  retryMs: number;
  /** From one fetch to the next, whatever tokens come: a key that is retired holds no longer than that. */
  everyMs: number;
  /** Between two fetches for the sake of tokens of unknown keys, whatever comes of the first. */
  forUnknownMs: number;
  /** Longest fetch, to its last byte. */
  timeoutMs: number;
}

/**
 * `everyMs` is less than a new key is published before it signs (`npm run keys -- rotate`), so that it is known by then;
 * and more than `forUnknownMs`, so that whoever sends unknown keys without end only fetches in its place.
 */
const usual: RemoteKeyTiming = { retryMs: 1_000, everyMs: 90_000, forUnknownMs: 60_000, timeoutMs: 2_500 };
const maxBytes = 64 * 1024;

/**
 * Keys from a URL (RFC 7517): fetched from now on, kept up to date until that is stopped, and used as they were last
 * where the URL does not answer, or with no set that will do. Of a token nothing but its `kid` plays a part in this.
 */
export function createRemoteKeySet({ url, log, timing }: RemoteKeySetSettings): OpenKeySet {
  const { retryMs, everyMs, forUnknownMs, timeoutMs } = { ...usual, ...timing };
  const stopping = new AbortController();
  let keys: ReadonlyMap<string, KeyObject> = new Map();
  let isFailing = false;
  let fetching: Promise<void> | undefined;
  let next: NodeJS.Timeout | undefined;
  let unknownAgainAtMs = 0;

  const take = (fetched: ReadonlyMap<string, KeyObject>) => {
    const hasChanged = [...fetched.keys()].join() !== [...keys.keys()].join();
    keys = keepSame(keys, fetched);
    if (hasChanged || isFailing) log.info({ url, kids: [...keys.keys()] }, 'keys fetched');
    isFailing = false;
  };
  const fail = (err: unknown) => {
    const kept = keys.size > 0 ? 'those that are known stay in use' : 'until they are there, no token can be verified';
    if (!isFailing && !stopping.signal.aborted) log.warn({ url, err }, `keys could not be fetched: ${kept}`);
    isFailing = true;
  };
  const fetchNow = (): Promise<void> => {
    clearTimeout(next);
    fetching ??= fetchKeys(url, timeoutMs, stopping.signal)
      .then(take, fail)
      .finally(() => {
        fetching = undefined;
        if (!stopping.signal.aborted) next = setTimeout(fetchNow, keys.size > 0 ? everyMs : retryMs).unref();
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
      else if (keys.size > 0 && performance.now() >= unknownAgainAtMs) {
        unknownAgainAtMs = performance.now() + forUnknownMs;
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
  const waiting = new AbortController();
  const clear = abortAfter(waiting, timeoutMs, stopping);
  try {
    const response = await fetch(url, {
      // A cache on the way could hold back a key that is new.
      headers: { accept: 'application/jwk-set+json, application/json', 'cache-control': 'no-cache' },
      redirect: 'manual',
      size: maxBytes,
      signal: waiting.signal,
    });
    if (response.status !== 200) throw new Error(`It answered ${response.status}.`);
    return readJwkSet(await response.text());
  } finally {
    clear();
    // Whatever else would still come is not waited for.
    waiting.abort();
  }
}

/** Keys that are still there stay the same objects, by which verified tokens are remembered. */
function keepSame(
  known: ReadonlyMap<string, KeyObject>,
  fetched: ReadonlyMap<string, KeyObject>,
): ReadonlyMap<string, KeyObject> {
  return new Map(
    [...fetched].map(([kid, key]) => {
      const before = known.get(kid);
      return [kid, before?.equals(key) ? before : key];
    }),
  );
}

function unavailable(): ApiError {
  return new ApiError({ code: 'SERVICE_UNAVAILABLE' }, 'Tokens cannot be verified just now. Try again in a moment.');
}
