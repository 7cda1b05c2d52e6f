import { deflateSync } from 'node:zlib';
import { pngChunk, pngSignature } from '../images/png/chunks.ts';
import type { ImageVariant } from './images.ts';

const [width, height] = [12, 9];
const rowBytes = 1 + width * 3;
const rows = Buffer.alloc(rowBytes * height);
for (let at = 0; at < rows.length; at += 1) if (at % rowBytes > 0) rows[at] = (at * 7) % 256;
const pixels: Buffer = deflateSync(rows);
const otherPixels = deflateSync(Buffer.alloc(rows.length));

const header = pngChunk('IHDR', Buffer.from([0, 0, 0, width, 0, 0, 0, height, 8, 2, 0, 0, 0]));
const data = pngChunk('IDAT', pixels);
const end = pngChunk('IEND');
const text = pngChunk('tEXt', Buffer.from('a\0b'));

const png = (...chunks: Buffer[]) => Buffer.concat([pngSignature, ...chunks]);
const withWrongChecksum = (chunk: Buffer) =>
  Buffer.concat([chunk.subarray(0, -1), Buffer.from([(chunk.at(-1) ?? 0) ^ 1])]);
const original = png(header, data, end);

function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, 4 * at);
  return bytes;
}

const animation = (frames: number) => pngChunk('acTL', uint32(frames, 0));

interface FrameControl {
  size?: [number, number];
  offset?: [number, number];
  /** How it is disposed of, and blended. */
  operations?: [number, number];
}

function frame(sequence: number, control: FrameControl = {}): Buffer {
  const { size = [width, height], offset = [0, 0], operations = [0, 0] } = control;
  const delay = [0, 100, 3, 232];
  return pngChunk(
    'fcTL',
    Buffer.concat([uint32(sequence, ...size, ...offset), Buffer.from([...delay, ...operations])]),
  );
}

const frameData = (sequence: number, content = pixels) => pngChunk('fdAT', Buffer.concat([uint32(sequence), content]));
const longer = (chunk: Buffer) =>
  pngChunk(chunk.toString('latin1', 4, 8), Buffer.concat([chunk.subarray(8, -4), Buffer.alloc(1)]));

/** Files whose first frame browsers show like the original. */
export function wholeAnimatedPngs(): ImageVariant[] {
  const files: [string, Buffer][] = [
    ['two frames', png(header, animation(2), frame(0), data, frame(1), frameData(2), end)],
    ['no frame, by its header', png(header, animation(0), data, end)],
    ['more frames than a header can say', png(header, animation(2 ** 31), data, end)],
    ['a cut header of the animation', png(header, pngChunk('acTL', Buffer.alloc(7)), data, end)],
    ['a long header of the animation', png(header, longer(animation(1)), data, end)],
    ['a wrong checksum of its animation', png(header, withWrongChecksum(animation(1)), data, end)],
    ['the header of the animation after its pixels', png(header, data, animation(1), end)],
    ['a frame before the header of the animation', png(header, frame(0), animation(1), data, end)],
    ['fewer frames than its header says', png(header, animation(2), frame(0), data, end)],
    ['a second frame without pixels', png(header, animation(2), frame(0), data, frame(1), end)],
    [
      'a second frame outside of it',
      png(header, animation(2), frame(0), data, frame(1, { size: [40, 40] }), frameData(2), end),
    ],
    [
      'a second frame of broken pixels',
      png(header, animation(2), frame(0), data, frame(1), frameData(2, Buffer.from('x')), end),
    ],
    ['two controls of its first frame', png(header, animation(2), frame(0), frame(1), data, end)],
    [
      'a control with a wrong checksum before the right one',
      png(header, animation(1), withWrongChecksum(frame(0)), frame(0), data, end),
    ],
    ['text between its chunks', png(header, animation(1), text, frame(0), text, data, end)],
    ['a frame, but no animation', png(header, frame(0), data, end)],
  ];
  return [...files, ...framesAfter(pixels)].map(([name, bytes]) => ({
    name: `an animated PNG with ${name}`,
    original,
    bytes,
  }));
}

/** The pixels of the file are not shown: the first frame comes after them. */
function framesAfter(first: Buffer): [string, Buffer][] {
  const start = [header, animation(1), pngChunk('IDAT', otherPixels)];
  return [
    ['its first frame after its pixels', png(...start, frame(0), frameData(1, first), end)],
    [
      'its first frame after its pixels, in two chunks',
      png(...start, frame(0), frameData(1, first.subarray(0, 40)), frameData(2, first.subarray(40)), end),
    ],
    ['its first frame after its pixels, and text', png(...start, text, frame(0), text, frameData(1, first), end)],
    ['two controls of its first frame after its pixels', png(...start, frame(0), frame(1), frameData(2, first), end)],
    ['its first frame after its pixels, and no end', png(...start, frame(0), frameData(1, first))],
    [
      'its first frame after its pixels, cut in its checksum',
      png(...start, frame(0), frameData(1, first).subarray(0, -5)),
    ],
    [
      'its first frame after its pixels, with a wrong checksum',
      png(...start, frame(0), withWrongChecksum(frameData(1, first)), end),
    ],
  ];
}

/** Files of which browsers show nothing, or a first frame without all of its pixels. */
export function incompleteAnimatedPngs(): ImageVariant[] {
  const first = (control: Buffer) => png(header, animation(1), control, data, end);
  const later = (...chunks: Buffer[]) => png(header, animation(1), data, ...chunks, end);
  const files: [string, Buffer][] = [
    ['no frame', later()],
    ['no frame, twice', png(header, animation(1), animation(0), data, end)],
    ['a smaller first frame', first(frame(0, { size: [4, 4] }))],
    ['a larger first frame', first(frame(0, { size: [width + 1, height] }))],
    ['a first frame of width 0', first(frame(0, { size: [0, height] }))],
    ['a first frame that begins at 1', first(frame(0, { size: [width - 1, height], offset: [1, 0] }))],
    ['a first frame that ends outside of it', first(frame(0, { offset: [1, 0] }))],
    ['a first frame of number 5', first(frame(5))],
    ['two first frames of number 0', first(Buffer.concat([frame(0), frame(0)]))],
    ['a cut control of its first frame', first(pngChunk('fcTL', Buffer.alloc(10)))],
    ['a long control of its first frame', first(longer(frame(0)))],
    ['an unknown way to dispose of its first frame', first(frame(0, { operations: [3, 0] }))],
    ['an unknown way to blend its first frame', first(frame(0, { operations: [0, 2] }))],
    ['a wrong checksum of its only control', first(withWrongChecksum(frame(0)))],
    ['a smaller frame, but no animation', png(header, frame(0, { size: [4, 4] }), data, end)],
    ['a later first frame without pixels', later(frame(0))],
    ['pixels of a later frame without control', later(frameData(0))],
    ['pixels of a later frame before its control', later(frameData(0), frame(1))],
    ['a later first frame of number 1', later(frame(1), frameData(2))],
    ['pixels of a later first frame with number 9', later(frame(0), frameData(9))],
    ['a later first frame outside of it', later(frame(0, { size: [40, 40] }), frameData(1))],
    ['a wrong checksum of its later control', later(withWrongChecksum(frame(0)), frameData(1))],
    ['broken pixels of its later first frame', later(frame(0), frameData(1, Buffer.from('broken')))],
    ['half of the pixels of its later first frame', later(frame(0), frameData(1, pixels.subarray(0, 40)))],
    ['rows missing of its later first frame', later(frame(0), frameData(1, deflateSync(rows.subarray(0, 100))))],
    ['stray bytes before its later first frame', later(Buffer.from('stray'), frame(0), frameData(1))],
  ];
  return files.map(([name, bytes]) => ({ name: `an animated PNG with ${name}`, original, bytes }));
}
