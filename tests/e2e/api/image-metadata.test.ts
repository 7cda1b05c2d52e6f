import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPhoto } from '../../corpus/photos.ts';
import { fixture } from '../../support/files.ts';
import { createResource, updateResource } from '../../support/graphql/documents.ts';
import { requireValue } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

let system: System;
let ada: TestUser;
beforeAll(async () => {
  system = await startSystem();
  ada = await system.signUp();
});
afterAll(() => system.stop());

/** Has a position, an owner, a serial number, orientation 6, and a film after the image. */
const photo = readPhoto({ file: 'motion-photo.jpg' });
const plain = fixture('four-colours.jpg');
const limitBytes = 383_970;
const inputOf = (bytes: Buffer, options: { keepMetadata?: boolean } = {}) => ({
  title: 'A photo',
  image: { data: bytes.toString('base64'), ...options },
});

type ImageOptions = Parameters<typeof inputOf>[1];

async function create(bytes: Buffer, options?: ImageOptions) {
  const { createResource: created } = await ada.request.data(createResource, { input: inputOf(bytes, options) });
  const { resource } = requireValue(created);
  return { ...resource, served: await serve(resource.image.url) };
}

const serve = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());
const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Texts of the photo's metadata. */
const metadata = ['SECRET', 'Ada Lovelace', 'Phone 7', 'MotionPhoto', 'ftyp', '2026:05:17'];
const foundIn = (bytes: Buffer) => metadata.filter((text) => bytes.includes(text));

describe('createResource', () => {
  test('stores a photo without its metadata, with its orientation, and returns what is served', async () => {
    expect(foundIn(photo)).toEqual(metadata);
    const { image, served } = await create(photo);
    expect(foundIn(served)).toEqual([]);
    expect(image).toMatchObject({ width: 32, height: 48, sizeBytes: served.length, sha256: hash(served) });
    expect(served.includes(Buffer.from('Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12', 'latin1'))).toBe(true);
  });

  test('stores exactly the bytes with keepMetadata', async () => {
    const { image, served } = await create(photo, { keepMetadata: true });
    expect(served.equals(photo)).toBe(true);
    expect(image).toMatchObject({ width: 32, height: 48, sizeBytes: photo.length, sha256: hash(photo) });
  });

  test('stores an image without metadata byte for byte', async () => {
    for (const options of [{}, { keepMetadata: false }, { keepMetadata: true }]) {
      const { served } = await create(plain, options);
      expect(served.equals(plain)).toBe(true);
    }
  });

  test('limits the size of what is stored', async () => {
    const large = Buffer.concat([plain, Buffer.alloc(limitBytes)]);
    expect((await create(large)).served.equals(plain)).toBe(true);
    const kept = { input: inputOf(large, { keepMetadata: true }) };
    expect(await ada.request.error(createResource, kept)).toEqual({ code: 'IMAGE_TOO_LARGE', maxBytes: limitBytes });
  });

  test('has the same input for an idempotency key with keepMetadata: false as without it', async () => {
    const input = { ...inputOf(photo), idempotencyKey: 'a photo' };
    const requests = [{}, { keepMetadata: false }, { keepMetadata: true }].map((options) => ({
      input: { ...input, image: { ...input.image, ...options } },
    }));
    const [first, second, third] = requests as [(typeof requests)[0], (typeof requests)[0], (typeof requests)[0]];
    const created = await ada.request.data(createResource, first);
    expect(await ada.request.data(createResource, second)).toEqual(created);
    expect(await ada.request.error(createResource, third)).toEqual({ code: 'CONFLICT', reason: 'KEY_REUSED' });
  });
});

test('updateResource stores a new photo without its metadata, or with it', async () => {
  const { id, image } = await create(plain);
  for (const keepMetadata of [false, true]) {
    const input = { id, image: inputOf(photo, { keepMetadata }).image };
    const { updateResource: updated } = await ada.request.data(updateResource, { input });
    const served = await serve(image.url);
    expect(foundIn(served)).toEqual(keepMetadata ? metadata : []);
    expect(updated?.resource.image).toMatchObject({ width: 32, height: 48, sha256: hash(served) });
  }
});
