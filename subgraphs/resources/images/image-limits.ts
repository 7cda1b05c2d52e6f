import type { OpenedImage } from './formats/opened-image.ts';
import type { ImageType } from './image-format.ts';

/** Pixels of each side: as many as a GIF can have, or as libjpeg decodes. */
const maxSide = { 'image/gif': 65_535, 'image/jpeg': 65_500, 'image/png': 65_535 };
const maxStoredPixels = 40_000_000;
/** Limit for all frames together: with a few bytes per frame, a small file could take days to decode. */
const maxAnimationPixels = 100_000_000;
/** Limit for all frames together: each row costs as much as a hundred pixels. */
const maxRows = 2_000_000;
/** Limit of a JPEG's scans, whatever its size: encoders write about ten. */
const maxScans = 100;
/** Limit for all scans together: decoders process the whole image for each. */
const maxScanPixels = 400_000_000;
/** Limit of what a decoder may hold of one image. */
const maxDecodingBytes = 112_000_000;
/** Rows of the image that libvips holds while it decodes: 34 strips of 16. */
const rowsInProgress = 544;

const inMillions = (count: number) => Math.ceil(count / 1e5) / 10;

/**
 * Names the limit that an image exceeds, with a remedy; undefined if it exceeds none. Depends on nothing but the file's
 * headers, so that the same file always gets the same answer, and what is left decodes within the memory of the decoder.
 */
export function exceededLimit(type: ImageType, image: OpenedImage, maxPixels = maxStoredPixels): string | undefined {
  const { size, frames, scans } = image;
  const pixels = size.width * size.height;
  if (Math.max(size.width, size.height) > maxSide[type]) {
    const sides = `${size.width} x ${size.height} pixels`;
    return `The image is too wide or too high, at ${sides}: the limit of each side is ${maxSide[type]} pixels.`;
  }
  if (pixels > maxPixels || (frames > 1 && pixels * frames > maxAnimationPixels)) {
    const limits = `${inMillions(maxPixels)} megapixels, and ${inMillions(maxAnimationPixels)} in all frames together`;
    return `The image has too many pixels: the limit is ${limits}.`;
  }
  if (size.height * frames > maxRows) {
    return `The image has too many rows: the limit is ${inMillions(maxRows)} million in all frames together.`;
  }
  if (scans > maxScans) {
    return `The JPEG has more than ${maxScans} scans: save it with fewer, or as baseline.`;
  }
  if (pixels * scans > maxScanPixels) {
    const limit = `${inMillions(maxScanPixels)} megapixels in all scans together`;
    return `The JPEG has too many scans for its size: the limit is ${limit}. Save it with fewer scans, or as baseline.`;
  }
  const bytes = decodingBytes(image);
  if (bytes > maxDecodingBytes) {
    const need = `it needs ${inMillions(bytes)} MB, and the limit is ${inMillions(maxDecodingBytes)} MB`;
    return `The image takes too much memory to decode: ${need}. ${memoryRemedy(type, image)}`;
  }
  return undefined;
}

/** Names only what would bring this image within the limit. */
function memoryRemedy(type: ImageType, image: OpenedImage): string {
  if (type === 'image/gif') return 'Save it with a smaller screen.';
  const { pixelBytes, heldBytes } = image;
  const fits = (changed: Partial<OpenedImage>) => decodingBytes({ ...image, ...changed }) <= maxDecodingBytes;
  const remedies = ['Make it smaller'];
  if (heldBytes > 0 && fits({ heldBytes: 0 })) {
    remedies.push(type === 'image/png' ? 'save it without interlacing' : 'save it as a baseline JPEG');
  }
  // Only 16 bits per channel take as much.
  const isDeep = type === 'image/png' && pixelBytes > 4;
  if (isDeep && fits({ pixelBytes: pixelBytes / 2, heldBytes: heldBytes / 2 })) {
    remedies.push('save it with 8 bits per channel');
  }
  return `${remedies.join(', or ')}.`;
}

/** The rows in progress and one column of all frames, besides what decoders hold of the whole image. */
function decodingBytes({ size, frames, pixelBytes, heldBytes }: OpenedImage): number {
  const rows = size.height * frames;
  return heldBytes + (Math.min(rows, rowsInProgress) * size.width + rows) * pixelBytes;
}
