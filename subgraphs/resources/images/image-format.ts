import { gifReachesEnd, isGif } from './gif.ts';
import { isJpeg, jpegReachesEnd } from './jpeg.ts';
import { isPng, pngReachesEnd } from './png.ts';

export const imageTypes = ['image/gif', 'image/jpeg', 'image/png'] as const;
export type ImageType = (typeof imageTypes)[number];

const formats: Record<ImageType, { starts: (bytes: Buffer) => boolean; reachesEnd: (bytes: Buffer) => boolean }> = {
  'image/gif': { starts: isGif, reachesEnd: gifReachesEnd },
  'image/jpeg': { starts: isJpeg, reachesEnd: jpegReachesEnd },
  'image/png': { starts: isPng, reachesEnd: pngReachesEnd },
};

/** What the bytes say that they are, whatever anybody else says. */
export function typeOfBytes(bytes: Buffer): ImageType | undefined {
  return imageTypes.find((type) => formats[type].starts(bytes));
}

/** Whether the file goes on to its own end: decoders make up for much that is missing, and do not say so. */
export function reachesItsEnd(type: ImageType, bytes: Buffer): boolean {
  return formats[type].reachesEnd(bytes);
}
