import { describe, expect, test } from 'vitest';
import { interlacedPng, palettePng, png } from '../../testing/images.ts';
import { joinPreserved } from '../formats/metadata.ts';
import { pngChunk } from './chunks.ts';
import { pngParts, readPngOrientation } from './metadata.ts';

const timeout = 30_000;
const remove = (bytes: Buffer) =>
  joinPreserved(pngParts(bytes), bytes, Number.POSITIVE_INFINITY) ?? expect.fail('too many parts');
/** Without the chunk that says how large a pixel is. */
const plain = removeChunk(await png(), 'pHYs');
const [headerEnd, endBytes] = [33, 12];
const end = plain.subarray(-endBytes);
const chunk = (name: string, content: string | Buffer = '') => pngChunk(name, Buffer.from(content as string, 'latin1'));
const text = chunk('tEXt', 'Author\0Ada Lovelace');
const exif = (orientation: number, rest = '') =>
  chunk(
    'eXIf',
    `II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0${String.fromCharCode(orientation)}\0\0\0\0\0\0\0${rest}`,
  );
const withWrongChecksum = (bytes: Buffer) =>
  Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) ?? 0) ^ 1])]);

/** Inserts bytes before the pixels, or after them. */
const withFirst = (...parts: Buffer[]) =>
  Buffer.concat([plain.subarray(0, headerEnd), ...parts, plain.subarray(headerEnd)]);
const withLast = (...parts: Buffer[]) => Buffer.concat([plain.subarray(0, -endBytes), ...parts, end]);

function removeChunk(bytes: Buffer, name: string): Buffer {
  const at = bytes.indexOf(name) - 4;
  if (at < 0) return bytes;
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 12 + bytes.readUInt32BE(at))]);
}

const others = [
  'tEXt',
  'zTXt',
  'iTXt',
  'tIME',
  'bKGD',
  'hIST',
  'sPLT',
  'oFFs',
  'pCAL',
  'sCAL',
  'caBX',
  'iDOT',
  'dSIG',
  'abCd',
];

describe('nothing is left', () => {
  test.each(others)('of %s', (name) => {
    expect(remove(withFirst(chunk(name, 'content')))).toEqual(plain);
    expect(remove(withLast(chunk(name), chunk(name, 'content')))).toEqual(plain);
    expect(remove(withFirst(withWrongChecksum(chunk(name, 'content'))))).toEqual(plain);
  });

  test.each(['iCCP', 'gAMA', 'tRNS', 'pHYs', 'acTL', 'PLTE', 'IDAT', 'NeWX'])('of %s after the pixels', (name) => {
    const late = chunk(name, 'content');
    expect(remove(withLast(text, late, late))).toEqual(plain);
    expect(remove(Buffer.concat([withLast(text, late).subarray(0, -endBytes)]))).toEqual(plain.subarray(0, -endBytes));
  });

  test.each<[string, Buffer]>([
    ['of EXIF without an orientation', withFirst(chunk('eXIf', 'II*\0'), chunk('eXIf'))],
    ['of EXIF with a wrong checksum', withFirst(withWrongChecksum(exif(6)))],
    ['of EXIF after the pixels', withLast(exif(6))],
    ['of what comes after the image', Buffer.concat([plain, Buffer.from('a film')])],
    ['of another image after it', Buffer.concat([plain, withFirst(text)])],
    ['of bytes before the end', withLast(Buffer.from('stray'))],
    ['of a part of a chunk', Buffer.concat([plain.subarray(0, -endBytes), text.subarray(0, 10)])],
    ['of three bytes', Buffer.concat([plain.subarray(0, -endBytes), Buffer.from('abc')])],
    ['in the end', Buffer.concat([plain.subarray(0, -endBytes), chunk('IEND', 'words')])],
  ])('%s', (_, bytes) => {
    expect(remove(bytes)).toEqual(plain);
  });

  test('of a second orientation', () => {
    expect(remove(withFirst(exif(6), exif(3)))).toEqual(withFirst(exif(6)));
    expect(remove(withFirst(chunk('eXIf', 'none'), exif(3)))).toEqual(plain);
  });
});

describe('the same bytes are returned', () => {
  const colours = ['iCCP', 'cICP', 'sRGB', 'gAMA', 'cHRM', 'tRNS', 'sBIT', 'pHYs', 'PLTE'];
  test.each<[string, Buffer | Promise<Buffer>]>([
    ['nothing but pixels', plain],
    ['a palette', palettePng()],
    ['interlaced', interlacedPng()],
    ...colours.map((name): [string, Buffer] => [name, withFirst(chunk(name, 'content'))]),
    [
      'an animation',
      Buffer.concat([
        withFirst(chunk('acTL'), chunk('fcTL')).subarray(0, -endBytes),
        chunk('fcTL'),
        chunk('fdAT', '0000x'),
        end,
      ]),
    ],
    ['an orientation', withFirst(exif(6))],
    ['an orientation of 1 alone', withFirst(exif(1))],
    ['no end', plain.subarray(0, -endBytes)],
    ['pixels cut in their checksum', plain.subarray(0, -endBytes - 2)],
  ])('for an image without metadata: %s', async (_, image) => {
    const bytes = await image;
    expect(remove(bytes)).toBe(bytes);
  });
});

test('the orientation stays where it is, with nothing else', () => {
  const kept = remove(withFirst(text, exif(8, 'Ada Lovelace'), text));
  expect(kept).toEqual(withFirst(exif(8)));
  expect([readPngOrientation(kept), readPngOrientation(plain), readPngOrientation(withLast(exif(6)))]).toEqual([
    8, 1, 1,
  ]);
});

describe('hostile files are read in linear time', () => {
  test('100,000 chunks', { timeout }, () => {
    const chunks = Buffer.concat(Array<Buffer>(100_000).fill(text));
    expect(remove(withFirst(chunks))).toEqual(plain);
    expect(remove(withLast(chunks))).toEqual(plain);
    expect(readPngOrientation(withFirst(chunks))).toBe(1);
  });

  test('a chunk of the greatest length', () => {
    const long = Buffer.from(text);
    long.writeUInt32BE(0xffffffff);
    expect(remove(withLast(long))).toEqual(plain);
    expect(readPngOrientation(withFirst(long))).toBe(1);
  });

  test('nothing but a signature', () => {
    const signature = plain.subarray(0, 8);
    expect([remove(signature), readPngOrientation(signature)]).toEqual([signature, 1]);
  });
});
