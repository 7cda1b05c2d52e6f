import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LimitStore } from './limit-store.ts';

const minuteMs = 60_000;
const pass = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

/** What every engine that keeps counters does; `open` gives a store that may hold others already. */
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

  const add = (durationMs = minuteMs) => store.add(key, durationMs);

  test('nothing stands where nothing was counted', async () => {
    expect(await store.read(key)).toBeUndefined();
  });

  test('each that is counted is one more, and all stand as long as the first', async () => {
    const endsAt = Date.now() + minuteMs;
    expect(await add()).toEqual({ points: 1, endsAt });
    pass(minuteMs - 1);
    expect(await add()).toEqual({ points: 2, endsAt });
    expect(await store.read(key)).toEqual({ points: 2, endsAt });
    pass(1);
    expect(await store.read(key)).toBeUndefined();
    expect(await add()).toEqual({ points: 1, endsAt: Date.now() + minuteMs });
  });

  test('of many that are counted at the same moment no two are told the same', async () => {
    const counts = await Promise.all(Array.from({ length: 50 }, () => add()));
    expect(counts.map(({ points }) => points).sort((a, b) => a - b)).toEqual(counts.map((_, at) => at + 1));
  });

  test('one that is taken back counts no more; the others stand as long as they would', async () => {
    const { endsAt } = await add();
    pass(1_000);
    await add();
    await store.takeBack(key);
    expect(await store.read(key)).toEqual({ points: 1, endsAt });
  });

  test('when the last is taken back nothing stands', async () => {
    await add();
    await store.takeBack(key);
    expect(await store.read(key)).toBeUndefined();
    pass(1_000);
    expect(await add()).toEqual({ points: 1, endsAt: Date.now() + minuteMs });
  });

  test('nothing is taken back where nothing stands any more: neither of none, nor of what is over', async () => {
    await store.takeBack(key);
    expect(await add()).toMatchObject({ points: 1 });
    await add();
    pass(minuteMs);
    await store.takeBack(key);
    expect(await add()).toMatchObject({ points: 1 });
  });

  test('what is set stands in place of what stood, for as long as is said', async () => {
    await add();
    await store.set(key, 7, 10 * minuteMs);
    expect(await store.read(key)).toEqual({ points: 7, endsAt: Date.now() + 10 * minuteMs });
    pass(10 * minuteMs);
    expect(await store.read(key)).toBeUndefined();
  });

  test('what is cleared is gone, and only that', async () => {
    await add();
    const other = await store.add(`${key}-other`, minuteMs);
    await store.clear(key);
    expect(await store.read(key)).toBeUndefined();
    expect(await store.read(`${key}-other`)).toEqual(other);
    await store.clear(key);
  });
}
