import { pause } from './async.ts';
import { AnswerError, ConnectionError, isApiError } from './errors.ts';

/** How often, and after how long, what failed by chance is tried again. */
export interface RetrySettings {
  /** Attempts in all; 1 is once, and never again. */
  attempts: number;
  /** Longest wait before the second attempt; each further one may be twice as long. */
  firstMs: number;
  /** No wait is longer; what asks for a longer one is handed on. */
  longestMs: number;
}

export const defaultRetry: RetrySettings = { attempts: 6, firstMs: 500, longestMs: 10_000 };

/**
 * What may be done twice: `anything` that comes to the same when it is done twice, as queries do, and creates with an
 * idempotency key; or nothing but what was certainly `refused`.
 */
export type Repeatable = 'anything' | 'refused';

interface Repetition extends RetrySettings {
  repeatable: Repeatable;
  signal: AbortSignal | undefined;
  onRetry?: ((error: unknown) => void) | undefined;
}

/** Runs until it does not fail by chance; throws the last failure. */
export async function withRetry<Result>(run: () => Promise<Result>, repetition: Repetition): Promise<Result> {
  const { attempts, longestMs, repeatable, signal } = repetition;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      signal?.throwIfAborted();
      const waitMs = askedWait(error) ?? backoff(attempt, repetition, Math.random());
      if (attempt >= attempts || waitMs > longestMs || !mayPass(error, repeatable)) throw error;
      repetition.onRetry?.(error);
      await pause(waitMs, signal);
    }
  }
}

/** From half of a time that doubles with each attempt to the whole of it, as chance has it. */
export function backoff(attempt: number, { firstMs, longestMs }: RetrySettings, chance: number): number {
  return Math.min(longestMs, firstMs * 2 ** (attempt - 1)) * (0.5 + chance / 2);
}

function askedWait(error: unknown): number | undefined {
  return isApiError(error, 'RATE_LIMITED') ? error.retryAfterSeconds * 1_000 : undefined;
}

/** Whether a failure was by chance, and may be followed by another attempt. */
function mayPass(error: unknown, repeatable: Repeatable): boolean {
  if (isApiError(error))
    return error.errors.every((each) => isRefused(each) || (isAway(each) && repeatable === 'anything'));
  return isUnclear(error) && repeatable === 'anything';
}

const isRefused = (error: unknown) =>
  isApiError(error, 'RATE_LIMITED') || (isApiError(error, 'CONFLICT') && error.reason === 'IN_PROGRESS');

const isAway = (error: unknown) => isApiError(error, 'SERVICE_UNAVAILABLE', 'IMAGE_SERVICE_UNAVAILABLE');

/** Whether nobody knows what has become of what was asked. */
const isUnclear = (error: unknown) =>
  error instanceof ConnectionError || (error instanceof AnswerError && (error.status >= 500 || error.status === 429));
