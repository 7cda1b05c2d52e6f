const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
/** The last chunk holds nothing, and so is the same in every PNG. */
const end = Buffer.from('\0\0\0\0IEND\xae\x42\x60\x82', 'latin1');

export const isPng = (bytes: Buffer) => bytes.subarray(0, signature.length).equals(signature);

/** Whether chunks of length, name, data and checksum go on to the last one (PNG, third edition, section 5.3). */
export function pngReachesEnd(bytes: Buffer): boolean {
  let at = signature.length;
  while (at + end.length <= bytes.length) {
    if (bytes.subarray(at, at + end.length).equals(end)) return true;
    at += bytes.readUInt32BE(at) + end.length;
  }
  return false;
}
