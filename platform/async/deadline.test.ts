import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startDeadline } from './deadline.ts';
import { createAbortable, type Signal } from './signal.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A signal that nobody has set off, and how many still listen to it. */
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
  return { signal, abort: inner.abort, listeners };
}

describe('a deadline', () => {
  test('passes when its time is over, and not before', () => {
    const { signal } = startDeadline(100);
    vi.advanceTimersByTime(99);
    expect([signal.aborted, signal.reason]).toEqual([false, undefined]);
    vi.advanceTimersByTime(1);
    expect([signal.aborted, signal.reason]).toEqual([true, new Error('No answer within 100 ms.')]);
  });

  test('passes with another signal, for its reason', () => {
    const other = createCounted();
    const { signal } = startDeadline(100, other.signal);
    const reason = new Error('The client has gone away.');
    other.abort(reason);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBe(reason);
  });

  test('passes with an AbortSignal, too', () => {
    const other = new AbortController();
    const { signal } = startDeadline(100, other.signal);
    other.abort('gone');
    expect([signal.aborted, signal.reason]).toEqual([true, 'gone']);
  });

  test('has passed from the beginning where the other signal has', () => {
    const other = createCounted();
    other.abort('gone');
    const { signal } = startDeadline(100, other.signal);
    expect([signal.aborted, signal.reason, other.listeners.size]).toEqual([true, 'gone', 0]);
  });

  test('passes once, for the first reason', () => {
    const other = createCounted();
    const { signal } = startDeadline(100, other.signal);
    const told: unknown[] = [];
    signal.addEventListener('abort', () => told.push(signal.reason));
    vi.advanceTimersByTime(100);
    other.abort('gone');
    expect(told).toEqual([new Error('No answer within 100 ms.')]);
  });
});

describe('a deadline that is cleared', () => {
  test('does not pass any more, whatever happens', () => {
    const other = createCounted();
    const { signal, clear } = startDeadline(100, other.signal);
    clear();
    other.abort('gone');
    vi.advanceTimersByTime(1_000);
    expect(signal.aborted).toBe(false);
  });

  test('leaves no timer behind, and nobody who listens', () => {
    const other = createCounted();
    const deadlines = Array.from({ length: 10 }, () => startDeadline(100, other.signal));
    expect([vi.getTimerCount(), other.listeners.size]).toEqual([10, 10]);
    for (const { clear } of deadlines) clear();
    expect([vi.getTimerCount(), other.listeners.size]).toEqual([0, 0]);
  });

  test('when it has passed, or a second time, is no trouble', () => {
    const { signal, clear } = startDeadline(100);
    vi.advanceTimersByTime(100);
    clear();
    clear();
    expect(signal.aborted).toBe(true);
  });
});
