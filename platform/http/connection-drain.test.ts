import { once } from 'node:events';
import { Agent, createServer, type RequestListener, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { createGracePeriod } from '../process/grace-period.ts';
import { trackConnections } from './connection-drain.ts';

async function startServer(listener: RequestListener) {
  const server = createServer(listener);
  const drain = trackConnections(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}/`, drain };
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
  await trackConnections(createServer())(createGracePeriod(10));
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
