import { pause } from './async.ts';
import { AnswerError, ConnectionError, isApiError } from './errors.ts';

/** How often and after how long transient failures are retried. */
export interface RetrySettings {
  /** The total number of attempts; 1 turns retries off. */
  attempts: number;
  /** Maximum wait before the second attempt; it doubles with each further attempt. */
  firstMs: number;
  /** Maximum of any wait. RATE_LIMITED with a longer wait is thrown. */
  longestMs: number;
  /** Called before each wait, with the failure that another attempt follows. */
  onWait?: ((error: unknown, waitMs: number) => void) | undefined;
}

export const defaultRetry: RetrySettings = { attempts: 6, firstMs: 500, longestMs: 10_000 };

/**
 * Which failures may be retried: `anything` for idempotent operations such as queries and creates with an idempotency key;
 * `rejected` for other operations, which are retried only when the server certainly did not execute them.
 */
export type Repeatable = 'anything' | 'rejected';

interface Repetition extends RetrySettings {
  repeatable: Repeatable;
  signal: AbortSignal | undefined;
  onRetry?: ((error: unknown) => void) | undefined;
}

/** Runs until it succeeds or fails permanently; throws the last failure. */
export async function withRetry<Result>(run: () => Promise<Result>, repetition: Repetition): Promise<Result> {
  const { attempts, longestMs, repeatable, signal } = repetition;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      signal?.throwIfAborted();
      const waitMs = requestedWait(error) ?? backoff(attempt, repetition, Math.random());
      if (attempt >= attemptsAfter(error, attempts) || waitMs > longestMs || !isRetryable(error, repeatable))
        throw error;
      repetition.onRetry?.(error);
      repetition.onWait?.(error, waitMs);
      await pause(waitMs, signal);
    }
  }
}

/** Retries once what CORS may have caused: no number of attempts changes that. */
const attemptsAfter = (error: unknown, attempts: number) =>
  error instanceof ConnectionError && error.mayBeCors ? Math.min(2, attempts) : attempts;

/** Exponential backoff with jitter: between half and all of a wait that doubles with each attempt. `random` is 0 to 1. */
export function backoff(attempt: number, { firstMs, longestMs }: RetrySettings, random: number): number {
  return Math.min(longestMs, firstMs * 2 ** (attempt - 1)) * (0.5 + random / 2);
}

function requestedWait(error: unknown): number | undefined {
  return isApiError(error, 'RATE_LIMITED') ? error.retryAfterSeconds * 1_000 : undefined;
}

/** True if another attempt may succeed, and is safe. */
function isRetryable(error: unknown, repeatable: Repeatable): boolean {
  if (isApiError(error))
    return error.errors.every((each) => isNotExecuted(each) || (isUnavailable(each) && repeatable === 'anything'));
  return isLost(error) && repeatable === 'anything';
}

const isNotExecuted = (error: unknown) =>
  isApiError(error, 'RATE_LIMITED') || (isApiError(error, 'CONFLICT') && error.reason === 'IN_PROGRESS');

const isUnavailable = (error: unknown) => isApiError(error, 'SERVICE_UNAVAILABLE', 'IMAGE_SERVICE_UNAVAILABLE');

/** True if nobody knows whether the server executed the operation. */
const isLost = (error: unknown) =>
  error instanceof ConnectionError || (error instanceof AnswerError && (error.status >= 500 || error.status === 429));
