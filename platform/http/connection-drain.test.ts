import { once } from 'node:events';
import { Agent, createServer, type RequestListener, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { createShutdown } from '../process/shutdown.ts';
import { handleUntilDrained } from './connection-drain.ts';

async function startServer(listener: RequestListener, shutdown = createShutdown(60_000)) {
  const server = createServer();
  const { track, drain } = handleUntilDrained(server, async (req, res) => listener(req, res), shutdown);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}/`, track, drain };
}

/** A server whose responses are sent when `respond` is called. */
async function startHeldServer(shutdown = createShutdown(60_000)) {
  const held: (() => void)[] = [];
  let onRequest = () => {};
  const server = await startServer((_, res) => {
    held.push(() => res.end('done'));
    onRequest();
  }, shutdown);
  const requests = (count: number) =>
    new Promise<void>((resolve) => {
      onRequest = () => {
        if (held.length === count) resolve();
      };
    });
  const respond = () => {
    for (const end of held) end();
  };
  return { ...server, requests, respond };
}

test('waits for responses in flight and closes their keep-alive connections', async () => {
  const { url, drain, requests, respond } = await startHeldServer();
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const arrived = requests(1);
  const sending = request(url, { agent }).end();
  await arrived;
  const drained = drain();
  respond();
  const [response] = await once(sending, 'response');
  expect([response.headers.connection, await text(response)]).toEqual(['close', 'done']);
  await drained;
});

test('closes idle and silent connections at once', async () => {
  const { url, port, drain } = await startServer((_, res) => void res.end());
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const [response] = await once(request(url, { agent }).end(), 'response');
  await text(response);
  const silent = connect(port, '127.0.0.1');
  await once(silent, 'connect');
  const closed = once(silent.resume(), 'close');
  await drain();
  await closed;
});

test('cuts off requests that exceed the grace period and reports their number', async () => {
  const { url, drain, requests } = await startHeldServer(createShutdown(10));
  const arrived = requests(2);
  const outcomes = Promise.all([fetch(url), fetch(url)].map((sending) => sending.catch(() => 'cut off')));
  await arrived;
  await expect(drain()).rejects.toMatchObject({
    name: 'RequestsCutOffError',
    count: 2,
    message: '2 requests were cut off, still in flight 10 ms after the stop (SHUTDOWN_GRACE_MS).',
  });
  expect(await outcomes).toEqual(['cut off', 'cut off']);
});

test('does not report a connection that is cut off without a request', async () => {
  const { port, drain } = await startServer((_, res) => void res.end(), createShutdown(10));
  const halfSent = connect(port, '127.0.0.1');
  await once(halfSent, 'connect');
  halfSent.on('error', () => {});
  halfSent.write('GET / HT');
  await drain();
});

test('resolves if the server never listened', async () => {
  await handleUntilDrained(createServer(), async () => {}, createShutdown(10)).drain();
});

test('servers of one process share a grace period, which starts with the first stop', async () => {
  const shutdown = createShutdown(50);
  const [first, second] = await Promise.all([startHeldServer(shutdown), startHeldServer(shutdown)]);
  const arrived = Promise.all([first.requests(1), second.requests(1)]);
  const outcomes = Promise.all([fetch(first.url), fetch(second.url)].map((sending) => sending.catch(() => 'cut off')));
  await arrived;
  await expect(first.drain()).rejects.toThrow('1 request was cut off');
  // Node's timers count whole milliseconds, so that one may fire by a fraction too early.
  expect(shutdown.startGrace()).toBeLessThan(2);
  await expect(second.drain()).rejects.toThrow('1 request was cut off');
  expect(await outcomes).toEqual(['cut off', 'cut off']);
});

/** Work that settles when `settle` is called. */
function createWork() {
  let settle: Record<'resolve' | 'reject', () => void> = { resolve() {}, reject() {} };
  const work = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject: () => reject(new Error('failed')) };
  });
  work.catch(() => {});
  return { work, resolve: () => settle.resolve(), reject: () => settle.reject() };
}

test.each(['resolve', 'reject'] as const)('waits for tracked work without a connection, which may %s', async (how) => {
  const { track, drain } = await startServer((_, res) => void res.end());
  const first = createWork();
  const second = createWork();
  expect(track(first.work)).toBe(first.work);
  track(second.work).catch(() => {});
  const events: string[] = [];
  const drained = drain().then(() => events.push('drained'));
  first.resolve();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(events).toEqual([]);
  second[how]();
  await drained;
});

test('reports work that exceeds the grace period, once for each request', async () => {
  const server = createServer();
  let arrived = (_: ServerResponse) => {};
  const arrival = new Promise<ServerResponse>((resolve) => {
    arrived = resolve;
  });
  const handle = (_: unknown, res: ServerResponse) => {
    arrived(res);
    return createWork().work;
  };
  const { track, drain } = handleUntilDrained(server, handle, createShutdown(10));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const outcome = fetch(`http://127.0.0.1:${port}/`).catch(() => 'cut off');
  await arrival;
  track(createWork().work);
  await expect(drain()).rejects.toMatchObject({ count: 2 });
  expect(await outcome).toBe('cut off');
});
