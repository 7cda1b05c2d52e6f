import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createReservation, maxReservationBytes } from './reservation.ts';

const bytesOf = ({ base64 }: { base64: string }) => Buffer.from(base64, 'base64');

test('a reservation is a PNG of one pixel that decodes without warnings', async () => {
  const { base64, contentType } = createReservation();
  expect(contentType).toBe('image/png');
  const image = sharp(bytesOf({ base64 }), { failOn: 'warning' });
  expect(await image.metadata()).toMatchObject({ format: 'png', width: 1, height: 1, channels: 1 });
  expect(await image.toColourspace('b-w').raw().toBuffer()).toEqual(Buffer.from([0]));
});

test('a reservation has canonical base64 and the hash of its bytes', () => {
  const { base64, sha256 } = createReservation();
  const bytes = bytesOf({ base64 });
  expect(bytes.toString('base64')).toBe(base64);
  expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
});

test('a reservation is never longer than maxReservationBytes', () => {
  const lengths = Array.from({ length: 1_000 }, () => bytesOf(createReservation()).length);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(maxReservationBytes);
});

test('all reservations are different', () => {
  const hashes = Array.from({ length: 10_000 }, () => createReservation().sha256);
  expect(new Set(hashes).size).toBe(hashes.length);
});

test('a reservation has 128 random bits, each of which is set about half of the time', () => {
  const all = Array.from({ length: 1_000 }, () => bytesOf(createReservation()).toString('latin1'));
  const marks = all.map((text) => /tEXtComment\0([0-9a-f]{32})/.exec(text)?.[1] ?? '');
  const bits = marks.map((mark) => BigInt(`0x${mark}`));
  const counts = Array.from({ length: 128 }, (_, at) => bits.filter((bit) => (bit >> BigInt(at)) & 1n).length);
  // A thousand fair coin tosses exceed these bounds once in about 10^30 runs.
  expect(Math.min(...counts)).toBeGreaterThan(300);
  expect(Math.max(...counts)).toBeLessThan(700);
});
