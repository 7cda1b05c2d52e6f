/** A clock that advances to the next due time whenever nothing else is left to run. */
export interface VirtualClock {
  /** Resolves after everything that is due earlier has resolved and has no more work to do. */
  wait(duration: number): Promise<void>;
  /** Resolves when no wait is pending. */
  idle(): Promise<void>;
}

interface Wait {
  due: number;
  end: () => void;
}

/**
 * Creates a clock whose waits end one by one, ordered by due time and then by start, however long the code between them
 * computes. So two executors get their responses in the same order, and no test waits for real time.
 */
export function createVirtualClock(): VirtualClock {
  const pending: Wait[] = [];
  let now = 0;

  const tick = () => {
    const next = pending.shift();
    if (!next) return;
    now = next.due;
    next.end();
    // Promises that this one unblocks run before the next immediate.
    if (pending.length > 0) setImmediate(tick);
  };

  return {
    wait: (duration) =>
      new Promise((end) => {
        const due = now + duration;
        const later = pending.findIndex((other) => other.due > due);
        pending.splice(later < 0 ? pending.length : later, 0, { due, end });
        if (pending.length === 1) setImmediate(tick);
      }),
    idle: async () => {
      do await new Promise((resolve) => setImmediate(resolve));
      while (pending.length > 0);
    },
  };
}
