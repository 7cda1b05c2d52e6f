import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { drawScene, scenes } from '../../../tests/corpus/fitting/scenes.ts';
import { animatedPng } from '../testing/extreme-images.ts';
import { readerOf } from '../testing/image-reader.ts';
import { animatedGif, jpeg, noise, png } from '../testing/images.ts';
import type { ImageInput } from './image-reader.ts';

const timeout = 60_000;
const maxBytes = 14_000;
const read = readerOf(maxBytes);
const [landscape] = scenes;
const drawn = await drawScene(landscape ?? expect.fail('no scene'), { width: 600, height: 400 });
/** A photo that is many times too large. */
const photo = await drawn.png().toBuffer();
const open = () => sharp(photo);

async function readFitted(bytes: Buffer, options: Partial<ImageInput> = {}) {
  const image = await read({ data: bytes.toString('base64'), fit: true, ...options });
  const stored = Buffer.from(image.base64, 'base64');
  expect(stored.length).toBe(image.sizeBytes);
  expect(stored.length).toBeLessThanOrEqual(maxBytes);
  return { ...image, stored, metadata: await sharp(stored).metadata() };
}

/** The colours of the four quarters, as shown. */
async function colours(image: Sharp): Promise<number[]> {
  const shown = await image.autoOrient().toColourspace('srgb').removeAlpha().png().toBuffer();
  return [...(await sharp(shown).resize(2, 2, { fit: 'fill' }).removeAlpha().raw().toBuffer())];
}

async function expectAlike(stored: Buffer, sent: Buffer) {
  const [actual, expected] = [await colours(sharp(stored)), await colours(sharp(sent))];
  expect(actual).toHaveLength(expected.length);
  const differences = actual.map((value, at) => Math.abs(value - (expected[at] ?? 0)));
  expect(Math.max(...differences)).toBeLessThan(12);
}

describe('an image that fits is stored as without fit:', () => {
  test.each<[string, () => Promise<Buffer>]>([
    ['JPEG', jpeg],
    ['JPEG with metadata', () => noise({ width: 9, height: 5 }).withMetadata({ orientation: 6 }).jpeg().toBuffer()],
    ['PNG', png],
    ['GIF', animatedGif],
    ['PNG of one pixel', () => png({ width: 1, height: 1 })],
    [
      'JPEG that is too large only with what comes after it',
      async () => Buffer.concat([await jpeg(), Buffer.alloc(maxBytes)]),
    ],
  ])('%s', async (_, make) => {
    const data = (await make()).toString('base64');
    const { stored, metadata, ...image } = await readFitted(Buffer.from(data, 'base64'));
    expect(image).toEqual(await read({ data }));
    const keepMetadata = true;
    if (stored.length < maxBytes && data.length < maxBytes)
      expect((await readFitted(Buffer.from(data, 'base64'), { keepMetadata })).base64).toBe(data);
  });
});

describe('an image that is too large is made as large as it fits:', { timeout }, () => {
  test.each<[string, string, () => Promise<Buffer>]>([
    ['JPEG', 'image/jpeg', () => open().jpeg({ quality: 95 }).toBuffer()],
    ['progressive JPEG', 'image/jpeg', () => open().jpeg({ quality: 95, progressive: true }).toBuffer()],
    ['grey JPEG', 'image/jpeg', () => open().toColourspace('b-w').jpeg({ quality: 95 }).toBuffer()],
    ['CMYK JPEG', 'image/jpeg', () => open().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()],
    ['JPEG in Display P3', 'image/jpeg', () => open().withIccProfile('p3').jpeg({ quality: 95 }).toBuffer()],
    ['PNG', 'image/jpeg', () => open().png().toBuffer()],
    ['interlaced PNG', 'image/jpeg', () => open().png({ progressive: true }).toBuffer()],
    ['PNG with 16 bits per channel', 'image/jpeg', () => open().toColourspace('rgb16').png().toBuffer()],
    ['grey PNG with 16 bits', 'image/jpeg', () => open().toColourspace('grey16').png().toBuffer()],
    ['PNG with an opaque alpha channel', 'image/jpeg', () => open().ensureAlpha(1).png().toBuffer()],
    ['PNG with transparency', 'image/png', () => open().ensureAlpha(0.6).png().toBuffer()],
    ['palette PNG', 'image/jpeg', () => open().png({ palette: true }).toBuffer()],
    ['GIF of one frame', 'image/gif', () => open().gif().toBuffer()],
    ['WebP', 'image/jpeg', () => open().webp({ quality: 95 }).toBuffer()],
    ['lossless WebP', 'image/jpeg', () => open().webp({ lossless: true }).toBuffer()],
    ['WebP with transparency', 'image/png', () => open().ensureAlpha(0.6).webp({ quality: 95 }).toBuffer()],
    ['AVIF', 'image/jpeg', () => open().avif({ quality: 90, effort: 0 }).toBuffer()],
    ['AVIF with 10 bits', 'image/jpeg', () => open().avif({ quality: 90, effort: 0, bitdepth: 10 }).toBuffer()],
    ['AVIF with transparency', 'image/png', () => open().ensureAlpha(0.6).avif({ quality: 90, effort: 0 }).toBuffer()],
    ['TIFF', 'image/jpeg', () => open().tiff({ compression: 'lzw' }).toBuffer()],
    ['TIFF with 16 bits', 'image/jpeg', () => open().toColourspace('rgb16').tiff().toBuffer()],
    ['CMYK TIFF', 'image/jpeg', () => open().toColourspace('cmyk').tiff().toBuffer()],
    ['TIFF with transparency', 'image/png', () => open().ensureAlpha(0.6).tiff({ compression: 'lzw' }).toBuffer()],
  ])('%s becomes %s', async (_, contentType, make) => {
    const sent = await make();
    expect(sent.length).toBeGreaterThan(maxBytes);
    const image = await readFitted(sent);
    expect(image).toMatchObject({ contentType, width: image.metadata.width, height: image.metadata.height });
    expect(image.width / image.height).toBeCloseTo(1.5, 1);
    // A smaller step would have left more of the limit.
    expect(image.sizeBytes).toBeGreaterThan(maxBytes * 0.7);
    expect(image.metadata).not.toHaveProperty('icc');
    if (contentType !== 'image/gif') expect(image.metadata.hasAlpha).toBe(contentType === 'image/png');
    await expectAlike(image.stored, sent);
    expect((await readFitted(sent)).sha256).toBe(image.sha256);
  });
});

describe('an image of another format that is small enough is converted:', () => {
  test.each<[string, string, (image: Sharp) => Promise<Buffer>]>([
    ['image/webp', 'image/jpeg', (image) => image.webp().toBuffer()],
    ['image/avif', 'image/jpeg', (image) => image.avif({ effort: 0 }).toBuffer()],
    ['image/tiff', 'image/jpeg', (image) => image.tiff().toBuffer()],
    ['image/webp', 'image/png', (image) => image.ensureAlpha(0.5).webp().toBuffer()],
  ])('%s becomes %s', async (sentType, contentType, make) => {
    const sent = await make(open().resize(60, 40));
    for (const claimed of [undefined, sentType]) {
      expect(await readFitted(sent, { contentType: claimed ?? null })).toMatchObject({
        contentType,
        width: 60,
        height: 40,
      });
    }
    const mismatch = { message: expect.stringContaining(`does not match image.data, which is ${sentType}: `) };
    await expect(readFitted(sent, { contentType: 'image/png' })).rejects.toMatchObject(mismatch);
  });

  test('a WebP of one pixel', async () => {
    const sent = await sharp(await png({ width: 1, height: 1 }))
      .webp()
      .toBuffer();
    expect(await readFitted(sent)).toMatchObject({ contentType: 'image/jpeg', width: 1, height: 1 });
  });

  test('the first frame of an animated WebP', async () => {
    const gif = await animatedGif(3, { width: 40, height: 30 });
    const sent = await sharp(gif, { animated: true }).webp().toBuffer();
    const image = await readFitted(sent);
    expect(image).toMatchObject({ width: 40, height: 30 });
    await expectAlike(image.stored, await sharp(gif).png().toBuffer());
  });
});

describe('an animated GIF', { timeout }, () => {
  const frames = 3;
  const moving = async () => {
    const stills = Array.from({ length: frames }, (_, at) =>
      open()
        .extract({ left: at * 20, top: 0, width: 360, height: 270 })
        .png()
        .toBuffer(),
    );
    const delay = stills.map((__, at) => 50 + at * 10);
    return sharp(await Promise.all(stills), { join: { animated: true } })
      .gif({ delay, loop: 3 })
      .toBuffer();
  };

  test('stays animated, with its delays and loops', async () => {
    const sent = await moving();
    const { metadata, ...image } = await readFitted(sent);
    const expected = await sharp(sent).metadata();
    expect(image.contentType).toBe('image/gif');
    expect([metadata.pages, metadata.delay, metadata.loop]).toEqual([frames, expected.delay, expected.loop]);
    expect(image.width / image.height).toBeCloseTo(4 / 3, 1);
    await expectAlike(image.stored, sent);
  });

  test('of too many frames is IMAGE_TOO_LARGE, with what would fit', async () => {
    const small = readerOf(3_000);
    const input = { data: (await moving()).toString('base64'), fit: true };
    await expect(small(input)).rejects.toMatchObject({
      message: expect.stringMatching(
        /its 3 frames do not fit in any size: send about [1-2] frames? at most, or a still/i,
      ),
      extensions: { code: 'IMAGE_TOO_LARGE', maxBytes: 3_000 },
    });
  });
});

test('an animated PNG that is too large is IMAGE_TOO_LARGE, with what to send instead', async () => {
  const sent = await animatedPng({ width: 3_000, height: 3_000 }, { frames: 3 });
  const small = readerOf(Math.floor(sent.length / 2));
  await expect(small({ data: sent.toString('base64'), fit: true })).rejects.toMatchObject({
    message: expect.stringMatching(/Animated PNGs are not scaled: send a smaller one, or an animated GIF\./),
    extensions: { code: 'IMAGE_TOO_LARGE' },
  });
});

describe('the orientation is applied', { timeout }, () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('%i', async (orientation) => {
    const turned = open().withMetadata({ orientation });
    for (const sent of [
      await turned.clone().jpeg({ quality: 95 }).toBuffer(),
      await turned.clone().png().toBuffer(),
      await turned.clone().webp({ quality: 95 }).toBuffer(),
      await turned.clone().tiff().toBuffer(),
    ]) {
      const image = await readFitted(sent);
      expect(image.width > image.height).toBe(orientation < 5);
      expect(image.metadata.orientation ?? 1).toBe(1);
      await expectAlike(image.stored, sent);
    }
  });

  test('of an AVIF, which says it in its own way', async () => {
    const sent = await open().withMetadata({ orientation: 6 }).avif({ quality: 90, effort: 0 }).toBuffer();
    const image = await readFitted(sent);
    expect(image.width < image.height).toBe(true);
    await expectAlike(image.stored, sent);
  });
});

describe('with keepMetadata', { timeout }, () => {
  const exif = { IFD0: { Artist: 'Ada Lovelace' }, IFD3: { GPSLatitudeRef: 'N' } };
  const tagged = () => open().withExif(exif).withMetadata({ orientation: 6 }).withExifMerge(exif);

  test.each<[string, () => Promise<Buffer>]>([
    ['JPEG', () => tagged().jpeg({ quality: 95 }).toBuffer()],
    ['PNG', () => tagged().ensureAlpha(0.6).png().toBuffer()],
    ['WebP', () => tagged().webp({ quality: 95 }).toBuffer()],
  ])('a scaled %s has its EXIF data, and the orientation 1', async (_, make) => {
    const sent = await make();
    const kept = await readFitted(sent, { keepMetadata: true });
    expect(kept.metadata.exif?.includes('Ada Lovelace')).toBe(true);
    expect(kept.metadata.orientation).toBe(1);
    expect(kept.width < kept.height).toBe(true);
    const without = await readFitted(sent);
    expect(without.metadata).not.toHaveProperty('exif');
  });
});

describe('a damaged image is UNSUPPORTED_IMAGE:', { timeout }, () => {
  test.each<[string, () => Promise<Buffer>]>([
    ['JPEG', () => open().jpeg({ quality: 95 }).toBuffer()],
    ['progressive JPEG', () => open().jpeg({ quality: 95, progressive: true }).toBuffer()],
    ['PNG', () => open().png().toBuffer()],
    ['GIF', () => open().gif().toBuffer()],
    ['WebP', () => open().webp({ quality: 95 }).toBuffer()],
    ['AVIF', () => open().avif({ quality: 90, effort: 0 }).toBuffer()],
    ['TIFF', () => open().tiff({ compression: 'lzw' }).toBuffer()],
  ])('%s', async (_, make) => {
    const sent = await make();
    for (const part of [0.3, 0.9]) {
      await expect(readFitted(sent.subarray(0, Math.floor(sent.length * part)))).rejects.toMatchObject({
        message: expect.stringMatching(/^The image is damaged: /),
        extensions: { code: 'UNSUPPORTED_IMAGE' },
      });
    }
  });

  test('what is not an image, in any size', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('words'), Buffer.alloc(maxBytes + 1)]) {
      await expect(readFitted(bytes)).rejects.toMatchObject({ extensions: { code: 'UNSUPPORTED_IMAGE' } });
    }
  });
});
