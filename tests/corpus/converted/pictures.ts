import sharp, { type Sharp } from 'sharp';
import { writeTags } from '../exiftool.ts';
import { landscape, phoneTags } from '../photo.ts';
import { uint32 } from './heif-file.ts';

/** The landscape as each file shows it; multiples of 8 are taken by every encoder. */
export const size = { width: 144, height: 96 };

/** Runs a pipeline, whose further steps would otherwise not be in their order. */
export async function finished(image: Sharp): Promise<Sharp> {
  return sharp(await image.png().toBuffer());
}

export const photo = () => landscape().resize(size.width, size.height, { kernel: 'cubic' });

/** The photo, half transparent on the left side. */
export async function transparent({ isPremultiplied = false } = {}): Promise<Sharp> {
  const pixels = await photo().ensureAlpha().raw().toBuffer();
  for (let at = 0; at < pixels.length; at += 4) {
    if ((at / 4) % size.width >= size.width / 2) continue;
    if (isPremultiplied)
      for (let channel = at; channel < at + 3; channel += 1) pixels[channel] = (pixels[channel] ?? 0) / 2;
    pixels[at + 3] = 128;
  }
  return sharp(pixels, { raw: { ...size, channels: 4 } });
}

/** The colours of the photo in Display P3, and the profile that says so. */
export async function inDisplayP3(): Promise<{ pixels: Sharp; profile: Buffer }> {
  const png = await photo().withIccProfile('p3').png().toBuffer();
  const { icc: profile } = await sharp(png).metadata();
  if (!profile) throw new Error('There is no profile.');
  // libvips converts from a profile that is there.
  const pixels = await sharp(png, { ignoreIcc: true }).raw().toBuffer();
  return { pixels: sharp(pixels, { raw: { ...size, channels: 3 } }), profile };
}

export const phoneXmp = Buffer.from(
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator><rdf:Seq>' +
    '<rdf:li>Ada Lovelace</rdf:li></rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>',
);

/** The EXIF data of a phone that was held upright, after the length of what comes before their TIFF structure. */
export async function phoneExif(): Promise<Buffer> {
  const jpeg = await writeTags(await photo().jpeg().toBuffer(), ...phoneTags, '-EXIF:Orientation#=6');
  const { exif } = await sharp(jpeg).metadata();
  if (!exif) throw new Error('There are no EXIF data.');
  return Buffer.concat([uint32(6), exif]);
}
