import { describe, expect, test } from 'vitest';
import { aGif, aPng, bytesOf, errorOf, gif, jpeg, png, startTestService } from './testing/service.ts';

const types: Record<string, Buffer> = { 'image/gif': gif, 'image/jpeg': jpeg, 'image/png': png };

/** Bytes that are of none of these types. */
const others: [string, Buffer][] = [
  ['a script', Buffer.from('<script>alert(1)</script>')],
  ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['WebP', Buffer.from('RIFF\x1a\0\0\0WEBPVP8L', 'latin1')],
  ['one byte', Buffer.from([0xff])],
  ['a GIF of another version', Buffer.from('GIF90a')],
  ['half a signature', png.subarray(0, 6)],
  ['the signature of a PNG before a script', Buffer.concat([png.subarray(0, 8), Buffer.from('<script>')])],
  ['a PNG after a line feed', Buffer.concat([Buffer.from('\n'), png])],
  ['base64 encoded twice', Buffer.from(aPng.data)],
];

const pairs = Object.keys(types).flatMap((claimed) =>
  Object.entries(types).flatMap(([type, bytes]): [string, string, Buffer][] =>
    type === claimed ? [] : [[claimed, type, bytes]],
  ),
);
const mismatches = [
  ...pairs,
  ...others.flatMap(([name, bytes]) =>
    Object.keys(types).map((claimed): [string, string, Buffer] => [claimed, name, bytes]),
  ),
];

describe('bytes of another type than contentType says', () => {
  test.each(mismatches)('are rejected with 400 by POST, PUT and PATCH: %s, but %s', async (contentType, _, bytes) => {
    const { call, store } = await startTestService();
    const { id, imageUrl } = await store();
    const before = await (await call('GET', '/images')).json();
    const image = { data: bytes.toString('base64'), contentType };
    for (const [method, path] of [
      ['POST', '/images'],
      ['PUT', `/images/${id}`],
      ['PATCH', `/images/${id}`],
    ] as const) {
      const response = await call(method, path, image);
      const message = expect.stringMatching(new RegExp(`^contentType is ${contentType}, but .+ Send the .+\\.$`));
      expect([response.status, await response.json()]).toEqual([400, errorOf(400, message)]);
    }
    expect(await (await call('GET', '/images')).json()).toEqual(before);
    expect(await bytesOf(await fetch(imageUrl))).toEqual(gif);
  });

  test('are named with the type that they are of', async () => {
    const { call } = await startTestService();
    const response = await call('POST', '/images', { ...aGif, contentType: 'image/png' });
    const message =
      "contentType is image/png, but the image's bytes are those of image/gif. Send the contentType of the bytes.";
    expect(await response.json()).toEqual(errorOf(400, message));
  });

  test('are accepted without the check', async () => {
    const { call, store } = await startTestService({ checkBytes: false });
    const { id, imageUrl } = await store();
    const image = { data: Buffer.from('text').toString('base64'), contentType: 'image/png' };
    expect((await call('POST', '/images', image)).status).toBe(201);
    expect((await call('PUT', `/images/${id}`, image)).status).toBe(204);
    expect((await call('PATCH', `/images/${id}`, { contentType: 'image/jpeg' })).status).toBe(204);
    expect(await (await fetch(imageUrl)).text()).toBe('text');
  });
});

describe('PATCH of one field', () => {
  test('rejects bytes that are not of the stored type, and changes nothing', async () => {
    const { call, store } = await startTestService();
    const { id, imageUrl } = await store();
    expect((await call('PATCH', `/images/${id}`, { data: aPng.data })).status).toBe(400);
    expect(await bytesOf(await fetch(imageUrl))).toEqual(gif);
  });

  test('rejects a type that is not that of the stored bytes, and changes nothing', async () => {
    const { call, store } = await startTestService();
    const { id, imageUrl } = await store();
    expect((await call('PATCH', `/images/${id}`, { contentType: 'image/png' })).status).toBe(400);
    expect((await fetch(imageUrl)).headers.get('Content-Type')).toBe('image/gif');
  });

  test('accepts bytes of the stored type, and the type of the stored bytes', async () => {
    const { call, store } = await startTestService();
    const { id, imageUrl } = await store();
    const other = Buffer.concat([gif, Buffer.from([0x3b])]);
    expect((await call('PATCH', `/images/${id}`, { data: other.toString('base64') })).status).toBe(204);
    expect((await call('PATCH', `/images/${id}`, { contentType: 'image/gif' })).status).toBe(204);
    expect(await bytesOf(await fetch(imageUrl))).toEqual(other);
  });

  test('of an image that was stored without the check can give it its type', async () => {
    const unchecked = await startTestService({ checkBytes: false });
    const { id } = await unchecked.store(png, 'image/gif');
    await unchecked.stop();
    const { call, url } = await startTestService({ folder: unchecked.folder });
    expect((await call('PATCH', `/images/${id}`, { contentType: 'image/png' })).status).toBe(204);
    expect((await fetch(`${url}/images/public/${id}`)).headers.get('Content-Type')).toBe('image/png');
  });
});
