import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startDeadline } from './deadline.ts';
import { createAbortable, type Signal } from './signal.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A signal that is not aborted, and the number of its listeners. */
function createCounted() {
  const inner = createAbortable();
  const listeners = new Set<() => void>();
  const signal: Signal = {
    get aborted() {
      return inner.aborted;
    },
    get reason() {
      return inner.reason;
    },
    addEventListener(type, listener) {
      listeners.add(listener);
      inner.addEventListener(type, listener);
    },
    removeEventListener(type, listener) {
      listeners.delete(listener);
      inner.removeEventListener(type, listener);
    },
  };
  return { signal, abort: (reason: unknown) => inner.abort(reason), listeners };
}

describe('a deadline', () => {
  test('aborts when the time is over, not before', () => {
    const { signal } = startDeadline(100);
    vi.advanceTimersByTime(99);
    expect([signal.aborted, signal.reason]).toEqual([false, undefined]);
    vi.advanceTimersByTime(1);
    expect([signal.aborted, signal.reason]).toEqual([true, new Error('No answer within 100 ms.')]);
  });

  test('aborts with another signal and its reason', () => {
    const other = createCounted();
    const { signal } = startDeadline(100, other.signal);
    const reason = new Error('The client has gone away.');
    other.abort(reason);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBe(reason);
  });

  test('aborts with an AbortSignal', () => {
    const other = new AbortController();
    const { signal } = startDeadline(100, other.signal);
    other.abort('gone');
    expect([signal.aborted, signal.reason]).toEqual([true, 'gone']);
  });

  test('is aborted from the start if the other signal is', () => {
    const other = createCounted();
    other.abort('gone');
    const { signal } = startDeadline(100, other.signal);
    expect([signal.aborted, signal.reason, other.listeners.size]).toEqual([true, 'gone', 0]);
  });

  test('aborts once, with the first reason', () => {
    const other = createCounted();
    const { signal } = startDeadline(100, other.signal);
    const reasons: unknown[] = [];
    signal.addEventListener('abort', () => reasons.push(signal.reason));
    vi.advanceTimersByTime(100);
    other.abort('gone');
    expect(reasons).toEqual([new Error('No answer within 100 ms.')]);
  });
});

describe('a cleared deadline', () => {
  test('never aborts', () => {
    const other = createCounted();
    const { signal, clear } = startDeadline(100, other.signal);
    clear();
    other.abort('gone');
    vi.advanceTimersByTime(1_000);
    expect(signal.aborted).toBe(false);
  });

  test('leaves no timer and no listener', () => {
    const other = createCounted();
    const deadlines = Array.from({ length: 10 }, () => startDeadline(100, other.signal));
    expect([vi.getTimerCount(), other.listeners.size]).toEqual([10, 10]);
    for (const { clear } of deadlines) clear();
    expect([vi.getTimerCount(), other.listeners.size]).toEqual([0, 0]);
  });

  test('may be cleared after it has aborted, and twice', () => {
    const { signal, clear } = startDeadline(100);
    vi.advanceTimersByTime(100);
    clear();
    clear();
    expect(signal.aborted).toBe(true);
  });
});
