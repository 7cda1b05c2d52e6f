import { describe, expect, test } from 'vitest';
import { animatedGif, gif, interlacedPng, jpeg, plainGif, plainPng, png, progressiveJpeg } from '../testing/images.ts';
import { detectImageType, imageTypes, isCompleteFile } from './image-format.ts';
import { pngChunk } from './png.ts';

const whole = [
  ['image/png', 'a PNG', () => png()],
  ['image/png', 'an interlaced PNG', () => interlacedPng()],
  ['image/gif', 'a GIF', () => gif()],
  ['image/gif', 'an animated GIF', () => animatedGif()],
] as const;

const signatureBytes = 8;
const endChunkBytes = 12;

describe('the type of bytes', () => {
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from([0x89])],
    ['a PNG’s signature but its last byte', Buffer.from('\x89PNG\r\n\x1a', 'latin1')],
    ['a PNG’s signature whose line breaks were changed', Buffer.from('\x89PNG\n\x1a\n', 'latin1')],
    ['a PNG’s signature in UTF-8', Buffer.from('\x89PNG\r\n\x1a\n')],
    ['a GIF of no version', Buffer.from('GIF88a')],
    ['a GIF in lower case', Buffer.from('gif89a')],
    ['a GIF cut in its version', Buffer.from('GIF89')],
    ['a JPEG’s start alone', Buffer.from([0xff, 0xd8])],
    ['a JPEG’s start and no marker', Buffer.from([0xff, 0xd8, 0x00])],
    ['a GIF after a space', Buffer.from(' GIF89a')],
    ['a byte order mark', Buffer.from('\ufeffGIF89a')],
    ['HTML', Buffer.from('<!doctype html>')],
  ])('is unknown of %s', (_, bytes) => {
    expect(detectImageType(bytes)).toBeUndefined();
  });

  test('is read from how they start', async () => {
    expect(imageTypes).toEqual(['image/gif', 'image/jpeg', 'image/png']);
    for (const [type, , make] of whole) expect(detectImageType(await make())).toBe(type);
    for (const bytes of [await jpeg(), await progressiveJpeg()]) expect(detectImageType(bytes)).toBe('image/jpeg');
    expect(detectImageType(Buffer.from('GIF87a'))).toBe('image/gif');
  });
});

describe.each(whole)('%s: %s', (type, _, make) => {
  test('does not reach its end wherever it is cut', async () => {
    const bytes = await make();
    const reaching = Array.from(bytes, (_, length) => length).filter((length) =>
      isCompleteFile(type, bytes.subarray(0, length)),
    );
    expect(reaching).toEqual([]);
  });

  test('reaches its end, and may go on behind it', async () => {
    const bytes = await make();
    expect(isCompleteFile(type, bytes)).toBe(true);
    expect(isCompleteFile(type, Buffer.concat([bytes, Buffer.from('more')]))).toBe(true);
  });
});

describe('a PNG', () => {
  const bytes = plainPng({ width: 2, height: 2 });
  const start = bytes.subarray(0, -endChunkBytes);
  const end = bytes.subarray(-endChunkBytes);

  test('does not end with a chunk that only holds the name of the end', () => {
    expect(isCompleteFile('image/png', Buffer.concat([start, pngChunk('tEXt', end)]))).toBe(false);
    expect(isCompleteFile('image/png', Buffer.concat([start, pngChunk('tEXt', end), end]))).toBe(true);
  });

  test('does not end with a chunk that claims to be longer than the file', () => {
    for (const length of [1, 13, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
      const long = Buffer.from(end);
      long.writeUInt32BE(length);
      expect(isCompleteFile('image/png', Buffer.concat([start, long]))).toBe(false);
    }
  });

  test('of its signature alone has no end', () => {
    expect(isCompleteFile('image/png', bytes.subarray(0, signatureBytes))).toBe(false);
  });

  test('of very many empty chunks is looked at in one go', () => {
    const many = Buffer.concat([start, ...Array<Buffer>(30_000).fill(pngChunk('tEXt')), end]);
    expect(isCompleteFile('image/png', many)).toBe(true);
    expect(isCompleteFile('image/png', many.subarray(0, -1))).toBe(false);
  });
});

describe('a GIF', () => {
  const frame = { width: 2, height: 2 };
  const bytes = plainGif({ ...frame, frames: [frame] });

  test('does not end where a byte of its pixels or colours is the one that ends a GIF', () => {
    const colour = Buffer.from(bytes.subarray(0, -1));
    colour.fill(0x3b, 13, 19);
    expect(isCompleteFile('image/gif', colour)).toBe(false);
    const extension = Buffer.from([0x21, 0xfe, 2, 0x3b, 0x3b, 0]);
    expect(isCompleteFile('image/gif', Buffer.concat([bytes.subarray(0, -1), extension]))).toBe(false);
    expect(isCompleteFile('image/gif', Buffer.concat([bytes.subarray(0, -1), extension, Buffer.from([0x3b])]))).toBe(
      true,
    );
  });

  test('with a block of a kind that there is not does not reach its end', () => {
    for (const kind of [0x00, 0x20, 0x3c, 0xff]) {
      const strange = Buffer.concat([bytes.subarray(0, -1), Buffer.from([kind, 0x00, 0x3b])]);
      expect(isCompleteFile('image/gif', strange)).toBe(false);
    }
  });

  test('of a colour table that claims more than there is does not reach its end', () => {
    const claiming = Buffer.from(bytes);
    claiming[10] = 0x87;
    expect(isCompleteFile('image/gif', claiming)).toBe(false);
  });

  test('without a colour table, and with one of a frame’s own, reaches its end', () => {
    const header = Buffer.from('GIF89a\x02\0\x02\0\0\0\0', 'latin1');
    const own = Buffer.from([0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0x80, 0, 0, 0, 255, 255, 255, 2, 3, 4, 0, 5, 0]);
    const local = Buffer.concat([header, own]);
    expect(isCompleteFile('image/gif', local)).toBe(false);
    expect(isCompleteFile('image/gif', Buffer.concat([local, Buffer.from([0x3b])]))).toBe(true);
  });
});
