import { onlyOrientation, readOrientation } from '../formats/exif.ts';
import { isCritical, type PngChunk, pngChunk, pngSignature, readChunk } from './chunks.ts';

/** Chunks that change how the pixels are shown: colours, transparency, the shape of a pixel, animation. */
const keptNames = new Set(['iCCP', 'cICP', 'sRGB', 'gAMA', 'cHRM', 'tRNS', 'sBIT', 'pHYs', 'acTL', 'fcTL', 'fdAT']);
const pixelNames = new Set(['IDAT', 'fdAT']);
/** After the pixels, decoders read nothing but the other frames of an animation. */
const lateNames = new Set(['fcTL', 'fdAT']);

/** Reads the orientation, which browsers take from the first chunk with EXIF data before the pixels. */
export function readPngOrientation(bytes: Buffer): number {
  for (let at = pngSignature.length; ; ) {
    const chunk = readChunk(bytes, at);
    if (!chunk || chunk.name === 'IDAT') return 1;
    if (isExif(chunk)) return readOrientation(chunk.content);
    at = chunk.end;
  }
}

const isExif = ({ name, hasChecksum }: PngChunk) => name === 'eXIf' && hasChecksum;

/**
 * Yields a PNG without its metadata. Keeps the chunks that the pixels need as they are, and the orientation. Leaves out all
 * others, and what comes after the image.
 */
export function* pngParts(bytes: Buffer): Generator<Buffer | undefined> {
  yield pngSignature;
  let [hasPixels, isAfterPixels, hasExif] = [false, false, false];
  let at = pngSignature.length;
  for (let chunk = readChunk(bytes, at); chunk; chunk = readChunk(bytes, at)) {
    const whole = bytes.subarray(at, chunk.end);
    // Only pixels are of use without their end.
    if (chunk.isCut && !pixelNames.has(chunk.name)) break;
    at = chunk.end;
    if (chunk.name === 'IEND') return yield chunk.content.length > 0 ? pngChunk('IEND') : whole;
    hasPixels ||= chunk.name === 'IDAT';
    isAfterPixels ||= hasPixels && chunk.name !== 'IDAT';
    const isOrientation = isExif(chunk) && !hasPixels && !hasExif;
    hasExif ||= isExif(chunk);
    const orientation = isOrientation ? onlyOrientation(chunk.content) : undefined;
    if (orientation) yield pngChunk('eXIf', orientation);
    else yield isKept(chunk, isAfterPixels) ? whole : undefined;
  }
  // The rest is no chunk, or a part of one: the image ends here.
  if (at < bytes.length) yield pngChunk('IEND');
}

function isKept(chunk: PngChunk, isAfterPixels: boolean): boolean {
  return isAfterPixels ? lateNames.has(chunk.name) : isCritical(chunk) || keptNames.has(chunk.name);
}
