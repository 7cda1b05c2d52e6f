import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../tests/support/files.ts';
import { codedBytes } from './coded-bytes.ts';
import { defaultMaxUploadBytes, maxImageBytes, toBase64, toImageInput } from './image-input.ts';
import { imageFromFile } from './node.ts';

test.each([0, 1, 2, 3, 24_575, 24_576, 24_577, 383_970])('encodes %i bytes as Buffer does', (size) => {
  const bytes = randomBytes(size);
  expect(toBase64(bytes)).toBe(bytes.toString('base64'));
});

test('encodes only the bytes of a view into a larger buffer', async () => {
  const view = new Uint8Array(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2);
  expect(toBase64(view)).toBe('AgM=');
  expect(await toImageInput({ image: new Blob([view]) }, 10)).toEqual({ data: 'AgM=' });
});

const noise = (side: number) =>
  sharp(randomBytes(side * side * 3), { raw: { width: side, height: side, channels: 3 } });

describe('an image that is certain to be too large is not sent', () => {
  let jpeg: Buffer;
  let progressive: Buffer;
  let png: Buffer;
  let small: Buffer;
  beforeAll(async () => {
    jpeg = await noise(700).jpeg({ quality: 95 }).toBuffer();
    progressive = await noise(700).jpeg({ quality: 95, progressive: true }).toBuffer();
    png = await noise(400).png().toBuffer();
    small = await noise(100).jpeg().toBuffer();
  });

  test('IMAGE_TOO_LARGE, with the limit and what to do', async () => {
    for (const image of [jpeg, progressive, png]) {
      expect(image.length).toBeGreaterThan(maxImageBytes);
      const input = toImageInput({ image }, defaultMaxUploadBytes);
      await expect(input).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE', maxBytes: maxImageBytes });
      await expect(input).rejects.toThrow(/^The image has \d+ bytes: the limit is 383970, .*fit: true/);
    }
  });

  test('with fit, it is sent', async () => {
    expect(await toImageInput({ image: jpeg, fit: true }, defaultMaxUploadBytes)).toEqual({
      data: jpeg.toString('base64'),
      fit: true,
    });
  });

  test('a small image with much else is sent: the server removes that', async () => {
    const film = Buffer.concat([small, randomBytes(500_000)]);
    const comments = Array.from({ length: 10 }, () => Buffer.from([0xff, 0xfe, 0xea, 0x60, ...randomBytes(59_998)]));
    const commented = Buffer.concat([small.subarray(0, 2), ...comments, small.subarray(2)]);
    for (const image of [film, commented])
      expect(await toImageInput({ image }, defaultMaxUploadBytes)).toEqual({ data: image.toString('base64') });
  });

  test('PAYLOAD_TOO_LARGE before a Blob is read, also with fit', async () => {
    const image = new Blob([new Uint8Array(101)]);
    image.arrayBuffer = () => Promise.reject(new Error('was read'));
    const input = toImageInput({ image, fit: true }, 100);
    await expect(input).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE', maxBytes: 100, maxImageBytes });
    await expect(input).rejects.toThrow('The file has 101 bytes: the limit of an upload is 100.');
  });

  test('PAYLOAD_TOO_LARGE before a file is read', async () => {
    const folder = temporaryFolder();
    const path = join(folder.path, 'photo.jpg');
    writeFileSync(path, jpeg);
    await expect(imageFromFile(path, { maxBytes: 1000 })).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    const file = await imageFromFile(path, { maxBytes: jpeg.length });
    expect([file.name, file.size]).toEqual(['photo.jpg', jpeg.length]);
    await expect(imageFromFile(join(folder.path, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
    folder.remove();
  });
});

describe('codedBytes', () => {
  test.each([
    ['nothing', []],
    ['text', [...Buffer.from('A text of no image')]],
    ['the start of a JPEG', [0xff, 0xd8, 0xff, 0xda, 0x00]],
    ['a JPEG with segments that lead nowhere', [0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff, 0x00]],
    ['a JPEG with a segment of no length', [0xff, 0xd8, 0xff, 0xe1, 0x00, 0x00, 0x00, 0x00]],
    ['the start of a PNG', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0xff, 0xff]],
  ])('is 0 of %s', (_, bytes) => {
    expect(codedBytes(new Uint8Array(bytes))).toBe(0);
  });

  test('of a PNG whose chunk claims more than the file has, it is no more than the file', () => {
    const bytes = Buffer.alloc(40);
    bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0xff, 0xff, 0xff, 0xff, 0x49, 0x44, 0x41, 0x54]);
    expect(codedBytes(bytes)).toBeLessThanOrEqual(40);
  });

  test('is under the size of an image, and near it', async () => {
    for (const image of [await noise(100).jpeg().toBuffer(), await noise(100).png().toBuffer()]) {
      expect(codedBytes(image)).toBeLessThan(image.length);
      expect(codedBytes(image)).toBeGreaterThan(image.length - 1_000);
    }
  });
});
