import sharp, { type Metadata } from 'sharp';
import { orient, type Picture, scaleTo, toPicture, withoutOpaqueAlpha } from './fitting/picture.ts';
import { readOrientation } from './formats/exif.ts';
import { DamagedImageError, type OpenedImage, throwDamage, UnsupportedImageError } from './formats/opened-image.ts';
import type { ForeignFormat } from './formats/sent-format.ts';
import { exifOfTiff } from './formats/tiff-exif.ts';
import { heicToTiff } from './heic/decode-heic.ts';
import { type ImageType, openImage, removeMetadata } from './image-format.ts';
import { exceededLimit } from './image-limits.ts';

/** Limit of the pixels that are held: those of most phones. Of a WebP it is lower, whose decoder takes more for each. */
const [maxHeldPixels, maxHeldWebpPixels] = [12_500_000, 6_000_000];
/** Limit of them and of what a decoder holds beside them. */
const maxBytes = 136_000_000;
/** Limit of a JPEG's pixels, which are made fewer while it is decoded. */
const maxJpegPixels = 110_000_000;
/** Limits of formats that decoders hold whole. */
const [maxForeignPixels, maxForeignBytes] = [40_000_000, 240_000_000];

/** Bytes that a pixel takes while it is decoded and scaled, as measured. A TIFF may have all pixels in one strip. */
function bytesOfPixel({ format, channels, depth }: Metadata): number {
  const sampleBytes = depth === 'uchar' ? 1 : depth === 'ushort' ? 2 : 4;
  if (format === 'webp') return 15;
  return format === 'heif' ? 18 * sampleBytes : 2 * channels * sampleBytes;
}

/** A decoded image with the EXIF data of its file. */
export interface ReadPicture {
  picture: Picture;
  exif: Buffer | undefined;
}

interface Decoding {
  orientation: number;
  maxPixels: number;
  failOn: 'none' | 'warning';
}

/** Decodes a JPEG or PNG for scaling. Throws an `UnsupportedImageError` if it is damaged, or over the limits of images. */
export async function readStill(type: ImageType, bytes: Buffer): Promise<ReadPicture> {
  const image = openImage(type, bytes);
  const exceeded = exceededLimit(type, image, type === 'image/jpeg' ? maxJpegPixels : undefined);
  if (exceeded !== undefined) throw new UnsupportedImageError(exceeded);
  requireSize(image.size);
  // Decoders fill in what is missing; the repaired file lacks the colour profile.
  await image.repair();
  const plain = removeMetadata(type, bytes, Number.POSITIVE_INFINITY) ?? bytes;
  const maxPixels = Math.min(maxHeldPixels, (maxBytes - image.heldBytes) / 4);
  const { orientation } = image;
  const picture = await decode(plain, { orientation, maxPixels, failOn: 'warning' }).catch((error: unknown) =>
    decodeDespiteWarnings(error, () => decode(plain, { orientation, maxPixels, failOn: 'none' }), image),
  );
  const { exif } = await readMetadata(bytes);
  return { picture, exif };
}

/** The structure has been read: every code of a JPEG is there, and a PNG is asked for its pixels. */
async function decodeDespiteWarnings(error: unknown, decodeAgain: () => Promise<Picture>, image: OpenedImage) {
  if (!(error instanceof DamagedImageError)) throw error;
  await image.requirePixels?.();
  return decodeAgain();
}

/** Decodes the first image of a WebP, AVIF or TIFF file, or the primary one of a HEIC. Throws an `UnsupportedImageError`. */
export async function readForeign(format: ForeignFormat, bytes: Buffer): Promise<ReadPicture> {
  if (format.decodedAs === 'libheif') return readConverted(bytes);
  const metadata = await readMetadata(bytes);
  const { width, height } = metadata;
  if (metadata.format !== format.decodedAs) throw new DamagedImageError('its header does not match its first bytes.');
  requireSize({ width, height });
  if (width * height > maxForeignPixels || width * height * bytesOfPixel(metadata) > maxForeignBytes) {
    const megapixels = Math.ceil((width * height) / 1e5) / 10;
    throw new UnsupportedImageError(
      `The ${format.name} image takes too much memory to convert, at ${megapixels} megapixels: make it smaller, or save it as JPEG.`,
    );
  }
  const orientation = orientationOf(metadata);
  const maxPixels = format.decodedAs === 'webp' ? maxHeldWebpPixels : maxHeldPixels;
  // libvips takes no EXIF data out of a TIFF.
  const exif = format.decodedAs === 'tiff' ? exifOfTiff(bytes) : metadata.exif;
  return { picture: await decode(bytes, { orientation, maxPixels, failOn: 'warning' }), exif };
}

/** Decodes the primary image of a HEIC file. Throws an `UnsupportedImageError`. */
async function readConverted(bytes: Buffer): Promise<ReadPicture> {
  const { exif, icc } = await readMetadata(bytes);
  const tiff = await heicToTiff(bytes, icc);
  // libheif applies the orientation of the container, which EXIF only repeats.
  return { picture: await decode(tiff, { orientation: 1, maxPixels: maxHeldPixels, failOn: 'none' }), exif };
}

/** The orientation that libvips leaves to its callers; it applies those of AVIF. */
function orientationOf({ format, orientation, exif }: Metadata): number {
  if (format === 'heif') return 1;
  return orientation ?? (exif ? readOrientation(exif.subarray(6)) : 1);
}

/** Decodes into at most `maxPixels`, in sRGB, with the orientation applied. */
async function decode(bytes: Buffer, { orientation, maxPixels, failOn }: Decoding): Promise<Picture> {
  const { width, height } = await readMetadata(bytes);
  const size = scaleTo({ width, height }, maxPixels);
  const input = sharp(bytes, { failOn, limitInputPixels: false, sequentialRead: true });
  const scaled = size.width === width && size.height === height ? input : input.resize({ ...size, fit: 'fill' });
  const picture = await toPicture(scaled.toColourspace('srgb')).catch(
    throwDamage('it cannot be decoded without errors.'),
  );
  return orient(await withoutOpaqueAlpha(picture), orientation);
}

function readMetadata(bytes: Buffer): Promise<Metadata> {
  return sharp(bytes, { failOn: 'none', limitInputPixels: false })
    .metadata()
    .catch(throwDamage('its header cannot be read.'));
}

function requireSize({ width, height }: { width: number; height: number }): void {
  if (width === 0 || height === 0) throw new DamagedImageError('its width or height is 0.');
}
