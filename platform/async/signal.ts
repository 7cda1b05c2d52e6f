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
  return new AbortableSignal();
}

/** A class, because each request has signals: an object with functions of its own costs several times as much. */
class AbortableSignal implements Abortable {
  aborted = false;
  reason: unknown;
  #listeners: Set<() => void> | undefined;

  addEventListener(_: 'abort', listener: () => void): void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
  }

  removeEventListener(_: 'abort', listener: () => void): void {
    this.#listeners?.delete(listener);
  }

  abort(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.#listeners ?? []) listener();
    this.#listeners = undefined;
  }
}
