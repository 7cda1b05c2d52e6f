/** A pause between two looks, which somebody may cut short. */
export interface Pause {
  /** Resolves after the time, or at once where `end` was called since the last one. */
  wait(): Promise<void>;
  /** Ends the pause, or the next one where there is none just now. */
  end(): void;
}

/** Keeps no process alive. */
export function createPause(ms: number): Pause {
  let isEnded = false;
  let resume: (() => void) | undefined;
  return {
    async wait() {
      if (!isEnded) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms).unref();
          resume = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      resume = undefined;
      isEnded = false;
    },
    end() {
      isEnded = true;
      resume?.();
    },
  };
}
