import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { listen } from '../../../tests/support/http/servers.ts';
import { createImageClient } from './client.ts';

const id = '0123456789abcdef01234567';
const soon = () => ({ requestId: 'request-1', deadline: Date.now() + 10_000 });
const maxConnections = 16;

/** Starts a service that responds when a test tells it to, and counts connections. */
async function listenSlowly() {
  const sockets = new Set<Socket>();
  const open = new Set<Socket>();
  const pending: ServerResponse[] = [];
  let isQuick = false;
  const server = await listen((req, res) => {
    sockets.add(req.socket);
    open.add(req.socket);
    req.socket.once('close', () => open.delete(req.socket));
    req.resume();
    pending.push(res);
    if (isQuick) answerAll();
  });
  onTestFinished(server.stop);
  const answerAll = () => {
    for (const res of pending.splice(0)) res.writeHead(204).end();
  };
  const answerAtOnce = () => {
    isQuick = true;
  };
  return { url: server.url, sockets, open, pending, answerAll, answerAtOnce };
}

function clientOf(url: string, timeoutMs = 10_000) {
  const client = createImageClient({ baseUrl: `${url}/images/api/v1`, token: 'a token', timeoutMs });
  onTestFinished(client.close);
  return client;
}

test('sequential calls share one connection', async () => {
  const { url, sockets, pending, answerAll } = await listenSlowly();
  const client = clientOf(url);
  for (let call = 0; call < 5; call += 1) {
    const deleted = client.delete(id, soon());
    await expect.poll(() => pending.length).toBe(1);
    answerAll();
    await deleted;
  }
  expect(sockets.size).toBe(1);
});

test('calls beyond the connection limit wait for a connection', async () => {
  const { url, sockets, pending, answerAll } = await listenSlowly();
  const client = clientOf(url);
  const calls = Array.from({ length: 3 * maxConnections }, () => client.delete(id, soon()));
  for (let turn = 0; turn < 3; turn += 1) {
    await expect.poll(() => pending.length).toBe(maxConnections);
    answerAll();
  }
  await Promise.all(calls);
  expect(sockets.size).toBe(maxConnections);
});

test('calls that time out free their connections, and queued calls time out too', async () => {
  const { url, open, answerAtOnce } = await listenSlowly();
  const client = clientOf(url, 1_000);
  const calls = Array.from({ length: 2 * maxConnections }, () => client.delete(id, soon()));
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes.map(({ status }) => status)).toEqual(calls.map(() => 'rejected'));
  await expect.poll(() => open.size).toBe(0);

  answerAtOnce();
  // The failures have opened the circuit breaker for a while.
  const isThrough = () =>
    client.delete(id, soon()).then(
      () => true,
      () => false,
    );
  await expect.poll(isThrough).toBe(true);
  await Promise.all(calls.map(() => client.delete(id, soon())));
});

test('uploads wait only for other uploads, and other calls never wait for uploads', async () => {
  const { url, pending, answerAll } = await listenSlowly();
  const client = clientOf(url);
  const image = { base64: 'aGVsbG8=', contentType: 'image/png' };
  const uploads = Array.from({ length: maxConnections + 1 }, () => client.replace(id, image, soon()));
  await expect.poll(() => pending.length).toBe(maxConnections);

  const others = [client.delete(id, soon()), client.publicHash(`${url}/1`, { ...soon(), maxBytes: 10 })];
  await expect.poll(() => pending.length).toBe(maxConnections + others.length);
  answerAll();
  await Promise.allSettled(others);
  await expect.poll(() => pending.length).toBe(1);
  answerAll();
  await Promise.all(uploads);
});
