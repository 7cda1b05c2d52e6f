import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listen } from '../../../tests/support/http/servers.ts';
import { sendError, sendJson } from '../responses.ts';
import { createBodyAdmission } from './body-admission.ts';
import { createJsonReader } from './json-reader.ts';

const ordinaryBytes = 100_000;
const maxUploadBytes = 400_000;
const limits = { maxTotalBytes: 1_000_000, maxPerClient: 2, slowAfterMs: 60_000, minBytesPerSecond: 100_000 };

const jsonOf = (bytes: number) => JSON.stringify({ text: 'x'.repeat(bytes - '{"text":""}'.length) });
const upload = jsonOf(300_000);

/** A server that reads bodies, and responds when `respond` is called. The header `x-name` names the client. */
async function startServer(slots = limits) {
  const readJson = createJsonReader(createBodyAdmission({ slots }));
  const respond: (() => void)[] = [];
  const handled: string[] = [];
  let socket: Socket | undefined;
  const server = await listen(async (req, res) => {
    const name = String(req.headers['x-name']);
    socket = req.socket;
    const limit = { maxBytes: ordinaryBytes, uploader: () => name };
    const read = await readJson({ req, res, limit, upload: { maxBytes: maxUploadBytes, expansion: 1 } });
    if ('error' in read) return sendError(res, read.error);
    handled.push(name);
    respond.push(() => sendJson(res, 200, 'done'));
  });
  onTestFinished(server.stop);
  const start = (name: string, headers: Record<string, string | number> = {}) => {
    const sending = request(server.url, {
      method: 'POST',
      agent: new Agent(),
      headers: { 'content-type': 'application/json', 'x-name': name, ...headers },
    });
    sending.on('error', () => {});
    onTestFinished(() => void sending.destroy());
    return sending;
  };
  const send = (name: string, body = upload) => {
    const sending = start(name, { 'content-length': body.length });
    sending.end(body);
    return sending;
  };
  const isHandled = (...names: string[]) => expect.poll(() => handled).toEqual(names);
  /** Bytes of the connection of the last request. */
  const bytesRead = () => socket?.bytesRead ?? 0;
  return { start, send, isHandled, handled, bytesRead, respondToFirst: () => respond.shift()?.() };
}

async function responseOf(sending: ClientRequest) {
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  const { statusCode: status, headers } = response;
  return { status, headers, body: JSON.parse(await text(response)) };
}

const noRoom = {
  status: 503,
  headers: { 'retry-after': '2', connection: 'close' },
  body: { errors: [{ message: expect.stringMatching(/uploads/), extensions: { code: 'SERVICE_UNAVAILABLE' } }] },
};

describe('an upload is SERVICE_UNAVAILABLE with Retry-After', () => {
  test('while its client has two others, until one of them has its response', async () => {
    const { send, isHandled, respondToFirst } = await startServer();
    const first = responseOf(send('ada'));
    await isHandled('ada');
    send('ada');
    await isHandled('ada', 'ada');
    expect(await responseOf(send('ada'))).toMatchObject(noRoom);
    send('bob');
    await isHandled('ada', 'ada', 'bob');
    respondToFirst();
    await first;
    send('ada');
    await isHandled('ada', 'ada', 'bob', 'ada');
  });

  test('while those of all clients would be over the total', async () => {
    const { send, isHandled, respondToFirst } = await startServer();
    const first = responseOf(send('1'));
    await isHandled('1');
    send('2');
    await isHandled('1', '2');
    send('3');
    await isHandled('1', '2', '3');
    expect(await responseOf(send('4'))).toMatchObject(noRoom);
    respondToFirst();
    await first;
    send('4');
    await isHandled('1', '2', '3', '4');
  });

  test('before its body is sent', async () => {
    const { start, send, isHandled } = await startServer({ ...limits, maxPerClient: 1 });
    send('ada');
    await isHandled('ada');
    const waiting = start('ada', { 'content-length': upload.length });
    waiting.flushHeaders();
    expect(await responseOf(waiting)).toMatchObject(noRoom);
  });

  test('as soon as a body of unknown size is over the limit of others', async () => {
    const { start, send, isHandled } = await startServer({ ...limits, maxPerClient: 1 });
    send('ada');
    await isHandled('ada');
    const chunked = start('ada');
    chunked.write(upload.slice(0, ordinaryBytes + 1));
    expect(await responseOf(chunked)).toMatchObject(noRoom);
  });
});

test('other bodies are read while there is no room for uploads', async () => {
  const { send, isHandled } = await startServer({ ...limits, maxPerClient: 1 });
  send('ada');
  await isHandled('ada');
  send('ada', jsonOf(ordinaryBytes));
  await isHandled('ada', 'ada');
});

test('a body of unknown size counts as the largest upload', async () => {
  const { start, send, isHandled } = await startServer({ ...limits, maxTotalBytes: maxUploadBytes + 250_000 });
  const chunked = start('1');
  chunked.write(upload.slice(0, 200_000));
  chunked.end(upload.slice(200_000));
  await isHandled('1');
  expect(await responseOf(send('2'))).toMatchObject(noRoom);
});

test('an upload whose client leaves makes room', async () => {
  const { start, send, handled } = await startServer({ ...limits, maxTotalBytes: 300_000 });
  const leaving = start('1', { 'content-length': upload.length });
  leaving.write('{"text":"');
  await expect.poll(async () => (await responseOf(send('2'))).status).toBe(503);
  leaving.destroy();
  const tryAgain = async () => {
    const sending = send('3');
    await Promise.race([once(sending, 'response'), new Promise((resolve) => setTimeout(resolve, 200))]);
    return handled;
  };
  await expect.poll(tryAgain).toContain('3');
});

test('an upload that arrives slowly ends when another has no room', async () => {
  const { start, send, isHandled } = await startServer({ ...limits, maxTotalBytes: 300_000, slowAfterMs: 200 });
  const slow = start('slow', { 'content-length': upload.length });
  slow.write('{"text":"');
  const response = responseOf(slow);
  await new Promise((resolve) => setTimeout(resolve, 400));
  send('next');
  await isHandled('next');
  expect(await response).toMatchObject({
    status: 408,
    headers: { 'retry-after': '2', connection: 'close' },
    body: { errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] },
  });
});

test('an upload that takes longer does not end if it arrives at the least rate', async () => {
  const slots = { ...limits, maxTotalBytes: 300_000, slowAfterMs: 200, minBytesPerSecond: 1 };
  const { start, send, isHandled, bytesRead } = await startServer(slots);
  const steady = start('steady', { 'content-length': upload.length });
  steady.write(upload.slice(0, 200_000));
  await expect.poll(bytesRead).toBeGreaterThan(200_000);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(await responseOf(send('next'))).toMatchObject(noRoom);
  steady.end(upload.slice(200_000));
  await isHandled('steady');
});

test('an upload that has arrived does not end', async () => {
  const { send, isHandled, respondToFirst } = await startServer({ ...limits, maxTotalBytes: 300_000, slowAfterMs: 0 });
  const first = responseOf(send('1'));
  await isHandled('1');
  expect(await responseOf(send('2'))).toMatchObject(noRoom);
  respondToFirst();
  expect((await first).status).toBe(200);
});
