import sharp, { type Sharp } from 'sharp';
import type { Size } from '../formats/opened-image.ts';

/** Decoded pixels of 8 bits in sRGB, as they are shown. */
export interface Picture extends Size {
  pixels: Buffer;
  /** 4 if some of them are transparent. */
  channels: 3 | 4;
}

/** Returns the raw pixels for sharp. */
export function openPicture({ pixels, width, height, channels }: Picture): Sharp {
  return sharp(pixels, { raw: { width, height, channels }, limitInputPixels: false });
}

/**
 * Gives the memory of unused buffers back at once, where the process allows it: V8 lets tens of megabytes become garbage,
 * because they are not a part of its heap.
 */
export function releaseBuffers(): void {
  globalThis.gc?.();
}

/** Runs a pipeline to the end. */
export async function toPicture(pipeline: Sharp): Promise<Picture> {
  releaseBuffers();
  const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height, channels: info.channels === 4 ? 4 : 3 };
}

/** Returns a smaller size of the same shape. */
export function scaleTo({ width, height }: Size, pixels: number): Size {
  const factor = Math.min(1, Math.sqrt(pixels / (width * height)));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

export async function scalePicture(picture: Picture, { width, height }: Size): Promise<Picture> {
  if (width === picture.width && height === picture.height) return picture;
  return toPicture(openPicture(picture).resize(width, height, { fit: 'fill' }));
}

/** Turns and mirrors the pixels by EXIF's orientation (Exif 2.3, section 4.6.4). */
export async function orient(picture: Picture, orientation: number): Promise<Picture> {
  if (orientation === 1) return picture;
  const angle = orientation === 3 ? 180 : orientation === 8 ? 270 : orientation >= 5 ? 90 : 0;
  const turned = angle === 0 ? picture : await toPicture(openPicture(picture).rotate(angle));
  if (orientation === 2 || orientation === 5) return toPicture(openPicture(turned).flop());
  if (orientation === 4 || orientation === 7) return toPicture(openPicture(turned).flip());
  return turned;
}

/** Removes the alpha channel if every pixel is opaque. */
export async function withoutOpaqueAlpha(picture: Picture): Promise<Picture> {
  if (picture.channels === 3) return picture;
  for (let at = 3; at < picture.pixels.length; at += 4) if (picture.pixels[at] !== 255) return picture;
  return toPicture(openPicture(picture).removeAlpha());
}
