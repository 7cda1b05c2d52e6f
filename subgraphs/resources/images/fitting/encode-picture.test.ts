import { describe, expect, test } from 'vitest';
import { encodePng, jpegSteps } from './encode-picture.ts';
import { firstThatFits } from './first-fit.ts';
import { openPicture } from './picture.ts';

const pixelsOf = ({ size }: { size: { width: number; height: number } }) => size.width * size.height;

describe('the steps of a JPEG', () => {
  test.each([
    ['a photo of 12 megapixels', { width: 4_032, height: 3_024 }],
    ['one of 3', { width: 2_000, height: 1_500 }],
    ['one of 1', { width: 1_200, height: 900 }],
    ['a panorama', { width: 12_000, height: 400 }],
    ['a line', { width: 65_535, height: 1 }],
    ['one pixel', { width: 1, height: 1 }],
  ])('begin with the full size and never grow: %s', (_, size) => {
    const steps = jpegSteps(size);
    expect(pixelsOf(steps[0] ?? expect.fail('no step'))).toBeGreaterThan(size.width * size.height * 0.99);
    for (const [at, step] of steps.entries()) {
      expect(Math.min(step.size.width, step.size.height)).toBeGreaterThan(0);
      expect(Math.max(step.size.width, step.size.height)).toBeLessThanOrEqual(65_500);
      expect(pixelsOf(step)).toBeLessThanOrEqual(pixelsOf(steps[at - 1] ?? step));
    }
  });

  test('keep two megapixels until the quality is 25', () => {
    const steps = jpegSteps({ width: 4_032, height: 3_024 });
    const smaller = steps.filter((step) => pixelsOf(step) < 1_990_000);
    expect(smaller.every(({ quality }) => quality === 25)).toBe(true);
    expect(steps.at(-smaller.length - 1)).toMatchObject({ quality: 25 });
  });
});

/** Processor time of this process and its threads, whatever else the machine does. */
async function cpuMsOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

test('a transparent PNG of noise takes no more than the work of 20 lossless ones', { timeout: 120_000 }, async () => {
  const [width, height] = [500, 400];
  let seed = 1;
  const values = Uint8Array.from({ length: 4 * width * height }, (_, at) => {
    seed = (seed * 48_271) % 0x7fffffff;
    return at % 4 === 3 ? (at / 4) % 255 : 100 + 60 * Math.sin(at / 160) + (seed % 30);
  });
  const picture = { pixels: Buffer.from(values), width, height, channels: 4 as const };
  const lossless = () => openPicture(picture).png({ compressionLevel: 9, adaptiveFiltering: true }).toBuffer();
  await lossless();
  const oneMs = await cpuMsOf(lossless);
  expect(await cpuMsOf(() => encodePng(picture, 60_000))).toBeLessThan(20 * oneMs);
});

describe('the first step that fits is found', () => {
  const steps = Array.from({ length: 30 }, (_, at) => ({ weight: 30 - at, at }));
  const sizes = (growth: number) => steps.map((_, at) => Math.round(1_000 / growth ** at));

  test.each([1.05, 1.2, 2])('whatever the weights say: sizes that shrink by %d', async (growth) => {
    for (const [wanted, maxBytes] of sizes(growth).entries()) {
      for (const from of [0, 10, 29]) {
        const tried: number[] = [];
        const encode = async ({ at }: { at: number }) => {
          tried.push(at);
          return Buffer.alloc(sizes(growth)[at] ?? 0, at);
        };
        const found = await firstThatFits({ steps, encode, maxBytes, from });
        expect(found?.length).toBe(maxBytes);
        const first = sizes(growth).indexOf(maxBytes);
        expect(Math.min(wanted, first)).toBe(first);
        expect(new Set(tried).size).toBe(tried.length);
        expect(tried.length).toBeLessThan(9);
      }
    }
  });

  test('unless none does', async () => {
    expect(await firstThatFits({ steps, encode: async () => Buffer.alloc(10), maxBytes: 9, from: 3 })).toBeUndefined();
  });
});
