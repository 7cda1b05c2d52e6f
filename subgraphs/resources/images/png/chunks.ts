import { crc32 } from 'node:zlib';

/** First bytes of every PNG. */
export const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** Bytes of a chunk before its content (length and name), and after it (checksum). */
const [headBytes, checksumBytes] = [8, 4];

export interface PngChunk {
  name: string;
  content: Buffer;
  /** The offset after it, at most the file's length. */
  end: number;
  /** True if the file ends inside of it: `content` is what there is, and there is no checksum. */
  isCut: boolean;
  hasChecksum: boolean;
}

/** Reads a chunk (PNG, third edition, section 5.3). Undefined where the file ends before its content. */
export function readChunk(bytes: Buffer, at: number): PngChunk | undefined {
  if (at + headBytes > bytes.length) return undefined;
  const name = bytes.toString('latin1', at + 4, at + headBytes);
  const start = at + headBytes;
  const contentEnd = start + bytes.readUInt32BE(at);
  const content = bytes.subarray(start, contentEnd);
  const isCut = contentEnd + checksumBytes > bytes.length;
  const hasChecksum = !isCut && crc32(bytes.subarray(at + 4, contentEnd)) === bytes.readUInt32BE(contentEnd);
  return { name, content, end: Math.min(contentEnd + checksumBytes, bytes.length), isCut, hasChecksum };
}

/** True if decoders must understand the chunk: bit 5 of its name's first byte is 0 (section 5.4). */
export function isCritical({ name }: PngChunk): boolean {
  return (name.charCodeAt(0) & 0x20) === 0;
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
