import { LRUCache } from 'lru-cache';
import { ApiError, rateLimited } from '../../platform/api-error.ts';
import { networkOf } from '../../platform/http/client-info.ts';
import { createRateLimiter } from '../../platform/http/rate-limiter.ts';
import { createLimitedLog, kindOfError } from '../../platform/process/limited-log.ts';
import type { Logger } from '../../platform/process/logger.ts';
import { isPersonalAccessToken } from '../../platform/tokens/personal-access-token.ts';
import { personalAccessTokenEnded, unauthenticated } from '../../platform/tokens/token-errors.ts';
import type { ExchangedToken, ExchangeToken } from '../../platform/tokens/token-exchange.ts';

/**
 * Returns the access token that a personal access token was exchanged for; a promise only if auth must be asked. Throws,
 * or rejects with, UNAUTHENTICATED, RATE_LIMITED or SERVICE_UNAVAILABLE.
 */
export type AccessTokenFor = (token: string, address: string) => string | Promise<string>;

/** Limit of all cached access tokens. */
const maxCacheBytes = 8 * 1024 * 1024;

/** Estimates an entry: its key, its numbers and the cache's own part, beside the access token. */
const entryBytes = 500;

/** After this time a token is exchanged again, so that auth knows to the minute when it was last used. */
const replaceAfterMs = 60_000;

/** Pause before a failed replacement is tried again. */
const retryAfterMs = 5_000;

/** An access token is not used in its last seconds: it must not expire on the way to a subgraph. */
const marginMs = 10_000;

/** Attempts of one IPv4 address or IPv6 /64 in a minute, of which those that succeed do not count. */
const attemptsPerMinute = 100;

interface Exchanged {
  accessToken: string;
  replaceAtMs: number;
  usableUntilMs: number;
}

/**
 * Exchanges personal access tokens at auth, and caches the access tokens. Concurrent exchanges of one token are one call,
 * and a text with a wrong checksum never reaches auth. A cached access token is used until shortly before it expires,
 * also while auth is unavailable; meanwhile, it is replaced in the background.
 */
export function createTokenExchange({ exchange, log }: { exchange: ExchangeToken; log: Logger }): AccessTokenFor {
  const cache = new LRUCache<string, Exchanged>({
    maxSize: maxCacheBytes,
    sizeCalculation: ({ accessToken }) => entryBytes + accessToken.length,
  });
  const inFlight = new Map<string, Promise<string>>();
  const attempts = createRateLimiter({ pointsPerMinute: attemptsPerMinute });
  const limited = createLimitedLog(log);

  const exchangeAtAuth = async (token: string): Promise<string> => {
    const issued = await exchange(token).catch((err: unknown) => {
      limited.warn(kindOfError(err), { err }, 'a personal access token could not be exchanged: auth is unavailable');
      throw unavailable();
    });
    if (issued) cache.set(token, toExchanged(issued));
    else cache.delete(token);
    if (!issued) throw personalAccessTokenEnded();
    return issued.accessToken;
  };

  const startExchange = (token: string, exchanged: () => Promise<string>): Promise<string> => {
    const exchanging = exchanged().finally(() => inFlight.delete(token));
    inFlight.set(token, exchanging);
    return exchanging;
  };

  const attempt = async (token: string, network: string): Promise<string> => {
    const msBeforeNext = await attempts.consume(network);
    if (msBeforeNext !== undefined) throw rateLimited('Too many invalid tokens came from your address', msBeforeNext);
    if (!isPersonalAccessToken(token)) throw incomplete();
    try {
      const accessToken = await exchangeAtAuth(token);
      attempts.release(network);
      return accessToken;
    } catch (error) {
      if (!isInvalid(error)) attempts.release(network);
      throw error;
    }
  };

  const replaceInBackground = (token: string, cached: Exchanged) => {
    cached.replaceAtMs = performance.now() + retryAfterMs;
    startExchange(token, () => exchangeAtAuth(token)).catch(() => {});
  };

  return (token, address) => {
    const cached = cache.get(token);
    if (cached && performance.now() < cached.usableUntilMs) {
      if (performance.now() >= cached.replaceAtMs) replaceInBackground(token, cached);
      return cached.accessToken;
    }
    return inFlight.get(token) ?? startExchange(token, () => attempt(token, networkOf(address)));
  };
}

function toExchanged({ accessToken, expiresIn }: ExchangedToken): Exchanged {
  const now = performance.now();
  const lifetimeMs = expiresIn * 1_000;
  return {
    accessToken,
    replaceAtMs: now + replaceAfterMs,
    usableUntilMs: now + lifetimeMs - Math.min(marginMs, lifetimeMs / 2),
  };
}

const isInvalid = (error: unknown) => error instanceof ApiError && error.extensions.code === 'UNAUTHENTICATED';

/** The error for a text that was never issued: its checksum is wrong. */
function incomplete(): ApiError {
  const message = 'The personal access token is incomplete or was changed: copy all of it, or create another.';
  return unauthenticated('INVALID', message);
}

function unavailable(): ApiError {
  const message = 'The personal access token cannot be verified now: try again in a moment.';
  return new ApiError({ code: 'SERVICE_UNAVAILABLE' }, message);
}
