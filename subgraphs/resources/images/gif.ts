const signatures = [Buffer.from('GIF87a'), Buffer.from('GIF89a')];
const extension = 0x21;
const image = 0x2c;
const trailer = 0x3b;

export const isGif = (bytes: Buffer) => signatures.some((signature) => bytes.subarray(0, 6).equals(signature));

/** Reads the size of the logical screen, on which all frames are drawn. */
export function gifScreenSize(bytes: Buffer): { width: number; height: number } {
  return bytes.length < 10 ? { width: 0, height: 0 } : { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
}

/** True if extensions and frames continue to the trailer, and no frame lacks pixels (GIF89a, section 12 and appendix B). */
export function gifReachesEnd(bytes: Buffer): boolean {
  let frames = 0;
  let at = 13 + colourTableBytes(bytes[10]);
  for (;;) {
    switch (bytes[at]) {
      case trailer:
        return frames > 0;
      case extension:
        at = afterBlocks(bytes, at + 2);
        break;
      case image: {
        const codesStart = at + 10 + colourTableBytes(bytes[at + 9]);
        if (!hasPixels(bytes, codesStart, pixelsOfFrame(bytes, at))) return false;
        frames += 1;
        at = afterBlocks(bytes, codesStart + 1);
        break;
      }
      default:
        return false;
    }
  }
}

function colourTableBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 0x07) + 1) : 0;
}

function pixelsOfFrame(bytes: Buffer, at: number): number {
  return at + 9 > bytes.length ? 0 : bytes.readUInt16LE(at + 5) * bytes.readUInt16LE(at + 7);
}

/** The offset after the sub-blocks that start at `at`. Each begins with its length; an empty one is the last. */
function afterBlocks(bytes: Buffer, at: number): number {
  let next = at;
  for (let size = bytes[next]; size !== undefined; size = bytes[next]) {
    next += 1 + size;
    if (size === 0) break;
  }
  return next;
}

/**
 * True if the LZW codes from `at` on encode `expected` pixels (GIF89a, appendix F). The table holds each string's length
 * instead of the string, so that counting is cheap.
 */
function hasPixels(bytes: Buffer, at: number, expected: number): boolean {
  const minSize = bytes[at] ?? 0;
  if (minSize < 1 || minSize > 11) return false;
  const clear = 1 << minSize;
  const lengths = new Uint16Array(4096).fill(1, 0, clear);
  let [free, size, previous, pixels] = [clear + 2, minSize + 1, -1, 0];
  const codes = readCodes(bytes, at + 1, () => size);
  for (const code of codes) {
    if (code === clear + 1) break;
    if (code === clear) {
      [free, size, previous] = [clear + 2, minSize + 1, -1];
      continue;
    }
    if (code >= (previous < 0 ? clear : free + 1)) return false;
    const grown = (lengths[previous] ?? 0) + 1;
    if (previous >= 0 && free < 4096) lengths[free] = grown;
    pixels += lengths[code] ?? grown;
    if (pixels >= expected) return true;
    if (previous >= 0 && free < 4096) free += 1;
    if (free === 1 << size && size < 12) size += 1;
    previous = code;
  }
  return pixels >= expected;
}

/** Yields the codes in the sub-blocks from `at` on. Each has `size()` bits at that moment, least significant first. */
function* readCodes(bytes: Buffer, at: number, size: () => number): Generator<number> {
  let [bits, count] = [0, 0];
  for (let block = at, length = bytes[block]; length; length = bytes[block]) {
    for (const byte of bytes.subarray(block + 1, block + 1 + length)) {
      bits |= byte << count;
      count += 8;
      for (let width = size(); count >= width; width = size()) {
        yield bits & ((1 << width) - 1);
        bits >>>= width;
        count -= width;
      }
    }
    block += 1 + length;
  }
}
