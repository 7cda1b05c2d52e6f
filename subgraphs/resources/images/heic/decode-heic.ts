import sharp from 'sharp';
import { DamagedImageError, UnsupportedImageError } from '../formats/opened-image.ts';
import { exportHeic } from '../formats/sent-format.ts';
import { channelInterleaved, chromaOf, colourSpaceRgb, createLibheif, hasLibheif, type Libheif } from './libheif.ts';
import { type InterleavedPixels, pixelsToTiff } from './tiff.ts';

/** Limit of a side of a square image; its square is that of the pixels of any: 16.8 megapixels. */
const maxSide = 4_096;
/** Limit of what libheif and the decoded image take together. */
const maxBytes = 220_000_000;

/** Errors of libheif that do not say that the file is damaged: a file or a feature that it does not know, or a codec. */
const unsupportedCodes = [3, 4, 11];
const outOfMemory = 6;
/** Sizes of a C structure: `heif_error`, and the largest of those that functions fill. */
const [errorBytes, resultBytes] = [12, 64];
/** ITU-T H.273: Display P3. */
const displayP3 = 12;

interface DecodedHeic {
  /** In the memory of libheif. */
  pixels: InterleavedPixels;
  isDisplayP3: boolean;
}

/**
 * Decodes the primary image of a HEIC file as it is shown, into an uncompressed TIFF with 8 bits per channel and the file's
 * colour profile. The memory of libheif can be collected afterwards. Throws an `UnsupportedImageError`.
 */
export async function heicToTiff(bytes: Buffer, profile: Buffer | undefined): Promise<Buffer> {
  if (!hasLibheif()) throw new UnsupportedImageError(`This server does not convert HEIC: ${exportHeic}`);
  const { pixels, isDisplayP3 } = decodeHeic(bytes);
  return pixelsToTiff(pixels, profile ?? (isDisplayP3 ? await displayP3Profile() : undefined));
}

/** The profile of libvips. */
async function displayP3Profile(): Promise<Buffer | undefined> {
  const pixel = sharp({ create: { width: 1, height: 1, channels: 3, background: 'white' } });
  const png = await pixel.withIccProfile('p3').png().toBuffer();
  const { icc } = await sharp(png).metadata();
  return icc;
}

function decodeHeic(bytes: Buffer): DecodedHeic {
  const heif = createLibheif();
  const context = heif._heif_context_alloc();
  heif._heif_context_set_maximum_image_size_limit(context, maxSide);
  const file = heif._malloc(bytes.length);
  heif.HEAPU8.set(bytes, file);
  call(heif, (error) => heif._heif_context_read_from_memory_without_copy(error, context, file, bytes.length, 0));
  const handle = call(heif, (error, result) => heif._heif_context_get_primary_image_handle(error, context, result));
  requireMemory(heif, handle);
  const hasAlpha = heif._heif_image_handle_has_alpha_channel(handle) !== 0;
  const chroma = hasAlpha ? chromaOf.interleavedRgba : chromaOf.interleavedRgb;
  const image = call(heif, (error, result) =>
    heif._heif_decode_image(error, handle, result, colourSpaceRgb, chroma, 0),
  );
  const result = heif._malloc(resultBytes);
  const start = heif._heif_image_get_plane_readonly(image, channelInterleaved, result);
  const pixels = {
    width: heif._heif_image_get_width(image, channelInterleaved),
    height: heif._heif_image_get_height(image, channelInterleaved),
    channels: hasAlpha ? (4 as const) : (3 as const),
    bytes: heif.HEAPU8.subarray(start),
    stride: read32(heif, result),
    isPremultiplied: heif._heif_image_handle_is_premultiplied_alpha(handle) !== 0,
  };
  return { pixels, isDisplayP3: primariesOf(heif, handle) === displayP3 };
}

/** Throws an `UnsupportedImageError` if decoding would take too much memory. */
function requireMemory(heif: Libheif, handle: number): void {
  const pixels = heif._heif_image_handle_get_width(handle) * heif._heif_image_handle_get_height(handle);
  if (pixels <= maxSide ** 2 && pixels * bytesOfPixel(heif, handle) <= maxBytes) return;
  const megapixels = Math.ceil(pixels / 1e5) / 10;
  throw new UnsupportedImageError(
    `The HEIC image takes too much memory to convert, at ${megapixels} megapixels: take it with 12 (on an iPhone, ` +
      `choose Settings > Camera > Formats > Photo Mode), or ${exportHeic}`,
  );
}

/** Bytes that a pixel takes, as measured: libheif has the coded channels twice, and the result once, which is copied. */
function bytesOfPixel(heif: Libheif, handle: number): number {
  const chroma = call(heif, (error, result) =>
    heif._heif_image_handle_get_preferred_decoding_colorspace(error, handle, heif._malloc(resultBytes), result),
  );
  const alpha = heif._heif_image_handle_has_alpha_channel(handle);
  const coded = (chroma === chromaOf[444] ? 3 : chroma === chromaOf[422] ? 2 : 1.5) + alpha;
  const sampleBytes = heif._heif_image_handle_get_luma_bits_per_pixel(handle) > 8 ? 2 : 1;
  return 2 * (coded * sampleBytes + 3 + alpha);
}

/** The colour primaries (ITU-T H.273, section 8.1) that the file names without a profile; 0 if it names none. */
function primariesOf(heif: Libheif, handle: number): number {
  const [error, result] = [heif._malloc(errorBytes), heif._malloc(resultBytes)];
  heif._heif_image_handle_get_nclx_color_profile(error, handle, result);
  // A version comes first in the structure.
  return read32(heif, error) === 0 ? read32(heif, read32(heif, result) + 4) : 0;
}

/** Calls a function that returns a `heif_error` and a number. Throws an `UnsupportedImageError`. */
function call(heif: Libheif, run: (error: number, result: number) => void): number {
  const [error, result] = [heif._malloc(errorBytes), heif._malloc(resultBytes)];
  run(error, result);
  const code = read32(heif, error);
  if (code === 0) return read32(heif, result);
  if (code === outOfMemory) throw new UnsupportedImageError(`The HEIC image takes too much memory: ${exportHeic}`);
  if (unsupportedCodes.includes(code))
    throw new UnsupportedImageError(`The HEIC image is coded in a way that is not converted: ${exportHeic}`);
  throw new DamagedImageError('it cannot be decoded without errors.');
}

function read32(heif: Libheif, at: number): number {
  return heif.HEAPU32[at / 4] ?? 0;
}
