import { once } from 'node:events';
import { Agent, createServer, type RequestListener, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { createGracePeriod } from '../process/grace-period.ts';
import { trackConnections } from './connection-drain.ts';

async function startServer(listener: RequestListener) {
  const server = createServer(listener);
  const { track, drain } = trackConnections(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}/`, track, drain };
}

/** A server whose responses are sent when `respond` is called. */
async function startHeldServer() {
  const held: (() => void)[] = [];
  let onRequest = () => {};
  const server = await startServer((_, res) => {
    held.push(() => res.end('done'));
    onRequest();
  });
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
  const drained = drain(createGracePeriod(60_000));
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
  await drain(createGracePeriod(60_000));
  await once(silent.resume(), 'close');
});

test('cuts off requests that exceed the grace period and reports their number', async () => {
  const { url, drain, requests } = await startHeldServer();
  const arrived = requests(2);
  const outcomes = Promise.all([fetch(url), fetch(url)].map((sending) => sending.catch(() => 'cut off')));
  await arrived;
  await expect(drain(createGracePeriod(10))).rejects.toMatchObject({
    name: 'RequestsCutOffError',
    count: 2,
    message: '2 requests were cut off, still in flight 10 ms after the stop (SHUTDOWN_GRACE_MS).',
  });
  expect(await outcomes).toEqual(['cut off', 'cut off']);
});

test('does not report a connection that is cut off without a request', async () => {
  const { port, drain } = await startServer((_, res) => void res.end());
  const halfSent = connect(port, '127.0.0.1');
  await once(halfSent, 'connect');
  halfSent.on('error', () => {});
  halfSent.write('GET / HT');
  await drain(createGracePeriod(10));
});

test('resolves if the server never listened', async () => {
  await trackConnections(createServer()).drain(createGracePeriod(10));
});

test('servers of one process share a grace period, which starts with the first stop', async () => {
  const [first, second] = await Promise.all([startHeldServer(), startHeldServer()]);
  const arrived = Promise.all([first.requests(1), second.requests(1)]);
  const outcomes = Promise.all([fetch(first.url), fetch(second.url)].map((sending) => sending.catch(() => 'cut off')));
  await arrived;
  const grace = createGracePeriod(50);
  await expect(first.drain(grace)).rejects.toThrow('1 request was cut off');
  expect(grace.remainingMs()).toBe(0);
  await expect(second.drain(grace)).rejects.toThrow('1 request was cut off');
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
  const drained = drain(createGracePeriod(60_000)).then(() => events.push('drained'));
  first.resolve();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(events).toEqual([]);
  second[how]();
  await drained;
});

test('reports tracked work that exceeds the grace period, once for each request', async () => {
  const server = createServer();
  const { track, drain } = trackConnections(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const outcome = fetch(`http://127.0.0.1:${port}/`).catch(() => 'cut off');
  const [, response] = await once(server, 'request');
  track(createWork().work, response);
  track(createWork().work);
  await expect(drain(createGracePeriod(10))).rejects.toMatchObject({ count: 2 });
  expect(await outcome).toBe('cut off');
});
