import { createHash, randomBytes } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { pngChunk, pngSignature } from '../images/png.ts';

/** An image that keeps a place at the image service, and that no other image anywhere is equal to. */
export interface Reservation {
  base64: string;
  contentType: 'image/png';
  /** Lower-case hex. */
  sha256: string;
}

/** What a reservation has at most. */
export const maxReservationBytes = 256;

const randomBytesInIt = 16;
// One grey pixel: width and height, eight bits of grey, neither compressed nor filtered nor interlaced otherwise.
const header = pngChunk('IHDR', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]));
const pixel = pngChunk('IDAT', deflateSync(Buffer.from([0, 0])));
const end = pngChunk('IEND');

/** A PNG of one pixel whose comment is 128 random bits (PNG, third edition: 11.3.3.2). */
export function makeReservation(): Reservation {
  const comment = pngChunk('tEXt', Buffer.from(`Comment\0${randomBytes(randomBytesInIt).toString('hex')}`, 'latin1'));
  const bytes = Buffer.concat([pngSignature, header, comment, pixel, end]);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { base64: bytes.toString('base64'), contentType: 'image/png', sha256 };
}
