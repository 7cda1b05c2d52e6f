/** The part of AbortSignal that is used here. An AbortSignal is one, but costs much more per request. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Throws the signal's reason if it is aborted: nobody waits for what its work would result in. */
export function throwIfAborted({ aborted, reason }: Pick<Signal, 'aborted' | 'reason'>): void {
  if (aborted) throw reason;
}

/** A signal with its `abort`. */
export interface Abortable extends Signal {
  /** Calls every listener once. Does nothing if already aborted. */
  abort(reason: unknown): void;
}

/** Creates a signal that is not aborted. */
export function createAbortable(): Abortable {
  const listeners = new Set<() => void>();
  let isAborted = false;
  let abortReason: unknown;
  return {
    get aborted() {
      return isAborted;
    },
    get reason() {
      return abortReason;
    },
    addEventListener(_, listener) {
      listeners.add(listener);
    },
    removeEventListener(_, listener) {
      listeners.delete(listener);
    },
    abort(reason) {
      if (isAborted) return;
      isAborted = true;
      abortReason = reason;
      for (const listener of listeners) listener();
      listeners.clear();
    },
  };
}
