import { createHash } from 'node:crypto';
import sharp, { type Metadata } from 'sharp';
import { createBoundedQueue } from '../../runtime/bounded-queue.ts';
import { Refusal } from '../../runtime/refusal.ts';
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
  /** Pixels, of one frame. */
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
/** An image in memory is small, a decoded one is not. */
const concurrentDecodes = 2;
const maxWaiting = 64;

/** Reads images that the image service would take; checks cheap things first, and pixels last. */
export function createImageReader({ maxBytes }: { maxBytes: number }): ReadImageInput {
  const inTurn = createBoundedQueue({ concurrency: concurrentDecodes, maxWaiting });
  sharp.cache(false);
  sharp.concurrency(1);

  return async ({ data, contentType: claimed }) => {
    if (bytesIn(data) > maxBytes) throw tooLarge(maxBytes);
    const bytes = decodeBase64(data);
    const contentType = recognise(bytes, claimed);
    const { width, height } = await inTurn(() => decode(contentType, bytes));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { base64: data, contentType, width, height, sizeBytes: bytes.length, sha256 };
  };
}

/** How many bytes a base64 text of this length holds at least. */
function bytesIn(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : Number(base64.endsWith('='));
  return Math.floor(base64.length / 4) * 3 - padding;
}

/** `Buffer.from` skips what it does not know; the one text that encodes to itself is the canonical one. */
function decodeBase64(data: string): Buffer {
  const bytes = Buffer.from(data, 'base64');
  if (bytes.toString('base64') === data) return bytes;
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
  if (!reachesItsEnd(type, bytes)) throw unsupported('The image is not whole: it stops before its end.');
  return type;
}

async function decode(contentType: ImageType, bytes: Buffer): Promise<{ width: number; height: number }> {
  const { width, height } = await measure(contentType, bytes);
  try {
    // Every pixel of every frame is decoded and none is kept: each frame becomes a single row.
    await sharp(bytes, { animated: true, failOn: 'warning', limitInputPixels: maxAnimationPixels })
      .timeout({ seconds: maxDecodeSeconds })
      .resize(width, 1, { fit: 'fill', fastShrinkOnLoad: false })
      .raw()
      .toBuffer();
  } catch (cause) {
    throw unsupported('The image is damaged: it cannot be decoded whole.', cause);
  }
  return { width, height };
}

/** Reads the header alone. */
async function measure(contentType: ImageType, bytes: Buffer): Promise<{ width: number; height: number }> {
  const { format, width, height, pages = 1 } = await readHeader(bytes);
  if (`image/${format}` !== contentType) throw unsupported('The image is damaged: its header cannot be read.');
  if (width * height > maxPixels || width * height * pages > maxAnimationPixels) {
    const limits = `${maxPixels / 1e6} megapixels, ${maxAnimationPixels / 1e6} in all frames together`;
    throw unsupported(`The image has too many pixels: at most ${limits}.`);
  }
  return { width, height };
}

async function readHeader(bytes: Buffer): Promise<Metadata> {
  try {
    return await sharp(bytes, { failOn: 'warning', limitInputPixels: false }).metadata();
  } catch (cause) {
    throw unsupported('The image is damaged: its header cannot be read.', cause);
  }
}

function tooLarge(maxBytes: number): Refusal {
  const message = `The image is too large: the image service takes at most ${maxBytes} bytes.`;
  return new Refusal({ code: 'IMAGE_TOO_LARGE', maxBytes }, message);
}

function unsupported(message: string, cause?: unknown): Refusal {
  return new Refusal({ code: 'UNSUPPORTED_IMAGE' }, message, { cause });
}
