import { describe, expect, test } from 'vitest';
import { createAbortable, type Signal } from './signal.ts';

/** A signal, listeners, and the calls of these so far. */
function listenTo(signal: Signal) {
  const called: string[] = [];
  const listener = (name: string) => () => void called.push(name);
  return { called, listener, listen: (name: string) => signal.addEventListener('abort', listener(name)) };
}

describe('abort', () => {
  test('sets aborted and reason', () => {
    const signal = createAbortable();
    expect([signal.aborted, signal.reason]).toEqual([false, undefined]);
    const reason = new Error('gone');
    signal.abort(reason);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toBe(reason);
  });

  test('calls each listener once, after aborted is set', () => {
    const signal = createAbortable();
    const { called, listen } = listenTo(signal);
    listen('one');
    listen('two');
    signal.addEventListener('abort', () => called.push(`${signal.aborted} ${signal.reason}`));
    signal.abort('gone');
    expect(called).toEqual(['one', 'two', 'true gone']);
  });

  test('does nothing the second time', () => {
    const signal = createAbortable();
    const { called, listen } = listenTo(signal);
    listen('one');
    signal.abort('first');
    signal.abort('second');
    expect([called, signal.reason]).toEqual([['one'], 'first']);
  });

  test('does nothing if called from a listener', () => {
    const signal = createAbortable();
    const { called, listen } = listenTo(signal);
    listen('one');
    signal.addEventListener('abort', () => signal.abort('second'));
    listen('two');
    signal.abort('first');
    expect([called, signal.reason]).toEqual([['one', 'two'], 'first']);
  });

  test('works without a reason', () => {
    const signal = createAbortable();
    signal.abort(undefined);
    expect(signal.aborted).toBe(true);
  });
});

describe('a listener', () => {
  test('is not called after its removal', () => {
    const signal = createAbortable();
    const { called, listener, listen } = listenTo(signal);
    const away = listener('away');
    signal.addEventListener('abort', away);
    listen('here');
    signal.removeEventListener('abort', away);
    signal.abort('gone');
    expect(called).toEqual(['here']);
  });

  test('is not called if another listener removes it', () => {
    const signal = createAbortable();
    const { called, listener } = listenTo(signal);
    const second = listener('second');
    signal.addEventListener('abort', () => signal.removeEventListener('abort', second));
    signal.addEventListener('abort', second);
    signal.abort('gone');
    expect(called).toEqual([]);
  });

  test('is called once if added twice', () => {
    const signal = createAbortable();
    const { called, listener } = listenTo(signal);
    const twice = listener('twice');
    signal.addEventListener('abort', twice);
    signal.addEventListener('abort', twice);
    signal.abort('gone');
    expect(called).toEqual(['twice']);
  });

  test('is not called if added after the abort', () => {
    const signal = createAbortable();
    signal.abort('gone');
    const { called, listen } = listenTo(signal);
    listen('late');
    signal.abort('gone again');
    expect(called).toEqual([]);
  });
});

test('an AbortSignal behaves the same', () => {
  for (const { signal, abort } of [controllerOf(new AbortController()), ownOf()]) {
    const { called, listener, listen } = listenTo(signal);
    const away = listener('away');
    listen('one');
    signal.addEventListener('abort', away);
    signal.removeEventListener('abort', away);
    expect(signal.aborted).toBe(false);
    abort('first');
    abort('second');
    listen('late');
    expect([called, signal.aborted, signal.reason]).toEqual([['one'], true, 'first']);
  }
});

const controllerOf = (controller: AbortController): { signal: Signal; abort: (reason: unknown) => void } => ({
  signal: controller.signal,
  abort: (reason) => controller.abort(reason),
});

const ownOf = () => {
  const signal = createAbortable();
  return { signal, abort: (reason: unknown) => signal.abort(reason) };
};
