import { createHash, randomBytes } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

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
const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
// One grey pixel: width and height, eight bits of grey, neither compressed nor filtered nor interlaced otherwise.
const header = chunk('IHDR', Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]));
const pixel = chunk('IDAT', deflateSync(Buffer.from([0, 0])));
const end = chunk('IEND', Buffer.alloc(0));

/** A PNG of one pixel whose comment is 128 random bits (PNG, third edition: 11.3.3.2). */
export function makeReservation(): Reservation {
  const comment = chunk('tEXt', Buffer.from(`Comment\0${randomBytes(randomBytesInIt).toString('hex')}`, 'latin1'));
  const bytes = Buffer.concat([signature, header, comment, pixel, end]);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { base64: bytes.toString('base64'), contentType: 'image/png', sha256 };
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  return Buffer.concat([uint32(data.length), named, uint32(crc32(named))]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
