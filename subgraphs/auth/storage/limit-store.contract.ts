import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LimitStore } from './limit-store.ts';

const minuteMs = 60_000;
const passMs = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

/** The contract of every engine that stores counters. `open` returns a store that may hold other counters. */
export function limitStoreContract(open: () => LimitStore | Promise<LimitStore>): void {
  let store: LimitStore;
  let key: string;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
    store = await open();
    key = randomUUID();
  });
  afterEach(() => {
    store.close();
    vi.useRealTimers();
  });

  const increment = (durationMs = minuteMs) => store.increment(key, durationMs);

  test('is healthy while it is open', async () => {
    expect(await store.checkHealth()).toEqual({});
  });

  test('returns undefined for a counter that does not exist', async () => {
    expect(await store.read(key)).toBeUndefined();
  });

  test('increments, and expires with the first increment', async () => {
    const endsAt = Date.now() + minuteMs;
    expect(await increment()).toEqual({ points: 1, endsAt });
    passMs(minuteMs - 1);
    expect(await increment()).toEqual({ points: 2, endsAt });
    expect(await store.read(key)).toEqual({ points: 2, endsAt });
    passMs(1);
    expect(await store.read(key)).toBeUndefined();
    expect(await increment()).toEqual({ points: 1, endsAt: Date.now() + minuteMs });
  });

  test('returns a different count to each concurrent increment', async () => {
    const counts = await Promise.all(Array.from({ length: 50 }, () => increment()));
    expect(counts.map(({ points }) => points).sort((a, b) => a - b)).toEqual(counts.map((_, at) => at + 1));
  });

  test('decrements without changing the expiry', async () => {
    const { endsAt } = await increment();
    passMs(1_000);
    await increment();
    await store.decrement(key);
    expect(await store.read(key)).toEqual({ points: 1, endsAt });
  });

  test('deletes a counter that is decremented to 0', async () => {
    await increment();
    await store.decrement(key);
    expect(await store.read(key)).toBeUndefined();
    passMs(1_000);
    expect(await increment()).toEqual({ points: 1, endsAt: Date.now() + minuteMs });
  });

  test('ignores decrements of missing and expired counters', async () => {
    await store.decrement(key);
    expect(await increment()).toMatchObject({ points: 1 });
    await increment();
    passMs(minuteMs);
    await store.decrement(key);
    expect(await increment()).toMatchObject({ points: 1 });
  });

  test('sets a counter with a new expiry', async () => {
    await increment();
    const replaced = await store.set(key, 7, 10 * minuteMs);
    expect(replaced).toEqual({ points: 7, endsAt: Date.now() + 10 * minuteMs });
    expect(await store.read(key)).toEqual(replaced);
    passMs(10 * minuteMs);
    expect(await store.read(key)).toBeUndefined();
  });

  test('deletes one counter only', async () => {
    await increment();
    const other = await store.increment(`${key}-other`, minuteMs);
    await store.delete(key);
    expect(await store.read(key)).toBeUndefined();
    expect(await store.read(`${key}-other`)).toEqual(other);
    await store.delete(key);
  });
}
