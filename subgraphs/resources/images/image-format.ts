import type { OpenedImage } from './formats/opened-image.ts';
import { isGif, openGif } from './gif/gif.ts';
import { isJpeg, openJpeg } from './jpeg/jpeg.ts';
import { isPng, openPng } from './png/png.ts';

export const imageTypes = ['image/gif', 'image/jpeg', 'image/png'] as const;
export type ImageType = (typeof imageTypes)[number];

const formats: Record<ImageType, { hasSignature: (bytes: Buffer) => boolean; open: (bytes: Buffer) => OpenedImage }> = {
  'image/gif': { hasSignature: isGif, open: openGif },
  'image/jpeg': { hasSignature: isJpeg, open: openJpeg },
  'image/png': { hasSignature: isPng, open: openPng },
};

/** Detects the type from the first bytes. */
export function detectImageType(bytes: Buffer): ImageType | undefined {
  return imageTypes.find((type) => formats[type].hasSignature(bytes));
}

/** Reads the structure of an image of a detected type. Throws a `DamagedImageError`. */
export function openImage(type: ImageType, bytes: Buffer): OpenedImage {
  return formats[type].open(bytes);
}
