import { constants, createInflate } from 'node:zlib';
import { DamagedImageError } from '../formats/opened-image.ts';
import type { PngHeader } from './header.ts';

/** First column and row of each pass of an interlaced PNG, and the distance to the next ones (Adam7). */
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const singlePass = [[0, 0, 1, 1]] as const;
/** Filters of a row have the numbers 0 to 4 (PNG, third edition, section 9.2). */
const lastFilter = 4;

/**
 * Throws a `DamagedImageError` that says what is wrong, unless the compressed data have every row. They may lack their
 * own end and checksum, which libspng requires and browsers do not. Holds none of the pixels.
 */
export async function requirePixels(header: PngHeader, data: Buffer): Promise<void> {
  const rows = rowLengths(header);
  let row = rows.next();
  /** Offsets in the pixels: of what was read, and of the next row. */
  let [read, rowStart] = [0, 0];
  const inflate = createInflate({ finishFlush: constants.Z_SYNC_FLUSH });
  inflate.end(data);
  try {
    for await (const part of inflate as AsyncIterable<Buffer>) {
      for (; !row.done && rowStart < read + part.length; row = rows.next()) {
        const filter = part[rowStart - read] ?? 0;
        if (filter > lastFilter)
          throw new DamagedImageError(`a row of its pixels has filter ${filter}, which PNG does not have.`);
        rowStart += row.value;
      }
      read += part.length;
    }
  } catch (error) {
    throw asDamage(error);
  }
  if (!row.done || read < rowStart) throw new DamagedImageError('pixels are missing: its compressed data end early.');
}

/** Yields the bytes of each row, with its filter. */
function* rowLengths({
  size: { width, height },
  samples,
  depth,
  isPalette,
  isInterlaced,
}: PngHeader): Generator<number> {
  const pixelBits = (isPalette ? 1 : samples) * depth;
  for (const [left, top, across, down] of isInterlaced ? passes : singlePass) {
    const columns = Math.ceil((width - left) / across);
    if (columns <= 0) continue;
    const length = 1 + Math.ceil((columns * pixelBits) / 8);
    for (let y = top; y < height; y += down) yield length;
  }
}

/** Errors of zlib that the data cause. It names the checksum (Adler-32) in its message alone. */
function asDamage(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (!(error instanceof Error) || (code !== 'Z_DATA_ERROR' && code !== 'Z_NEED_DICT')) return error;
  const isChecksum = error.message === 'incorrect data check';
  const detail = isChecksum ? 'the checksum of its pixels (Adler-32)' : 'the compression of its pixels (zlib)';
  return new DamagedImageError(`${detail} is wrong.`);
}
