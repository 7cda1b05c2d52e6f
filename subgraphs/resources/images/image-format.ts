import { type FileParts, joinPreserved } from './formats/metadata.ts';
import type { OpenedImage } from './formats/opened-image.ts';
import { isGif, openGif } from './gif/gif.ts';
import { gifParts } from './gif/metadata.ts';
import { isJpeg, openJpeg } from './jpeg/jpeg.ts';
import { jpegParts } from './jpeg/metadata.ts';
import { pngParts } from './png/metadata.ts';
import { isPng, openPng } from './png/png.ts';

export const imageTypes = ['image/gif', 'image/jpeg', 'image/png'] as const;
export type ImageType = (typeof imageTypes)[number];

interface Format {
  hasSignature: (bytes: Buffer) => boolean;
  open: (bytes: Buffer) => OpenedImage;
  /** Reads what is kept of a file without its metadata. */
  partsOf: (bytes: Buffer) => FileParts;
}

const formats: Record<ImageType, Format> = {
  'image/gif': { hasSignature: isGif, open: openGif, partsOf: gifParts },
  'image/jpeg': { hasSignature: isJpeg, open: openJpeg, partsOf: jpegParts },
  'image/png': { hasSignature: isPng, open: openPng, partsOf: pngParts },
};

/** Detects the type from the first bytes. */
export function detectImageType(bytes: Buffer): ImageType | undefined {
  return imageTypes.find((type) => formats[type].hasSignature(bytes));
}

/** Reads the structure of an image of a detected type. Throws a `DamagedImageError`. */
export function openImage(type: ImageType, bytes: Buffer): OpenedImage {
  return formats[type].open(bytes);
}

/**
 * Removes what an image of a detected type says of where, when, by whom and with what it was made, and what comes after
 * it. The pixels stay as they are coded. Returns the same bytes if there is nothing to remove, and undefined if the image
 * is too large. Throws an `UnsupportedImageError`.
 */
export function removeMetadata(type: ImageType, bytes: Buffer, maxBytes: number): Buffer | undefined {
  return joinPreserved(formats[type].partsOf(bytes), bytes, maxBytes);
}
