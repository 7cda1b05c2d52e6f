import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { pngChunk, pngSignature } from '../images/png/chunks.ts';

interface Size {
  width: number;
  height: number;
}

/** A file that has the pixels of `original`, or lacks some of them. */
export interface ImageVariant {
  name: string;
  original: Buffer;
  bytes: Buffer;
}

const small = { width: 5, height: 4 };

/** A noisy image, which no format compresses well. */
export function noise({ width, height }: Size): Sharp {
  const bytes = Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 7_919 + (at >> 3) * 31) % 256);
  return sharp(bytes, { raw: { width, height, channels: 3 } });
}

export const png = (size: Size = small) => noise(size).png().toBuffer();
export const interlacedPng = (size: Size = small) => noise(size).png({ progressive: true }).toBuffer();
export const palettePng = (size: Size = small) => noise(size).png({ palette: true }).toBuffer();
export const jpeg = (size: Size = small) => noise(size).jpeg().toBuffer();
export const progressiveJpeg = (size: Size = small) => noise(size).jpeg({ progressive: true }).toBuffer();
export const greyJpeg = (size: Size = small) => noise(size).toColourspace('b-w').jpeg().toBuffer();
export const gif = (size: Size = small) => noise(size).gif().toBuffer();

/** A GIF of several frames, each with other pixels. */
export async function animatedGif(frames = 3, size: Size = small): Promise<Buffer> {
  const still = await png(size);
  const all = Array.from({ length: frames }, (_, at) =>
    sharp(still)
      .linear(1, at * 40)
      .png()
      .toBuffer(),
  );
  return sharp(await Promise.all(all), { join: { animated: true } })
    .gif({ delay: all.map(() => 100) })
    .toBuffer();
}

/** A minimal greyscale PNG of zeros: three chunks with correct checksums. */
export function plainPng({ width, height }: Size, pixelData = Buffer.alloc((width + 1) * height)): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const data = deflateSync(pixelData, { level: 9 });
  return Buffer.concat([pngSignature, pngChunk('IHDR', header), pngChunk('IDAT', data), pngChunk('IEND')]);
}

/** A PNG of one pixel, followed by a text that tells it from others. */
export const commentedPng = (text: string) => Buffer.concat([plainPng({ width: 1, height: 1 }), Buffer.from(text)]);

interface Frame extends Size {
  left?: number;
  top?: number;
  /** How many of its pixels are encoded; default: all. */
  encoded?: number;
  /** Codes of three bits to use instead of the pixels. */
  codes?: number[];
}

/** A GIF of two colours whose frames may be smaller than its screen or lack pixels. */
export function plainGif({ width, height, frames }: Size & { frames: Frame[] }): Buffer {
  const colours = [0, 0, 0, 255, 255, 255];
  const screen = [...uint16(width), ...uint16(height), 0x80, 0, 0, ...colours];
  return Buffer.concat([Buffer.from('GIF89a'), Buffer.from(screen), ...frames.map(gifFrame), Buffer.from([0x3b])]);
}

export function gifFrame({ width, height, left = 0, top = 0, ...content }: Frame): Buffer {
  const { encoded = width * height, codes = gifCodes(encoded) } = content;
  const packed = packGifCodes(codes);
  const blocks = Array.from({ length: Math.ceil(packed.length / 255) }, (_, at) => {
    const block = packed.subarray(at * 255, (at + 1) * 255);
    return Buffer.concat([Buffer.from([block.length]), block]);
  });
  const start = Buffer.from([0x2c, ...[left, top, width, height].flatMap(uint16), 0, 2]);
  return Buffer.concat([start, ...blocks, Buffer.from([0])]);
}

/**
 * Encodes pixels in codes of three bits: clear (4), two pixels, clear, …, end (5). Clearing keeps the codes at three
 * bits.
 */
export const gifCodes = (pixels: number) => [
  ...Array.from({ length: pixels }, (_, at) => (at % 2 ? [1] : [4, 0])).flat(),
  5,
];

export function packGifCodes(codes: number[]): Buffer {
  const bits = codes.flatMap((code) => [code & 1, (code >> 1) & 1, code >> 2]);
  const bytes = Buffer.alloc(Math.ceil(bits.length / 8));
  for (const [at, bit] of bits.entries()) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (bit << (at & 7));
  return bytes;
}

/** A valid greyscale progressive JPEG with a few bytes per scan. Decoders process every block in each scan. */
export function jpegOfScans({ width, height, scans }: Size & { scans: number }): Buffer {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const start = Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    jpegSegment(0xdb, [0, ...Array<number>(64).fill(1)]),
    jpegSegment(0xc2, [8, height >> 8, height & 0xff, width >> 8, width & 0xff, 1, 1, 0x11, 0]),
    // One code for "no difference"; two for "no more coefficients", in this block or in the next 16,384 and more.
    jpegSegment(0xc4, [0x00, 1, ...Array<number>(15).fill(0), 0]),
    jpegSegment(0xc4, [0x10, 0, 2, ...Array<number>(14).fill(0), 0xe0, 0x00]),
    jpegSegment(0xda, [1, 1, 0, 0, 0, 0x01]),
    Buffer.alloc(Math.ceil(blocks / 8)),
  ]);
  const nothing = jpegRunOfNothing(blocks);
  const rest = Array.from({ length: scans - 1 }, (_, at) => {
    const coefficient = (at % 63) + 1;
    const bit = 13 - Math.floor(at / 63);
    const precision = ((bit === 13 ? 0 : bit + 1) << 4) | bit;
    return Buffer.concat([jpegSegment(0xda, [1, 1, 0, coefficient, coefficient, precision]), nothing]);
  });
  return Buffer.concat([start, ...rest, Buffer.from([0xff, 0xd9])]);
}

function jpegRunOfNothing(blocks: number): Buffer {
  let bits = '';
  for (let left = blocks; left > 0; ) {
    const run = left >= 16_384 ? Math.min(left, 32_767) : 1;
    bits += run === 1 ? '01' : `00${(run - 16_384).toString(2).padStart(14, '0')}`;
    left -= run;
  }
  const bytes = (bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '1'), 2));
  return Buffer.from(bytes.flatMap((byte) => (byte === 0xff ? [0xff, 0] : [byte])));
}

function jpegSegment(marker: number, data: number[]): Buffer {
  const length = data.length + 2;
  return Buffer.from([0xff, marker, length >> 8, length & 0xff, ...data]);
}

/** Little-endian, as in GIF. */
const uint16 = (value: number) => [value & 0xff, value >> 8];
