/**
 * True if the LZW codes from `at` on encode `expected` pixels (GIF89a, appendix F). The table holds each string's length
 * instead of the string, so that counting is cheap.
 */
export function hasPixels(bytes: Buffer, at: number, expected: number): boolean {
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
