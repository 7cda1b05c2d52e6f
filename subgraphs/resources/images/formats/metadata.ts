/** The parts of a file in their order: the bytes that are kept of each, or undefined if that is nothing. */
export type FileParts = Iterable<Buffer | undefined>;

/** More than a file that the image service takes can have. Larger ones would take long to read. */
const maxParts = 200_000;

/**
 * Joins what is kept of a file. Returns the file itself if that is all of it; undefined if it is over `maxBytes`, or has too
 * many parts to read them all.
 */
export function joinPreserved(parts: FileParts, bytes: Buffer, maxBytes: number): Buffer | undefined {
  const kept: Buffer[] = [];
  let [count, sizeBytes] = [0, 0];
  for (const part of parts) {
    count += 1;
    sizeBytes += part?.length ?? 0;
    if (count > maxParts || sizeBytes > maxBytes) return undefined;
    if (part) kept.push(part);
  }
  const joined = Buffer.concat(kept);
  return joined.equals(bytes) ? bytes : joined;
}
