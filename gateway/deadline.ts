/** A limit to how long something is waited for. */
export interface Deadline {
  signal: AbortSignal;
  /** Lets go of the timer and of the other signal. */
  clear(): void;
}

/**
 * A signal that aborts after `timeoutMs`, or with `other`. `AbortSignal.timeout` and `any` would keep their timers and
 * listeners until the time is over, thousands of them under load.
 */
export function startDeadline(timeoutMs: number, other?: AbortSignal): Deadline {
  const controller = new AbortController();
  const abort = () => controller.abort(other?.reason);
  const timer = setTimeout(() => controller.abort(new Error(`No answer within ${timeoutMs} ms.`)), timeoutMs);
  if (other?.aborted) abort();
  other?.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    clear: () => {
      clearTimeout(timer);
      other?.removeEventListener('abort', abort);
    },
  };
}
