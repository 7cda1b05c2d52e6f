/** Counts what is in flight in this process, by key. */
export interface InFlight {
  count(key: string): number;
  /** Adds one to each key; the returned function subtracts it again and must be called once. */
  enter(keys: readonly string[]): () => void;
  /** Resolves when one with this key ends, at once if there is none. */
  nextEnd(key: string): Promise<void>;
}

interface Entry {
  count: number;
  wakeUps: (() => void)[];
}

export function createInFlight(): InFlight {
  const entries = new Map<string, Entry>();

  const enter = (key: string) => {
    const entry = entries.get(key) ?? { count: 0, wakeUps: [] };
    entry.count += 1;
    entries.set(key, entry);
  };

  const leave = (key: string) => {
    const entry = entries.get(key);
    if (!entry) return;
    entry.count -= 1;
    if (entry.count === 0) entries.delete(key);
    const { wakeUps } = entry;
    entry.wakeUps = [];
    for (const wakeUp of wakeUps) wakeUp();
  };

  return {
    count: (key) => entries.get(key)?.count ?? 0,
    enter(keys) {
      for (const key of keys) enter(key);
      return () => {
        for (const key of keys) leave(key);
      };
    },
    async nextEnd(key) {
      const entry = entries.get(key);
      if (entry) await new Promise<void>((resolve) => entry.wakeUps.push(resolve));
    },
  };
}
