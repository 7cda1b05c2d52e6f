import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import sharp, { type Metadata } from 'sharp';
import { ApiError } from '../../../platform/api-error.ts';
import { createBoundedQueue } from '../../../platform/async/bounded-queue.ts';
import type { ErrorExtensions } from '../../../schema/error-codes.ts';
import { detectImageType, type ImageType, imageTypes, openImage } from './image-format.ts';
import { DamagedImageError, type Size } from './opened-image.ts';

/** The input type of the GraphQL API. */
export interface ImageInput {
  /** Base64 (RFC 4648, section 4). */
  data: string;
  contentType?: string | null;
}

/** An image whose every pixel could be decoded. */
export interface DecodedImage {
  /** The input's text. It is canonical, so equal bytes have equal texts. */
  base64: string;
  contentType: ImageType;
  /** Pixels. */
  width: number;
  /** Pixels; for a GIF, those of its logical screen. */
  height: number;
  sizeBytes: number;
  /** Lower-case hex. */
  sha256: string;
}

/** Throws IMAGE_TOO_LARGE, UNSUPPORTED_IMAGE, or SERVICE_UNAVAILABLE when too many images are queued. */
export type ImageReader = (input: ImageInput) => Promise<DecodedImage>;

const maxPixels = 40_000_000;
/** Limit for all frames together: with a few bytes per frame, a small file could take days to decode. */
const maxAnimationPixels = 100_000_000;
const maxDecodeSeconds = 10;
/** Bounds the memory of decoded images, and leaves one core for other requests. */
const concurrentReads = Math.min(2, Math.max(1, availableParallelism() - 1));
/** The number of requests that the gateway sends at once. */
const maxQueued = 64;

/** Creates a reader that validates and decodes images; cheap checks come first, decoding comes last. */
export function createImageReader({ maxBytes }: { maxBytes: number }): ImageReader {
  const queue = createBoundedQueue({ concurrency: concurrentReads, maxQueued });
  sharp.cache(false);
  sharp.concurrency(1);

  return async ({ data: base64, contentType: declared }) => {
    if (decodedLength(base64) > maxBytes) throw tooLarge(maxBytes);
    return queue(async () => {
      const bytes = decodeBase64(base64);
      const contentType = checkType(bytes, declared);
      const { width, height } = await decode(contentType, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { base64, contentType, width, height, sizeBytes: bytes.length, sha256 };
    });
  };
}

/** The number of bytes that a valid base64 text encodes. */
function decodedLength(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : Number(base64.endsWith('='));
  return Math.floor(base64.length / 4) * 3 - padding;
}

/**
 * Decodes canonical base64 only: standard alphabet, padded, no unused bits in the last group. `Buffer.from` skips invalid
 * characters, so they show as missing bytes; it accepts the URL-safe alphabet and reads non-ASCII letters by their low
 * byte, so both are checked apart. This is much faster than a regular expression.
 */
function decodeBase64(base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64');
  const lastGroup = bytes.subarray(bytes.length - (bytes.length % 3 || 3)).toString('base64');
  const isCanonical =
    base64.length % 4 === 0 &&
    bytes.length === decodedLength(base64) &&
    base64.endsWith(lastGroup) &&
    !base64.includes('-') &&
    !base64.includes('_') &&
    Buffer.byteLength(base64) === base64.length;
  if (isCanonical) return bytes;
  throw unsupported(
    'image.data is not base64 (RFC 4648, section 4: standard alphabet, padded, no line breaks, no "data:" prefix).',
  );
}

function checkType(bytes: Buffer, declared: string | null | undefined): ImageType {
  const type = detectImageType(bytes);
  if (!type) throw unsupported(`image.data is not an image of a supported type (${imageTypes.join(', ')}).`);
  if (declared !== undefined && declared !== null && declared !== type) {
    throw unsupported(`image.contentType does not match image.data, which is ${type}.`);
  }
  return type;
}

async function decode(contentType: ImageType, bytes: Buffer): Promise<Size> {
  try {
    const { size, frames, repair } = openImage(contentType, bytes);
    checkSize(size, frames);
    await decodePixels(contentType, repair());
    return size;
  } catch (error) {
    throw error instanceof DamagedImageError ? unsupported(error.message, error) : error;
  }
}

/** Decodes every pixel of every frame, but keeps only one row in a thousand in memory. */
async function decodePixels(contentType: ImageType, bytes: Buffer): Promise<void> {
  const { width, height } = await readHeader(contentType, bytes);
  try {
    await sharp(bytes, { animated: true, failOn: 'warning', limitInputPixels: maxAnimationPixels })
      .timeout({ seconds: maxDecodeSeconds })
      .resize(width, Math.ceil(height / 1000), { fit: 'fill', fastShrinkOnLoad: false })
      .raw()
      .toBuffer();
  } catch (cause) {
    throw unsupported('The image is damaged: it cannot be decoded without errors.', cause);
  }
}

function checkSize({ width, height }: Size, frames: number): void {
  if (width === 0 || height === 0) throw unsupported('The image is damaged: its width or height is 0.');
  const pixels = width * height;
  if (pixels > maxPixels || pixels * frames > maxAnimationPixels) {
    const limits = `${maxPixels / 1e6} megapixels, and ${maxAnimationPixels / 1e6} in all frames together`;
    throw unsupported(`The image has too many pixels: the limit is ${limits}.`);
  }
}

async function readHeader(contentType: ImageType, bytes: Buffer): Promise<Metadata> {
  try {
    const header = await sharp(bytes, { failOn: 'warning', limitInputPixels: false }).metadata();
    if (`image/${header.format}` === contentType) return header;
  } catch (cause) {
    throw unsupported('The image is damaged: its header cannot be read.', cause);
  }
  throw unsupported('The image is damaged: its header does not match its first bytes.');
}

function tooLarge(maxBytes: number): ApiError<ErrorExtensions> {
  const message = `The image is too large: the limit is ${maxBytes} bytes.`;
  return new ApiError<ErrorExtensions>({ code: 'IMAGE_TOO_LARGE', maxBytes }, message);
}

function unsupported(message: string, cause?: unknown): ApiError<ErrorExtensions> {
  return new ApiError<ErrorExtensions>({ code: 'UNSUPPORTED_IMAGE' }, message, { cause });
}
