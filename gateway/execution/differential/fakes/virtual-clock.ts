/** A clock that jumps from one end of a wait to the next. */
export interface VirtualClock {
  /** Resolves when everything that is due before it is over, and when nothing else is left to run. */
  wait(duration: number): Promise<void>;
  /** Resolves when nobody waits any more. */
  idle(): Promise<void>;
}

interface Waiting {
  due: number;
  end: () => void;
}

/**
 * Time that passes only when there is nothing to do. Answers come one by one, in the order of their lateness (of equal
 * ones the first asked for is the first to come), however long an executor computes between: so the order in which two
 * executors get their answers is the same, and it can be as wild as one likes without the test waiting for anything.
 */
export function createVirtualClock(): VirtualClock {
  const waiting: Waiting[] = [];
  let now = 0;

  const tick = () => {
    const next = waiting.shift();
    if (!next) return;
    now = next.due;
    next.end();
    // The promises that this one unblocks run before the next immediate does.
    if (waiting.length > 0) setImmediate(tick);
  };

  return {
    wait: (duration) =>
      new Promise((end) => {
        const due = now + duration;
        const later = waiting.findIndex((other) => other.due > due);
        waiting.splice(later < 0 ? waiting.length : later, 0, { due, end });
        if (waiting.length === 1) setImmediate(tick);
      }),
    idle: async () => {
      do await new Promise((resolve) => setImmediate(resolve));
      while (waiting.length > 0);
    },
  };
}
