import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { listen } from '../../../tests/support/http/servers.ts';
import { type RawBody, readRawBody } from './raw-body.ts';

const maxBytes = 1_000;

/** A server that reads bodies, and its results. */
async function startReader(before: (closed: Promise<unknown>) => Promise<unknown> = async () => {}) {
  const bodies: RawBody[] = [];
  const server = await listen(async (req, res) => {
    await before(once(res, 'close'));
    const body = await readRawBody(req, maxBytes);
    bodies.push(body);
    res.writeHead('status' in body ? body.status : 200, { connection: 'close' }).end();
  });
  onTestFinished(server.stop);
  return { url: server.url, bodies };
}

const post = (url: string, body: RequestInit['body'], headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body, headers, duplex: 'half' } as RequestInit);

/** A chunked body without a Content-Length. */
function inPieces(...pieces: Uint8Array[]): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
}

test.each([
  ['empty', Buffer.alloc(0)],
  ['small', Buffer.from('a body')],
  ['binary', Buffer.from([0, 255, 128, 10, 13])],
  ['of the maximum size', Buffer.alloc(maxBytes, 'a')],
])('returns a body that is %s unchanged', async (_, bytes) => {
  const { url, bodies } = await startReader();
  expect((await post(url, new Uint8Array(bytes))).status).toBe(200);
  expect(bodies).toEqual([{ bytes }]);
});

test('joins chunks', async () => {
  const { url, bodies } = await startReader();
  await post(url, inPieces(Buffer.from('a '), Buffer.from('body')));
  expect(bodies).toEqual([{ bytes: Buffer.from('a body') }]);
});

test('a body without Content-Length and content is empty', async () => {
  const { url, bodies } = await startReader();
  await fetch(url);
  expect(bodies).toEqual([{ bytes: Buffer.alloc(0) }]);
});

test.each([
  ['by its Content-Length', new Uint8Array(maxBytes + 1)],
  ['by its chunks', inPieces(Buffer.alloc(maxBytes), Buffer.alloc(1))],
])('a body that is one byte too large, %s, is 413', async (_, body) => {
  const { url, bodies } = await startReader();
  expect((await post(url, body)).status).toBe(413);
  expect(bodies).toEqual([{ status: 413 }]);
});

test('stops reading an endless body as soon as it is too large', async () => {
  const { url, bodies } = await startReader();
  const sending = request(url, { method: 'POST' });
  onTestFinished(() => void sending.destroy());
  sending.on('error', () => {}).write(Buffer.alloc(maxBytes + 1));
  const [response] = await once(sending, 'response');
  expect(response.statusCode).toBe(413);
  expect(bodies).toEqual([{ status: 413 }]);
});

test('rejects a too large Content-Length before reading', async () => {
  const { url } = await startReader();
  const sending = request(url, { method: 'POST', headers: { 'content-length': 1_000_000_000 } });
  onTestFinished(() => void sending.destroy());
  sending.on('error', () => {}).flushHeaders();
  const [response] = await once(sending, 'response');
  expect(response.statusCode).toBe(413);
});

test.each(['gzip', 'deflate', 'br', 'identity, gzip', 'unheard-of'])('a body in %s is 415', async (encoding) => {
  const { url, bodies } = await startReader();
  const response = await post(url, new Uint8Array(gzipSync('a body')), { 'content-encoding': encoding });
  expect(response.status).toBe(415);
  expect(bodies).toEqual([{ status: 415 }]);
});

test('accepts the content coding identity', async () => {
  const { url } = await startReader();
  expect((await post(url, 'a body', { 'content-encoding': 'identity' })).status).toBe(200);
});

/** A client that disconnects within its body. */
async function leave(url: string): Promise<void> {
  const client = connect(Number(new URL(url).port), '127.0.0.1');
  await once(client, 'connect');
  const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n';
  await new Promise((resolve) => client.write(`${head}half a bo`, resolve));
  client.resetAndDestroy();
}

test('returns 400 if the client disconnects within the body', async () => {
  const { url, bodies } = await startReader();
  await leave(url);
  await expect.poll(() => bodies).toEqual([{ status: 400 }]);
});

test('returns 400 if the client disconnected before the read', async () => {
  const { url, bodies } = await startReader((closed) => closed);
  await leave(url);
  await expect.poll(() => bodies).toEqual([{ status: 400 }]);
});
