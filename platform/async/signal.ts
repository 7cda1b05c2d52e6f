/** What is needed of an AbortSignal, for a fraction of what one costs each request; an AbortSignal is one too. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** A signal and what sets it off. */
export interface Abortable extends Signal {
  /** Tells every listener once; does nothing when it has done so. */
  abort(reason: unknown): void;
}

/** A signal that nobody has set off yet. */
export function createAbortable(): Abortable {
  const listeners = new Set<() => void>();
  let isAborted = false;
  let why: unknown;
  return {
    get aborted() {
      return isAborted;
    },
    get reason() {
      return why;
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
      why = reason;
      for (const listener of listeners) listener();
      listeners.clear();
    },
  };
}
