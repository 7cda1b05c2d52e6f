import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import sharp, { type Metadata } from 'sharp';
import { ApiError } from '../../../platform/api-error.ts';
import { createBoundedQueue } from '../../../platform/async/bounded-queue.ts';
import type { ErrorExtensions } from '../../../schema/error-codes.ts';
import { gifScreen } from './gif.ts';
import { type ImageType, imageTypes, reachesItsEnd, typeOfBytes } from './image-format.ts';

/** An image as GraphQL gives it. */
export interface ImageInput {
  /** Base64 (RFC 4648, section 4). */
  data: string;
  contentType?: string | null;
}

/** An image that was looked at whole. */
export interface ReadImage {
  /** As it came; canonical, so that it is the bytes and nothing else. */
  base64: string;
  contentType: ImageType;
  /** Pixels. */
  width: number;
  /** Pixels, of the screen where there are frames. */
  height: number;
  sizeBytes: number;
  /** Lower-case hex. */
  sha256: string;
}

/** IMAGE_TOO_LARGE, UNSUPPORTED_IMAGE, or SERVICE_UNAVAILABLE where too many wait. */
export type ReadImageInput = (input: ImageInput) => Promise<ReadImage>;

const maxPixels = 40_000_000;
/** All frames together: a file of a few bytes a frame can ask for days of work. */
const maxAnimationPixels = 100_000_000;
const maxDecodeSeconds = 10;
/** An image in memory is small, a decoded one is not; and of the cores one is left to those who ask for lists. */
const concurrentReads = Math.min(2, Math.max(1, availableParallelism() - 1));
/** As many as the gateway sends at once. */
const maxWaiting = 64;

/** Reads images that the image service would take; checks cheap things first, and pixels last. */
export function createImageReader({ maxBytes }: { maxBytes: number }): ReadImageInput {
  const inTurn = createBoundedQueue({ concurrency: concurrentReads, maxWaiting });
  sharp.cache(false);
  sharp.concurrency(1);

  return async ({ data, contentType: claimed }) => {
    if (bytesIn(data) > maxBytes) throw tooLarge(maxBytes);
    return inTurn(async () => {
      const bytes = decodeBase64(data);
      const contentType = recognise(bytes, claimed);
      const { width, height } = await decode(contentType, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { base64: data, contentType, width, height, sizeBytes: bytes.length, sha256 };
    });
  };
}

/** How many bytes a base64 text of this length holds at least. */
function bytesIn(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : Number(base64.endsWith('='));
  return Math.floor(base64.length / 4) * 3 - padding;
}

/**
 * `Buffer.from` skips what it does not know. Only the canonical text is taken: of its alphabet, padded, and with no bits
 * left over in its last group, so that the text is the bytes and nothing else. It is held to that by what costs nothing
 * beside decoding: whatever is skipped is missing in the bytes, but for the URL's alphabet, and letters beyond ASCII
 * pass for those with which they share a byte.
 */
function decodeBase64(data: string): Buffer {
  const bytes = Buffer.from(data, 'base64');
  const lastGroup = bytes.subarray(bytes.length - (bytes.length % 3 || 3)).toString('base64');
  const isCanonical =
    data.length % 4 === 0 &&
    bytes.length === bytesIn(data) &&
    data.endsWith(lastGroup) &&
    !data.includes('-') &&
    !data.includes('_') &&
    Buffer.byteLength(data) === data.length;
  if (isCanonical) return bytes;
  throw unsupported(
    'image.data is not base64 (RFC 4648, section 4: standard alphabet, padded, no line breaks, no "data:" prefix).',
  );
}

function recognise(bytes: Buffer, claimed: string | null | undefined): ImageType {
  const type = typeOfBytes(bytes);
  if (!type) throw unsupported(`image.data holds none of ${imageTypes.join(', ')}.`);
  if (claimed !== undefined && claimed !== null && claimed !== type) {
    throw unsupported(`image.contentType does not say what image.data holds, which is ${type}.`);
  }
  return type;
}

async function decode(contentType: ImageType, bytes: Buffer): Promise<Size> {
  const header = await readHeader(contentType, bytes);
  const size = contentType === 'image/gif' ? gifScreen(bytes) : { width: header.width, height: header.height };
  refuseUnfitSize(size, header);
  if (!reachesItsEnd(contentType, bytes))
    throw unsupported('The image is not whole: it stops before its end, or goes over itself too often to be read.');
  try {
    // Every pixel of every frame is decoded and next to none is kept: a thousand rows become one.
    await sharp(bytes, { animated: true, failOn: 'warning', limitInputPixels: maxAnimationPixels })
      .timeout({ seconds: maxDecodeSeconds })
      .resize(header.width, Math.ceil(header.height / 1000), { fit: 'fill', fastShrinkOnLoad: false })
      .raw()
      .toBuffer();
  } catch (cause) {
    throw unsupported('The image is damaged: it cannot be decoded whole.', cause);
  }
  return size;
}

/** Pixels. */
interface Size {
  width: number;
  height: number;
}

function refuseUnfitSize({ width, height }: Size, { pages = 1, ...frame }: Metadata): void {
  if (width === 0 || height === 0) throw unsupported('The image is damaged: it has no pixels.');
  const pixels = Math.max(width * height, frame.width * frame.height);
  if (pixels > maxPixels || pixels * pages > maxAnimationPixels) {
    const limits = `${maxPixels / 1e6} megapixels, ${maxAnimationPixels / 1e6} in all frames together`;
    throw unsupported(`The image has too many pixels: at most ${limits}.`);
  }
}

async function readHeader(contentType: ImageType, bytes: Buffer): Promise<Metadata> {
  try {
    const header = await sharp(bytes, { failOn: 'warning', limitInputPixels: false }).metadata();
    if (`image/${header.format}` === contentType) return header;
  } catch (cause) {
    throw unsupported('The image is damaged: its header cannot be read.', cause);
  }
  throw unsupported('The image is damaged: its header is not what its first bytes say.');
}

function tooLarge(maxBytes: number): ApiError<ErrorExtensions> {
  const message = `The image is too large: the image service takes at most ${maxBytes} bytes.`;
  return new ApiError<ErrorExtensions>({ code: 'IMAGE_TOO_LARGE', maxBytes }, message);
}

function unsupported(message: string, cause?: unknown): ApiError<ErrorExtensions> {
  return new ApiError<ErrorExtensions>({ code: 'UNSUPPORTED_IMAGE' }, message, { cause });
}
