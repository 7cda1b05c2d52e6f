import sharp, { type Metadata } from 'sharp';
import { isTurned } from './formats/exif.ts';
import {
  DamagedImageError,
  type OpenedImage,
  type RepairedImage,
  type Size,
  UnsupportedImageError,
} from './formats/opened-image.ts';
import { type ImageType, openImage, removeMetadata } from './image-format.ts';
import { exceededLimit } from './image-limits.ts';

/** An image whose first bytes have a known signature. Cloneable: it is sent to another process. */
export interface EncodedImage {
  contentType: ImageType;
  bytes: Uint8Array;
  /** Stores the bytes as they are, instead of without metadata. */
  keepMetadata: boolean;
  /** Limit of what is stored. */
  maxBytes: number;
}

/**
 * The size in which an image is shown whose every pixel was decoded, with the bytes without metadata if it had any; or
 * that it is too large, or why it is not accepted, as a message for clients.
 */
export type DecodeOutcome =
  | { size: Size; withoutMetadata?: Uint8Array }
  | { isTooLarge: true }
  | { unsupported: string };

// One image at a time, and none twice.
sharp.cache(false);
sharp.concurrency(1);

/** Decodes every pixel of every frame. Rejects if memory runs out, which the limits prevent. */
export async function decodeImage(encoded: EncodedImage): Promise<DecodeOutcome> {
  const { contentType, keepMetadata, maxBytes } = encoded;
  const bytes = Buffer.from(encoded.bytes.buffer, encoded.bytes.byteOffset, encoded.bytes.byteLength);
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
    return { size: shownSize(image), ...(stored !== bytes && { withoutMetadata: stored }) };
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

/** libvips reports damage and lack of memory alike, in words. */
function throwDamage(detail: string): (error: Error) => never {
  return (error) => {
    if (/memory/i.test(error.message)) throw error;
    throw new DamagedImageError(detail);
  };
}
