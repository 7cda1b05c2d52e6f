import { expect, test } from 'vitest';
import { meterGrowth } from './heap-growth.ts';

const runs = 2_000;

/** The growth of so many runs, of which the first tenth is the warm-up. */
async function growthOf(run: () => void): Promise<number> {
  const meter = meterGrowth({ warmUpRuns: runs / 10 });
  for (let nth = 0; nth < runs; nth += 1) {
    run();
    await meter.ran();
  }
  return meter.growthBytes();
}

test('garbage is no growth', async () => {
  expect(await growthOf(() => void Buffer.alloc(10_000))).toBeLessThan(2e6);
});

test.each<[string, () => unknown]>([
  ['objects', () => Array.from({ length: 100 }, (_, at) => ({ at, text: `text ${at}` }))],
  ['buffers', () => Buffer.alloc(10_000)],
])('%s that each run keeps are growth', async (_, create) => {
  const kept: unknown[] = [];
  expect(await growthOf(() => void kept.push(create()))).toBeGreaterThan(8e6);
  expect(kept).toHaveLength(runs);
});
