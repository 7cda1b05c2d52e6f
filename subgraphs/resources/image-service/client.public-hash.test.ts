import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startImageService } from '../../../image-service/server.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { listen } from '../../../tests/support/http/servers.ts';
import { breaks, clientBefore, clientOf, errorOf, image, soon, token } from '../testing/image-service-faults.ts';
import { commentedPng } from '../testing/images.ts';
import { createImageClient } from './client.ts';

const url = 'https://images.example/images/public/1';
const bytes = commentedPng('a public image');
const hashOf = (hashed: Buffer) => ({ sha256: createHash('sha256').update(hashed).digest('hex') });
const upTo = (maxBytes: number) => ({ ...soon(), maxBytes });
/** A timeout that no test reaches: where a connection closes, the client has not waited for the timeout. */
const neverMs = 600_000;
const longCall = (maxBytes: number) => ({ ...upTo(maxBytes), deadline: Date.now() + neverMs });

async function hashBefore(answer: RequestListener, maxBytes = 1_000) {
  return (await clientBefore(answer)).publicHash(url, upTo(maxBytes));
}

/** Serves an endless body and counts connections. */
async function listenWithoutEnd(chunk: Buffer, { status = 200, headers = {} }) {
  let open = 0;
  const server = await listen((req, res) => {
    open += 1;
    res.writeHead(status, headers);
    const more = () => void (res.write(chunk) && setImmediate(more));
    res.on('drain', more);
    req.socket.once('close', () => {
      open -= 1;
    });
    more();
  });
  onTestFinished(server.stop);
  return { url: server.url, open: () => open };
}

test('publicHash hashes the bytes that the stand-in serves, and returns undefined after they are deleted', async () => {
  const service = await startImageService({ host: '127.0.0.1', port: 0, token, folder: folderOfTest() });
  onTestFinished(() => service.stop(0));
  const baseUrl = `${service.url}/images/api/v1`;
  const client = createImageClient({ baseUrl, token, timeoutMs: 5_000 });
  onTestFinished(client.close);
  const created = await client.create(image, soon());
  expect(await client.publicHash(created.url, upTo(1_000))).toEqual(hashOf(Buffer.from(image.base64, 'base64')));

  await client.replace(created.id, { ...image, base64: bytes.toString('base64') }, soon());
  expect(await client.publicHash(created.url, upTo(1_000))).toEqual(hashOf(bytes));

  await client.delete(created.id, soon());
  expect(await client.publicHash(created.url, upTo(1_000))).toBeUndefined();
});

describe('publicHash', () => {
  async function sentFor(publicUrl: string, origin = (url: string) => url) {
    const sent: IncomingMessage[] = [];
    const server = await listen((req, res) => {
      sent.push(req);
      res.end(bytes);
    });
    onTestFinished(server.stop);
    const publicFetchOrigin = origin(server.url);
    const client = createImageClient({ baseUrl: 'http://none.invalid', token, timeoutMs: 5_000, publicFetchOrigin });
    onTestFinished(client.close);
    expect(await client.publicHash(publicUrl, upTo(1_000))).toEqual(hashOf(bytes));
    expect(sent).toHaveLength(1);
    return sent[0] as IncomingMessage;
  }

  test('sends the request id, bypasses caches and sends no token', async () => {
    const { method, url: path, headers, rawHeaders } = await sentFor(url);
    expect({ method, path }).toEqual({ method: 'GET', path: '/images/public/1' });
    expect(headers).toMatchObject({ 'cache-control': 'no-cache', pragma: 'no-cache', 'x-request-id': 'request-1' });
    expect(rawHeaders.join()).not.toContain(token);
    expect(rawHeaders.join().toLowerCase()).not.toContain('token');
  });

  test.each([
    ['https://images.example:444/a%20b/1?size=2&x=%2F#part', '/a%20b/1?size=2&x=%2F'],
    ['http://images.example', '/'],
    ['http://images.example//other.example/1', '//other.example/1'],
    ['http://someone:secret@images.example/1', '/1'],
  ])('replaces only the origin of %s', async (publicUrl, path) => {
    expect((await sentFor(publicUrl)).url).toBe(path);
  });

  test('ignores everything after the origin in publicFetchOrigin', async () => {
    expect((await sentFor(url, (origin) => `${origin}/`)).url).toBe('/images/public/1');
  });
});

describe.each([404, 410])('publicHash returns undefined for a %i response', (status) => {
  test('with a text', async () => {
    expect(await hashBefore((_, res) => res.writeHead(status).end('none'))).toBeUndefined();
  });

  test('with an endless body, whose connection it closes', async () => {
    const server = await listenWithoutEnd(Buffer.alloc(10_000, 'x'), { status });
    expect(await clientOf(server.url, neverMs).publicHash(url, longCall(1_000))).toBeUndefined();
    await expect.poll(server.open).toBe(0);
  }, 60_000);
});

describe('publicHash hashes', () => {
  test('an empty body', async () => {
    expect(await hashBefore((_, res) => res.end())).toEqual(hashOf(Buffer.alloc(0)));
  });

  test('bytes, without decoding them as text', async () => {
    const any = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    expect(await hashBefore((_, res) => res.end(any))).toEqual(hashOf(any));
  });

  test('the decompressed body', async () => {
    const packed: RequestListener = (_, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(bytes));
    expect(await hashBefore(packed)).toEqual(hashOf(bytes));
  });

  test('exactly as many bytes as the limit, and not one more', async () => {
    const many = Buffer.alloc(300_000, 'x');
    expect(await hashBefore((_, res) => res.end(many), 300_000)).toEqual(hashOf(many));
    expect(await hashBefore((_, res) => res.end(many), 299_999)).toEqual({ sha256: undefined });
  });
});

describe('publicHash of an endless body', () => {
  test.each<[string, Buffer, Record<string, string>]>([
    ['uncompressed', Buffer.alloc(10_000, 'x'), {}],
    ['packed', gzipSync(Buffer.alloc(1_000_000, 'x')), { 'content-encoding': 'gzip' }],
  ])(
    'stops at the limit and closes the connection: %s',
    async (_, chunk, headers) => {
      const server = await listenWithoutEnd(chunk, { headers });
      const client = clientOf(server.url, neverMs);
      expect(await client.publicHash(url, longCall(100_000))).toEqual({ sha256: undefined });
      await expect.poll(server.open).toBe(0);
    },
    60_000,
  );

  test('causes no error later, when its timeout would have expired', async () => {
    const server = await listenWithoutEnd(Buffer.alloc(10_000, 'x'), {});
    const client = clientOf(server.url, 3_000);
    expect(await client.publicHash(url, upTo(100_000))).toEqual({ sha256: undefined });
    // An unhandled rejection would fail the test.
    await setTimeout(3_500);
  }, 60_000);
});

test.each(Object.entries(breaks(200)))(
  'publicHash throws IMAGE_SERVICE_UNAVAILABLE for a truncated body: %s',
  async (_, fault) => {
    expect(await errorOf(hashBefore(fault))).toMatchObject({ effect: 'unknown' });
  },
);

test.each([201, 204, 206, 301, 304, 401, 403, 500, 503])(
  'publicHash throws IMAGE_SERVICE_UNAVAILABLE for %i',
  async (status) => {
    await errorOf(hashBefore((_, res) => res.writeHead(status).end()));
  },
);
