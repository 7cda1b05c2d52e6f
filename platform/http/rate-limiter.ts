import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { rateLimited } from '../api-error.ts';
import type { HttpError } from './responses.ts';

export interface RateLimits {
  /** Points of each key in a minute. */
  pointsPerMinute: number;
}

/** Counts the points of each key, in minutes that begin with the key's first point. */
export interface RateLimiter {
  /** Takes points. If too few are left, takes none and resolves to the milliseconds until the minute is over. */
  consume(key: string, points?: number): Promise<number | undefined>;
  /** Takes points for what was done already, even if too few are left. */
  charge(key: string, points: number): void;
  /** Gives back points that were taken. */
  release(key: string, points?: number): void;
}

/** Bounds the memory to some 10 MB: a key takes about 500 bytes, with its timer. */
const maxKeys = 20_000;

/** Creates a limiter in memory. Of too many keys, the one that was not used for longest is forgotten. */
export function createRateLimiter({ pointsPerMinute }: RateLimits): RateLimiter {
  const limiter = new RateLimiterMemory({ points: pointsPerMinute, duration: 60 });
  const keys = new LRUCache<string, true>({
    max: maxKeys,
    dispose: (_, key, reason) => void (reason === 'evict' && limiter.delete(key)),
  });
  return {
    async consume(key, points = 1) {
      keys.set(key, true);
      try {
        await limiter.consume(key, points);
        return undefined;
      } catch (rejected) {
        if (!(rejected instanceof RateLimiterRes)) throw rejected;
        await limiter.reward(key, points);
        return rejected.msBeforeNext;
      }
    },
    charge(key, points) {
      keys.set(key, true);
      void limiter.penalty(key, points);
    },
    release: (key, points = 1) => void limiter.reward(key, points),
  };
}

export type RateLimitedError = ReturnType<typeof rateLimited>;

/** The response to a request that GraphQL does not execute because of a rate limit. */
export function rateLimitedResponse({ message, extensions }: Pick<RateLimitedError, 'message' | 'extensions'>) {
  const { code, retryAfterSeconds } = extensions;
  const headers = { 'retry-after': String(retryAfterSeconds) };
  return { status: 429, code, message, details: { retryAfterSeconds }, headers } satisfies HttpError;
}
