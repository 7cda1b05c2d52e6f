import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawScene, scenes } from '../../../tests/corpus/fitting/scenes.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { maxImageBytes as maxBytes } from '../image-service/client.ts';
import { decodersOf, hasProcFolder, residentMb } from '../testing/decoder-processes.ts';
import { createDecoderProcess } from './decoder-process.ts';
import { detectImageType } from './image-format.ts';

const timeout = 120_000;
/** As phones take them. */
const size = { width: 4_032, height: 3_024 };
const limit = maxBytes();
const sharpPixels = 2_000_000;

const { log, lines } = captureLog();
const decoder = createDecoderProcess({ log, timeoutMs: timeout });
afterAll(() => decoder.close());

async function readFitted(bytes: Buffer) {
  const contentType = detectImageType(bytes);
  const outcome = await decoder.decode({ contentType, bytes, keepMetadata: false, maxBytes: limit, fit: true });
  if (hasProcFolder) expect(peakMb()).toBeLessThan(352);
  if (!('size' in outcome)) return outcome;
  expect(outcome.changed?.bytes.length).toBeLessThanOrEqual(limit);
  return { ...outcome, pixels: outcome.size.width * outcome.size.height };
}

/** The peak of every decoder process that runs: one of them may be ending. */
function peakMb(): number {
  const peaks = decodersOf(process.pid).map((pid) => residentMb(pid, 'peak') || 0);
  return peaks.reduce((sum, peak) => sum + peak, 0);
}

describe('a photo of 12 megapixels keeps at least 2', () => {
  test.each(scenes)('$name', { timeout }, async (scene) => {
    const bytes = await (await drawScene(scene, size)).jpeg({ quality: 95 }).toBuffer();
    const { pixels, changed } = (await readFitted(bytes)) as { pixels: number; changed: { contentType: string } };
    expect(changed.contentType).toBe('image/jpeg');
    // The sides are whole numbers.
    expect(pixels).toBeGreaterThan(sharpPixels * 0.999);
  });
});

describe('the largest photos of each kind are taken:', () => {
  let photo: Sharp;
  beforeAll(async () => {
    const [, leaves] = scenes;
    photo = sharp(await (await drawScene(leaves ?? expect.fail('no scene'), size)).png().toBuffer());
  }, timeout);

  test.each<[string, number, (image: Sharp) => Sharp]>([
    ['JPEG of 12 MB', 12, (image) => image.jpeg({ quality: 100, chromaSubsampling: '4:4:4' })],
    ['JPEG of 48 megapixels', 48, (image) => image.jpeg({ quality: 80 })],
    ['JPEG of 108 megapixels', 108, (image) => image.jpeg({ quality: 60 })],
    ['progressive JPEG', 25, (image) => image.jpeg({ quality: 90, progressive: true })],
    ['turned JPEG', 12, (image) => image.withMetadata({ orientation: 8 }).jpeg({ quality: 95 })],
    ['CMYK JPEG', 12, (image) => image.toColourspace('cmyk').jpeg({ quality: 90 })],
    ['PNG', 12, (image) => image.png({ compressionLevel: 1 })],
    ['PNG with transparency', 12, (image) => image.ensureAlpha(0.5).png({ compressionLevel: 1 })],
    ['WebP', 12, (image) => image.webp({ quality: 90 })],
    ['WebP with transparency', 12, (image) => image.ensureAlpha(0.5).webp({ quality: 90, effort: 0 })],
    ['lossless WebP', 12, (image) => image.webp({ lossless: true, effort: 0 })],
    ['AVIF', 12, (image) => image.avif({ quality: 80, effort: 0 })],
    ['AVIF of 10 bits', 6, (image) => image.avif({ quality: 80, effort: 0, bitdepth: 10 })],
    ['TIFF', 12, (image) => image.tiff({ compression: 'none' })],
    ['TIFF of 16 bits', 12, (image) => image.toColourspace('rgb16').tiff({ compression: 'lzw' })],
  ])('%s of %d megapixels', { timeout }, async (_, megapixels, encode) => {
    const width = Math.round(size.width * Math.sqrt((megapixels * 1e6) / (size.width * size.height)));
    const bytes = await encode(photo.clone().resize(width)).toBuffer();
    expect(await readFitted(bytes)).toMatchObject({ pixels: expect.any(Number) });
  });

  test.each<[string, RegExp, (image: Sharp) => Sharp]>([
    ['WebP', /WebP image takes too much memory to convert, at 30 megapixels/, (image) => image.webp({ effort: 0 })],
    ['AVIF', /AVIF image takes too much memory to convert, at 30/, (image) => image.avif({ effort: 0, quality: 30 })],
    ['TIFF', /TIFF image takes too much memory/, (image) => image.toColourspace('rgb16').tiff({ compression: 'lzw' })],
  ])('%s of too many pixels is rejected with words', { timeout }, async (_, unsupported, encode) => {
    const bytes = await encode(photo.clone().resize(6_324, 4_743)).toBuffer();
    expect(await readFitted(bytes)).toEqual({ unsupported: expect.stringMatching(unsupported) });
  });
});

test('none of them was too much for a decoder', () => {
  expect(lines).toEqual([]);
});
