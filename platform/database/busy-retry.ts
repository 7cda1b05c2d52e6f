import { isBusy } from './sqlite-errors.ts';

/** Bounds of the waits for locks that other processes hold. */
export interface LockWait {
  /** How long one call waits, in milliseconds. */
  maxWaitMs: number;
  /** How many calls wait at once. */
  maxWaiting: number;
}

/**
 * How long a write waits by default: as long as a request's lease allows for its last write (`writeMs` of the operations),
 * and short enough that a client is answered before the gateway's deadline.
 */
export const defaultMaxWaitMs = 2_000;

/** Calls `run` until the database is not locked. Rejects with the driver's error where a bound is reached. */
export type RetryWhileBusy = <Result>(run: () => Result | Promise<Result>) => Promise<Result>;

const shortestPauseMs = 4;
const longestPauseMs = 250;

/**
 * Creates retries that wait outside SQLite: its own busy timeout would block the event loop, and with it every request
 * that only reads. Pauses grow, and have jitter so that calls which failed together do not retry together.
 */
export function createBusyRetry({ maxWaitMs, maxWaiting }: LockWait): RetryWhileBusy {
  let waiting = 0;

  const retry = async <Result>(run: () => Result | Promise<Result>, first: unknown): Promise<Result> => {
    const deadline = performance.now() + maxWaitMs;
    let busy = first;
    for (let pauseMs = shortestPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      const jitteredMs = pauseMs * (1 - Math.random() / 2);
      if (performance.now() + jitteredMs > deadline) throw busy;
      await new Promise((resolve) => setTimeout(resolve, jitteredMs));
      try {
        return await run();
      } catch (error) {
        if (!isBusy(error)) throw error;
        busy = error;
      }
    }
  };

  return async (run) => {
    try {
      return await run();
    } catch (error) {
      if (!isBusy(error) || waiting >= maxWaiting) throw error;
      waiting += 1;
      return await retry(run, error).finally(() => {
        waiting -= 1;
      });
    }
  };
}
