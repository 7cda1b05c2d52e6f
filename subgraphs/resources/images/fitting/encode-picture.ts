import type { Size } from '../formats/opened-image.ts';
import { firstThatFits, type Step } from './first-fit.ts';
import { openPicture, type Picture, scalePicture, scaleTo } from './picture.ts';

interface JpegStep extends Step {
  size: Size;
  /** 1 to 100. */
  quality: number;
}

interface PngStep extends Step {
  size: Size;
  isLossless: boolean;
}

/** Limit of libjpeg. */
const maxSide = 65_500;
/** A photo is not made smaller than this as long as it fits with `lowestQuality`. */
const sharpPixels = 2_000_000;
const fewestPixels = 4_000;
/** In the full size, from the best to the one below which scaling looks better. */
const fullSizeQualities = [90, 80, 72, 65, 58, 52, 46, 40];
/** Pixels of the first scaled step as a part of all, and of each further one as a part of the one before. */
const [firstScale, nextScale] = [0.5, 0.9];
const scaledQuality = 65;
/** At `sharpPixels`, before it is made smaller than that. */
const lowQualities = [60, 55, 50, 45, 40];
const lowestQuality = 25;
const lowestQualities = [35, 30, lowestQuality];
/** Attempts begin with a size that is fast to encode, and near the result of most photos. */
const firstPixels = 3_000_000;

/**
 * Steps from the best JPEG to the smallest, as `tests/corpus/fitting/measure.ts` ranks them: the full size as long as its
 * quality is fair, then a better quality of ever fewer pixels, down to two megapixels.
 */
export function jpegSteps(picture: Size): JpegStep[] {
  const full = scaleToSides(picture);
  const pixels = full.width * full.height;
  const sharp = Math.min(pixels, sharpPixels);
  const step = (count: number, quality: number): JpegStep => ({
    size: scaleTo(full, count),
    quality,
    weight: count ** 0.75 * Math.exp(quality / 50),
  });
  return [
    ...fullSizeQualities.map((quality) => step(pixels, quality)),
    ...countsBetween(pixels * firstScale, sharp).map((count) => step(count, scaledQuality)),
    ...(pixels > sharp ? [scaledQuality, ...lowQualities] : []).map((quality) => step(sharp, quality)),
    ...lowestQualities.map((quality) => step(sharp, quality)),
    ...countsBetween(sharp * nextScale, fewestPixels).map((count) => step(count, lowestQuality)),
  ];
}

/** Numbers of pixels from the first one down to the last one, which is left out. */
function countsBetween(first: number, last: number): number[] {
  const counts: number[] = [];
  for (let count = first; count > last; count *= nextScale) counts.push(count);
  return counts;
}

function scaleToSides({ width, height }: Size): Size {
  const factor = Math.min(1, maxSide / Math.max(width, height));
  return { width: Math.max(1, Math.floor(width * factor)), height: Math.max(1, Math.floor(height * factor)) };
}

/** Encodes as the best JPEG of at most `maxBytes`; undefined if there is none. */
export function encodeJpeg(picture: Picture, maxBytes: number): Promise<Buffer | undefined> {
  const steps = jpegSteps(picture);
  const first = steps.findIndex(({ size }) => size.width * size.height <= firstPixels);
  return firstThatFits({
    steps,
    async encode({ size, quality }) {
      const scaled = await scalePicture(picture, size);
      return openPicture(scaled).jpeg({ quality, mozjpeg: true }).toBuffer();
    },
    maxBytes,
    from: Math.max(first, 0),
  });
}

/** Limit of pixels that are encoded as PNG, which takes long. */
const maxPngPixels = 4_000_000;

/** 1 to 10. Higher ones take up to twenty times as long for noise, and leave a twentieth more pixels. */
const paletteEffort = 3;

/** Encodes as the largest PNG of at most `maxBytes`: without loss if that fits, or else with 256 colours. */
export function encodePng(picture: Picture, maxBytes: number): Promise<Buffer | undefined> {
  const largest = Math.min(picture.width * picture.height, maxPngPixels);
  const step = (count: number, isLossless: boolean): PngStep => ({
    size: scaleTo(picture, count),
    isLossless,
    weight: count * (isLossless ? 4 : 1),
  });
  const steps = [
    step(largest, true),
    step(largest, false),
    ...countsBetween(largest * nextScale, fewestPixels).map((count) => step(count, false)),
  ];
  return firstThatFits({
    steps,
    async encode({ size, isLossless }) {
      const scaled = openPicture(await scalePicture(picture, size));
      if (isLossless) return scaled.png({ compressionLevel: 9, adaptiveFiltering: true }).toBuffer();
      return scaled.png({ palette: true, colours: 256, effort: paletteEffort, compressionLevel: 9 }).toBuffer();
    },
    maxBytes,
    from: 0,
  });
}
