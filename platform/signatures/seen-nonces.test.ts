import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { collectGarbage } from '../../tests/support/collect-garbage.ts';
import { createSeenNonces } from './seen-nonces.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
});

test('a nonce is new once', () => {
  const isNew = createSeenNonces({ keepMs: 1_000, maxCount: 10 });
  expect([isNew('a'), isNew('b'), isNew('a'), isNew('b')]).toEqual([true, true, false, false]);
});

test.each([0, 1, 400, 999])('a nonce that comes after %i ms is rejected again for its whole time', (startMs) => {
  const isNew = createSeenNonces({ keepMs: 1_000, maxCount: 1_000 });
  isNew('first');
  vi.advanceTimersByTime(startMs);
  isNew('a');
  for (let ms = 0; ms < 1_000; ms += 100) {
    expect(isNew('a')).toBe(false);
    expect(isNew(`other ${ms}`)).toBe(true);
    vi.advanceTimersByTime(100);
  }
});

test('a nonce is dropped after twice its time, with or without others in between', () => {
  const isNew = createSeenNonces({ keepMs: 1_000, maxCount: 10 });
  isNew('a');
  vi.advanceTimersByTime(2_000);
  expect(isNew('a')).toBe(true);
  vi.advanceTimersByTime(1_000);
  isNew('b');
  vi.advanceTimersByTime(1_000);
  isNew('c');
  expect(isNew('a')).toBe(true);
});

test('beyond the count the oldest are dropped, and at least half of it is stored', () => {
  const isNew = createSeenNonces({ keepMs: 1_000, maxCount: 10 });
  for (let nth = 0; nth < 1_000; nth++) isNew(`${nth}`);
  expect(isNew('0')).toBe(true);
  for (let nth = 996; nth < 1_000; nth++) expect(isNew(`${nth}`)).toBe(false);
});

test('a nonce does not keep the header that it came in', () => {
  const isNew = createSeenNonces({ keepMs: 60_000, maxCount: 100_000 });
  const headerBytes = 10_000;
  const receive = (index: number) => {
    // In one piece, as Node parses it.
    const header = Buffer.from(`nonce="${index}-${'n'.repeat(20)}"${'x'.repeat(headerBytes)}`).toString('latin1');
    return isNew(/nonce="([^"]+)"/.exec(header)?.[1] ?? '');
  };
  receive(0);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let index = 1; index <= 2_000; index += 1) expect(receive(index)).toBe(true);
  collectGarbage();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan((2_000 * headerBytes) / 4);
});
