import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawScene, scenes } from '../../tests/corpus/fitting/scenes.ts';
import { type System, startSystem } from '../../tests/support/systems/system.ts';
import { type Client, type ClientSettings, createClient } from './client.ts';
import { maxImageBytes } from './image-input.ts';

const timeout = 60_000;
let system: System;
/** As a phone makes it: 3.5 MB, held upright, with the position. */
let photo: Buffer;
beforeAll(async () => {
  system = await startSystem();
  const drawn = await drawScene(scenes[1] ?? expect.fail('no scene'), { width: 3_200, height: 2_400 });
  photo = await drawn
    .jpeg({ quality: 97 })
    .withExif({ IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '47/1 22/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .toBuffer();
}, timeout);
afterAll(() => system.stop());

/** A client of a new account, and the number of requests with images that it has sent. */
async function logIn(settings: Partial<ClientSettings> = {}) {
  const { username, password } = await system.signUp();
  let sent = 0;
  const counting: typeof fetch = (url, init) => {
    if (String(init?.body).includes('"image":')) sent += 1;
    return fetch(url, init);
  };
  const client = createClient({ url: system.gateway, fetch: counting, ...settings });
  await client.logIn({ username, password });
  return { client, sent: () => sent };
}

/** Finds the 47 degrees in EXIF, as a rational of either byte order. */
async function hasLatitude(bytes: Buffer) {
  const { exif } = await sharp(bytes).metadata();
  const [little, big] = [Buffer.from([47, 0, 0, 0, 1, 0, 0, 0]), Buffer.from([0, 0, 0, 47, 0, 0, 0, 1])];
  return exif !== undefined && (exif.includes(little) || exif.includes(big));
}

const serve = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());
const created = (client: Client, image: Buffer, options = {}) => client.create({ title: 'A photo', image, ...options });

test('create with fit stores a photo upright, as large as it fits, without its position', { timeout }, async () => {
  expect(photo.length).toBeGreaterThan(3_000_000);
  const { client } = await logIn();
  const { image } = await created(client, photo, { fit: true });
  const served = await serve(image.url);
  expect(served.length).toBeLessThanOrEqual(maxImageBytes);
  const { format, width = 0, height = 0, exif } = await sharp(served).metadata();
  expect({ format, exif, isUpright: width < height }).toEqual({ format: 'jpeg', exif: undefined, isUpright: true });
  expect(image).toMatchObject({ contentType: 'image/jpeg', sizeBytes: served.length, width, height });
});

test('with keepMetadata, the scaled photo has its EXIF', { timeout }, async () => {
  const { client } = await logIn();
  const { image } = await created(client, photo, { fit: true, keepMetadata: true });
  const served = await serve(image.url);
  expect(served.length).toBeLessThanOrEqual(maxImageBytes);
  expect(await Promise.all([photo, served].map(hasLatitude))).toEqual([true, true]);
});

test('replaceImage with fit stores a WebP as JPEG, and then a large photo', { timeout }, async () => {
  const { client } = await logIn();
  const { id, image } = await created(client, await sharp(photo).resize(40).jpeg().toBuffer());
  const webp = await sharp(photo).autoOrient().resize(300).webp().toBuffer();
  await expect(client.replaceImage({ id, image: webp })).rejects.toMatchObject({ code: 'UNSUPPORTED_IMAGE' });
  const replaced = await client.replaceImage({ id, image: new Blob([new Uint8Array(webp)]), fit: true });
  expect(replaced.image).toMatchObject({ url: image.url, contentType: 'image/jpeg', width: 300, height: 400 });
  const again = await client.replaceImage({ id, image: photo, fit: true, expectedVersion: replaced.version });
  expect(again.image.width).toBeGreaterThan(300);
});

test('without fit, a large photo is IMAGE_TOO_LARGE before it is sent', { timeout }, async () => {
  const { client, sent } = await logIn();
  const tooLarge = { code: 'IMAGE_TOO_LARGE', maxBytes: maxImageBytes };
  await expect(created(client, photo)).rejects.toMatchObject(tooLarge);
  await expect(client.replaceImage({ id: 'any', image: photo })).rejects.toMatchObject(tooLarge);
  expect(sent()).toBe(0);
});

test('over maxUploadBytes, a photo is PAYLOAD_TOO_LARGE before it is sent, also with fit', { timeout }, async () => {
  const { client, sent } = await logIn({ maxUploadBytes: photo.length - 1 });
  const tooLarge = { code: 'PAYLOAD_TOO_LARGE', maxBytes: photo.length - 1, maxImageBytes };
  await expect(created(client, photo, { fit: true })).rejects.toMatchObject(tooLarge);
  await expect(client.replaceImage({ id: 'any', image: photo, fit: true })).rejects.toMatchObject(tooLarge);
  expect(sent()).toBe(0);
});
