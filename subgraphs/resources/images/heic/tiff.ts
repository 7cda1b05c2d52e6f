import type { Size } from '../formats/opened-image.ts';

/** Pixels of 8 bits in interleaved channels. */
export interface InterleavedPixels extends Size {
  bytes: Uint8Array;
  channels: 3 | 4;
  /** Bytes from one row to the next. */
  stride: number;
  /** True if the colours are multiplied by the alpha channel. */
  isPremultiplied: boolean;
}

/** Decoders hold one strip. */
const rowsPerStrip = 16;
const [short, long, undefinedBytes] = [3, 4, 7];
/** A header with the offset of the only directory (TIFF 6.0, section 2). */
const headerBytes = 8;
const entryBytes = 12;

type Entry = [tag: number, type: number, values: Uint16Array | Uint32Array | Buffer];

const shorts = (...values: number[]) => Uint16Array.of(...values);
const longs = (...values: number[]) => Uint32Array.of(...values);

/**
 * Wraps pixels as an uncompressed TIFF, because libvips takes a colour profile only with a file. The profile is left out if
 * it is not one of RGB colours.
 */
export function pixelsToTiff(pixels: InterleavedPixels, profile?: Buffer): Buffer {
  const { width, height, channels, isPremultiplied } = pixels;
  const rowBytes = width * channels;
  const strips = Array.from({ length: Math.ceil(height / rowsPerStrip) }, (_, at) => at * rowsPerStrip);
  const entriesAt = (start: number): Entry[] => [
    [256, long, longs(width)],
    [257, long, longs(height)],
    [258, short, new Uint16Array(channels).fill(8)],
    // Not compressed, RGB.
    [259, short, shorts(1)],
    [262, short, shorts(2)],
    [273, long, Uint32Array.from(strips, (row) => start + row * rowBytes)],
    [277, short, shorts(channels)],
    [278, long, longs(rowsPerStrip)],
    [279, long, Uint32Array.from(strips, (row) => Math.min(rowsPerStrip, height - row) * rowBytes)],
    ...(channels === 4 ? [[338, short, shorts(isPremultiplied ? 1 : 2)] satisfies Entry] : []),
    ...(isRgbProfile(profile) ? [[34_675, undefinedBytes, profile] satisfies Entry] : []),
  ];
  const start = directoryOf(entriesAt(0)).length;
  const file = Buffer.allocUnsafe(start + rowBytes * height);
  directoryOf(entriesAt(start)).copy(file);
  for (let row = 0; row < height; row += 1) {
    const from = row * pixels.stride;
    file.set(pixels.bytes.subarray(from, from + rowBytes), start + row * rowBytes);
  }
  return file;
}

/** The colour space of a profile's data is in its header (ICC.1:2022, section 7.2). */
function isRgbProfile(profile: Buffer | undefined): profile is Buffer {
  return profile?.toString('latin1', 16, 20) === 'RGB ';
}

/** Returns the header and the directory, with the values that do not fit into an entry after it. */
function directoryOf(entries: Entry[]): Buffer {
  const directory = Buffer.alloc(headerBytes + 2 + entries.length * entryBytes + 4);
  directory.write('II*\0', 'latin1');
  directory.writeUInt32LE(headerBytes, 4);
  directory.writeUInt16LE(entries.length, headerBytes);
  const parts = [directory];
  let end = directory.length;
  for (const [index, [tag, type, values]] of entries.entries()) {
    const at = headerBytes + 2 + index * entryBytes;
    const data = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(values.length, at + 4);
    if (data.length <= 4) {
      data.copy(directory, at + 8);
      continue;
    }
    directory.writeUInt32LE(end, at + 8);
    // Offsets are even.
    const padded = Buffer.concat([data, Buffer.alloc(data.length % 2)]);
    parts.push(padded);
    end += padded.length;
  }
  return Buffer.concat(parts);
}
