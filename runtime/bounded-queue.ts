import pLimit from 'p-limit';
import { Refusal } from './refusal.ts';

/** Runs what it is given when its turn comes. */
export type BoundedQueue = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Runs at most `concurrency` pieces of work at once and lets `maxWaiting` wait; beyond them, SERVICE_UNAVAILABLE. */
export function createBoundedQueue({
  concurrency,
  maxWaiting,
}: {
  concurrency: number;
  maxWaiting: number;
}): BoundedQueue {
  const limit = pLimit(concurrency);
  return async (work) => {
    if (limit.activeCount + limit.pendingCount < concurrency + maxWaiting) return limit(work);
    throw new Refusal({ code: 'SERVICE_UNAVAILABLE' }, 'Too much is asked for just now: try again in a few seconds.');
  };
}
