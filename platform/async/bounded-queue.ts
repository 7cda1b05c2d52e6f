import { ApiError } from '../api-error.ts';

/**
 * Runs work when there is room for it. Alternates between the clients in the queue, so that one with much work does not
 * delay the others. `weight` is the share of `concurrency` that the work takes.
 */
export type BoundedQueue = <Result>(work: () => Promise<Result>, client?: string, weight?: number) => Promise<Result>;

interface QueuedWork {
  weight: number;
  start: () => void;
  reject: (error: ApiError) => void;
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

  const wait = (client: string, weight: number) =>
    new Promise<void>((start, reject) => {
      lanes.set(client, [...(lanes.get(client) ?? []), { weight, start, reject }]);
      queued += 1;
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

  return async (work, client = '', weight = 1) => {
    // Light work does not overtake heavy work that waits.
    if (queued === 0 && fits(weight)) used += weight;
    else await wait(client, weight);
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
