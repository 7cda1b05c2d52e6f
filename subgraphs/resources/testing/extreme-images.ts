import { createDeflate } from 'node:zlib';
import sharp from 'sharp';
import { pngChunk, pngSignature } from '../images/png/chunks.ts';

interface Size {
  width: number;
  height: number;
}

/** Colour types of PNG, and the samples of a pixel of each. */
const pngColours = { grey: { type: 0, samples: 1 }, rgb: { type: 2, samples: 3 }, rgba: { type: 6, samples: 4 } };

interface PngOptions extends Size {
  colour: keyof typeof pngColours;
  depth?: 8 | 16;
  isInterlaced?: boolean;
}

/** First column and row of each pass of an interlaced PNG, and the distance to the next ones. */
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** A valid PNG of zeros, which costs a thousandth of its pixels. */
export async function zeroPng({ width, height, colour, depth = 8, isInterlaced = false }: PngOptions): Promise<Buffer> {
  const { type, samples } = pngColours[colour];
  const rowsBytes = (columns: number, rows: number) => (columns > 0 ? rows * (1 + (columns * samples * depth) / 8) : 0);
  const sizeBytes = isInterlaced
    ? passes.reduce(
        (sum, [left, top, across, down]) =>
          sum + rowsBytes(Math.ceil((width - left) / across), Math.ceil((height - top) / down)),
        0,
      )
    : rowsBytes(width, height);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, type, 0, 0, Number(isInterlaced)], 8);
  const data = pngChunk('IDAT', await deflatedZeros(sizeBytes));
  return Buffer.concat([pngSignature, pngChunk('IHDR', header), data, pngChunk('IEND')]);
}

async function deflatedZeros(sizeBytes: number): Promise<Buffer> {
  const deflate = createDeflate({ level: 9 });
  const block = Buffer.alloc(1024 * 1024);
  const compressed: Buffer[] = [];
  deflate.on('data', (part: Buffer) => compressed.push(part));
  for (let left = sizeBytes; left > 0; left -= block.length) {
    const hasRoom = deflate.write(block.subarray(0, Math.min(left, block.length)));
    if (!hasRoom) await new Promise((resolve) => deflate.once('drain', resolve));
  }
  await new Promise((resolve) => deflate.end().once('end', resolve));
  return Buffer.concat(compressed);
}

/** An animated PNG of equal frames. The first one is its pixels, or comes after them. */
export async function animatedPng(size: Size, { frames = 1, hasStill = false } = {}): Promise<Buffer> {
  const still = await zeroPng({ ...size, colour: 'grey' });
  const [headerEnd, endBytes] = [33, 12];
  const pixels = still.subarray(headerEnd, -endBytes);
  const data = pixels.subarray(8, -4);
  let sequence = 0;
  const numbered = (name: string, ...content: Buffer[]) =>
    pngChunk(name, Buffer.concat([uint32(sequence++), ...content]));
  const control = () => numbered('fcTL', uint32(size.width, size.height, 0, 0), Buffer.alloc(6));
  const first = hasStill ? [] : [control()];
  const later = Array.from({ length: hasStill ? frames : frames - 1 }, () => [control(), numbered('fdAT', data)]);
  return Buffer.concat([
    ...[still.subarray(0, headerEnd), pngChunk('acTL', uint32(frames, 0)), ...first, pixels],
    ...[...later.flat(), still.subarray(-endBytes)],
  ]);
}

function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries()) bytes.writeUInt32BE(value, 4 * at);
  return bytes;
}

interface JpegOptions extends Size {
  colours?: 'b-w' | 'srgb' | 'cmyk';
  subsampling?: '4:2:0' | '4:4:4';
  isProgressive?: boolean;
}

/** A JPEG of one colour. */
export function plainJpeg({ colours = 'srgb', subsampling = '4:2:0', isProgressive = false, ...size }: JpegOptions) {
  return sharp({ create: { ...size, channels: 3, background: '#123456' }, limitInputPixels: false })
    .toColourspace(colours)
    .jpeg({ quality: 5, progressive: isProgressive, chromaSubsampling: subsampling })
    .toBuffer();
}

interface GifOptions extends Size {
  frames: number;
  /** The fate of a frame before the next: it stays (1), becomes transparent (2), or is undone (3). */
  disposal: 1 | 2 | 3;
}

/** A GIF of one colour. Each code stands for one pixel more than the one before. */
export function zeroGif({ width, height, frames, disposal }: GifOptions): Buffer {
  const screen = Buffer.from([...uint16(width), ...uint16(height), 0x80, 0, 0, 0, 0, 0, 255, 255, 255]);
  const control = Buffer.from([0x21, 0xf9, 4, (disposal << 2) | 1, 5, 0, 1, 0]);
  const start = Buffer.from([0x2c, 0, 0, 0, 0, ...uint16(width), ...uint16(height), 0, minimumCodeSize]);
  const codes = runsOfZeros(width * height);
  const blocks = Array.from({ length: Math.ceil(codes.length / 255) }, (_, at) => {
    const block = codes.subarray(at * 255, (at + 1) * 255);
    return Buffer.concat([Buffer.from([block.length]), block]);
  });
  const frame = Buffer.concat([control, start, ...blocks, Buffer.from([0])]);
  return Buffer.concat([Buffer.from('GIF89a'), screen, ...Array<Buffer>(frames).fill(frame), Buffer.from([0x3b])]);
}

const minimumCodeSize = 2;
const [clear, end, firstFree] = [4, 5, 6];

function runsOfZeros(pixels: number): Buffer {
  const bytes: number[] = [];
  let [bits, count] = [0, 0];
  const put = (code: number, size: number) => {
    bits |= code << count;
    count += size;
    for (; count >= 8; count -= 8) {
      bytes.push(bits & 0xff);
      bits >>>= 8;
    }
  };
  let size = minimumCodeSize + 1;
  for (let left = pixels; left > 0; ) {
    put(clear, size);
    size = minimumCodeSize + 1;
    put(0, size);
    left -= 1;
    // The code `firstFree + n` is a run of n + 2 pixels.
    for (let [free, run] = [firstFree, 2]; left > 0 && free < 4_095; free += 1, run += 1) {
      put(left >= run ? free : left === 1 ? 0 : firstFree + left - 2, size);
      left -= Math.min(left, run);
      if (free + 1 === 1 << size && size < 12) size += 1;
    }
  }
  put(end, size);
  put(0, 7);
  return Buffer.from(bytes);
}

/** Little-endian, as in GIF. */
const uint16 = (value: number) => [value & 0xff, value >> 8];
