import { describe, expect, test } from 'vitest';
import { animatedGif, gif, gifFrame, plainGif } from '../../testing/images.ts';
import { joinPreserved } from '../formats/metadata.ts';
import { gifParts } from './metadata.ts';

const timeout = 30_000;
const remove = (bytes: Buffer) =>
  joinPreserved(gifParts(bytes), bytes, Number.POSITIVE_INFINITY) ?? expect.fail('too many parts');
const size = { width: 6, height: 4 };
const plain = plainGif({ ...size, frames: [size] });
const trailer = Buffer.from([0x3b]);
const [body, frame] = [plain.subarray(0, -1), gifFrame(size)];
const bodyStart = body.length - frame.length;

const subBlock = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1')]);
const extension = (label: number, ...texts: string[]) =>
  Buffer.concat([Buffer.from([0x21, label]), ...texts.map(subBlock), Buffer.from([0])]);
const control = extension(0xf9, '\0\x0a\0\0');
const comment = extension(0xfe, 'Taken by Ada');
const withFirst = (...parts: Buffer[]) =>
  Buffer.concat([body.subarray(0, bodyStart), ...parts, body.subarray(bodyStart), trailer]);
const withLast = (...parts: Buffer[]) => Buffer.concat([body, ...parts, trailer]);

/** XMP is no sub-blocks: each of its bytes is taken for a length, and 257 bytes after it end the extension in any case. */
const xmp = Buffer.concat([
  Buffer.from('!\xff\x0bXMP DataXMP<x:xmpmeta>Ada Lovelace</x:xmpmeta>\x01', 'latin1'),
  Buffer.from(Array.from({ length: 256 }, (_, at) => 255 - at)),
  Buffer.from([0]),
]);

describe('nothing is left', () => {
  test.each<[string, Buffer]>([
    ['of comments', withFirst(comment, extension(0xfe), extension(0xfe, 'one', 'two'))],
    ['of XMP', withFirst(xmp)],
    ['of a text', withFirst(extension(0x01, '\0\0\0\0\x06\0\x04\0\x08\x08\0\0', 'Ada'))],
    ['of other applications', withFirst(extension(0xff, 'MGK8BIM0000', 'x'), extension(0xff, 'NETSCAPE2.1', 'x'))],
    ['of an application whose name is longer', withFirst(extension(0xff, 'NETSCAPE2.0 ', 'x'))],
    ['of extensions that are not defined', withFirst(extension(0x77, 'x'), extension(0))],
    ['of a comment after its frame', withLast(comment)],
    ['of bytes after its frame', withLast(Buffer.from('stray'))],
    ['of a cut extension after its frame', Buffer.concat([body, comment.subarray(0, 9)])],
    ['of zeros without a trailer', Buffer.concat([body, Buffer.alloc(9)])],
    ['of what comes after the image', Buffer.concat([plain, Buffer.from('a film')])],
    ['of another image after it', Buffer.concat([plain, withFirst(comment)])],
  ])('%s', (_, bytes) => {
    expect(remove(bytes)).toEqual(plain);
  });

  test('of bytes between two frames', () => {
    expect(remove(withLast(Buffer.from('stray'), frame))).toEqual(withLast(frame));
  });
});

describe('the same bytes are returned', () => {
  test.each<[string, Buffer | Promise<Buffer>]>([
    ['a frame', plain],
    ['a picture', gif()],
    ['an animation', animatedGif()],
    [
      'loops',
      withFirst(extension(0xff, 'NETSCAPE2.0', '\x01\0\0'), extension(0xff, 'ANIMEXTS1.0', '\x01\0\0'), control),
    ],
    ['a profile', withFirst(extension(0xff, 'ICCRGBG1012', 'x'.repeat(255), 'y'.repeat(99)))],
    [
      'controls before and after',
      Buffer.concat([withFirst(control).subarray(0, -1), control, frame, control, trailer]),
    ],
    ['no trailer', body],
    ['a frame without its end', body.subarray(0, -1)],
    ['spare zeros between frames and before the trailer', withLast(Buffer.from([0, 0]), frame, Buffer.from([0]))],
  ])('for an image without metadata: %s', async (_, image) => {
    const bytes = await image;
    expect(remove(bytes)).toBe(bytes);
  });
});

describe('hostile files are read in linear time, or rejected', () => {
  test('100,000 extensions', { timeout }, () => {
    const extensions = Buffer.concat(Array<Buffer>(100_000).fill(comment));
    expect(remove(withFirst(extensions))).toEqual(plain);
    expect(remove(withLast(extensions))).toEqual(plain);
  });

  test('500,000 sub-blocks of one byte', { timeout }, () => {
    const long = Buffer.concat([Buffer.from([0x21, 0xfe]), Buffer.alloc(1_000_000, 1), Buffer.from([0])]);
    expect(remove(withLast(long))).toEqual(plain);
  });

  test('100,000 bytes that look like the beginning of a frame', { timeout }, () => {
    expect(remove(withLast(Buffer.from('x'), Buffer.alloc(100_000, ',')))).toEqual(plain);
  });

  test.each<[string, Buffer]>([
    ['half of its colours', plain.subarray(0, 16)],
    ['bytes before its frame', withFirst(Buffer.from('stray'))],
    ['a cut frame descriptor', plain.subarray(0, bodyStart + 5)],
  ])('%s is damaged', (_, bytes) => {
    expect(() => remove(bytes)).toThrow(/The image is damaged/);
  });
});
