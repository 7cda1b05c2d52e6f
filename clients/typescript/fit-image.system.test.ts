import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawScene, type Scene, scenes } from '../../tests/corpus/fitting/scenes.ts';
import { describeInBrowser } from '../../tests/support/chromium.ts';
import { openFitImagePage } from '../../tests/support/fit-image-page.ts';
import { maxImageBytes } from './image-input.ts';

const timeout = 120_000;
const [scene] = scenes as [Scene, ...Scene[]];

/** Four colours in the corners, and noise, so that it takes many bytes. */
function corners(width: number, height: number): Sharp {
  const noise = randomBytes(width * height);
  const colours = [
    [
      [200, 40, 40],
      [40, 200, 40],
    ],
    [
      [40, 40, 200],
      [200, 200, 40],
    ],
  ] as const;
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0; at < pixels.length; at += 1) {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
    const colour = colours[y < height / 2 ? 0 : 1][x < width / 2 ? 0 : 1];
    pixels[at] = (colour[at % 3] as number) + ((noise[Math.floor(at / 3)] as number) % 40);
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** The mean colours of the four quarters of a picture, as shown, as red, green and blue that are on or off. */
async function quarters(bytes: Buffer): Promise<string[]> {
  const { data } = await sharp(bytes)
    .autoOrient()
    .removeAlpha()
    .resize(2, 2, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return [0, 3, 6, 9].map((at) => [...data.subarray(at, at + 3)].map((value) => (value > 128 ? 1 : 0)).join());
}

describeInBrowser('fitImage', () => {
  let page: Awaited<ReturnType<typeof openFitImagePage>>;
  beforeAll(async () => {
    page = await openFitImagePage();
  }, timeout);
  afterAll(() => page?.close(), timeout);

  test('a photo of 12 MB becomes one of 384 kB and over two megapixels, with its name', { timeout }, async () => {
    const photo = await (await drawScene(scene, { width: 4_032, height: 3_024 })).jpeg({ quality: 100 }).toBuffer();
    const bytes = Buffer.concat([photo, Buffer.alloc(Math.max(0, 12_000_000 - photo.length))]);
    const result = await page.fit({ bytes, name: 'IMG_0001.JPG', type: 'image/jpeg' });
    expect(result).toMatchObject({ changed: true, isSame: false, name: 'IMG_0001.jpg', type: 'image/jpeg' });
    expect(result.original).toEqual({ bytes: bytes.length, width: 4_032, height: 3_024, type: 'image/jpeg' });
    expect(result.bytes.length).toBeLessThanOrEqual(maxImageBytes);
    expect(result.bytes.length).toBeGreaterThan(maxImageBytes * 0.75);
    const { width, height, format } = await sharp(result.bytes).metadata();
    expect([width, height, format]).toEqual([result.width, result.height, 'jpeg']);
    expect(width * height).toBeGreaterThan(2_000_000);
    expect(width / height).toBeCloseTo(4 / 3, 2);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i is applied', { timeout }, async (orientation) => {
    const bytes = await corners(900, 600).jpeg({ quality: 95 }).withMetadata({ orientation }).toBuffer();
    const result = await page.fit({ bytes, name: 'turned.jpg', maxBytes: 60_000 });
    const isTurned = orientation >= 5;
    expect(result.original).toMatchObject(isTurned ? { width: 600, height: 900 } : { width: 900, height: 600 });
    expect(result.bytes.length).toBeLessThanOrEqual(60_000);
    const { orientation: left, width, height } = await sharp(result.bytes).metadata();
    expect([left, width, height]).toEqual([undefined, result.width, result.height]);
    expect(width > height).toBe(!isTurned);
    expect(await quarters(result.bytes)).toEqual(await quarters(bytes));
  });

  test.each(['png', 'jpeg', 'gif'] as const)('a %s that fits stays the same object', { timeout }, async (format) => {
    const bytes = await corners(60, 40).toFormat(format).toBuffer();
    const result = await page.fit({ bytes, name: 'small.x', type: `image/${format}` });
    expect(result).toMatchObject({ isSame: true, changed: false, width: 60, height: 40, bytes });
    expect(result.original).toEqual({ bytes: bytes.length, width: 60, height: 40, type: `image/${format}` });
  });

  test('an image of exactly the limit stays, and of one byte more it does not', { timeout }, async () => {
    const bytes = await corners(200, 200).png().toBuffer();
    expect(await page.fit({ bytes, name: 'a.png', maxBytes: bytes.length })).toMatchObject({ isSame: true });
    const result = await page.fit({ bytes, name: 'a.png', maxBytes: bytes.length - 1 });
    expect(result).toMatchObject({ isSame: false, name: 'a.jpg', type: 'image/jpeg', width: 200, height: 200 });
  });

  test('a PNG without transparency becomes a JPEG, and one with it is scaled', { timeout }, async () => {
    const opaque = await corners(900, 900).ensureAlpha().png().toBuffer();
    expect(await page.fit({ bytes: opaque, name: 'opaque.png' })).toMatchObject({ name: 'opaque.jpg', width: 900 });
    const hole = await sharp({ create: { width: 50, height: 50, channels: 4, background: '#000f' } })
      .png()
      .toBuffer();
    const bytes = await sharp(opaque)
      .composite([{ input: hole, left: 850, top: 850, blend: 'dest-out' }])
      .png()
      .toBuffer();
    const result = await page.fit({ bytes, name: 'hole.png' });
    expect(result).toMatchObject({ name: 'hole.png', type: 'image/png', changed: true });
    expect(result.bytes.length).toBeLessThanOrEqual(maxImageBytes);
    expect(result.width).toBeGreaterThan(200);
    expect((await sharp(result.bytes).stats()).isOpaque).toBe(false);
  });

  test.each([
    ['webp', 'image/jpeg', 'photo.jpg'],
    ['avif', 'image/jpeg', 'photo.jpg'],
  ] as const)('a small %s becomes %s', { timeout }, async (format, type, name) => {
    const bytes = await corners(300, 200).toFormat(format, { quality: 90 }).toBuffer();
    const result = await page.fit({ bytes, name: `photo.${format}`, type: `image/${format}` });
    expect(result).toMatchObject({ changed: true, name, type, width: 300, height: 200 });
    expect(result.original).toMatchObject({ type: `image/${format}`, bytes: bytes.length });
    expect(await quarters(result.bytes)).toEqual(await quarters(bytes));
  });

  test('a WebP with transparency becomes a PNG', { timeout }, async () => {
    const image = sharp({ create: { width: 50, height: 40, channels: 4, background: '#f008' } });
    const result = await page.fit({ bytes: await image.webp().toBuffer(), name: 'glass.webp' });
    expect(result).toMatchObject({ changed: true, name: 'glass.png', type: 'image/png', width: 50, height: 40 });
  });

  test('colours of a wide profile become sRGB, as they were shown', { timeout }, async () => {
    const image = sharp({ create: { width: 800, height: 800, channels: 3, background: '#c83c28' } });
    const bytes = await image.withIccProfile('p3').jpeg({ quality: 100 }).toBuffer();
    const result = await page.fit({ bytes: Buffer.concat([bytes, Buffer.alloc(400_000)]), name: 'wide.jpg' });
    const shown = await sharp(bytes).toColourspace('srgb').resize(1, 1).raw().toBuffer();
    const made = await sharp(result.bytes).resize(1, 1).raw().toBuffer();
    for (const channel of [0, 1, 2]) expect(Math.abs((shown[channel] ?? 0) - (made[channel] ?? 255))).toBeLessThan(6);
  });

  test.each([
    ['a file that is no image', Buffer.from('a text'), 'note.txt'],
    ['an empty file', Buffer.alloc(0), 'empty.jpg'],
    ['HEIC, which Chromium does not decode', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), 'IMG_1.HEIC'],
    ['a damaged JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0]), 'damaged.jpg'],
  ])('%s is an ImageNotDecodableError that says what to do', { timeout }, async (_, bytes, name) => {
    const { error } = await page.fit({ bytes, name });
    expect(error?.name).toBe('ImageNotDecodableError');
    expect(error?.message).toContain('fit: true');
  });

  test('an animation that fits stays, and a larger one is left to the server', { timeout }, async () => {
    const frames = randomBytes(64 * 64 * 3 * 4);
    const animation = sharp(frames, { raw: { width: 64, height: 256, channels: 3, pageHeight: 64 } });
    const bytes = await animation.gif({ delay: [100, 100, 100, 100] }).toBuffer();
    expect(await page.fit({ bytes, name: 'a.gif' })).toMatchObject({ isSame: true, width: 64, height: 64 });
    const { error } = await page.fit({ bytes, name: 'a.gif', maxBytes: 1_000 });
    expect(error).toMatchObject({ name: 'ImageNotDecodableError' });
    expect(error?.message).toContain('lose its frames');
    const still = readFileSync('tests/fixtures/four-colours.png');
    const control = Buffer.from([0, 0, 0, 8, ...Buffer.from('acTL'), 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
    const apng = Buffer.concat([still.subarray(0, 33), control, still.subarray(33)]);
    const larger = await page.fit({ bytes: apng, name: 'a.png', maxBytes: 50 });
    expect(larger.error?.message).toContain('lose its frames');
  });

  test('an image with a side of a few pixels, and one that fits in no size', { timeout }, async () => {
    const narrow = await corners(2, 30_000).png().toBuffer();
    const result = await page.fit({ bytes: narrow, name: 'narrow.png', maxBytes: 20_000 });
    expect(result.bytes.length).toBeLessThanOrEqual(20_000);
    const { error } = await page.fit({ bytes: narrow, name: 'narrow.png', maxBytes: 100 });
    expect(error).toEqual({ name: 'RangeError', message: 'The image has more than 100 bytes in any size.' });
  });

  test('an abort throws the reason of the signal, before and while it encodes', { timeout }, async () => {
    const bytes = await corners(3_000, 3_000).jpeg({ quality: 100 }).toBuffer();
    for (const abortAfterMs of [0, 1])
      expect((await page.fit({ bytes, name: 'a.jpg', abortAfterMs })).error).toEqual({
        name: 'AbortError',
        message: 'Enough.',
      });
  });
});
