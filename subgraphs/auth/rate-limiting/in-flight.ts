/** What is under way in this process, counted by keys. */
export interface InFlight {
  count(key: string): number;
  /** Counts one for each key, until what is given is called. */
  enter(keys: readonly string[]): () => void;
  /** Resolves when the next with this key has ended. */
  nextEnd(key: string): Promise<void>;
}

interface Lane {
  count: number;
  waiting: (() => void)[];
}

export function createInFlight(): InFlight {
  const lanes = new Map<string, Lane>();

  const enter = (key: string) => {
    const lane = lanes.get(key) ?? { count: 0, waiting: [] };
    lane.count += 1;
    lanes.set(key, lane);
  };

  const leave = (key: string) => {
    const lane = lanes.get(key);
    if (!lane) return;
    lane.count -= 1;
    if (lane.count === 0) lanes.delete(key);
    const woken = lane.waiting;
    lane.waiting = [];
    for (const wake of woken) wake();
  };

  return {
    count: (key) => lanes.get(key)?.count ?? 0,
    enter(keys) {
      for (const key of keys) enter(key);
      return () => {
        for (const key of keys) leave(key);
      };
    },
    async nextEnd(key) {
      const lane = lanes.get(key);
      if (lane) await new Promise<void>((resolve) => lane.waiting.push(resolve));
    },
  };
}
