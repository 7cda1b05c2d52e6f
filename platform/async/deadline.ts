import { type Abortable, createAbortable, type Signal } from './signal.ts';

/** What a time or another signal sets off: an AbortController, too. */
type Target = Pick<Abortable, 'abort'>;

/** A limit to how long something is waited for: a signal that aborts after a time, or with another one. */
export interface Deadline {
  signal: Signal;
  /** Lets go of the timer and of the other signal. */
  clear(): void;
}

/** Starts a deadline whose signal costs next to nothing. */
export function startDeadline(timeoutMs: number, other?: Signal): Deadline {
  const signal = createAbortable();
  return { signal, clear: abortAfter(signal, timeoutMs, other) };
}

/**
 * Aborts after a time, or with another signal; gives what lets go of both. `AbortSignal.timeout` and `any` would keep
 * their timers and listeners until the time is over, thousands of them under load; and of the two together Node may
 * collect the timeout as garbage, which then never comes (nodejs/node#57736).
 */
export function abortAfter(target: Target, timeoutMs: number, other?: Signal): () => void {
  const timer = setTimeout(expire, timeoutMs, target, timeoutMs);
  const onOther = other && follow(target, other);
  return () => {
    clearTimeout(timer);
    if (onOther) other.removeEventListener('abort', onOther);
  };
}

function expire(target: Target, timeoutMs: number): void {
  target.abort(new Error(`No answer within ${timeoutMs} ms.`));
}

function follow(target: Target, other: Signal): () => void {
  const abort = () => target.abort(other.reason);
  if (other.aborted) abort();
  else other.addEventListener('abort', abort);
  return abort;
}
