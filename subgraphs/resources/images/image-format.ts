import { gifReachesEnd, isGif } from './gif.ts';
import { isJpeg, jpegReachesEnd } from './jpeg.ts';
import { isPng, pngReachesEnd } from './png.ts';

export const imageTypes = ['image/gif', 'image/jpeg', 'image/png'] as const;
export type ImageType = (typeof imageTypes)[number];

const formats: Record<ImageType, { hasSignature: (bytes: Buffer) => boolean; reachesEnd: (bytes: Buffer) => boolean }> =
  {
    'image/gif': { hasSignature: isGif, reachesEnd: gifReachesEnd },
    'image/jpeg': { hasSignature: isJpeg, reachesEnd: jpegReachesEnd },
    'image/png': { hasSignature: isPng, reachesEnd: pngReachesEnd },
  };

/** Detects the type from the first bytes. */
export function detectImageType(bytes: Buffer): ImageType | undefined {
  return imageTypes.find((type) => formats[type].hasSignature(bytes));
}

/** True if the file is complete up to its format's end marker. Decoders silently fill in much of what is missing. */
export function isCompleteFile(type: ImageType, bytes: Buffer): boolean {
  return formats[type].reachesEnd(bytes);
}
