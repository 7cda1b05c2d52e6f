import { describe, expect, test } from 'vitest';
import { claimSize, pngOfSize } from '../../../tests/support/pngs.ts';
import { zeroPng } from '../testing/extreme-images.ts';
import { readerOf } from '../testing/image-reader.ts';
import { jpegOfScans, plainGif, plainPng, png, progressiveJpeg } from '../testing/images.ts';

const read = readerOf(384_000);
const readBytes = (bytes: Buffer) => read({ data: bytes.toString('base64') });
const tooManyPixels = { message: expect.stringMatching(/too many pixels/), extensions: { code: 'UNSUPPORTED_IMAGE' } };

describe('IMAGE_TOO_LARGE', () => {
  test.each([1_000, 1_001, 1_002])(
    'IMAGE_TOO_LARGE is an image one byte over %i, but not one of that size',
    async (maxBytes) => {
      const readSmall = readerOf(maxBytes);
      const encoded = async (sizeBytes: number) => ({ data: (await pngOfSize(sizeBytes)).toString('base64') });
      expect(await readSmall(await encoded(maxBytes))).toMatchObject({ sizeBytes: maxBytes });
      for (const over of [1, 2, 3, 1_000]) {
        await expect(readSmall(await encoded(maxBytes + over))).rejects.toMatchObject({
          name: 'ApiError',
          message: expect.stringContaining(`${maxBytes} bytes`),
          extensions: { code: 'IMAGE_TOO_LARGE', maxBytes },
        });
      }
    },
  );

  test('IMAGE_TOO_LARGE is also what is no image, before it is decoded', async () => {
    const extensions = { code: 'IMAGE_TOO_LARGE', maxBytes: 384_000 };
    for (const character of ['A', '\n', '😀', '=']) {
      await expect(read({ data: character.repeat(2_000_000) })).rejects.toMatchObject({ extensions });
    }
  });
});

describe('UNSUPPORTED_IMAGE, decided from the header alone, is', () => {
  test.each([
    { width: 10_000, height: 10_000 },
    { width: 6_325, height: 6_325 },
    { width: 40_000_001, height: 1 },
    { width: 2 ** 31 - 1, height: 2 ** 31 - 1 },
  ])('a PNG of %j pixels', async (size) => {
    const rejected = {
      message: expect.not.stringMatching(/incomplete|completely/),
      extensions: { code: 'UNSUPPORTED_IMAGE' },
    };
    await expect(readBytes(claimSize(await png(), size))).rejects.toMatchObject(rejected);
  });

  test('a PNG of 100 megapixels, with the limit in the message', async () => {
    const claiming = claimSize(await png(), { width: 10_000, height: 10_000 });
    await expect(readBytes(claiming)).rejects.toMatchObject(tooManyPixels);
  });

  test('a JPEG of more than 40 megapixels', async () => {
    const claiming = jpegOfScans({ width: 8, height: 8, scans: 1 });
    const frame = claiming.indexOf(Buffer.from([0xff, 0xc2]));
    claiming.fill(0xf0, frame + 5, frame + 9);
    await expect(readBytes(claiming)).rejects.toMatchObject(tooManyPixels);
  });

  test('a GIF of small frames and a large screen', async () => {
    const first = { width: 2_000, height: 2_000, encoded: 1 };
    const rest = Array.from({ length: 10_000 }, () => ({ width: 1, height: 1 }));
    const bytes = plainGif({ width: 2_000, height: 2_000, frames: [first, ...rest] });
    expect(bytes.length).toBeLessThan(200_000);
    await expect(readBytes(bytes)).rejects.toMatchObject(tooManyPixels);
  });
});

describe('UNSUPPORTED_IMAGE is an image of a side over the limit, which the message names:', () => {
  test.each([
    { width: 65_536, height: 1 },
    { width: 1, height: 65_536 },
    { width: 1_000_000, height: 40 },
    { width: 40, height: 999_999 },
    { width: 2, height: 20_000_000 },
    { width: 40_000_000, height: 1 },
  ])('a PNG of %j', async (size) => {
    const rejected = {
      message: expect.stringMatching(/limit of each side is 65535 pixels/),
      extensions: { code: 'UNSUPPORTED_IMAGE' },
    };
    await expect(readBytes(claimSize(await png(), size))).rejects.toMatchObject(rejected);
  });

  test('a JPEG wider than libjpeg decodes', async () => {
    const claiming = jpegOfScans({ width: 65_501, height: 8, scans: 1 });
    const rejected = { message: expect.stringMatching(/65500/), extensions: { code: 'UNSUPPORTED_IMAGE' } };
    await expect(readBytes(claiming)).rejects.toMatchObject(rejected);
    const widest = { width: 65_500, height: 8 };
    expect(await readBytes(jpegOfScans({ ...widest, scans: 1 }))).toMatchObject(widest);
  });
});

test.each([
  ['a screen', { width: 60_000, height: 60_000 }, { width: 2, height: 2 }],
  ['a frame', { width: 2, height: 2 }, { width: 60_000, height: 60_000, encoded: 1 }],
])(
  'a GIF with %s of thousands of megapixels is UNSUPPORTED_IMAGE even if the other is small',
  async (_, screen, frame) => {
    await expect(readBytes(plainGif({ ...screen, frames: [frame] }))).rejects.toMatchObject(tooManyPixels);
  },
);

describe('UNSUPPORTED_IMAGE is a JPEG of more scans than the limit, which the message names:', () => {
  test.each([
    [{ width: 8, height: 8, scans: 101 }, 'The JPEG has more than 100 scans: save it with fewer, or as baseline.'],
    [
      { width: 1_024, height: 1_024, scans: 882 },
      'The JPEG has more than 100 scans: save it with fewer, or as baseline.',
    ],
    [
      { width: 2_001, height: 2_000, scans: 100 },
      expect.stringMatching(/too many scans for its size: the limit is 400/),
    ],
  ])('%j', async (options, message) => {
    const rejected = { message, extensions: { code: 'UNSUPPORTED_IMAGE' } };
    await expect(readBytes(jpegOfScans(options))).rejects.toMatchObject(rejected);
  });

  test('but not one of 100', async () => {
    const size = { width: 8, height: 8 };
    expect(await readBytes(jpegOfScans({ ...size, scans: 100 }))).toMatchObject(size);
  });
});

describe('the message for an image that takes too much memory names a remedy for it:', () => {
  const smaller = 'Make it smaller';
  const pngOf = async (size: { width: number; height: number }, format: { depth?: 16; isInterlaced?: boolean } = {}) =>
    claimSize(await zeroPng({ width: 8, height: 8, colour: 'rgba', ...format }), size);
  const progressiveJpegOf = async ({ width, height }: { width: number; height: number }) => {
    const bytes = await progressiveJpeg();
    const frame = bytes.indexOf(Buffer.from([0xff, 0xc2]));
    bytes.writeUInt16BE(height, frame + 5);
    bytes.writeUInt16BE(width, frame + 7);
    return bytes;
  };

  test.each([
    [
      'a GIF',
      async () => plainGif({ width: 6_000, height: 6_000, frames: [{ width: 2, height: 2 }] }),
      'Save it with a smaller screen',
    ],
    [
      'a progressive JPEG',
      () => progressiveJpegOf({ width: 6_300, height: 6_300 }),
      `${smaller}, or save it as a baseline JPEG`,
    ],
    ['a wide PNG', () => pngOf({ width: 65_535, height: 600 }), smaller],
    [
      'a wide PNG of 16 bits',
      () => pngOf({ width: 40_000, height: 600 }, { depth: 16 }),
      `${smaller}, or save it with 8 bits per channel`,
    ],
    [
      'an interlaced PNG',
      () => pngOf({ width: 6_000, height: 6_000 }, { isInterlaced: true }),
      `${smaller}, or save it without interlacing`,
    ],
    [
      'an interlaced PNG of 16 bits',
      () => pngOf({ width: 4_000, height: 4_000 }, { depth: 16, isInterlaced: true }),
      `${smaller}, or save it without interlacing, or save it with 8 bits per channel`,
    ],
  ])('%s', async (_, make, remedy) => {
    await expect(readBytes(await make())).rejects.toMatchObject({
      message: expect.stringMatching(new RegExp(`takes too much memory to decode: .*MB\\. ${remedy}\\.$`)),
      extensions: { code: 'UNSUPPORTED_IMAGE' },
    });
  });
});

describe('a large image within the limits is accepted:', () => {
  test.each([
    { width: 6_324, height: 6_324 },
    { width: 65_535, height: 610 },
    { width: 610, height: 65_535 },
    { width: 65_535, height: 1 },
    { width: 1, height: 65_535 },
  ])('a PNG of %j', async (size) => {
    expect(await readBytes(plainPng(size))).toMatchObject(size);
  });

  test('a JPEG of as many scans as encoders write', async () => {
    const size = { width: 1_024, height: 1_024 };
    expect(await readBytes(jpegOfScans({ ...size, scans: 20 }))).toMatchObject(size);
  });

  test('a GIF of a thousand frames', async () => {
    const size = { width: 300, height: 300 };
    const frames = [size, ...Array.from({ length: 999 }, () => ({ width: 1, height: 1 }))];
    expect(await readBytes(plainGif({ ...size, frames }))).toMatchObject(size);
  });
});
