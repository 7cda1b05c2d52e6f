import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { ApiError } from '../../platform/api-error.ts';
import { createDecoderProcess } from '../../subgraphs/resources/images/decoder-process.ts';
import { createImageReader } from '../../subgraphs/resources/images/image-reader.ts';
import { wholeGifs } from '../../subgraphs/resources/testing/gif-variants.ts';
import {
  animatedGif,
  interlacedPng,
  jpeg,
  palettePng,
  progressiveJpeg,
} from '../../subgraphs/resources/testing/images.ts';
import { wholePngs } from '../../subgraphs/resources/testing/png-variants.ts';
import { wholeRestartJpegs } from '../../subgraphs/resources/testing/restart-jpegs.ts';
import { captureLog } from '../support/captured-log.ts';
import { meterGrowth } from './heap-growth.ts';
import { mutatedBytes } from './mutations.ts';
import { fuzzRuns, repeatable } from './settings.ts';

const variants = [...wholePngs(), ...wholeGifs(), ...(await wholeRestartJpegs())];
const images = [
  ...variants.map(({ bytes }) => bytes),
  ...(await Promise.all([jpeg(), progressiveJpeg(), interlacedPng(), palettePng(), animatedGif()])),
];
const image = fc.constantFrom(...images);
const mutatedImage = fc.tuple(image, image).chain(([bytes, other]) => mutatedBytes(bytes, other));
const maxGrowthBytes = 16e6;

const { log, lines } = captureLog();
const decoder = createDecoderProcess({ log });
const read = createImageReader({ maxBytes: 384_000, decoder, log });
afterAll(() => decoder.close());

test('mutated images are accepted or UNSUPPORTED_IMAGE, in the decoder process, and leave nothing in memory', async () => {
  const meter = meterGrowth({ warmUpRuns: Math.ceil(fuzzRuns / 3) });
  const outcomes = { accepted: 0, rejected: 0 };
  const property = fc.asyncProperty(mutatedImage, async (bytes) => {
    try {
      const readFor = { viewerId: 'a user', requestId: 'a request' };
      const image = await read({ data: bytes.toString('base64') }, readFor);
      expect(image.width * image.height).toBeGreaterThan(0);
      // Nothing more is removed of an image that was stored.
      expect(await read({ data: image.base64 }, readFor)).toEqual(image);
      outcomes.accepted += 1;
    } catch (error) {
      if (!(error instanceof ApiError) || error.extensions.code !== 'UNSUPPORTED_IMAGE') throw error;
      outcomes.rejected += 1;
    }
    await meter.ran();
  });
  await fc.assert(property, repeatable('mutated images'));
  expect(Math.min(outcomes.accepted, outcomes.rejected)).toBeGreaterThan(fuzzRuns / 100);
  // The decoder logs each crash.
  expect(lines).toEqual([]);
  expect(await meter.growthBytes()).toBeLessThan(maxGrowthBytes);
}, 1_200_000);
