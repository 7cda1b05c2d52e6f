/** A size and, for JPEG, the quality from 0 to 1. */
export interface Step {
  width: number;
  height: number;
  quality: number;
}

interface Size {
  width: number;
  height: number;
}

/** Limit of pixels of a picture that is encoded. Safari draws no canvas of more than 16.7 megapixels. */
const maxPixels = 12_500_000;
/** A photo is not made smaller than this as long as it fits with the lowest quality. */
const sharpPixels = 2_000_000;
const fewestPixels = 4_000;
/** Number of pixels of a step as a part of those of the step before. */
const scale = 0.9;
/** In the full size, from the best to the one below which scaling looks better. */
const fullSizeQualities = [0.92, 0.86, 0.8, 0.74, 0.68, 0.62, 0.56, 0.5];
/** In half of the pixels. */
const halfSizeQualities = [0.84, 0.76, 0.68];
/** In ever fewer pixels. */
const scaledQuality = 0.6;
/** At `sharpPixels`, before the picture is made smaller than that. */
const lowQualities = [0.55, 0.5, 0.45, 0.4, 0.35, 0.3];
const lowestQuality = 0.3;

/**
 * Steps from the best JPEG to the smallest: the full size as long as its quality is fair, then a better quality of ever
 * fewer pixels, down to two megapixels, then lower qualities. The server's `image.fit` goes the same way, with an encoder
 * that takes fewer bytes.
 */
export function jpegSteps(picture: Size): Step[] {
  const full = Math.min(picture.width * picture.height, maxPixels);
  const sharp = Math.min(full, sharpPixels);
  const step = (pixels: number, quality: number) => ({ ...scaleTo(picture, pixels), quality });
  return [
    ...fullSizeQualities.map((quality) => step(full, quality)),
    ...(full / 2 > sharp ? halfSizeQualities : []).map((quality) => step(full / 2, quality)),
    ...countsBetween(full / 2, sharp).map((pixels) => step(pixels, scaledQuality)),
    ...[...(full > sharp ? [scaledQuality] : []), ...lowQualities].map((quality) => step(sharp, quality)),
    ...countsBetween(sharp * scale, fewestPixels).map((pixels) => step(pixels, lowestQuality)),
  ];
}

/** Steps from the full size to the smallest PNG. Browsers encode PNG without loss. */
export function pngSteps(picture: Size): Step[] {
  const full = Math.min(picture.width * picture.height, maxPixels);
  return [full, ...countsBetween(full * scale, fewestPixels)].map((pixels) => ({
    ...scaleTo(picture, pixels),
    quality: 1,
  }));
}

/** Numbers of pixels from the first one down to the last one, which is left out. */
function countsBetween(first: number, last: number): number[] {
  const counts: number[] = [];
  for (let count = first; count > last; count *= scale) counts.push(count);
  return counts;
}

function scaleTo({ width, height }: Size, pixels: number): Size {
  const factor = Math.min(1, Math.sqrt(pixels / (width * height)));
  return { width: Math.max(1, Math.floor(width * factor)), height: Math.max(1, Math.floor(height * factor)) };
}

/**
 * Encodes the first step that has at most `maxBytes`, in some six attempts, each of which decides about half of the steps
 * that are left. Undefined if none has.
 */
export async function firstThatFits(
  steps: readonly Step[],
  maxBytes: number,
  encode: (step: Step) => Promise<Blob>,
): Promise<{ blob: Blob; step: Step } | undefined> {
  let [low, high] = [0, steps.length];
  let best: { blob: Blob; step: Step } | undefined;
  while (low < high) {
    const index = Math.floor((low + high) / 2);
    const step = steps[index] as Step;
    const blob = await encode(step);
    if (blob.size <= maxBytes) {
      best = { blob, step };
      high = index;
    } else low = index + 1;
  }
  return best;
}
