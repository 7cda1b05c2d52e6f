import { describe, expect, test } from 'vitest';
import { animatedGif, gif, interlacedPng, jpeg, plainGif, plainPng, png, progressiveJpeg } from '../testing/images.ts';
import { detectImageType, imageTypes, isCompleteFile } from './image-format.ts';
import { pngChunk } from './png.ts';

const complete = [
  ['image/png', 'a PNG', () => png()],
  ['image/png', 'an interlaced PNG', () => interlacedPng()],
  ['image/gif', 'a GIF', () => gif()],
  ['image/gif', 'an animated GIF', () => animatedGif()],
] as const;

const signatureBytes = 8;
const endChunkBytes = 12;

describe('the detected type', () => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from([0x89])],
    ['a PNG signature without its last byte', Buffer.from('\x89PNG\r\n\x1a', 'latin1')],
    ['a PNG signature with changed line breaks', Buffer.from('\x89PNG\n\x1a\n', 'latin1')],
    ['a PNG signature in UTF-8', Buffer.from('\x89PNG\r\n\x1a\n')],
    ['a GIF signature without a version', Buffer.from('GIF88a')],
    ['a GIF signature in lower case', Buffer.from('gif89a')],
    ['a GIF signature with half a version', Buffer.from('GIF89')],
    ['a JPEG start-of-image marker alone', Buffer.from([0xff, 0xd8])],
    ['a JPEG start-of-image marker and no other marker', Buffer.from([0xff, 0xd8, 0x00])],
    ['a GIF after a space', Buffer.from(' GIF89a')],
    ['a byte order mark', Buffer.from('\ufeffGIF89a')],
    ['HTML', Buffer.from('<!doctype html>')],
  ])('is undefined for %s', (_, bytes) => {
    expect(detectImageType(bytes)).toBeUndefined();
  });

  test('depends only on the first bytes', async () => {
    expect(imageTypes).toEqual(['image/gif', 'image/jpeg', 'image/png']);
    for (const [type, , make] of complete) expect(detectImageType(await make())).toBe(type);
    for (const bytes of [await jpeg(), await progressiveJpeg()]) expect(detectImageType(bytes)).toBe('image/jpeg');
    expect(detectImageType(Buffer.from('GIF87a'))).toBe('image/gif');
  });
});

describe.each(complete)('%s: %s', (type, _, make) => {
  test('is incomplete wherever it is cut', async () => {
    const bytes = await make();
    const reaching = Array.from(bytes, (_, length) => length).filter((length) =>
      isCompleteFile(type, bytes.subarray(0, length)),
    );
    expect(reaching).toEqual([]);
  });

  test('is complete, also with trailing bytes', async () => {
    const bytes = await make();
    expect(isCompleteFile(type, bytes)).toBe(true);
    expect(isCompleteFile(type, Buffer.concat([bytes, Buffer.from('more')]))).toBe(true);
  });
});

describe('a PNG', () => {
  const bytes = plainPng({ width: 2, height: 2 });
  const start = bytes.subarray(0, -endChunkBytes);
  const end = bytes.subarray(-endChunkBytes);

  test('does not end with a chunk whose content is the word IEND', () => {
    expect(isCompleteFile('image/png', Buffer.concat([start, pngChunk('tEXt', end)]))).toBe(false);
    expect(isCompleteFile('image/png', Buffer.concat([start, pngChunk('tEXt', end), end]))).toBe(true);
  });

  test('does not end with a chunk longer than the file', () => {
    for (const length of [1, 13, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
      const long = Buffer.from(end);
      long.writeUInt32BE(length);
      expect(isCompleteFile('image/png', Buffer.concat([start, long]))).toBe(false);
    }
  });

  test('is incomplete with only its signature', () => {
    expect(isCompleteFile('image/png', bytes.subarray(0, signatureBytes))).toBe(false);
  });

  test('of very many empty chunks is read in linear time', () => {
    const many = Buffer.concat([start, ...Array<Buffer>(30_000).fill(pngChunk('tEXt')), end]);
    expect(isCompleteFile('image/png', many)).toBe(true);
    expect(isCompleteFile('image/png', many.subarray(0, -1))).toBe(false);
  });
});

describe('a GIF', () => {
  const frame = { width: 2, height: 2 };
  const bytes = plainGif({ ...frame, frames: [frame] });

  test('does not end at a pixel or colour that equals the trailer', () => {
    const colour = Buffer.from(bytes.subarray(0, -1));
    colour.fill(0x3b, 13, 19);
    expect(isCompleteFile('image/gif', colour)).toBe(false);
    const extension = Buffer.from([0x21, 0xfe, 2, 0x3b, 0x3b, 0]);
    expect(isCompleteFile('image/gif', Buffer.concat([bytes.subarray(0, -1), extension]))).toBe(false);
    expect(isCompleteFile('image/gif', Buffer.concat([bytes.subarray(0, -1), extension, Buffer.from([0x3b])]))).toBe(
      true,
    );
  });

  test('with an unknown block is incomplete', () => {
    for (const kind of [0x00, 0x20, 0x3c, 0xff]) {
      const strange = Buffer.concat([bytes.subarray(0, -1), Buffer.from([kind, 0x00, 0x3b])]);
      expect(isCompleteFile('image/gif', strange)).toBe(false);
    }
  });

  test('with a colour table longer than the file is incomplete', () => {
    const claiming = Buffer.from(bytes);
    claiming[10] = 0x87;
    expect(isCompleteFile('image/gif', claiming)).toBe(false);
  });

  test('without a global colour table, and with one per frame, is complete', () => {
    const header = Buffer.from('GIF89a\x02\0\x02\0\0\0\0', 'latin1');
    const own = Buffer.from([0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0x80, 0, 0, 0, 255, 255, 255, 2, 3, 4, 0, 5, 0]);
    const local = Buffer.concat([header, own]);
    expect(isCompleteFile('image/gif', local)).toBe(false);
    expect(isCompleteFile('image/gif', Buffer.concat([local, Buffer.from([0x3b])]))).toBe(true);
  });
});
