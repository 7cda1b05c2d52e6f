import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { maxImageBytes } from '../../subgraphs/resources/image-service/client.ts';

const startAtPixels = 420;

/** A square of noise, which no format makes smaller, as large as an image may be. */
export async function largestImage(): Promise<Buffer> {
  const most = maxImageBytes();
  for (let side = startAtPixels; side > 0; side -= 1) {
    const raw = { width: side, height: side, channels: 3 } as const;
    const pixels = randomBytes(side * side * raw.channels);
    const image = await sharp(pixels, { raw }).png({ compressionLevel: 0 }).toBuffer();
    if (image.length <= most) return image;
  }
  throw new Error('There is no image so small.');
}
