import sharp, { type Sharp } from 'sharp';
import { writeTags } from '../exiftool.ts';
import { phoneTagNames, phoneTags } from '../photo.ts';
import type { ConvertedPhoto } from './heic-photos.ts';
import { finished, photo, transparent } from './pictures.ts';

type Encode = (image: Sharp) => Sharp;

const webp: Encode = (image) => image.webp({ quality: 95 });
const avif: Encode = (image) => image.avif({ quality: 90, effort: 2 });
const tiff: Encode = (image) => image.tiff({ compression: 'lzw', predictor: 'horizontal' });

/** Writes what a phone does that was held upright: its sensor lies on its side. */
async function sideways(encode: Encode): Promise<Buffer> {
  const turned = (await finished(photo())).rotate(270);
  return writeTags(
    await encode(turned).toBuffer(),
    ...phoneTags,
    '-EXIF:Orientation#=6',
    '-XMP-dc:Creator=Ada Lovelace',
  );
}

/** The photo, and another image after it. */
async function withSecond(encode: Encode): Promise<Buffer> {
  const images = [await photo().png().toBuffer(), await (await finished(photo())).negate().png().toBuffer()];
  return encode(sharp(images, { join: { animated: true } })).toBuffer();
}

const becomes = 'image/jpeg';
const removed = [...phoneTagNames, 'XMP:XMP-dc:Creator'];
const has = { phone: 'what a phone writes, held upright', p3: 'a colour profile (Display P3)', alpha: 'transparency' };

export const otherPhotos: ConvertedPhoto[] = [
  { file: 'phone.webp', has: has.phone, becomes, removed, make: () => sideways(webp) },
  { file: 'display-p3.webp', has: has.p3, becomes, make: () => webp(photo().withIccProfile('p3')).toBuffer() },
  {
    file: 'two-frames.webp',
    has: 'an animation, of which the first frame stays',
    becomes,
    make: () => withSecond(webp),
  },
  {
    file: 'transparent.webp',
    has: has.alpha,
    becomes: 'image/png',
    make: async () => webp(await transparent()).toBuffer(),
  },
  {
    file: 'phone.avif',
    has: 'what a phone writes',
    becomes,
    removed: phoneTagNames,
    make: async () => writeTags(await avif(photo()).toBuffer(), ...phoneTags),
  },
  { file: 'display-p3.avif', has: has.p3, becomes, make: () => avif(photo().withIccProfile('p3')).toBuffer() },
  {
    file: 'transparent.avif',
    has: has.alpha,
    becomes: 'image/png',
    make: async () => avif(await transparent()).toBuffer(),
  },
  { file: 'phone.tiff', has: has.phone, becomes, removed, make: () => sideways(tiff) },
  { file: 'display-p3.tiff', has: has.p3, becomes, make: () => tiff(photo().withIccProfile('p3')).toBuffer() },
  {
    file: 'sixteen-bits.tiff',
    has: '16 bits per channel',
    becomes,
    make: () => tiff(photo().toColourspace('rgb16')).toBuffer(),
  },
  { file: 'two-pages.tiff', has: 'two pages, of which the first stays', becomes, make: () => withSecond(tiff) },
  {
    file: 'transparent.tiff',
    has: has.alpha,
    becomes: 'image/png',
    make: async () => tiff(await transparent()).toBuffer(),
  },
];
