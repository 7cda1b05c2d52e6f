import sharp, { type Metadata } from 'sharp';
import { CannotFitError, type FittedImage, fitImage } from './fit-image.ts';
import { isTurned } from './formats/exif.ts';
import {
  DamagedImageError,
  type OpenedImage,
  type RepairedImage,
  type Size,
  throwDamage,
  UnsupportedImageError,
} from './formats/opened-image.ts';
import { type ImageType, openImage, removeMetadata } from './image-format.ts';
import { exceededLimit } from './image-limits.ts';

/** An image whose first bytes have a known signature. Cloneable: it is sent to another process. */
export interface EncodedImage {
  /** Undefined for one of another format, which is stored only after it was converted. */
  contentType: ImageType | undefined;
  bytes: Uint8Array;
  /** Stores the bytes as they are, instead of without metadata. */
  keepMetadata: boolean;
  /** Scales or converts it if it cannot be stored otherwise; default: false. */
  fit?: boolean;
  /** Limit of what is stored. */
  maxBytes: number;
}

/** An image that is stored instead of the one that was sent. */
export interface ChangedImage {
  contentType: ImageType;
  bytes: Uint8Array;
}

/**
 * The size in which an image is shown whose every pixel was decoded, with what is stored if that is not the image as it
 * was sent; or that it is too large, with what would fit if that is known, or why it is not accepted, as sentences for
 * clients.
 */
export type DecodeOutcome =
  | { size: Size; changed?: ChangedImage }
  | { isTooLarge: true; advice?: string }
  | { unsupported: string };

// One image at a time, and none twice.
sharp.cache(false);
sharp.concurrency(1);

/** Decodes every pixel of every frame of what is stored. Rejects if memory runs out, which the limits prevent. */
export async function decodeImage(encoded: EncodedImage): Promise<DecodeOutcome> {
  const { keepMetadata, maxBytes, fit = false, contentType } = encoded;
  const bytes = Buffer.from(encoded.bytes.buffer, encoded.bytes.byteOffset, encoded.bytes.byteLength);
  const asSent = contentType && (await judgeImage({ contentType, bytes, keepMetadata, maxBytes }));
  if (asSent && !(fit && 'isTooLarge' in asSent)) return asSent;
  try {
    const changed = await fitImage(bytes, { keepMetadata, maxBytes });
    // Judged as if it had been sent.
    const outcome = await judgeImage({ ...changed, keepMetadata: true, maxBytes });
    return 'size' in outcome ? { ...outcome, changed } : outcome;
  } catch (error) {
    if (error instanceof CannotFitError) return { isTooLarge: true, advice: error.message };
    if (error instanceof UnsupportedImageError) return { unsupported: error.message };
    throw error;
  }
}

interface JudgedImage extends FittedImage {
  keepMetadata: boolean;
  maxBytes: number;
}

async function judgeImage({ contentType, bytes, keepMetadata, maxBytes }: JudgedImage): Promise<DecodeOutcome> {
  try {
    const stored = keepMetadata ? bytes : removeMetadata(contentType, bytes, maxBytes);
    if (!stored || stored.length > maxBytes) return { isTooLarge: true };
    // An image is judged with its metadata, unless they take much memory.
    const image = openImage(contentType, bytes.length > maxBytes ? stored : bytes);
    const { size, repair } = image;
    if (size.width === 0 || size.height === 0) throw new DamagedImageError('its width or height is 0.');
    const exceeded = exceededLimit(contentType, image);
    if (exceeded !== undefined) return { unsupported: exceeded };
    await decodePixels(contentType, await repair()).catch((error: unknown) => {
      if (!(error instanceof DamagedImageError) || !image.requirePixels) throw error;
      return image.requirePixels();
    });
    return { size: shownSize(image), ...(stored !== bytes && { changed: { contentType, bytes: stored } }) };
  } catch (error) {
    if (!(error instanceof UnsupportedImageError)) throw error;
    // Clients have to make it smaller anyway.
    return bytes.length > maxBytes ? { isTooLarge: true } : { unsupported: error.message };
  }
}

/** The size after the orientation was applied. */
function shownSize({ size: { width, height }, orientation }: OpenedImage): Size {
  return isTurned(orientation) ? { width: height, height: width } : { width, height };
}

/** Reads the header, as the decoder sees it. */
async function readMetadata(contentType: ImageType, bytes: Buffer): Promise<Metadata> {
  const metadata = await sharp(bytes, { failOn: 'warning', limitInputPixels: false })
    .metadata()
    .catch(throwDamage('its header cannot be read.'));
  if (`image/${metadata.format}` === contentType) return metadata;
  throw new DamagedImageError('its header does not match its first bytes.');
}

/**
 * Decodes every row of every frame in order, and keeps one column. Of a JPEG, libjpeg reads all codes, but computes only
 * one pixel of each block, which takes half the time.
 */
async function decodePixels(contentType: ImageType, { bytes, hasWarnings }: RepairedImage): Promise<void> {
  const { width, height, space } = await readMetadata(contentType, bytes);
  const failOn = hasWarnings ? 'error' : 'warning';
  const options = { animated: true, failOn, limitInputPixels: false, sequentialRead: true } as const;
  const image = sharp(bytes, options);
  // Otherwise sharp converts it, by a colour profile that takes long to load.
  if (space === 'cmyk') image.pipelineColourspace('cmyk').toColourspace('cmyk');
  const decoded =
    contentType === 'image/jpeg'
      ? image.resize(Math.ceil(width / 8), Math.ceil(height / 8), { fit: 'fill' })
      : image.extract({ left: 0, top: 0, width: 1, height });
  await decoded.raw().toBuffer().catch(throwDamage('it cannot be decoded without errors.'));
}
