import { type Abortable, createAbortable, type Signal } from '../runtime/signal.ts';

/** A limit to how long something is waited for: a signal that aborts after a time, or with another one. */
export interface Deadline {
  signal: Signal;
  /** Lets go of the timer and of the other signal. */
  clear(): void;
}

/**
 * Starts a deadline. `AbortSignal.timeout` and `any` would keep their timers and listeners until the time is over,
 * thousands of them under load.
 */
export function startDeadline(timeoutMs: number, other?: Signal): Deadline {
  const signal = createAbortable();
  const timer = setTimeout(expire, timeoutMs, signal, timeoutMs);
  const onOther = other && follow(signal, other);
  return {
    signal,
    clear() {
      clearTimeout(timer);
      if (onOther) other.removeEventListener('abort', onOther);
    },
  };
}

function expire(signal: Abortable, timeoutMs: number): void {
  signal.abort(new Error(`No answer within ${timeoutMs} ms.`));
}

function follow(signal: Abortable, other: Signal): () => void {
  const abort = () => signal.abort(other.reason);
  if (other.aborted) abort();
  else other.addEventListener('abort', abort);
  return abort;
}
