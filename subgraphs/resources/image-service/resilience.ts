import { setTimeout } from 'node:timers/promises';
import {
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  IterableBackoff,
  isBrokenCircuitError,
} from 'cockatiel';
import { type ImageServiceEffect, ImageServiceError, isRejection, NotAttemptedError } from './http.ts';

export interface RetryOptions {
  /** Milliseconds since 1970. */
  deadline: number;
  /** Shortest delay before the first retry. */
  delayMs: number;
  shouldRetry(error: ImageServiceError): boolean;
}

const maxAttempts = 3;
/** Ordered from the most to the least certain. */
const effects: ImageServiceEffect[] = ['none', 'answered', 'unknown'];

/** The result of the last attempt, and the error before it whose effect is the least certain. */
export interface RetryResult<Result> {
  result: Result;
  error: ImageServiceError | undefined;
}

/**
 * Makes up to three attempts before the deadline. If all fail, throws the error whose effect is the least certain. Delays
 * have jitter, so that calls which failed together do not retry together.
 */
export async function withRetries<Result>(
  attempt: () => Promise<Result>,
  { deadline, delayMs, shouldRetry }: RetryOptions,
): Promise<RetryResult<Result>> {
  let worst: ImageServiceError | undefined;
  for (let count = 1; ; count += 1) {
    try {
      return { result: await attempt(), error: worst };
    } catch (error) {
      if (!(error instanceof ImageServiceError)) throw error;
      worst = leastCertain(worst, error);
      const jitteredMs = count * delayMs * (1 + 1.5 * Math.random());
      const isTimeLeft = Date.now() + jitteredMs < deadline;
      if (count === maxAttempts || !shouldRetry(error) || !isTimeLeft) throw worst;
      await setTimeout(jitteredMs);
    }
  }
}

function leastCertain(one: ImageServiceError | undefined, other: ImageServiceError): ImageServiceError {
  return one && effects.indexOf(one.effect) >= effects.indexOf(other.effect) ? one : other;
}

/** Stops attempts while the service is down. */
export interface ImageServiceBreaker {
  /** Makes an attempt, or fails at once without one. */
  run<Result>(attempt: () => Promise<Result>): Promise<Result>;
}

const failuresToOpen = 16;
const openMs = [1_000, 2_000, 4_000, 8_000, 10_000];

/**
 * Creates a circuit breaker that opens after sixteen failed attempts in a row, over all calls. It stays open for a second,
 * then lets one attempt through as a probe, and stays open longer each time the probe fails.
 */
export function createBreaker(): ImageServiceBreaker {
  const halfOpenAfter = new IterableBackoff(openMs);
  const policy = circuitBreaker(handleAll, { breaker: new ConsecutiveBreaker(failuresToOpen), halfOpenAfter });
  return {
    async run(attempt) {
      // Cockatiel would queue this attempt until the probe ends, regardless of its deadline.
      if (policy.state === CircuitState.HalfOpen) throw breakerOpen();
      const isProbe = policy.state === CircuitState.Open;
      // An attempt from before the breaker opened must not count as the probe's failure.
      const isCounted = () => isProbe || policy.state === CircuitState.Closed;
      const outcome = await policy
        .execute(() => outcomeOf(attempt, isCounted))
        .catch((error: unknown) => {
          throw error instanceof Error && isBrokenCircuitError(error) ? breakerOpen() : error;
        });
      if ('error' in outcome) throw outcome.error;
      return outcome.result;
    },
  };
}

/** Throws only errors that count against the service; returns all others, so that cockatiel counts a success. */
async function outcomeOf<Result>(attempt: () => Promise<Result>, isCounted: () => boolean) {
  try {
    return { result: await attempt() };
  } catch (error) {
    if (error instanceof ImageServiceError && !isRejection(error.cause) && isCounted()) throw error;
    return { error };
  }
}

function breakerOpen(): ImageServiceError {
  const message = 'No request was sent to the image service: the circuit breaker is open after recent failures.';
  return new ImageServiceError('none', new NotAttemptedError(message));
}
