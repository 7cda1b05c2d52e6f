import {
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  IterableBackoff,
  isBrokenCircuitError,
} from 'cockatiel';
import { ImageServiceError } from './error.ts';
import { isRefusal, NotAttempted } from './http.ts';

/** Keeps attempts from a service that is down. */
export interface ImageBreaker {
  /** Makes an attempt, or refuses it at once: nobody waits here. */
  run<Result>(attempt: () => Promise<Result>): Promise<Result>;
}

const failuresToOpen = 16;
const pausesMs = [1_000, 2_000, 4_000, 8_000, 10_000];

/**
 * A breaker that is open after sixteen failed attempts in a row, however many calls they belong to, for a second, and for
 * longer each time that the one attempt which it then lets through fails too.
 */
export function createImageBreaker(): ImageBreaker {
  const halfOpenAfter = new IterableBackoff(pausesMs);
  const policy = circuitBreaker(handleAll, { breaker: new ConsecutiveBreaker(failuresToOpen), halfOpenAfter });
  return {
    async run(attempt) {
      // Cockatiel would let others wait for the probe's outcome, and not look at how much time they have.
      if (policy.state === CircuitState.HalfOpen) throw refusedByBreaker();
      const isProbe = policy.state === CircuitState.Open;
      // What began before the breaker opened and fails during a probe says nothing new, nor does it end the probe.
      const isNews = () => isProbe || policy.state === CircuitState.Closed;
      const outcome = await policy
        .execute(() => settle(attempt, isNews))
        .catch((error: unknown) => {
          throw error instanceof Error && isBrokenCircuitError(error) ? refusedByBreaker() : error;
        });
      if ('error' in outcome) throw outcome.error;
      return outcome.result;
    },
  };
}

/** Throws only what counts against the service: to cockatiel all else is a success. */
async function settle<Result>(attempt: () => Promise<Result>, isNews: () => boolean) {
  try {
    return { result: await attempt() };
  } catch (error) {
    if (error instanceof ImageServiceError && !isRefusal(error.cause) && isNews()) throw error;
    return { error };
  }
}

function refusedByBreaker(): ImageServiceError {
  const message = 'The image service is not asked: the circuit breaker is open after its last failures.';
  return new ImageServiceError('none', new NotAttempted(message));
}
