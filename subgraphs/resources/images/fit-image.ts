import { encodeJpeg, encodePng } from './fitting/encode-picture.ts';
import { fitAnimation } from './fitting/fit-animation.ts';
import { PreservedExif } from './fitting/preserved-exif.ts';
import { DamagedImageError, UnsupportedImageError } from './formats/opened-image.ts';
import { detectForeignFormat } from './formats/sent-format.ts';
import { detectImageType, type ImageType, openImage } from './image-format.ts';
import { exceededLimit } from './image-limits.ts';
import { isAnimatedPng } from './png/animation.ts';
import { readForeign, readStill } from './read-picture.ts';

interface FitOptions {
  /** Keeps the EXIF data. */
  keepMetadata: boolean;
  maxBytes: number;
}

export interface FittedImage {
  contentType: ImageType;
  bytes: Buffer;
}

/** Thrown for an image that cannot be made to fit. The message is a sentence for clients. */
export class CannotFitError extends Error {
  override name = 'CannotFitError';
}

/**
 * Makes the largest image that fits, as it is shown: scaled and encoded again, in sRGB. A JPEG stays one, a GIF stays one
 * with its frames; the others become a PNG if some pixels are transparent, and a JPEG if not. The same bytes always give
 * the same result. Throws an `UnsupportedImageError`, or a `CannotFitError`.
 */
export async function fitImage(bytes: Buffer, { keepMetadata, maxBytes }: FitOptions): Promise<FittedImage> {
  const type = detectImageType(bytes);
  if (type === 'image/gif') return { contentType: type, bytes: await fitGif(bytes, maxBytes) };
  if (type === 'image/png' && isAnimatedPng(bytes)) throw new CannotFitError(animatedPngAdvice);
  const { picture, exif } = await (type ? readStill(type, bytes) : readForeignBytes(bytes));
  const kept = new PreservedExif(keepMetadata ? exif : undefined);
  const limit = maxBytes - kept.sizeBytes;
  const isPng = picture.channels === 4;
  const fitted = await (isPng ? encodePng(picture, limit) : encodeJpeg(picture, limit));
  if (!fitted) throw new CannotFitError('It does not fit in any size.');
  return isPng
    ? { contentType: 'image/png', bytes: kept.addToPng(fitted) }
    : { contentType: 'image/jpeg', bytes: kept.addToJpeg(fitted) };
}

const animatedPngAdvice = 'Animated PNGs are not scaled: send a smaller one, or an animated GIF.';

function readForeignBytes(bytes: Buffer) {
  const format = detectForeignFormat(bytes);
  if (!format?.decodedAs) throw new DamagedImageError('its format is not known.');
  return readForeign(format, bytes);
}

async function fitGif(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  const image = openImage('image/gif', bytes);
  const exceeded = exceededLimit('image/gif', image);
  if (exceeded !== undefined) throw new UnsupportedImageError(exceeded);
  const { frames } = image;
  const { fitted, smallestBytes } = await fitAnimation(await image.repair(), image, maxBytes);
  if (fitted) return fitted;
  const fewer = Math.max(1, Math.floor((frames * maxBytes) / smallestBytes));
  throw new CannotFitError(
    `Its ${frames} frames do not fit in any size: send about ${fewer} frames at most, or a still image.`,
  );
}
