import { constants, deflateSync } from 'node:zlib';
import { pngChunk, pngSignature } from '../images/png/chunks.ts';
import type { ImageVariant } from './images.ts';

const [width, height] = [12, 9];
const rowBytes = 1 + width * 3;
const rows = Buffer.alloc(rowBytes * height);
for (let at = 0; at < rows.length; at += 1) if (at % rowBytes > 0) rows[at] = (at * 7) % 256;
const pixels = deflateSync(rows);

const header = pngChunk('IHDR', Buffer.from([0, 0, 0, width, 0, 0, 0, height, 8, 2, 0, 0, 0]));
const data = pngChunk('IDAT', pixels);
const end = pngChunk('IEND');

const png = (...chunks: Buffer[]) => Buffer.concat([pngSignature, ...chunks]);
const withWrongChecksum = (chunk: Buffer) => Buffer.concat([chunk.subarray(0, -1), Buffer.from([0])]);
const halves = [pngChunk('IDAT', pixels.subarray(0, 40)), pngChunk('IDAT', pixels.subarray(40))];
const original = png(header, data, end);

/** Compressed data that have every pixel, and lack their end. */
const endless: [string, Buffer][] = [
  ...[1, 2, 3, 4].map((count): [string, Buffer] => [
    `the last ${count} bytes of its compressed data missing`,
    pixels.subarray(0, -count),
  ]),
  ['no last block of its compressed data', deflateSync(rows, { finishFlush: constants.Z_SYNC_FLUSH })],
];

const withLength = (chunk: Buffer, length: number) => {
  const changed = Buffer.from(chunk);
  changed.writeUInt32BE(length);
  return changed;
};

/** A byte of a chunk's content changed, and its checksum right. */
const changed = (chunk: Buffer, at: number, value: number) => {
  const content = Buffer.from(chunk.subarray(8, -4));
  content[at] = value;
  return pngChunk(chunk.toString('latin1', 4, 8), content);
};
const withData = (at: number, value: number) => png(header, changed(data, at, value), end);
const withHeader = (at: number, value: number) => png(changed(header, at, value), data, end);

/** Chunks that describe an image and are not needed to show it, most of them wrong. */
const metadata: [string, Buffer][] = [
  ['text', pngChunk('tEXt', Buffer.from('a\0b'))],
  ['compressed text that is broken', pngChunk('zTXt', Buffer.from('a\0\0none'))],
  ['a broken colour profile', pngChunk('iCCP', Buffer.from('a\0\0none'))],
  ['an invalid rendering intent', pngChunk('sRGB', Buffer.from([9]))],
  ['a gamma of 0', pngChunk('gAMA', Buffer.alloc(4))],
  ['an invalid time', pngChunk('tIME', Buffer.alloc(7, 0xff))],
  ['an invalid background', pngChunk('bKGD', Buffer.alloc(1))],
  ['an invalid transparency', pngChunk('tRNS', Buffer.alloc(5))],
  ['broken Exif', pngChunk('eXIf', Buffer.from('none'))],
  ['an unknown chunk', pngChunk('abCd', Buffer.from('x'))],
];

/** Files whose every pixel decoders show. */
export function wholePngs(): ImageVariant[] {
  const withMetadata = metadata.flatMap(([what, chunk]): [string, Buffer][] => [
    [`${what}`, png(header, chunk, data, end)],
    [`${what}, twice`, png(header, chunk, chunk, data, end)],
    [`${what} after its pixels`, png(header, data, chunk, end)],
    [`${what} and a wrong checksum`, png(header, withWrongChecksum(chunk), data, end)],
    [`${what} and a wrong checksum after its pixels`, png(header, data, withWrongChecksum(chunk), end)],
  ]);
  const files: [string, Buffer][] = [
    ...withMetadata,
    [
      'a transparent colour and a wrong checksum',
      png(header, withWrongChecksum(pngChunk('tRNS', Buffer.alloc(6))), data, end),
    ],
    ['a palette', png(header, pngChunk('PLTE', Buffer.alloc(3)), data, end)],
    ['pixels in several chunks', png(header, ...halves, end)],
    ['an empty chunk among its pixels', png(header, pngChunk('IDAT'), ...halves, end)],
    ['no end chunk', png(header, data)],
    ['half an end chunk', png(header, data, end.subarray(0, 6))],
    ['a wrong checksum of its end chunk', png(header, data, withWrongChecksum(end))],
    ['an end chunk with content', png(header, data, pngChunk('IEND', Buffer.from('x')))],
    ['two end chunks', png(header, data, end, end)],
    ['trailing bytes', png(header, data, end, Buffer.alloc(5_000, 1))],
    ['stray bytes after its pixels', png(header, data, Buffer.from('stray'), end)],
    ['cut metadata after its pixels', png(header, data, pngChunk('tEXt', Buffer.from('a\0b')).subarray(0, 9))],
    ['more rows than its header says', png(header, pngChunk('IDAT', deflateSync(Buffer.concat([rows, rows]))), end)],
    ...endless.map(([what, content]): [string, Buffer] => [what, png(header, pngChunk('IDAT', content), end)]),
    ['no checksum of its compressed data and no end chunk', png(header, pngChunk('IDAT', pixels.subarray(0, -4)))],
    ['its chunk of pixels cut in its checksum', png(header, data).subarray(0, -2)],
    ['its chunk of pixels cut after them', png(header, data).subarray(0, -6)],
    ['its last chunk of pixels cut after them', png(header, ...halves).subarray(0, -6)],
    ['a chunk of pixels longer than the file', png(header, withLength(data, 2 ** 24), end)],
    ['a chunk whose name has a digit', png(header, pngChunk('ab1d', Buffer.from('x')), data, end)],
    ['half a colour in its palette', png(header, pngChunk('PLTE', Buffer.alloc(4)), data, end)],
    ['bytes after its compressed data', png(header, pngChunk('IDAT', Buffer.concat([pixels, Buffer.from('x')])), end)],
  ];
  return files.map(([name, bytes]) => ({ name: `a PNG with ${name}`, original, bytes }));
}

/** Files that lack pixels, whose pixels browsers do not show, or whose pixels may have been changed. */
export function incompletePngs(): ImageVariant[] {
  const ofRows = (content: Buffer) => png(header, pngChunk('IDAT', deflateSync(content)), end);
  const files: [string, Buffer][] = [
    ['no pixels', png(header, end)],
    ['half of its pixels', png(header, data.subarray(0, data.length / 2))],
    ['half of its pixels and an end chunk', png(header, data.subarray(0, data.length / 2), end)],
    ['the first of two chunks of pixels', png(header, halves[0] ?? data)],
    ['the first of two chunks of pixels and an end chunk', png(header, halves[0] ?? data, end)],
    [
      'metadata among its pixels',
      png(header, halves[0] ?? data, pngChunk('tEXt', Buffer.from('a\0b')), halves[1] ?? data, end),
    ],
    ['a row missing', ofRows(rows.subarray(0, -rowBytes))],
    ['a byte of its last row missing', ofRows(rows.subarray(0, -1))],
    [
      'its data stopped early',
      png(header, pngChunk('IDAT', deflateSync(rows.subarray(0, 200), { finishFlush: constants.Z_SYNC_FLUSH })), end),
    ],
    ['stray bytes before its pixels', png(header, Buffer.from('stray'), data, end)],
    ['a palette with a wrong checksum', png(header, withWrongChecksum(pngChunk('PLTE', Buffer.alloc(3))), data, end)],
    ['a wrong checksum of its pixels', png(header, withWrongChecksum(data), end)],
    ['a wrong checksum of its compressed data', withData(pixels.length - 1, (pixels.at(-1) ?? 0) ^ 1)],
    ['a wrong header of its compressed data', withData(1, 0x9d)],
    ['a dictionary that its compressed data need', withData(1, 0xbb)],
    ['six bytes of its compressed data missing', png(header, pngChunk('IDAT', pixels.subarray(0, -6)), end)],
    ['a depth of 3 bits', withHeader(8, 3)],
    ['a colour type that does not exist', withHeader(9, 5)],
    ['an unknown compression method', withHeader(10, 1)],
    ['an unknown filter method', withHeader(11, 64)],
    ['an unknown interlace method', withHeader(12, 2)],
    ['a long header', png(pngChunk('IHDR', Buffer.concat([header.subarray(8, -4), Buffer.alloc(1)])), data, end)],
    ['two headers', png(header, header, data, end)],
    ['two palettes', png(header, pngChunk('PLTE', Buffer.alloc(3)), pngChunk('PLTE', Buffer.alloc(3)), data, end)],
    ['a palette of 257 colours', png(header, pngChunk('PLTE', Buffer.alloc(771)), data, end)],
    ['a palette of no colours', png(header, pngChunk('PLTE'), data, end)],
    ['no palette, where it needs one', withHeader(9, 3)],
    ['an unknown critical chunk', png(header, pngChunk('ABCD', Buffer.from('x')), data, end)],
    ['another chunk before its header', png(pngChunk('tEXt', Buffer.from('a\0b')), header, data, end)],
    ['an end chunk before its pixels', png(header, end, data, end)],
    ['an unknown filter in a row', ofRows(Buffer.concat([rows.subarray(0, -rowBytes), Buffer.alloc(rowBytes, 9)]))],
  ];
  return files.map(([name, bytes]) => ({ name: `a PNG with ${name}`, original, bytes }));
}
