import { crc32 } from 'node:zlib';

/** What every PNG begins with. */
export const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** The last chunk holds nothing, and so is the same in every PNG. */
const end = Buffer.from('\0\0\0\0IEND\xae\x42\x60\x82', 'latin1');

export const isPng = (bytes: Buffer) => bytes.subarray(0, pngSignature.length).equals(pngSignature);

/** Whether chunks of length, name, data and checksum go on to the last one (PNG, third edition, section 5.3). */
export function pngReachesEnd(bytes: Buffer): boolean {
  let at = pngSignature.length;
  while (at + end.length <= bytes.length) {
    if (bytes.subarray(at, at + end.length).equals(end)) return true;
    at += bytes.readUInt32BE(at) + end.length;
  }
  return false;
}

/** A chunk of a PNG: length, name, data and checksum. */
export function pngChunk(name: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  return Buffer.concat([uint32(data.length), named, uint32(crc32(named))]);
}

/** Most significant byte first. */
function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
