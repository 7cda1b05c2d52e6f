export const imageTypes = ['image/gif', 'image/jpeg', 'image/png'] as const;
export type ImageType = (typeof imageTypes)[number];

const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const jpegSignature = Buffer.from([0xff, 0xd8, 0xff]);
const gifSignatures = [Buffer.from('GIF87a'), Buffer.from('GIF89a')];

/** What the bytes say that they are, whatever anybody else says. */
export function typeOfBytes(bytes: Buffer): ImageType | undefined {
  const startsWith = (signature: Buffer) => bytes.subarray(0, signature.length).equals(signature);
  if (startsWith(pngSignature)) return 'image/png';
  if (startsWith(jpegSignature)) return 'image/jpeg';
  return gifSignatures.some(startsWith) ? 'image/gif' : undefined;
}

/**
 * Whether the file goes on to its own end, which decoders do not ask of PNG and GIF: all pixels, or all frames, may be
 * there without it. A JPEG that stops early fails to decode.
 */
export function reachesItsEnd(type: ImageType, bytes: Buffer): boolean {
  if (type === 'image/png') return pngReachesEnd(bytes);
  return type === 'image/gif' ? gifReachesEnd(bytes) : true;
}

/** Chunks of length, name, data and checksum up to IEND (PNG, third edition, section 5.3). */
function pngReachesEnd(bytes: Buffer): boolean {
  let at = pngSignature.length;
  while (at + 12 <= bytes.length) {
    const isLast = bytes.toString('latin1', at + 4, at + 8) === 'IEND';
    at += 12 + bytes.readUInt32BE(at);
    if (isLast) return at <= bytes.length;
  }
  return false;
}

const gifExtension = 0x21;
const gifImage = 0x2c;
const gifTrailer = 0x3b;

/** Extensions and images up to the trailer (GIF89a, section 12 and appendix B). */
function gifReachesEnd(bytes: Buffer): boolean {
  let at = 13 + gifColourTableBytes(bytes[10]);
  for (;;) {
    switch (bytes[at]) {
      case gifTrailer:
        return true;
      case gifExtension:
        at = afterGifBlocks(bytes, at + 2);
        break;
      case gifImage:
        at = afterGifBlocks(bytes, at + 11 + gifColourTableBytes(bytes[at + 9]));
        break;
      default:
        return false;
    }
  }
}

function gifColourTableBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 0x07) + 1) : 0;
}

/** Past the sub-blocks that start at `at`, each of which says how long it is; one of no length is the last. */
function afterGifBlocks(bytes: Buffer, at: number): number {
  let next = at;
  for (let size = bytes[next]; size !== undefined; size = bytes[next]) {
    next += 1 + size;
    if (size === 0) break;
  }
  return next;
}
