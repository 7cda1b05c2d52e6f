import { describe, expect, test } from 'vitest';
import { animatedGif, gif, interlacedPng, jpeg, plainGif, plainPng, png, progressiveJpeg } from '../testing/images.ts';
import { DamagedImageError } from './formats/opened-image.ts';
import { detectImageType, type ImageType, imageTypes, openImage } from './image-format.ts';
import { pngChunk } from './png/chunks.ts';

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

/** The file that the decoder gets, or the message of why there is none. */
async function repaired(type: ImageType, bytes: Buffer): Promise<Buffer | string> {
  try {
    return (await openImage(type, bytes).repair()).bytes;
  } catch (error) {
    if (error instanceof DamagedImageError) return error.message;
    throw error;
  }
}

/** An animation may be cut between two frames. Whether a PNG has all of its pixels, the decoder tells. */
const still = complete.filter(([type, name]) => name !== 'an animated GIF' && type !== 'image/png');

describe.each(still)('%s: %s', (type, _, make) => {
  test('is damaged wherever it is cut before its last pixels', async () => {
    const bytes = await make();
    const structureBytes = 3;
    const accepted: number[] = [];
    for (let length = 0; length < bytes.length - structureBytes; length += 1) {
      if (typeof (await repaired(type, bytes.subarray(0, length))) !== 'string') accepted.push(length);
    }
    expect(accepted).toEqual([]);
  });
});

describe.each(complete)('%s: %s', (type, _, make) => {
  test('is read, also with trailing bytes, and opens again after it was repaired', async () => {
    const bytes = await make();
    const expected = await repaired(type, bytes);
    expect(expected).toBeInstanceOf(Buffer);
    expect(await repaired(type, Buffer.concat([bytes, Buffer.from('more')]))).toEqual(expected);
    expect(await repaired(type, Buffer.from(expected))).toEqual(expected);
    expect(openImage(type, bytes)).toMatchObject({ size: { width: 5, height: 4 } });
  });
});

describe('a PNG', () => {
  const bytes = plainPng({ width: 2, height: 2 });
  const start = bytes.subarray(0, -endChunkBytes);
  const end = bytes.subarray(-endChunkBytes);

  test('is repaired to its critical chunks', async () => {
    const text = pngChunk('tEXt', end);
    const headerEnd = 33;
    const [header, pixels] = [start.subarray(0, headerEnd), start.subarray(headerEnd)];
    for (const parts of [[], [end], [text, end], [end, text], [Buffer.from('stray'), end]]) {
      expect(await repaired('image/png', Buffer.concat([header, text, pixels, ...parts]))).toEqual(bytes);
    }
  });

  test.each([1, 13, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1])(
    'is damaged if a chunk before its pixels claims %i bytes more',
    async (length) => {
      const long = Buffer.from(pngChunk('tEXt'));
      long.writeUInt32BE(length);
      const message = 'The image is damaged: it ends, or has an invalid chunk, before its pixels (IDAT).';
      expect(await repaired('image/png', Buffer.concat([start.subarray(0, 33), long]))).toBe(message);
    },
  );

  test('is damaged with only its signature', async () => {
    expect(await repaired('image/png', bytes.subarray(0, signatureBytes))).toMatch(/header chunk/);
  });

  test('of very many empty chunks is read in linear time', async () => {
    const many = Array<Buffer>(30_000).fill(pngChunk('tEXt'));
    expect(await repaired('image/png', Buffer.concat([start.subarray(0, 33), ...many, start.subarray(33)]))).toEqual(
      bytes,
    );
  });
});

describe('a GIF', () => {
  const frame = { width: 2, height: 2 };
  const bytes = plainGif({ ...frame, frames: [frame] });

  test('does not end at a colour or an extension that equals the trailer', async () => {
    const colours = Buffer.from(bytes);
    colours.fill(0x3b, 13, 19);
    expect(await repaired('image/gif', colours)).toEqual(colours);
    const extension = Buffer.from([0x21, 0xfe, 2, 0x3b, 0x3b, 0]);
    const withExtension = Buffer.concat([bytes.subarray(0, -1), extension, Buffer.from([0x3b])]);
    expect(await repaired('image/gif', withExtension)).toEqual(withExtension);
  });

  test('with a colour table longer than the file is damaged', async () => {
    const claiming = Buffer.from(bytes);
    claiming[10] = 0x87;
    expect(await repaired('image/gif', claiming)).toMatch(/ends before its first frame/);
  });

  test('without a global colour table, and with one per frame, is read', async () => {
    const header = Buffer.from('GIF89a\x02\0\x02\0\0\0\0', 'latin1');
    const own = Buffer.from([0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0x80, 0, 0, 0, 255, 255, 255, 2, 3, 4, 0, 5, 0, 0x3b]);
    const local = Buffer.concat([header, own]);
    expect(await repaired('image/gif', local)).toEqual(local);
  });
});
