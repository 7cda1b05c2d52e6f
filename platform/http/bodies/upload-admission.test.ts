import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listen } from '../../../tests/support/http/servers.ts';
import { sendError, sendJson } from '../responses.ts';
import { createBodyAdmission } from './body-admission.ts';
import { createJsonReader } from './json-reader.ts';

const maxBytes = 200_000;
const limits = { maxTotalBytes: 300_000, maxQueued: 2, slowAfterMs: 60_000 };

/** JSON of that many bytes. */
const jsonOf = (bytes: number) => JSON.stringify({ text: 'x'.repeat(bytes - '{"text":""}'.length) });
const large = jsonOf(100_000);

/** A server that reads bodies, and responds when `respond` is called. */
async function startServer(settings = limits) {
  const readJson = createJsonReader(createBodyAdmission({ queue: settings }));
  const respond: (() => void)[] = [];
  const handled: string[] = [];
  const server = await listen(async (req, res) => {
    const read = await readJson({ req, res, limit: { maxBytes } });
    if ('error' in read) return sendError(res, read.error);
    handled.push(String(req.headers['x-name']));
    respond.push(() => sendJson(res, 200, 'done'));
  });
  onTestFinished(server.stop);
  const start = (name: string, headers: Record<string, string | number> = {}, localAddress = '127.0.0.1') => {
    const sending = request(server.url, {
      method: 'POST',
      agent: new Agent(),
      localAddress,
      headers: { 'content-type': 'application/json', 'x-name': name, ...headers },
    });
    sending.on('error', () => {});
    return sending;
  };
  const send = (name: string, body: string | Buffer = large, headers = {}, localAddress?: string) => {
    const sending = start(name, { 'content-length': Buffer.byteLength(body), ...headers }, localAddress);
    sending.end(body);
    return sending;
  };
  const isHandled = (...names: string[]) => expect.poll(() => handled).toEqual(names);
  return { start, send, isHandled, handled, respondToFirst: () => respond.shift()?.() };
}

async function responseOf(sending: ClientRequest) {
  const [response] = (await once(sending, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: JSON.parse(await text(response)) };
}

/** Time for a request to arrive that nothing should come of. */
const untilArrived = () => new Promise((resolve) => setTimeout(resolve, 100));

test('large bodies over the total wait until a response has been sent', async () => {
  const { send, isHandled, handled, respondToFirst } = await startServer();
  const first = responseOf(send('1'));
  await isHandled('1');
  const others = [responseOf(send('2')), responseOf(send('3'))];
  await expect.poll(() => handled.length).toBe(3);
  const last = responseOf(send('4'));
  await untilArrived();
  expect(handled).toHaveLength(3);
  respondToFirst();
  expect((await first).status).toBe(200);
  await expect.poll(() => handled.length).toBe(4);
  for (const _ of [2, 3, 4]) respondToFirst();
  expect((await Promise.all([...others, last])).map(({ status }) => status)).toEqual([200, 200, 200]);
});

test('rejects with SERVICE_UNAVAILABLE when too many wait', async () => {
  const { send, handled, respondToFirst } = await startServer();
  const accepted = ['1', '2', '3'].map((name) => responseOf(send(name)));
  await expect.poll(() => handled.length).toBe(3);
  const queued = ['4', '5', '6'].map((name) => responseOf(send(name)));
  const { status, body } = await Promise.race(queued);
  expect([status, body.errors[0].extensions]).toEqual([503, { code: 'SERVICE_UNAVAILABLE' }]);
  for (let nth = 0; nth < 5; nth++) {
    await expect.poll(() => handled.length).toBeGreaterThan(nth);
    respondToFirst();
  }
  const statuses = (await Promise.all([...accepted, ...queued])).map(({ status }) => status).sort();
  expect(statuses).toEqual([200, 200, 200, 200, 200, 503]);
});

test('small bodies do not wait', async () => {
  const { send, handled } = await startServer({ ...limits, maxTotalBytes: 1 });
  send('large');
  await expect.poll(() => handled).toEqual(['large']);
  send('small', jsonOf(60_000));
  await expect.poll(() => handled).toEqual(['large', 'small']);
});

test('a body of unknown size counts as the largest until it was read', async () => {
  const { start, send, handled } = await startServer({ ...limits, maxTotalBytes: maxBytes });
  const chunked = start('chunked');
  chunked.write('{');
  await untilArrived();
  send('large');
  await untilArrived();
  expect(handled).toEqual([]);
  chunked.end('}');
  await expect.poll(() => handled).toEqual(['chunked', 'large']);
});

test('a compressed body counts as the largest until it was read', async () => {
  const { start, send, handled } = await startServer({ ...limits, maxTotalBytes: maxBytes });
  const body = gzipSync('{}');
  const compressed = start('compressed', { 'content-encoding': 'gzip', 'content-length': body.length });
  compressed.write(body.subarray(0, 5));
  await untilArrived();
  send('large');
  await untilArrived();
  expect(handled).toEqual([]);
  compressed.end(body.subarray(5));
  await expect.poll(() => handled).toEqual(['compressed', 'large']);
});

test('a body over the whole total is read alone', async () => {
  const { send, isHandled } = await startServer({ ...limits, maxTotalBytes: 70_000 });
  send('1');
  await isHandled('1');
});

test.each(['before its body', 'while it waits'])('a client that leaves %s makes room', async (when) => {
  const { start, send, handled, respondToFirst } = await startServer({ ...limits, maxTotalBytes: 100_000 });
  if (when === 'before its body') {
    const leaving = start('leaving', { 'content-length': large.length });
    leaving.write('{');
    await untilArrived();
    send('next');
    await untilArrived();
    expect(handled).toEqual([]);
    leaving.destroy();
  } else {
    send('first');
    await expect.poll(() => handled).toEqual(['first']);
    const leaving = send('leaving');
    await untilArrived();
    send('next');
    await untilArrived();
    leaving.destroy();
    await untilArrived();
    respondToFirst();
  }
  await expect.poll(() => handled.at(-1)).toBe('next');
});

test('alternates between clients of different addresses', async () => {
  const { send, handled, respondToFirst } = await startServer({ ...limits, maxTotalBytes: 100_000, maxQueued: 10 });
  send('first');
  await expect.poll(() => handled).toEqual(['first']);
  for (const name of ['a1', 'a2', 'a3']) {
    send(name);
    await untilArrived();
  }
  send('b1', large, {}, '127.0.0.2');
  await untilArrived();
  for (let nth = 2; nth <= 5; nth++) {
    respondToFirst();
    await expect.poll(() => handled.length).toBe(nth);
  }
  expect(handled).toEqual(['first', 'a1', 'b1', 'a2', 'a3']);
});

describe('a slow client', () => {
  const slow = { ...limits, maxTotalBytes: 100_000, slowAfterMs: 300 };

  test('is rejected with 408 while another waits', async () => {
    const { start, send, handled } = await startServer(slow);
    const trickling = start('slow', { 'content-length': large.length });
    trickling.write('{');
    const response = responseOf(trickling);
    await untilArrived();
    send('next');
    await expect.poll(() => handled).toEqual(['next']);
    const { status, body } = await response;
    expect([status, body.errors[0].extensions]).toEqual([408, { code: 'SERVICE_UNAVAILABLE' }]);
  });

  test('may take its time while nobody waits', async () => {
    const { start, handled } = await startServer(slow);
    const trickling = start('slow', { 'content-length': large.length });
    trickling.write(large.slice(0, 10));
    await new Promise((resolve) => setTimeout(resolve, 600));
    trickling.end(large.slice(10));
    await expect.poll(() => handled).toEqual(['slow']);
  });
});
