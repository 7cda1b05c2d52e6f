import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConverted } from '../../corpus/converted/photos.ts';
import { drawScene, scenes } from '../../corpus/fitting/scenes.ts';
import { createResource, updateResource } from '../../support/graphql/documents.ts';
import { requireValue } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

const timeout = 60_000;
let system: System;
let ada: TestUser;
/** Too large for the image service, as PNG and JPEG. */
let photo: Buffer;
beforeAll(async () => {
  system = await startSystem();
  ada = await system.signUp();
  const [, leaves] = scenes;
  const drawn = await drawScene(leaves ?? expect.fail('no scene'), { width: 1_600, height: 1_200 });
  photo = await drawn.withMetadata({ orientation: 6 }).jpeg({ quality: 97 }).toBuffer();
}, timeout);
afterAll(() => system.stop());

const limitBytes = 383_970;
const inputOf = (bytes: Buffer, options: object = {}) => ({
  title: 'A photo',
  image: { data: bytes.toString('base64'), fit: true, ...options },
});
const serve = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());

test('createResource with fit stores a photo that is too large, scaled and turned', { timeout }, async () => {
  expect(photo.length).toBeGreaterThan(limitBytes);
  const rejected = await ada.request.error(createResource, { input: inputOf(photo, { fit: false }) });
  expect(rejected).toEqual({ code: 'IMAGE_TOO_LARGE', maxBytes: limitBytes });
  const { createResource: created } = await ada.request.data(createResource, { input: inputOf(photo) });
  const { image } = requireValue(created).resource;
  const served = await serve(image.url);
  expect(served.length).toBe(image.sizeBytes);
  expect(served.length).toBeLessThanOrEqual(limitBytes);
  const { width = 0, height = 0, format } = await sharp(served).metadata();
  expect(image).toMatchObject({ width, height, contentType: 'image/jpeg' });
  expect({ format, isPortrait: width < height }).toEqual({ format: 'jpeg', isPortrait: true });
});

test('updateResource with fit replaces an image by a WebP, as JPEG', { timeout }, async () => {
  const id = await ada.create();
  const webp = await sharp(photo).resize(400).webp().toBuffer();
  const { image } = inputOf(webp, { contentType: 'image/webp' });
  const { updateResource: updated } = await ada.request.data(updateResource, { input: { id, image } });
  expect(requireValue(updated).resource).toMatchObject({
    version: 2,
    image: { contentType: 'image/jpeg', width: 400 },
  });
});

test('createResource with fit stores a HEIC as JPEG, without its metadata', { timeout }, async () => {
  const heic = readConverted({ file: 'phone.heic' });
  const without = inputOf(heic, { contentType: 'image/heic', fit: false });
  const { errors } = await ada.request(createResource, { input: without });
  expect(errors).toMatchObject([
    {
      message: expect.stringMatching(/it is HEIC\. Set image\.fit to true/),
      extensions: { code: 'UNSUPPORTED_IMAGE' },
    },
  ]);
  const input = inputOf(heic, { contentType: 'image/heic' });
  const { createResource: created } = await ada.request.data(createResource, { input });
  const { image } = requireValue(created).resource;
  expect(image).toMatchObject({ contentType: 'image/jpeg', width: 144, height: 96 });
  const served = await serve(image.url);
  expect(served.length).toBe(image.sizeBytes);
  const { format, exif, xmp } = await sharp(served).metadata();
  expect({ format, exif, xmp }).toEqual({ format: 'jpeg', exif: undefined, xmp: undefined });
});

test('a create with fit and a key is answered again without another image', { timeout }, async () => {
  const input = { ...inputOf(photo), idempotencyKey: 'a photo' };
  const first = await ada.request.data(createResource, { input });
  expect(await ada.request.data(createResource, { input })).toEqual(first);
  const other = { ...input, image: { ...input.image, fit: false } };
  expect(await ada.request.error(createResource, { input: other })).toMatchObject({
    code: 'CONFLICT',
    reason: 'KEY_REUSED',
  });
});
