import { SqliteError } from 'better-sqlite3';
import { afterEach, expect, test, vi } from 'vitest';
import { createBusyRetry } from './busy-retry.ts';

afterEach(() => void vi.useRealTimers());

const busy = new SqliteError('database is locked', 'SQLITE_BUSY');

/** A database that is locked until `unlock`; counts the calls. */
function createLocked(error: Error = busy) {
  let isLocked = true;
  let calls = 0;
  return {
    run: () => {
      calls += 1;
      if (isLocked) throw error;
      return 'done';
    },
    unlock: () => {
      isLocked = false;
    },
    calls: () => calls,
  };
}

const outcomeOf = (promise: Promise<string>) => promise.catch((error: { code: string }) => error.code);

test('calls again, with growing pauses, until the database is not locked', async () => {
  vi.useFakeTimers();
  const retry = createBusyRetry({ maxWaitMs: 60_000, maxWaiting: 1 });
  const { run, unlock, calls } = createLocked();
  const result = retry(run);
  await vi.advanceTimersByTimeAsync(1_000);
  const inFirstSecond = calls();
  await vi.advanceTimersByTimeAsync(9_000);
  const perSecond = (calls() - inFirstSecond) / 9;
  expect(inFirstSecond).toBeGreaterThan(perSecond);
  // A pause is 125 to 250 ms in the end.
  expect(perSecond).toBeGreaterThan(3);
  expect(perSecond).toBeLessThan(9);
  unlock();
  await vi.advanceTimersByTimeAsync(250);
  expect(await result).toBe('done');
});

test('rejects at the deadline', async () => {
  vi.useFakeTimers();
  const retry = createBusyRetry({ maxWaitMs: 2_000, maxWaiting: 1 });
  const outcome = outcomeOf(retry(createLocked().run));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await outcome).toBe('SQLITE_BUSY');
});

test('rejects at once what would wait beyond the bound, and accepts others when waits are over', async () => {
  const retry = createBusyRetry({ maxWaitMs: 60_000, maxWaiting: 2 });
  const { run, unlock, calls } = createLocked();
  const waiting = [retry(run), retry(run)];
  await vi.waitFor(() => expect(calls()).toBeGreaterThan(2));
  const surplus = createLocked();
  expect(await outcomeOf(retry(surplus.run))).toBe('SQLITE_BUSY');
  expect(surplus.calls()).toBe(1);
  unlock();
  expect(await Promise.all(waiting)).toEqual(['done', 'done']);
  const later = createLocked();
  const retried = retry(later.run);
  await vi.waitFor(() => expect(later.calls()).toBeGreaterThan(1));
  later.unlock();
  expect(await retried).toBe('done');
});

test('does not call again after another error', async () => {
  const retry = createBusyRetry({ maxWaitMs: 60_000, maxWaiting: 1 });
  const { run, calls } = createLocked(new SqliteError('database or disk is full', 'SQLITE_FULL'));
  expect(await outcomeOf(retry(run))).toBe('SQLITE_FULL');
  expect(calls()).toBe(1);
});
