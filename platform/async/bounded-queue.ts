import { ApiError } from '../api-error.ts';
import type { Signal } from './signal.ts';

export interface QueueOptions {
  /** Identifies whose work it is. */
  client?: string | undefined;
  /** The share of `concurrency` that the work takes; default: 1. */
  weight?: number;
  /** Removes the work from the queue, with the signal's reason. Work that has started runs on. */
  signal?: Signal | undefined;
}

/**
 * Runs work when there is room for it. Alternates between the clients in the queue, so that one with much work does not
 * delay the others.
 */
export type BoundedQueue = <Result>(work: () => Promise<Result>, options?: QueueOptions) => Promise<Result>;

interface QueuedWork {
  weight: number;
  start: () => void;
  reject: (reason: unknown) => void;
}

/**
 * Creates a queue that runs work of at most `concurrency` in total weight at once, and lets `maxQueued` pieces wait. Beyond
 * that, rejects with SERVICE_UNAVAILABLE the newest piece of the client that has the most in the queue.
 */
export function createBoundedQueue({
  concurrency,
  maxQueued,
}: {
  concurrency: number;
  maxQueued: number;
}): BoundedQueue {
  // The next client comes first; no lane is empty.
  const lanes = new Map<string, QueuedWork[]>();
  let used = 0;
  let queued = 0;

  const setLane = (client: string, lane: QueuedWork[]) =>
    lane.length > 0 ? lanes.set(client, lane) : lanes.delete(client);

  // Work heavier than `concurrency` runs alone.
  const fits = (weight: number) => used === 0 || used + weight <= concurrency;

  const rejectNewest = (newcomer: string) => {
    const size = (client: string) => lanes.get(client)?.length ?? 0;
    const client = [...lanes.keys()].reduce((longest, each) => (size(each) > size(longest) ? each : longest), newcomer);
    const lane = lanes.get(client) ?? [];
    lane.pop()?.reject(overloaded());
    setLane(client, lane);
    queued -= 1;
  };

  const wait = (client: string, weight: number, signal: Signal | undefined) =>
    new Promise<void>((resolve, rejectPromise) => {
      const leave = () => {
        const lane = lanes.get(client) ?? [];
        setLane(
          client,
          lane.filter((each) => each !== own),
        );
        queued -= 1;
        own.reject(signal?.reason);
        // The next in order may be lighter.
        startQueued();
      };
      const start = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const reject = (reason: unknown) => {
        signal?.removeEventListener('abort', leave);
        rejectPromise(reason);
      };
      const own = { weight, start, reject };
      lanes.set(client, [...(lanes.get(client) ?? []), own]);
      queued += 1;
      signal?.addEventListener('abort', leave);
      if (queued > maxQueued) rejectNewest(client);
    });

  const startQueued = () => {
    for (;;) {
      const [first] = lanes;
      const next = first?.[1][0];
      if (!first || !next || !fits(next.weight)) return;
      const [client, lane] = first;
      lane.shift();
      // To the end of the order.
      lanes.delete(client);
      setLane(client, lane);
      queued -= 1;
      used += next.weight;
      next.start();
    }
  };

  return async (work, { client = '', weight = 1, signal } = {}) => {
    if (signal?.aborted) throw signal.reason;
    // Light work does not overtake heavy work that waits.
    if (queued === 0 && fits(weight)) used += weight;
    else await wait(client, weight, signal);
    try {
      return await work();
    } finally {
      used -= weight;
      startQueued();
    }
  };
}

/** The error for work that exceeds what a process can queue. */
export function overloaded(): ApiError {
  return new ApiError({ code: 'SERVICE_UNAVAILABLE' }, 'The server is overloaded: try again in a few seconds.');
}
