import { crc32 } from 'node:zlib';

/** First bytes of every PNG. */
export const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** The IEND chunk, which is empty and therefore the same in every PNG. */
const end = Buffer.from('\0\0\0\0IEND\xae\x42\x60\x82', 'latin1');

export const isPng = (bytes: Buffer) => bytes.subarray(0, pngSignature.length).equals(pngSignature);

/** True if chunks (length, name, data, checksum) continue to IEND (PNG, third edition, section 5.3). */
export function pngReachesEnd(bytes: Buffer): boolean {
  let at = pngSignature.length;
  while (at + end.length <= bytes.length) {
    if (bytes.subarray(at, at + end.length).equals(end)) return true;
    at += bytes.readUInt32BE(at) + end.length;
  }
  return false;
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
