import type { Step } from './steps.ts';

/** Decodes the first frame, with the orientation applied. Rejects if the browser cannot. */
export function decode(file: Blob): Promise<ImageBitmap> {
  return createImageBitmap(file, { imageOrientation: 'from-image' });
}

interface Encoding extends Step {
  type: 'image/jpeg' | 'image/png';
}

/** Draws the picture in this size, in sRGB, and encodes it. */
export async function encode(picture: ImageBitmap, { width, height, quality, type }: Encoding): Promise<Blob> {
  const { canvas, context } = createCanvas(width, height, type === 'image/png');
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, width, height);
  try {
    return await canvas.convertToBlob({ type, quality });
  } finally {
    // Safari keeps the pixels of a canvas until it is collected as garbage.
    canvas.width = 0;
  }
}

/** Pixels that are looked at together. */
const bandPixels = 1_000_000;

/** True if any pixel is not opaque. */
export function isTransparent(picture: ImageBitmap): boolean {
  const { width, height } = picture;
  const rows = Math.max(1, Math.floor(bandPixels / width));
  const { context } = createCanvas(width, Math.min(rows, height), true);
  for (let top = 0; top < height; top += rows) {
    context.clearRect(0, 0, width, rows);
    context.drawImage(picture, 0, -top);
    const { data } = context.getImageData(0, 0, width, Math.min(rows, height - top));
    for (let alpha = 3; alpha < data.length; alpha += 4) if ((data[alpha] as number) < 255) return true;
  }
  return false;
}

function createCanvas(width: number, height: number, hasAlpha: boolean) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { alpha: hasAlpha, willReadFrequently: true });
  if (!context) throw new Error(`This browser draws no canvas of ${width} x ${height} pixels.`);
  return { canvas, context };
}
