import { ApiError } from '../api-error.ts';

/** Runs what it is given when its turn comes; of several who wait, each has a turn after the other. */
export type BoundedQueue = <Result>(work: () => Promise<Result>, who?: string) => Promise<Result>;

interface Waiting {
  start: () => void;
  refuse: (error: ApiError) => void;
}

/**
 * Runs at most `concurrency` pieces of work at once and lets `maxWaiting` wait; beyond them, SERVICE_UNAVAILABLE for
 * the newest of whoever has the most waiting, so that nobody takes the places of all others.
 */
export function createBoundedQueue({
  concurrency,
  maxWaiting,
}: {
  concurrency: number;
  maxWaiting: number;
}): BoundedQueue {
  // None is empty, and whose turn is next stands first.
  const lanes = new Map<string, Waiting[]>();
  let running = 0;
  let waiting = 0;

  const setLane = (who: string, lane: Waiting[]) => (lane.length > 0 ? lanes.set(who, lane) : lanes.delete(who));

  const refuseNewest = (newcomer: string) => {
    const size = (who: string) => lanes.get(who)?.length ?? 0;
    const who = [...lanes.keys()].reduce((most, each) => (size(each) > size(most) ? each : most), newcomer);
    const lane = lanes.get(who) ?? [];
    lane.pop()?.refuse(tooMuchAtOnce());
    setLane(who, lane);
    waiting -= 1;
  };

  const turn = (who: string) =>
    new Promise<void>((start, refuse) => {
      lanes.set(who, [...(lanes.get(who) ?? []), { start, refuse }]);
      waiting += 1;
      if (waiting > maxWaiting) refuseNewest(who);
    });

  /** Gives the place of what is done to the next. */
  const next = () => {
    const [first] = lanes;
    if (!first) {
      running -= 1;
      return;
    }
    const [who, lane] = first;
    lanes.delete(who);
    lane.shift()?.start();
    setLane(who, lane);
    waiting -= 1;
  };

  return async (work, who = '') => {
    if (running < concurrency) running += 1;
    else await turn(who);
    try {
      return await work();
    } finally {
      next();
    }
  };
}

export function tooMuchAtOnce(): ApiError {
  return new ApiError({ code: 'SERVICE_UNAVAILABLE' }, 'Too much is asked for just now: try again in a few seconds.');
}
