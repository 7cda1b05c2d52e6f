import { crc32 } from 'node:zlib';
import { DamagedImageError, type OpenedImage } from './opened-image.ts';

/** First bytes of every PNG. */
export const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** Samples of a decoded pixel: decoders look up those of a palette (type 3). Types 1 and 5 do not exist. */
const samplesOfColourType = [1, undefined, 3, 3, 2, undefined, 4];
/** Bytes of a chunk without content: length, name and checksum. */
const emptyChunkBytes = 12;

export const isPng = (bytes: Buffer) => bytes.subarray(0, pngSignature.length).equals(pngSignature);

/** Reads the size from the header chunk, which comes first (PNG, third edition, section 11.2.1). */
export function openPng(bytes: Buffer): OpenedImage {
  const { name, content } = readChunk(bytes, pngSignature.length) ?? {};
  if (name !== 'IHDR' || !content || content.length < 13) {
    throw new DamagedImageError('its header chunk (IHDR) does not come first, or is cut.');
  }
  const size = { width: content.readUInt32BE(0), height: content.readUInt32BE(4) };
  const [depth = 0, colourType = 0, , , interlacing] = content.subarray(8);
  const pixelBytes = (samplesOfColourType[colourType] ?? 4) * (depth === 16 ? 2 : 1);
  const heldBytes = interlacing === 0 ? 0 : size.width * size.height * pixelBytes;
  return { size, pixelBytes, heldBytes, frames: 1, scans: 1, repair: () => repairPng(bytes) };
}

/**
 * Keeps the critical chunks up to the last of the pixels: metadata with wrong checksums, and whatever follows, do not
 * change them. The rest must have correct checksums, as browsers require. The decoder verifies that every row is there.
 */
function repairPng(bytes: Buffer): Buffer {
  const kept: Buffer[] = [pngSignature];
  let hasPixels = false;
  for (let at = pngSignature.length; ; ) {
    const chunk = readChunk(bytes, at);
    if (!chunk) throwUnlessAfterPixels(bytes, at, hasPixels);
    if (!chunk || (hasPixels && chunk.name !== 'IDAT')) break;
    hasPixels = chunk.name === 'IDAT';
    if (isCritical(chunk)) {
      requireChecksum(chunk);
      kept.push(chunk.whole);
    }
    at += chunk.whole.length;
  }
  return Buffer.concat([...kept, pngChunk('IEND')]);
}

function throwUnlessAfterPixels(bytes: Buffer, at: number, hasPixels: boolean): void {
  const isCutPixels = bytes.toString('latin1', at + 4, at + 8) === 'IDAT';
  if (isCutPixels) throw new DamagedImageError('it ends inside a chunk of pixels (IDAT).');
  if (!hasPixels) throw new DamagedImageError('it ends, or has an invalid chunk, before its pixels (IDAT).');
}

function requireChecksum({ name, whole }: Chunk): void {
  const end = whole.length - 4;
  if (crc32(whole.subarray(4, end)) === whole.readUInt32BE(end)) return;
  const what = name === 'IDAT' ? 'a checksum of its pixels (IDAT)' : `the checksum of its chunk ${name}`;
  throw new DamagedImageError(`${what} is wrong.`);
}

interface Chunk {
  name: string;
  content: Buffer;
  /** Length, name, content and checksum. */
  whole: Buffer;
}

/** Reads a chunk (section 5.3). Undefined where there is none, or it is longer than the file. */
function readChunk(bytes: Buffer, at: number): Chunk | undefined {
  if (at + emptyChunkBytes > bytes.length) return undefined;
  const end = at + emptyChunkBytes + bytes.readUInt32BE(at);
  const name = bytes.toString('latin1', at + 4, at + 8);
  if (end > bytes.length || !/^[A-Za-z]{4}$/.test(name)) return undefined;
  return { name, content: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) };
}

/** True if decoders must understand the chunk: the first letter of its name is a capital (section 5.4). */
function isCritical({ name }: Chunk): boolean {
  return name.charAt(0) <= 'Z';
}

/** Writes a chunk: length, name, content, checksum. */
export function pngChunk(name: string, content: Buffer = Buffer.alloc(0)): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  return Buffer.concat([uint32(content.length), named, uint32(crc32(named))]);
}

/** Encodes with the most significant byte first. */
function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
