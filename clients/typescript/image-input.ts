import { codedBytes } from './coded-bytes.ts';
import { toApiError } from './errors.ts';

/** The bytes of an image file. A File is a Blob too. */
export type ImageBytes = Uint8Array | Blob;

export interface NewImage {
  image: ImageBytes;
  /** Detected from the bytes by default. UNSUPPORTED_IMAGE when it does not match them. */
  contentType?: string | undefined;
  /**
   * Stores exactly these bytes. By default, what they say of where, when, by whom and with what the image was made is left
   * out.
   */
  keepMetadata?: boolean | undefined;
  /**
   * Makes an image that is too large as large as it fits, and JPEG or PNG of WebP, AVIF, TIFF and HEIC. By default, such an
   * image is IMAGE_TOO_LARGE or UNSUPPORTED_IMAGE.
   */
  fit?: boolean | undefined;
}

/** Bytes of an image that the API stores, without its metadata. */
export const maxImageBytes = 383_970;

/** Bytes of a file that the API takes, unless its server sets another limit. */
export const defaultMaxUploadBytes = 16 * 2 ** 20;

/**
 * Reads an image as the API's input. An image that is certain to be too large is not sent: it throws the API's own
 * PAYLOAD_TOO_LARGE before it is read, or IMAGE_TOO_LARGE.
 */
export async function toImageInput({ image, contentType, keepMetadata, fit }: NewImage, maxUploadBytes: number) {
  const sizeBytes = image instanceof Blob ? image.size : image.length;
  if (sizeBytes > maxUploadBytes) throw tooLargeToSend(sizeBytes, maxUploadBytes);
  const bytes = image instanceof Blob ? new Uint8Array(await image.arrayBuffer()) : image;
  if (!fit && sizeBytes > maxImageBytes && codedBytes(bytes) > maxImageBytes) throw tooLargeToStore(sizeBytes);
  return {
    data: toBase64(bytes),
    contentType,
    ...(keepMetadata !== undefined && { keepMetadata }),
    ...(fit !== undefined && { fit }),
  };
}

/** The error of a file that the API would not take. */
export function tooLargeToSend(sizeBytes: number, maxBytes: number) {
  const message = `The file has ${sizeBytes} bytes: the limit of an upload is ${maxBytes}. Send a smaller one.`;
  return toApiError([{ message, extensions: { code: 'PAYLOAD_TOO_LARGE', maxBytes, maxImageBytes } }], undefined);
}

function tooLargeToStore(sizeBytes: number) {
  const advice = 'Pass fit: true, and the server makes it smaller; in a browser, use fitImage.';
  const message = `The image has ${sizeBytes} bytes: the limit is ${maxImageBytes}, without its metadata. ${advice}`;
  return toApiError([{ message, extensions: { code: 'IMAGE_TOO_LARGE', maxBytes: maxImageBytes } }], undefined);
}

/** A multiple of three, so that only the last chunk has padding; small enough for the argument list of one call. */
const chunkBytes = 24_576;

/** Base64 (RFC 4648, section 4) with what browsers provide. */
export function toBase64(bytes: Uint8Array): string {
  let base64 = '';
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    base64 += btoa(String.fromCharCode(...bytes.subarray(start, start + chunkBytes)));
  }
  return base64;
}
