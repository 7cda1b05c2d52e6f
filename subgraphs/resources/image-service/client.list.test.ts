import type { RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startImageService } from '../../../image-service/server.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { listen } from '../../../tests/support/http/servers.ts';
import { answering, clientBefore, clientOf, errorOf, id, image, soon, token } from '../testing/image-service-faults.ts';

const imageUrl = `https://images.example/images/public/${id}`;
const times = { createdAt: '2026-01-02T03:04:05.678Z', updatedAt: '2026-02-03T04:05:06.789Z' };
const valid = { id, imageUrl, contentType: 'image/png', ...times };
const listed = {
  id,
  url: imageUrl,
  contentType: 'image/png',
  createdAt: new Date(times.createdAt),
  updatedAt: new Date(times.updatedAt),
};

/** Calls `list` on a service that responds with this body. */
async function listOf(answer: RequestListener) {
  return (await clientBefore(answer)).list(soon());
}
const json = (body: unknown): RequestListener => {
  return (_, res) => void res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

test('list returns every image of the stand-in', async () => {
  const service = await startImageService({ host: '127.0.0.1', port: 0, token, folder: folderOfTest() });
  onTestFinished(() => service.stop(0));
  const client = clientOf(service.url);
  expect(await client.list(soon())).toEqual({ images: [], isValid: true });

  const [one, other] = [await client.create(image, soon()), await client.create(image, soon())];
  const all = await client.list(soon());
  const stored = { contentType: 'image/png', createdAt: expect.any(Date), updatedAt: expect.any(Date) };
  expect(all?.images).toHaveLength(2);
  expect(all?.images).toEqual(expect.arrayContaining([one, other].map((created) => ({ ...created, ...stored }))));
});

test('list sends the token and the request id, and no body', async () => {
  const sent: object[] = [];
  const server = await listen((req, res) => {
    sent.push({ method: req.method, url: req.url, headers: req.headers });
    res.end('[]');
  });
  onTestFinished(server.stop);
  await clientOf(server.url).list(soon());
  const headers = { 'x-api-private-token': token, 'x-request-id': 'request-1' };
  expect(sent).toMatchObject([{ method: 'GET', url: '/images/api/v1/images', headers }]);
});

describe('list returns', () => {
  test('the documented fields of an image, and no others', async () => {
    expect(await listOf(json([{ ...valid, _id: 7, owner: { id } }]))).toStrictEqual({
      images: [listed],
      isValid: true,
    });
  });

  test.each(['2026-01-02T03:04:05.678+00:00', '2026-01-02T05:04:05.678+02:00'])(
    'the creation time %s',
    async (createdAt) => {
      expect(await listOf(json([{ ...valid, createdAt }]))).toStrictEqual({ images: [listed], isValid: true });
    },
  );

  test('several images in the order of the service', async () => {
    const ids = ['a', 'b', 'c'].map((letter) => letter.repeat(24));
    const list = await listOf(json(ids.map((id) => ({ ...valid, id, imageUrl: imageUrl.replace(valid.id, id) }))));
    expect(list?.images.map((image) => image.id)).toEqual(ids);
  });
});

describe('list skips an invalid entry and marks the listing invalid:', () => {
  test.each<[string, unknown]>([
    ['null', null],
    ['a text', id],
    ['an array', [valid]],
    ['an image without id', { ...valid, id: undefined }],
    ['an id in upper case', { ...valid, id: 'A'.repeat(24) }],
    ['an id that is a path', { ...valid, id: '../../secret' }],
    ['a path as URL', { ...valid, imageUrl: `/images/public/${id}` }],
    ['the URL of another image', { ...valid, imageUrl: `https://images.example/images/public/${'a'.repeat(24)}` }],
    ['a javascript: URL', { ...valid, imageUrl: 'javascript:alert(1)' }],
    ['an image without a content type', { ...valid, contentType: undefined }],
    ['an image without a time', { ...valid, createdAt: undefined }],
    ['a time in milliseconds', { ...valid, createdAt: 1_767_323_045_678 }],
    ['a date without a time', { ...valid, createdAt: '2026-01-02' }],
    ['an impossible date', { ...valid, createdAt: '2026-02-30T03:04:05.678Z' }],
    ['a time in HTTP format', { ...valid, updatedAt: 'Fri, 02 Jan 2026 03:04:05 GMT' }],
  ])('%s', async (_, junk) => {
    expect(await listOf(json([junk, valid, junk]))).toStrictEqual({ images: [listed], isValid: false });
  });
});

describe('list returns undefined when the service responds with', () => {
  test.each([404, 405])('%i', async (status) => {
    expect(await listOf(answering(status))).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['an image', valid],
    ['an object with images', { images: [valid], next: null }],
    ['a text', '[]'],
    ['a number', 0],
  ])('200 with %s', async (_, body) => {
    expect(await listOf(json(body))).toBeUndefined();
  });

  test.each(['', '<html>', '[', `[${JSON.stringify(valid)}`])('200 with invalid JSON: %j', async (body) => {
    expect(await listOf((_, res) => res.writeHead(200).end(body))).toBeUndefined();
  });
});

test.each([201, 204, 206, 301, 304, 400, 401, 403, 410, 429, 500, 503])(
  'list throws IMAGE_SERVICE_UNAVAILABLE for %i',
  async (status) => {
    await errorOf(listOf(answering(status)));
  },
);

describe('list accepts a response', () => {
  const MiB = 1024 * 1024;
  const padded = (bytes: number) =>
    Buffer.alloc(bytes, ' ').fill(JSON.stringify([valid]), 0, JSON.stringify([valid]).length);

  test('of 32 MiB', async () => {
    expect(await listOf((_, res) => res.end(padded(32 * MiB)))).toStrictEqual({ images: [listed], isValid: true });
  });

  test('but throws beyond that', async () => {
    await errorOf(listOf((_, res) => res.end(padded(32 * MiB + 1))));
  });

  test('but throws if it decompresses to more', async () => {
    const packed = gzipSync(padded(32 * MiB + 1));
    await errorOf(listOf((_, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(packed)));
  });
});
