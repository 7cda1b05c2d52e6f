import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { readerOf } from '../testing/image-reader.ts';
import {
  animatedGif,
  gif,
  greyJpeg,
  interlacedPng,
  jpeg,
  noise,
  palettePng,
  plainGif,
  png,
  progressiveJpeg,
} from '../testing/images.ts';
import type { DecodedImage, ImageInput } from './image-reader.ts';

const read = readerOf(100_000);
const readBytes = (bytes: Buffer, contentType?: string | null): Promise<DecodedImage> =>
  read({ data: bytes.toString('base64'), ...(contentType !== undefined && { contentType }) });
const unsupported = (message: RegExp) => ({
  name: 'ApiError',
  message: expect.stringMatching(message),
  extensions: { code: 'UNSUPPORTED_IMAGE' },
});

describe('UNSUPPORTED_IMAGE is', () => {
  const bmp = Buffer.from(`BM${'\0'.repeat(100)}`, 'latin1');
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>';
  test.each<[string, () => Promise<Buffer> | Buffer]>([
    ['one byte', () => Buffer.from([0])],
    ['words', () => Buffer.from('not an image')],
    ['SVG', () => Buffer.from(svg)],
    ['HTML', () => Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['a BMP', () => bmp],
    ['a PDF', () => Buffer.from('%PDF-1.7\n')],
    ['WebP', () => noise({ width: 5, height: 4 }).webp().toBuffer()],
    ['TIFF', () => noise({ width: 5, height: 4 }).tiff().toBuffer()],
    ['AVIF', () => noise({ width: 16, height: 16 }).avif({ effort: 0 }).toBuffer()],
    ['a PNG after a line break', async () => Buffer.concat([Buffer.from('\n'), await png()])],
  ])('%s, whatever its declared type', async (_, make) => {
    const bytes = await make();
    for (const claimed of [undefined, null, 'image/png', 'image/webp']) {
      await expect(readBytes(bytes, claimed)).rejects.toMatchObject(unsupported(/not an image of a supported type/));
    }
  });

  test.each<[string, (signature: Buffer, bytes: Buffer) => Buffer]>([
    ['only its signature', (signature) => signature],
    ['its signature before HTML', (signature) => Buffer.concat([signature, Buffer.from('<script>')])],
    ['its signature before another image', (signature, bytes) => Buffer.concat([signature, bytes])],
  ])('a PNG, JPEG or GIF with %s', async (_, change) => {
    const images: [number, Buffer][] = [
      [8, await png()],
      [3, await jpeg()],
      [6, await gif()],
    ];
    for (const [signatureBytes, bytes] of images) {
      const changed = change(bytes.subarray(0, signatureBytes), bytes);
      await expect(readBytes(changed)).rejects.toMatchObject(unsupported(/damaged/));
    }
  });

  test('an image of another type than declared', async () => {
    const types = ['image/png', 'image/jpeg', 'image/gif'];
    for (const [at, bytes] of [await png(), await jpeg(), await gif()].entries()) {
      const others = types.filter((type) => type !== types[at]);
      for (const claimed of [...others, 'image/jpg', 'IMAGE/PNG', 'image/png; q=1', 'image/*', 'png', ' ', '']) {
        await expect(readBytes(bytes, claimed)).rejects.toMatchObject(unsupported(/contentType/));
      }
    }
  });

  test('a PNG with a GIF signature, and the reverse', async () => {
    const named = (bytes: Buffer, start: Buffer) => Buffer.concat([start, bytes.subarray(start.length)]);
    const gifBytes = await gif();
    const pngBytes = await png();
    await expect(readBytes(named(pngBytes, gifBytes.subarray(0, 6)))).rejects.toMatchObject(unsupported(/./));
    await expect(readBytes(named(gifBytes, pngBytes.subarray(0, 8)))).rejects.toMatchObject(unsupported(/./));
    await expect(readBytes(named(await jpeg(), pngBytes.subarray(0, 8)))).rejects.toMatchObject(unsupported(/./));
  });

  test('a text that is not canonical base64', async () => {
    const bytes = await png({ width: 9, height: 9 });
    const [unpadded, padded] = [bytes, Buffer.concat([bytes, Buffer.alloc(3 - (bytes.length % 3) + 1)])].map((all) =>
      all.toString('base64'),
    ) as [string, string];
    expect(padded).toMatch(/[+/].*==$/);
    const invalidTexts = [
      padded.replace(/.{76}/g, '$&\r\n'),
      padded.replace(/.{64}/g, '$&\n'),
      padded.replaceAll('+', '-').replaceAll('/', '_'),
      padded.slice(0, -1),
      padded.slice(0, -2),
      `${padded}=`,
      `${unpadded}====`,
      ` ${padded}`,
      `${padded}\n`,
      `data:image/png;base64,${padded}`,
      `${padded.slice(0, 40)}=${padded.slice(40)}`,
      `${padded}${padded}`,
      `${padded.slice(0, 40)}é${padded.slice(40)}`,
      `${padded.slice(0, 40)}\0${padded.slice(40)}`,
      `${padded.slice(0, 40)}😀${padded.slice(40)}`,
      // A character whose low byte is that of the replaced letter.
      `${padded.slice(0, 40)}${String.fromCharCode(0x100 + padded.charCodeAt(40))}${padded.slice(41)}`,
      padded.replace(/[+/]/, '-'),
      padded.replace(/[+/]/, '_'),
      // The last character before == has four unused bits.
      padded.replace(/A==$/, 'B=='),
      '=',
      '====',
      '\ud800',
    ];
    for (const data of invalidTexts) {
      expect([unpadded, padded]).not.toContain(data);
      await expect(read({ data })).rejects.toMatchObject(unsupported(/not base64/));
    }
  });
});

describe('a complete image is accepted', () => {
  const size = { width: 13, height: 7 };
  test.each<[string, string, () => Promise<Buffer>]>([
    ['PNG', 'image/png', () => png(size)],
    ['interlaced PNG', 'image/png', () => interlacedPng(size)],
    ['palette PNG', 'image/png', () => palettePng(size)],
    ['PNG with alpha', 'image/png', () => noise(size).ensureAlpha(0.5).png().toBuffer()],
    ['PNG of 16 bits per channel', 'image/png', () => noise(size).toColourspace('rgb16').png().toBuffer()],
    ['JPEG', 'image/jpeg', () => jpeg(size)],
    ['progressive JPEG', 'image/jpeg', () => progressiveJpeg(size)],
    ['greyscale JPEG', 'image/jpeg', () => greyJpeg(size)],
    ['CMYK JPEG', 'image/jpeg', () => noise(size).toColourspace('cmyk').jpeg().toBuffer()],
    ['GIF', 'image/gif', () => gif(size)],
    ['animated GIF', 'image/gif', () => animatedGif(3, size)],
  ])('with its type and size: %s', async (_, contentType, make) => {
    const bytes = await make();
    for (const claimed of [undefined, null, contentType]) {
      expect(await readBytes(bytes, claimed)).toStrictEqual({
        base64: bytes.toString('base64'),
        contentType,
        ...size,
        sizeBytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
    }
  });

  test.each([1, 2, 3, 4])('with any base64 padding: %i more bytes', async (more) => {
    const bytes = Buffer.concat([await png(), Buffer.alloc(more)]);
    const stored = await read({ data: bytes.toString('base64'), keepMetadata: true });
    expect(stored).toMatchObject({ sizeBytes: bytes.length, contentType: 'image/png' });
  });

  test('of a single pixel', async () => {
    const one = { width: 1, height: 1 };
    for (const bytes of [await png(one), await jpeg(one), await gif(one), plainGif({ ...one, frames: [one] })]) {
      expect(await readBytes(bytes)).toMatchObject(one);
    }
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('with the size in which it is shown: orientation %i', async (orientation) => {
    const shown = orientation < 5 ? size : { width: size.height, height: size.width };
    const image = noise(size).withMetadata({ orientation });
    for (const bytes of [await image.clone().jpeg().toBuffer(), await image.clone().png().toBuffer()]) {
      expect((await sharp(bytes).metadata()).orientation).toBe(orientation);
      expect(await readBytes(bytes)).toMatchObject(shown);
      expect(await read({ data: bytes.toString('base64'), keepMetadata: true })).toMatchObject(shown);
    }
  });

  test('with the size of its logical screen, not of its first frame, if it is a GIF', async () => {
    for (const screen of [
      { width: 20, height: 10 },
      { width: 640, height: 480 },
      { width: 3_000, height: 20 },
    ]) {
      expect(await readBytes(plainGif({ ...screen, frames: [{ width: 2, height: 2 }] }))).toMatchObject(screen);
    }
  });
});

test('many concurrent images are all read', async () => {
  const inputs: ImageInput[] = [];
  for (let width = 1; width <= 40; width += 1)
    inputs.push({ data: (await png({ width, height: 2 })).toString('base64') });
  const sizes = (await Promise.all(inputs.map(read))).map(({ width }) => width);
  expect(sizes).toEqual(inputs.map((_, at) => at + 1));
});

test('concurrent images beyond the queue are SERVICE_UNAVAILABLE, the others are read, and later ones too', async () => {
  const data = (await png()).toString('base64');
  const outcomes = await Promise.allSettled(Array.from({ length: 200 }, () => read({ data })));
  const rejected = outcomes.filter(({ status }) => status === 'rejected');
  expect(rejected.length).toBeGreaterThan(0);
  expect(rejected.length).toBeLessThan(190);
  const unavailable = { status: 'rejected', reason: { extensions: { code: 'SERVICE_UNAVAILABLE' } } };
  for (const outcome of rejected) expect(outcome).toMatchObject(unavailable);
  expect(await read({ data })).toMatchObject({ contentType: 'image/png' });
});
