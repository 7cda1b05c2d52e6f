/** What is waited for between two looks. */
export interface Pause {
  /** Until its time is over, or somebody ends it; not at all where that was before it began. */
  wait(): Promise<void>;
  end(): void;
}

/** Pauses of one length, none of them after `stopping`. */
export function createPause(lengthMs: number, stopping: AbortSignal): Pause {
  let isOver = false;
  let end = () => {};
  stopping.addEventListener('abort', () => end());
  const untilEnd = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, lengthMs).unref();
      end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  return {
    async wait() {
      if (!isOver && !stopping.aborted) await untilEnd();
      isOver = false;
    },
    end() {
      isOver = true;
      end();
    },
  };
}
