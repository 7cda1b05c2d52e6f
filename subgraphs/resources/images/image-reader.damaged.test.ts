import { constants, inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readerOf } from '../testing/image-reader.ts';
import {
  gif,
  greyJpeg,
  interlacedPng,
  jpeg,
  palettePng,
  plainGif,
  plainPng,
  png,
  progressiveJpeg,
} from '../testing/images.ts';

const read = readerOf(100_000);
/** Reads an image; returns its size, or the code of its error. */
const outcomeOf = (bytes: Buffer): Promise<unknown> =>
  read({ data: bytes.toString('base64') }).then(
    ({ width, height }) => ({ width, height }),
    (error) => error?.extensions?.code ?? error,
  );
const UNSUPPORTED = 'UNSUPPORTED_IMAGE';
const endChunkBytes = 12;

/** The number of bytes of a PNG with one chunk of pixels that come after the last byte that a pixel needs. */
function bytesAfterPixels(bytes: Buffer): number {
  const start = bytes.indexOf('IDAT') + 4;
  const data = bytes.subarray(start, start + bytes.readUInt32BE(start - 8));
  const pixelsOf = (length: number) =>
    inflateSync(data.subarray(0, length), { finishFlush: constants.Z_SYNC_FLUSH }).length;
  let length = data.length;
  while (pixelsOf(length - 1) === pixelsOf(data.length)) length -= 1;
  return bytes.length - start - length;
}

describe('an image that is cut at any byte before the end of its pixels is UNSUPPORTED_IMAGE:', () => {
  /** The number of bytes after the pixels. A JPEG needs its end marker, because browsers leave out rows without it. */
  test.each<[string, (bytes: Buffer) => number, () => Promise<Buffer>]>([
    ['PNG', bytesAfterPixels, () => png()],
    ['interlaced PNG', bytesAfterPixels, () => interlacedPng({ width: 9, height: 9 })],
    ['palette PNG', bytesAfterPixels, () => palettePng({ width: 9, height: 9 })],
    ['GIF', () => 3, () => gif()],
    ['JPEG', () => 0, () => jpeg({ width: 17, height: 9 })],
    ['grey JPEG', () => 0, () => greyJpeg({ width: 16, height: 16 })],
    ['progressive JPEG', () => 0, () => progressiveJpeg({ width: 8, height: 8 })],
  ])('%s', async (_, endBytesOf, make) => {
    const bytes = await make();
    const endBytes = endBytesOf(bytes);
    const size = await outcomeOf(bytes);
    expect(size).toMatchObject({ width: expect.any(Number) });
    for (let length = 0; length < bytes.length; length += 1) {
      const outcome = length < bytes.length - endBytes ? UNSUPPORTED : size;
      expect({ length, outcome: await outcomeOf(bytes.subarray(0, length)) }).toEqual({ length, outcome });
    }
  });
});

describe('a PNG is UNSUPPORTED_IMAGE', () => {
  const bytes = plainPng({ width: 4, height: 4 });

  test('with any byte of its header or pixels changed', async () => {
    expect(await outcomeOf(bytes)).toEqual({ width: 4, height: 4 });
    // All but the length of its pixels: where the file ends before it, it is ignored, as browsers do.
    const pixels = bytes.indexOf('IDAT');
    for (let at = 0; at < bytes.length - endChunkBytes; at += 1) {
      if (at >= pixels - 4 && at < pixels) continue;
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x01;
      expect({ at, outcome: await outcomeOf(changed) }).toEqual({ at, outcome: UNSUPPORTED });
    }
  });

  test('with a row, a byte or all pixels missing, although its checksums are correct', async () => {
    for (const encoded of [15, 19, 0]) {
      expect(await outcomeOf(plainPng({ width: 4, height: 4 }, Buffer.alloc(encoded)))).toBe(UNSUPPORTED);
    }
  });

  test('with an unknown filter type in a row', async () => {
    expect(await outcomeOf(plainPng({ width: 4, height: 4 }, Buffer.alloc(20, 9)))).toBe(UNSUPPORTED);
  });

  test('of width 0 or height 0', async () => {
    expect(await outcomeOf(plainPng({ width: 0, height: 4 }))).toBe(UNSUPPORTED);
    expect(await outcomeOf(plainPng({ width: 4, height: 0 }))).toBe(UNSUPPORTED);
  });
});

describe('a GIF is UNSUPPORTED_IMAGE', () => {
  const frame = { width: 8, height: 8 };

  test('without a frame', async () => {
    expect(await outcomeOf(plainGif({ ...frame, frames: [frame] }))).toEqual(frame);
    expect(await outcomeOf(plainGif({ ...frame, frames: [] }))).toBe(UNSUPPORTED);
  });

  test('whose codes cannot be decoded', async () => {
    const bytes = plainGif({ ...frame, frames: [frame] });
    bytes.fill(0xff, 31, 40);
    expect(await outcomeOf(bytes)).toBe(UNSUPPORTED);
  });

  test.each([0, 1, 32, 63])('with a frame of only %i of its 64 pixels', async (encoded) => {
    expect(await outcomeOf(plainGif({ ...frame, frames: [{ ...frame, encoded }] }))).toBe(UNSUPPORTED);
    expect(await outcomeOf(plainGif({ ...frame, frames: [frame, { ...frame, encoded }] }))).toBe(UNSUPPORTED);
  });

  test('with a frame without sub-blocks', async () => {
    const bytes = plainGif({ ...frame, frames: [frame] });
    const blocksStart = 19 + 11;
    const none = Buffer.concat([bytes.subarray(0, blocksStart), Buffer.from([0x00, 0x3b])]);
    expect(await outcomeOf(none)).toBe(UNSUPPORTED);
  });

  test('of width 0 and height 0', async () => {
    const nothing = { width: 0, height: 0 };
    expect(await outcomeOf(plainGif({ ...nothing, frames: [nothing] }))).toBe(UNSUPPORTED);
  });
});

describe('a JPEG is UNSUPPORTED_IMAGE', () => {
  const size = { width: 64, height: 64 };
  const endBytes = 2;

  test('with its end-of-image marker replaced', async () => {
    const bytes = await jpeg(size);
    for (const end of ['\0\0', 'ab', '\xff\xd8', '\xff\x00']) {
      const changed = Buffer.concat([bytes.subarray(0, -endBytes), Buffer.from(end, 'latin1')]);
      expect({ end, outcome: await outcomeOf(changed) }).toEqual({ end, outcome: UNSUPPORTED });
    }
  });

  test('that stops halfway and has an end-of-image marker', async () => {
    const bytes = await jpeg(size);
    const half = bytes.subarray(0, bytes.length / 2);
    expect(await outcomeOf(Buffer.concat([half, bytes.subarray(-endBytes)]))).toBe(UNSUPPORTED);
  });

  test.each([0x00, 0x55, 0x7f])('that stops halfway and ends with bytes %i instead', async (byte) => {
    const bytes = await jpeg(size);
    const half = bytes.subarray(0, bytes.length / 2);
    expect(await outcomeOf(Buffer.concat([half, Buffer.alloc(bytes.length, byte)]))).toBe(UNSUPPORTED);
  });

  test('without a scan', async () => {
    const bytes = await jpeg(size);
    const scan = bytes.indexOf(Buffer.from([0xff, 0xda]));
    expect(await outcomeOf(Buffer.concat([bytes.subarray(0, scan), bytes.subarray(-endBytes)]))).toBe(UNSUPPORTED);
  });
});
