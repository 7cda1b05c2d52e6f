import sharp, { type Sharp } from 'sharp';

interface Plane {
  width: number;
  height: number;
  values: Uint8Array;
}

/** Weights of the scales, each half as large as the one before (Wang, Simoncelli and Bovik 2003, table 1). */
const weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];
/** Constants against division by small numbers (Wang et al. 2004, section III-B). */
const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
const [windowSide, stride] = [8, 4];

/** Reads the luminance of an image at every scale. */
export async function readScales(image: Sharp): Promise<Plane[]> {
  const { data, info } = await image.clone().greyscale().extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  let plane: Plane = { width: info.width, height: info.height, values: data };
  const planes = [plane];
  while (planes.length < weights.length) {
    const [width, height] = [Math.floor(plane.width / 2), Math.floor(plane.height / 2)];
    const values = await sharp(plane.values, { raw: { width: plane.width, height: plane.height, channels: 1 } })
      .resize(width, height, { fit: 'fill', kernel: 'linear' })
      .extractChannel(0)
      .raw()
      .toBuffer();
    plane = { width, height, values };
    planes.push(plane);
  }
  return planes;
}

/** Multi-scale structural similarity of two images of one size: 1 if they are equal, less the more they differ to an eye. */
export function msSsim(a: Plane[], b: Plane[]): number {
  return weights.reduce((product, weight, scale) => {
    const { luminance, contrast } = compare(a[scale] as Plane, b[scale] as Plane);
    const isLast = scale === weights.length - 1;
    return product * Math.max(contrast, 0) ** weight * (isLast ? luminance ** weight : 1);
  }, 1);
}

/** Means over windows of the two terms of SSIM. */
function compare(a: Plane, b: Plane): { luminance: number; contrast: number } {
  let [luminance, contrast, windows] = [0, 0, 0];
  const count = windowSide ** 2;
  for (let top = 0; top + windowSide <= a.height; top += stride) {
    for (let left = 0; left + windowSide <= a.width; left += stride) {
      let [sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0];
      for (let y = top; y < top + windowSide; y += 1) {
        for (let at = y * a.width + left, end = at + windowSide; at < end; at += 1) {
          const [p, q] = [a.values[at] as number, b.values[at] as number];
          sumA += p;
          sumB += q;
          sumAA += p * p;
          sumBB += q * q;
          sumAB += p * q;
        }
      }
      const [meanA, meanB] = [sumA / count, sumB / count];
      const variances = sumAA / count - meanA ** 2 + sumBB / count - meanB ** 2;
      luminance += (2 * meanA * meanB + c1) / (meanA ** 2 + meanB ** 2 + c1);
      contrast += (2 * (sumAB / count - meanA * meanB) + c2) / (variances + c2);
      windows += 1;
    }
  }
  return { luminance: luminance / windows, contrast: contrast / windows };
}
