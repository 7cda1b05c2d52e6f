import { type IncomingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startImageService } from '../../../image-service/server.ts';
import { listen } from '../../../tests/support/servers.ts';
import { folderOfTest } from '../../../tests/support/temporary-folder.ts';
import { createImageClient, maxImageBytes } from './client.ts';

const token = 'a token for these tests';
const requestId = 'request-1';
const soon = () => ({ requestId, deadline: Date.now() + 10_000 });
const upload = (bytes: Buffer, contentType = 'image/png') => ({ base64: bytes.toString('base64'), contentType });
const [one, other] = [upload(Buffer.from('one image')), upload(Buffer.from('another'), 'image/gif')];
const noImage = '0123456789abcdef01234567';
const unavailable = { name: 'ApiError', extensions: { code: 'IMAGE_SERVICE_UNAVAILABLE' } };

function clientOf(url: string, settings: { token?: string } = {}) {
  const client = createImageClient({ baseUrl: `${url}/images/api/v1`, token, timeoutMs: 5_000, ...settings });
  onTestFinished(client.close);
  return client;
}

/** The real stand-in, a client of it, and what it serves to everybody. */
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

describe('before the image service', () => {
  test('a wrong token is IMAGE_SERVICE_UNAVAILABLE', async () => {
    const { client } = await beforeService({ token: 'a wrong one' });
    await expect(client.create(one, soon())).rejects.toMatchObject(unavailable);
    await expect(client.replace(noImage, one, soon())).rejects.toMatchObject(unavailable);
    await expect(client.delete(noImage, soon())).rejects.toMatchObject(unavailable);
  });

  test('what it will not take is IMAGE_SERVICE_UNAVAILABLE', async () => {
    const { client } = await beforeService();
    for (const wrong of [
      { ...one, contentType: 'image/webp' },
      { ...one, base64: 'no base64' },
      { ...one, base64: '' },
    ]) {
      await expect(client.create(wrong, soon())).rejects.toMatchObject(unavailable);
    }
  });

  test('an image is stored, replaced at its URL, and deleted', async () => {
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

  test('an image that is not there is not replaced, and counts as deleted', async () => {
    const { client, served, url } = await beforeService();
    expect(await client.replace(noImage, one, soon())).toBe('MISSING');
    expect(await served(`${url}/images/public/${noImage}`)).toBe(404);
    await client.delete(noImage, soon());
  });

  test.each(['image/gif', 'image/jpeg', 'image/png'])('the largest %s is stored and replaced', async (contentType) => {
    const { client, served } = await beforeService();
    const largest = upload(Buffer.alloc(maxImageBytes(), 'x'), contentType);
    const created = await client.create(largest, soon());
    expect(await client.replace(created.id, largest, soon())).toBe('REPLACED');
    expect(await served(created.url)).toEqual(largest);
  });

  test('four characters of base64 more than the largest are too much for it', async () => {
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
    // The connection that was refused in the middle of a body does not spoil the next call.
    expect(await client.create(one, soon())).toMatchObject({ id: expect.any(String) });
  });

  test('many calls at once all get their own answers', async () => {
    const { client, served } = await beforeService();
    const all = Array.from({ length: 50 }, (_, at) => upload(Buffer.from(`image ${at}`)));
    const created = await Promise.all(all.map((image) => client.create(image, soon())));
    expect(new Set(created.map(({ id }) => id)).size).toBe(50);
    expect(await Promise.all(created.map((image) => served(image.url)))).toEqual(all);
  });
});

describe('a call', () => {
  interface Sent {
    method: string | undefined;
    url: string | undefined;
    headers: IncomingHttpHeaders;
    body: string;
  }

  /** What a service is sent that answers all calls as it should. */
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

  test('to create is a POST of the image, with token and request id', async () => {
    const sent = await sentBy((client) => client.create(one, soon()));
    expect(sent).toMatchObject({ method: 'POST', url: path, headers: json, body });
  });

  test('to replace is a PUT of the image', async () => {
    const sent = await sentBy((client) => client.replace(noImage, one, soon()));
    expect(sent).toMatchObject({ method: 'PUT', url: `${path}/${noImage}`, headers: json, body });
  });

  test('to delete has no body', async () => {
    const sent = await sentBy((client) => client.delete(noImage, soon()));
    expect(sent).toMatchObject({ method: 'DELETE', url: `${path}/${noImage}`, headers, body: '' });
  });
});

test('the largest image is the largest whole group of base64 that 500 kB of JSON hold', () => {
  const payloadBytes = (bytes: number) => JSON.stringify(upload(Buffer.alloc(bytes), 'image/jpeg')).length - 2;
  // The client's field is `data`, two letters shorter than `base64`.
  expect(payloadBytes(maxImageBytes())).toBeLessThanOrEqual(512_000);
  expect(payloadBytes(maxImageBytes() + 1)).toBeGreaterThan(512_000);
});

test('a client that is closed lets go of its connections', async () => {
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
  // Sooner than the server would close it.
  await expect.poll(() => open, { timeout: 3_000 }).toBe(0);
  // Nothing else closed it: the server is still there for others.
  const sending = request(server.url).end();
  await new Promise((resolve) => sending.once('response', resolve));
  sending.destroy();
});
