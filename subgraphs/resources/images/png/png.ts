import { DamagedImageError, type OpenedImage, type RepairedImage, type Size } from '../formats/opened-image.ts';
import { type AnimationFrame, PngAnimation } from './animation.ts';
import { isCritical, type PngChunk, pngChunk, pngSignature, readChunk } from './chunks.ts';
import { type PngHeader, readHeader } from './header.ts';
import { readPngOrientation } from './metadata.ts';
import { requirePixels } from './pixels.ts';

const maxPaletteBytes = 3 * 256;

export const isPng = (bytes: Buffer) => bytes.subarray(0, pngSignature.length).equals(pngSignature);

/** Reads the size from the header chunk, which comes first (PNG, third edition, section 11.2.1). */
export function openPng(bytes: Buffer): OpenedImage {
  const chunk = readChunk(bytes, pngSignature.length);
  if (chunk?.name !== 'IHDR' || chunk.isCut) {
    throw new DamagedImageError('its header chunk (IHDR) does not come first, or is cut.');
  }
  requireChecksum(chunk);
  const header = readHeader(chunk.content);
  const { size, samples, depth, isInterlaced } = header;
  const pixelBytes = samples * (depth === 16 ? 2 : 1);
  const heldBytes = isInterlaced ? size.width * size.height * pixelBytes : 0;
  const chunks = () => readChunks(bytes, chunk.end, header.size);
  return {
    size,
    orientation: readPngOrientation(bytes),
    pixelBytes,
    heldBytes,
    frames: 1,
    scans: 1,
    repair: () => repairPng(chunk, header, chunks()),
    requirePixels: () => requirePixels(header, chunks().data),
  };
}

/**
 * Writes the critical chunks alone, and the pixels as one chunk: libspng limits the number of chunks. Throws if browsers
 * show a frame instead of the pixels, and it lacks some.
 */
async function repairPng({ content }: PngChunk, header: PngHeader, image: ImageChunks): Promise<RepairedImage> {
  const { palette, data, firstFrame } = image;
  if (header.isPalette && !palette) throw new DamagedImageError('it has no palette (PLTE) before its pixels.');
  if (firstFrame) await requirePixels({ ...header, size: firstFrame.size }, firstFrame.data);
  const parts = [pngChunk('IHDR', content), ...(palette ? [pngChunk('PLTE', palette)] : []), pngChunk('IDAT', data)];
  return { bytes: Buffer.concat([pngSignature, ...parts, pngChunk('IEND')]), hasWarnings: false };
}

interface ImageChunks {
  palette?: Buffer;
  /** Compressed pixels. */
  data: Buffer;
  /** The frame that browsers show instead. */
  firstFrame?: AnimationFrame;
}

/**
 * Reads the critical chunks up to the last of the pixels: metadata with wrong checksums, and whatever follows, do not
 * change them. The rest must have correct checksums, unless the file ends before one. Of an animation, the frames after
 * the first are not read.
 */
function readChunks(bytes: Buffer, start: number, size: Size): ImageChunks {
  const animation = new PngAnimation(size);
  let palette: Buffer | undefined;
  const data: Buffer[] = [];
  let at = start;
  for (;;) {
    const chunk = readChunk(bytes, at);
    if (data.length > 0 && chunk?.name !== 'IDAT') break;
    if (!chunk || (chunk.isCut && chunk.name !== 'IDAT'))
      throw new DamagedImageError('it ends, or has an invalid chunk, before its pixels (IDAT).');
    at = chunk.end;
    if (data.length === 0) animation.read(chunk);
    if (!isCritical(chunk)) continue;
    if (!chunk.isCut) requireChecksum(chunk);
    if (chunk.name === 'IDAT') data.push(chunk.content);
    else if (chunk.name === 'PLTE' && !palette) palette = readPalette(chunk.content);
    else
      throw new DamagedImageError(
        `its chunk ${JSON.stringify(chunk.name)} comes twice, comes too early, or is not known.`,
      );
  }
  const firstFrame = animation.firstFrame(bytes, at);
  return { data: Buffer.concat(data), ...(palette && { palette }), ...(firstFrame && { firstFrame }) };
}

/** Browsers ignore the rest of a colour. */
function readPalette(content: Buffer): Buffer {
  const length = content.length - (content.length % 3);
  if (length === 0 || length > maxPaletteBytes)
    throw new DamagedImageError('its palette (PLTE) has not 1 to 256 colours.');
  return content.subarray(0, length);
}

function requireChecksum({ name, hasChecksum }: PngChunk): void {
  if (hasChecksum) return;
  const what = name === 'IDAT' ? 'a checksum of its pixels (IDAT)' : `the checksum of its chunk ${name}`;
  throw new DamagedImageError(`${what} is wrong.`);
}
