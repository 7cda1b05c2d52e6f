import { type Abortable, createAbortable, type Signal } from './signal.ts';

/** Anything that can be aborted, such as an AbortController. */
type Target = Pick<Abortable, 'abort'>;

/** A signal that aborts after a time or with another signal. */
export interface Deadline {
  signal: Signal;
  /** Releases the timer and the listener on the other signal. */
  clear(): void;
}

/** Starts a deadline. Its signal is much cheaper than an AbortSignal. */
export function startDeadline(timeoutMs: number, other?: Signal): Deadline {
  const signal = createAbortable();
  return { signal, clear: abortAfter(signal, timeoutMs, other) };
}

/**
 * Aborts `target` after a time or with another signal; returns a function that releases both. `AbortSignal.timeout` and
 * `AbortSignal.any` would keep timers and listeners until the time is over, and together they may never abort, because
 * Node may collect the timeout as garbage (nodejs/node#57736).
 */
export function abortAfter(target: Target, timeoutMs: number, other?: Signal): () => void {
  const timer = setTimeout(expire, timeoutMs, target, timeoutMs);
  const follow = other && abortLike(target, other);
  if (other?.aborted) follow?.();
  else if (follow) other?.addEventListener('abort', follow);
  return () => {
    clearTimeout(timer);
    if (follow) other?.removeEventListener('abort', follow);
  };
}

function expire(target: Target, timeoutMs: number): void {
  target.abort(new Error(`No answer within ${timeoutMs} ms.`));
}

function abortLike(target: Target, other: Signal): () => void {
  return () => target.abort(other.reason);
}
