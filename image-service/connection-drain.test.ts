import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { trackConnections } from './connection-drain.ts';

/** A server with one request whose client has left. Its handler runs until `finish` is called. */
async function startAbandoned() {
  const server = createServer();
  const connections = trackConnections(server);
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  connections.handle(() => finished);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.closeAllConnections());
  const { port } = server.address() as AddressInfo;
  const client = new AbortController();
  const sent = fetch(`http://127.0.0.1:${port}/`, { signal: client.signal }).catch(() => {});
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  client.abort();
  await Promise.all([sent, once(response, 'close')]);
  return { ...connections, finish };
}

test('draining waits for the handler of a request whose client has left', async () => {
  const { drain, finish } = await startAbandoned();
  const events: string[] = [];
  const drained = drain().then(() => events.push('drained'));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(events).toEqual([]);
  finish();
  await drained;
});

test('cutting off ends the wait for such a handler, and counts its request', async () => {
  const { drain, cutOff } = await startAbandoned();
  const drained = drain();
  expect(cutOff()).toBe(1);
  await drained;
});
