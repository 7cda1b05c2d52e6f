import { describe, expect, test } from 'vitest';
import { readerOf } from '../testing/image-reader.ts';
import { noise } from '../testing/images.ts';
import { tiffFile } from '../testing/tiff-files.ts';

const size = { width: 48, height: 32 };
const read = readerOf(100_000);
const outcomeOf = (bytes: Buffer, options = {}): Promise<unknown> =>
  read({ data: bytes.toString('base64'), fit: true, keepMetadata: true, ...options }).then(
    ({ contentType, width, height }) => ({ contentType, width, height }),
    (error) => (error?.extensions?.code === 'UNSUPPORTED_IMAGE' ? error.message : error),
  );
const [ascii, short, long] = [2, 3, 4];
const [tiff, webp, avif] = await Promise.all([
  noise(size).tiff({ compression: 'lzw' }).toBuffer(),
  noise(size).webp().toBuffer(),
  noise(size).avif({ effort: 0 }).toBuffer(),
]);

/** Returns the offset of the entry of a tag in the first directory of a little-endian TIFF. */
function entryOf(bytes: Buffer, tag: number): number {
  let at = bytes.readUInt32LE(4) + 2;
  while (bytes.readUInt16LE(at) !== tag) at += 12;
  return at;
}

/** Writes a number of 32 bits into a field of a TIFF. */
function withField(bytes: Buffer, tag: number, value: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt16LE(long, entryOf(bytes, tag) + 2);
  changed.writeUInt32LE(value, entryOf(bytes, tag) + 8);
  return changed;
}

/** Makes the next directory start here. */
function withNextDirectory(start: number): Buffer {
  const first = tiff.readUInt32LE(4);
  const changed = Buffer.from(tiff);
  changed.writeUInt32LE(start, first + 2 + 12 * tiff.readUInt16LE(first));
  return changed;
}

/** Changes the bytes after a text. */
function withAfter(bytes: Buffer, text: string, offset: number, ...values: number[]): Buffer {
  const changed = Buffer.from(bytes);
  changed.set(values, bytes.indexOf(text) + text.length + offset);
  return changed;
}

const [imageWidth, imageHeight, stripOffsets, samples] = [256, 257, 273, 277];
const damaged = /^The image is damaged: it(s (header|width)| cannot be decoded)/;
const tooLarge = /^The TIFF image takes too much memory to convert, at 10000 megapixels: make it smaller, or save it/;

describe('a file that nothing can show is UNSUPPORTED_IMAGE with a reason, however often it is sent:', () => {
  test.each<[string, RegExp, Buffer]>([
    ['TIFF of no width', damaged, withField(tiff, imageWidth, 0)],
    ['TIFF of no height', damaged, withField(tiff, imageHeight, 0)],
    ['TIFF of ten gigapixels', tooLarge, withField(withField(tiff, imageWidth, 100_000), imageHeight, 100_000)],
    ['TIFF of four billion rows', damaged, withField(tiff, imageHeight, 0xffffffff)],
    ['TIFF of 65,535 channels', damaged, withField(tiff, samples, 65_535)],
    ['TIFF whose pixels are beyond its end', damaged, withField(tiff, stripOffsets, 0xfffffff0)],
    ['TIFF whose directory is its own next one', damaged, withNextDirectory(tiff.readUInt32LE(4))],
    [
      'TIFF whose next directory has no entries',
      damaged,
      Buffer.concat([withNextDirectory(tiff.length), Buffer.alloc(6)]),
    ],
    ['TIFF whose next directory is beyond its end', damaged, withNextDirectory(0xfffffff0)],
    ['TIFF of nothing but a header', damaged, tiff.subarray(0, 8)],
    ['TIFF of nothing but a maker', damaged, tiffFile([{ tag: 271, type: ascii, value: Buffer.from('Ada\0') }])],
    ['WebP of no pixels', damaged, withAfter(webp, 'VP8 ', 10, 0, 0, 0, 0)],
    ['WebP that says it is longer', damaged, withAfter(webp, 'RIFF', 0, 0xff, 0xff, 0xff, 0x7f)],
    ['WebP that says it is shorter', damaged, withAfter(webp, 'RIFF', 0, 4, 0, 0, 0)],
    ['WebP whose pixels say that they are longer', damaged, withAfter(webp, 'VP8 ', 0, 0xff, 0xff, 0, 0)],
    ['AVIF of no width', damaged, withAfter(avif, 'ispe', 4, 0, 0, 0, 0)],
    ['AVIF of four billion columns', damaged, withAfter(avif, 'ispe', 4, 0xff, 0xff, 0xff, 0xff)],
    ['AVIF in 127 parts, more than libheif allows', damaged, withAfter(avif, 'iloc', 17, 127)],
  ])('%s', async (_, reason, bytes) => {
    expect(await outcomeOf(bytes)).toEqual(expect.stringMatching(reason));
  });
});

describe("a camera's raw file is UNSUPPORTED_IMAGE, instead of a thumbnail:", () => {
  const [preview, subDirectories, dngVersion] = [
    { tag: 254, type: long, value: 1 },
    { tag: 330, type: long, value: 8 },
    { tag: 0xc612, type: 1, value: Buffer.from([1, 7, 0, 0]) },
  ];
  /** Thirty fields, as they come first in the files of cameras. */
  const others = Array.from({ length: 30 }, (_, at) => ({ tag: 256 + at, type: long, value: 16 }));

  test.each<[string, Buffer]>([
    ['DNG', tiffFile([...others, dngVersion])],
    ['DNG in big-endian order', tiffFile([...others, dngVersion], { isLittle: false })],
    ['NEF or ARW', tiffFile([preview, ...others, subDirectories], { isLittle: false })],
    ['CR2', Buffer.concat([Buffer.from('II*\0\x10\0\0\0CR\x02\0\0\0\0\0', 'latin1'), tiffFile(others).subarray(8)])],
    ['DNG whose directory comes last', Buffer.concat([laterDirectory(5_000), tiffFile([dngVersion]).subarray(8)])],
  ])('%s', async (_, bytes) => {
    const advice =
      /: it is a camera's raw file\. Develop it, and save it as JPEG: its other images are only previews\.$/;
    for (const fit of [true, false]) expect(await outcomeOf(bytes, { fit })).toEqual(expect.stringMatching(advice));
  });

  test('any other TIFF is not', async () => {
    expect(await outcomeOf(tiff)).toEqual({ contentType: 'image/jpeg', ...size });
  });
});

/** The start of a TIFF whose directory comes after so many bytes. */
function laterDirectory(bytes: number): Buffer {
  const start = Buffer.alloc(bytes);
  start.write('II*\0', 'latin1');
  start.writeUInt32LE(bytes, 4);
  return start;
}

test('an orientation of 32 bits is not applied, which browsers do not either', async () => {
  const turned = (type: number) => ({ tag: 274, type, value: 6 });
  for (const [type, shown] of [
    [short, { width: size.height, height: size.width }],
    [long, size],
  ] as const) {
    const bytes = Buffer.concat([Buffer.from('Exif\0\0'), tiffFile([turned(type)])]);
    const jpeg = await noise(size).jpeg().toBuffer();
    const segment = Buffer.concat([Buffer.from([0xff, 0xe1, 0, bytes.length + 2]), bytes]);
    const sent = Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
    expect(await outcomeOf(sent)).toMatchObject(shown);
    const withoutMetadata = await outcomeOf(sent, { keepMetadata: false });
    expect(withoutMetadata).toMatchObject(shown);
  }
});
