import { createHash } from 'node:crypto';
import { ApiError } from '../../../platform/api-error.ts';
import { createBoundedQueue } from '../../../platform/async/bounded-queue.ts';
import { type Signal, throwIfAborted } from '../../../platform/async/signal.ts';
import { createLimitedLog, kindOfError } from '../../../platform/process/limited-log.ts';
import type { Logger } from '../../../platform/process/logger.ts';
import type { ErrorExtensions } from '../../../schema/error-codes.ts';
import { DecoderFailedError, DecoderTimeoutError, type ImageDecoder } from './decoder-process.ts';
import type { ImageType } from './image-format.ts';
import { readEncodedType, readSentType, typeProblem } from './sent-type.ts';

/** The input type of the GraphQL API. */
export interface ImageInput {
  /** Base64 (RFC 4648, section 4). */
  data: string;
  contentType?: string | null;
  /** Stores exactly these bytes; by default, they are stored without metadata. */
  keepMetadata?: boolean;
  /** Scales the image if it is too large, and converts it from WebP, AVIF, TIFF or HEIC; by default, such an image is an error. */
  fit?: boolean;
}

/** An image whose every pixel could be decoded. */
export interface DecodedImage {
  /** The bytes to store: those of the input, by default without metadata, or scaled. Equal bytes have equal texts. */
  base64: string;
  contentType: ImageType;
  /** Pixels, as shown: the orientation is applied. */
  width: number;
  /** Pixels, as shown; for a GIF, those of its logical screen. */
  height: number;
  sizeBytes: number;
  /** Lower-case hex. */
  sha256: string;
}

/** The user and the request that an image is read for. */
export interface ReadFor {
  viewerId: string;
  requestId: string;
  /** Aborts when nobody waits for the result any more. */
  abandoned?: Signal | undefined;
}

/**
 * Throws IMAGE_TOO_LARGE, UNSUPPORTED_IMAGE, SERVICE_UNAVAILABLE when too many images are queued or the decoder failed, or
 * the reason of `abandoned`.
 */
export type ImageReader = (input: ImageInput, readFor: ReadFor) => Promise<DecodedImage>;

export interface ImageReaderParts {
  maxBytes: number;
  decoder: ImageDecoder;
  log: Logger;
}

/**
 * The decoder has one image at a time: that bounds its memory, and leaves other cores for requests. Users take turns, so
 * that one with many or slow images does not delay the others.
 */
const concurrency = 1;
/** The number of requests that the gateway sends at once. Bodies in memory have a limit of their own. */
const maxQueued = 64;

/** Creates a reader that validates and decodes images; cheap checks come first, decoding comes last. */
export function createImageReader({ maxBytes, decoder, log }: ImageReaderParts): ImageReader {
  const queue = createBoundedQueue({ concurrency, maxQueued });
  const limited = createLimitedLog(log);

  return async (input, { viewerId, requestId, abandoned: signal }) => {
    const { keepMetadata = false, fit = false } = input;
    const advice = fit ? undefined : 'Set image.fit to true to have it scaled.';
    if (decodedLength(input.data) > maxBytes && !mayBecomeSmaller(input)) throw tooLarge(maxBytes, advice);
    const read = async () => {
      const sent = decodeBase64(input.data);
      if (sent.length === 0) throw unsupported('image.data is empty: send a file, in base64.');
      const sentType = readSentType(sent);
      const problem = typeProblem(sentType, input);
      if (problem !== undefined) throw unsupported(problem);
      const contentType = sentType.type;
      const image = { contentType, bytes: sent, keepMetadata, maxBytes, ...(fit && { fit }) };
      const outcome = await decoder.decode(image, signal);
      // Nothing has been written for it yet.
      if (signal) throwIfAborted(signal);
      if ('isTooLarge' in outcome) throw tooLarge(maxBytes, outcome.advice ?? advice);
      if ('unsupported' in outcome) throw unsupported(outcome.unsupported);
      const { size, changed } = outcome;
      const bytes = changed ? Buffer.from(changed.bytes) : sent;
      const base64 = changed ? bytes.toString('base64') : input.data;
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const storedType = changed?.contentType ?? contentType;
      if (!storedType) throw new Error('An image of another format was stored as it was sent.');
      return { base64, contentType: storedType, ...size, sizeBytes: bytes.length, sha256 };
    };
    return queue(read, { client: viewerId, signal }).catch((error: unknown) => {
      if (!(error instanceof DecoderFailedError)) throw error;
      limited.warn(kindOfError(error), { requestId, err: error }, 'image not decoded');
      throw unavailable(error);
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

/** True for an image over the limit that may be stored within it, or has a better reason to be rejected. */
function mayBecomeSmaller({ data, keepMetadata = false, fit = false }: ImageInput): boolean {
  const { type, foreign } = readEncodedType(data);
  return fit || foreign !== undefined || (type !== undefined && !keepMetadata);
}

function tooLarge(maxBytes: number, advice?: string): ApiError<ErrorExtensions> {
  const message = `The image is too large: the limit is ${maxBytes} bytes.${advice ? ` ${advice}` : ''}`;
  return new ApiError<ErrorExtensions>({ code: 'IMAGE_TOO_LARGE', maxBytes }, message);
}

function unsupported(message: string): ApiError<ErrorExtensions> {
  return new ApiError<ErrorExtensions>({ code: 'UNSUPPORTED_IMAGE' }, message);
}

function unavailable(cause: DecoderFailedError): ApiError<ErrorExtensions> {
  const message =
    cause instanceof DecoderTimeoutError
      ? `The image took over ${cause.timeoutMs / 1000} seconds to decode: try again in a few seconds, and with fewer pixels if it takes as long again.`
      : 'The image could not be decoded now: try again in a few seconds.';
  return new ApiError<ErrorExtensions>({ code: 'SERVICE_UNAVAILABLE' }, message, { cause });
}
