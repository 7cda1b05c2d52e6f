import { readFileSync } from 'node:fs';
import sharp from 'sharp';
import { encodeHeic } from './encode.ts';

/** A HEIC file of one colour, which takes few bytes, and as much memory as a photo. */
export interface LargeImage {
  file: string;
  width: number;
  height: number;
  /** Half transparent. */
  isTransparent?: boolean;
  bits?: 8 | 10;
  /** Chroma subsampling; default: 420. */
  chroma?: 420 | 422 | 444;
}

/** As large as the limits of each kind allow, and two that are larger. */
export const largeImages: LargeImage[] = [
  { file: 'square.heic', width: 4_096, height: 4_096 },
  { file: 'transparent.heic', width: 4_096, height: 4_096, isTransparent: true },
  { file: 'ten-bits.heic', width: 4_096, height: 4_096, bits: 10 },
  { file: 'full-colour.heic', width: 4_096, height: 4_096, chroma: 444 },
  { file: 'full-colour-ten-bits.heic', width: 4_096, height: 2_976, chroma: 444, bits: 10 },
  { file: 'transparent-ten-bits.heic', width: 4_096, height: 2_976, isTransparent: true, bits: 10 },
  {
    file: 'transparent-full-colour-ten-bits.heic',
    width: 4_096,
    height: 2_232,
    isTransparent: true,
    chroma: 444,
    bits: 10,
  },
  // As phones take them with 24 megapixels.
  { file: 'too-large.heic', width: 5_712, height: 4_284 },
  { file: 'too-deep.heic', width: 4_096, height: 4_096, isTransparent: true, chroma: 444, bits: 10 },
];

export const largeFolder = new URL('large/', import.meta.url);

export function readLarge(file: string): Buffer {
  return readFileSync(new URL(file, largeFolder));
}

export function encodeLarge({
  width,
  height,
  isTransparent = false,
  bits = 8,
  chroma = 420,
}: LargeImage): Promise<Buffer> {
  const background = { r: 90, g: 120, b: 150, alpha: isTransparent ? 0.5 : 1 };
  const flat = sharp({ create: { width, height, channels: isTransparent ? 4 : 3, background } });
  const depth = bits === 8 ? flat : flat.toColourspace('rgb16');
  return encodeHeic([depth], '-b', String(bits), '-p', 'preset=ultrafast', '-p', `chroma=${chroma}`);
}
