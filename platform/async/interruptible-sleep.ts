/** Sleeps between two runs of a background job; the job can be woken early. */
export interface InterruptibleSleep {
  /** Resolves after the interval; at once if `wake` was called since the last sleep, or if stopping. */
  sleep(): Promise<void>;
  /** Ends the current sleep, or the next one if nobody sleeps now. */
  wake(): void;
}

/** Creates sleeps of `intervalMs`, all of which end when `stopping` aborts. Timers do not keep the process alive. */
export function createInterruptibleSleep(intervalMs: number, stopping: AbortSignal): InterruptibleSleep {
  let isWoken = false;
  let resume: (() => void) | undefined;

  const wake = () => {
    isWoken = true;
    resume?.();
  };
  stopping.addEventListener('abort', wake);

  const untilWokenOrLater = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, intervalMs).unref();
      resume = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  return {
    async sleep() {
      if (!isWoken && !stopping.aborted) await untilWokenOrLater();
      resume = undefined;
      isWoken = false;
    },
    wake,
  };
}
