import { type IncomingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startImageService } from '../../../image-service/server.ts';
import { maxImageBytes as publicMaxImageBytes } from '../../../schema/error-codes.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { listen } from '../../../tests/support/http/servers.ts';
import { commentedPng, gif, jpeg, png } from '../testing/images.ts';
import { createImageClient, maxImageBytes } from './client.ts';

const token = 'a token for these tests';
const requestId = 'request-1';
const soon = () => ({ requestId, deadline: Date.now() + 10_000 });
const upload = (bytes: Buffer, contentType = 'image/png') => ({ base64: bytes.toString('base64'), contentType });
const [one, other] = [upload(commentedPng('one image')), upload(await gif(), 'image/gif')];
const noImage = '0123456789abcdef01234567';
const unavailable = { name: 'ApiError', extensions: { code: 'IMAGE_SERVICE_UNAVAILABLE' } };

function clientOf(url: string, settings: { token?: string } = {}) {
  const client = createImageClient({ baseUrl: `${url}/images/api/v1`, token, timeoutMs: 5_000, ...settings });
  onTestFinished(client.close);
  return client;
}

/** Starts the real stand-in and a client for it. */
async function beforeService(settings: { token?: string } = {}) {
  const service = await startImageService({ host: '127.0.0.1', port: 0, token, folder: folderOfTest() });
  onTestFinished(() => service.stop(0));
  const served = async (imageUrl: string) => {
    const response = await fetch(imageUrl);
    const bytes = Buffer.from(await response.arrayBuffer());
    return response.ok ? upload(bytes, response.headers.get('content-type') ?? '') : response.status;
  };
  return { url: service.url, client: clientOf(service.url, settings), served };
}

describe('with the stand-in', () => {
  test('a wrong token is IMAGE_SERVICE_UNAVAILABLE', async () => {
    const { client } = await beforeService({ token: 'a wrong one' });
    await expect(client.create(one, soon())).rejects.toMatchObject(unavailable);
    await expect(client.replace(noImage, one, soon())).rejects.toMatchObject(unavailable);
    await expect(client.delete(noImage, soon())).rejects.toMatchObject(unavailable);
  });

  test('an image that the service rejects is IMAGE_SERVICE_UNAVAILABLE', async () => {
    const { client } = await beforeService();
    for (const wrong of [
      { ...one, contentType: 'image/webp' },
      { ...one, base64: 'invalid base64' },
      { ...one, base64: '' },
    ]) {
      await expect(client.create(wrong, soon())).rejects.toMatchObject(unavailable);
    }
  });

  test('an image is stored, replaced at the same URL, and deleted', async () => {
    const { url, client, served } = await beforeService();
    const created = await client.create(one, soon());
    expect(created).toStrictEqual({ id: expect.stringMatching(/^[0-9a-f]{24}$/), url: expect.any(String) });
    expect(created.url).toBe(`${url}/images/public/${created.id}`);
    expect(await served(created.url)).toEqual(one);

    expect(await client.replace(created.id, other, soon())).toBe('REPLACED');
    expect(await served(created.url)).toEqual(other);

    await client.delete(created.id, soon());
    expect(await served(created.url)).toBe(404);
  });

  test('replace returns MISSING for a missing image, and delete succeeds', async () => {
    const { client, served, url } = await beforeService();
    expect(await client.replace(noImage, one, soon())).toBe('MISSING');
    expect(await served(`${url}/images/public/${noImage}`)).toBe(404);
    await client.delete(noImage, soon());
  });

  test.each([
    ['image/gif', gif],
    ['image/jpeg', jpeg],
    ['image/png', png],
  ])('the largest %s is stored and replaced', async (contentType, make) => {
    const { client, served } = await beforeService();
    const bytes = Buffer.alloc(maxImageBytes(), 'x');
    (await make()).copy(bytes);
    const largest = upload(bytes, contentType);
    const created = await client.create(largest, soon());
    expect(await client.replace(created.id, largest, soon())).toBe('REPLACED');
    expect(await served(created.url)).toEqual(largest);
  });

  test('an image four base64 characters longer than the largest is rejected', async () => {
    const { url, client } = await beforeService();
    const over = upload(Buffer.alloc(maxImageBytes() + 3, 'x'), 'image/jpeg');
    expect(over.base64).not.toMatch(/=/);
    const response = await fetch(`${url}/images/api/v1/images`, {
      method: 'POST',
      headers: { 'x-api-private-token': token, 'content-type': 'application/json' },
      body: JSON.stringify({ data: over.base64, contentType: over.contentType }),
    });
    expect(response.status).toBe(413);
    await expect(client.create(over, soon())).rejects.toMatchObject(unavailable);
    // The connection that was closed during the rejected body does not break the next call.
    expect(await client.create(one, soon())).toMatchObject({ id: expect.any(String) });
  });

  test('concurrent calls each get their own response', async () => {
    const { client, served } = await beforeService();
    const all = Array.from({ length: 50 }, (_, at) => upload(commentedPng(`image ${at}`)));
    const created = await Promise.all(all.map((image) => client.create(image, soon())));
    expect(new Set(created.map(({ id }) => id)).size).toBe(50);
    expect(await Promise.all(created.map((image) => served(image.url)))).toEqual(all);
  });
});

describe('the request of a call', () => {
  interface Sent {
    method: string | undefined;
    url: string | undefined;
    headers: IncomingHttpHeaders;
    body: string;
  }

  /** Records the requests of a client whose service responds with success. */
  async function sentBy(call: (client: ReturnType<typeof clientOf>) => Promise<unknown>): Promise<Sent> {
    const sent: Sent[] = [];
    const server = await listen(async (req, res) => {
      const body = (await buffer(req)).toString();
      sent.push({ method: req.method, url: req.url, headers: req.headers, body });
      const created = JSON.stringify({ id: noImage, imageUrl: 'https://images.example/1' });
      res.writeHead(req.method === 'POST' ? 201 : 204).end(req.method === 'POST' ? created : undefined);
    });
    onTestFinished(server.stop);
    await call(clientOf(server.url));
    expect(sent).toHaveLength(1);
    return sent[0] as Sent;
  }

  const headers = { 'x-api-private-token': token, 'x-request-id': requestId };
  const json = { ...headers, 'content-type': 'application/json' };
  const body = JSON.stringify({ data: one.base64, contentType: one.contentType });
  const path = '/images/api/v1/images';

  test('create POSTs the image with the token and the request id', async () => {
    const sent = await sentBy((client) => client.create(one, soon()));
    expect(sent).toMatchObject({ method: 'POST', url: path, headers: json, body });
  });

  test('replace PUTs the image', async () => {
    const sent = await sentBy((client) => client.replace(noImage, one, soon()));
    expect(sent).toMatchObject({ method: 'PUT', url: `${path}/${noImage}`, headers: json, body });
  });

  test('delete has no body', async () => {
    const sent = await sentBy((client) => client.delete(noImage, soon()));
    expect(sent).toMatchObject({ method: 'DELETE', url: `${path}/${noImage}`, headers, body: '' });
  });
});

test('maxImageBytes is the largest multiple of three bytes whose JSON fits into 512,000 bytes', () => {
  const payloadBytes = (bytes: number) => JSON.stringify(upload(Buffer.alloc(bytes), 'image/jpeg')).length - 2;
  // The API's field is `data`, two letters shorter than `base64`.
  expect(payloadBytes(maxImageBytes())).toBeLessThanOrEqual(512_000);
  expect(payloadBytes(maxImageBytes() + 1)).toBeGreaterThan(512_000);
});

test('close closes the connections', async () => {
  let open = 0;
  const server = await listen((req, res) => {
    open += 1;
    req.socket.once('close', () => {
      open -= 1;
    });
    req.resume();
    res.writeHead(204).end();
  });
  onTestFinished(server.stop);
  const client = clientOf(server.url);
  await client.delete(noImage, soon());
  expect(open).toBe(1);
  client.close();
  // The server keeps idle connections open for longer than the test's timeout.
  await expect.poll(() => open).toBe(0);
  // The server still accepts other clients, so it did not close the connection itself.
  const sending = request(server.url).end();
  await new Promise((resolve) => sending.once('response', resolve));
  sending.destroy();
});

test('the size that errors and documents name is the same', () => {
  expect(publicMaxImageBytes).toBe(maxImageBytes());
});
