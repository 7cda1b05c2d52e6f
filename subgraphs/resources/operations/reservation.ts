import { createHash, randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { v7 as newId } from 'uuid';
import type { CreatedImage } from '../image-service/client.ts';
import { pngChunk, pngSignature } from '../images/png/chunks.ts';
import type { CreatedResource, NewResource } from '../storage/operation-store.ts';

/** A placeholder that a create stores at the image service first. Its random bytes identify it among all images there. */
export interface Reservation {
  base64: string;
  contentType: 'image/png';
  /** Lower-case hex. */
  sha256: string;
}

/** No reservation is longer. */
export const maxReservationBytes = 256;

const commentBytes = 16;
// One pixel: width 1, height 1, bit depth 8, greyscale; default compression, filter and interlace methods.
const header = pngChunk('IHDR', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]));
const pixel = pngChunk('IDAT', deflateSync(Buffer.from([0, 0])));
const end = pngChunk('IEND');

/** Creates a PNG of one pixel with 128 random bits as its comment (PNG, third edition, section 11.3.3.2). */
export function createReservation(): Reservation {
  const comment = pngChunk('tEXt', Buffer.from(`Comment\0${randomBytes(commentBytes).toString('hex')}`, 'latin1'));
  const bytes = Buffer.concat([pngSignature, header, comment, pixel, end]);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { base64: bytes.toString('base64'), contentType: 'image/png', sha256 };
}

/** Completes a new resource with the image that was reserved for it. */
export function resourceOf({ image, ...resource }: NewResource, { id, url }: CreatedImage): CreatedResource {
  const resourceId = newId();
  return { id: resourceId, ...resource, image: { id, resourceId, url, ...image }, version: 1 };
}
