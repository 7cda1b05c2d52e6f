import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
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

/** A server that records the paths it handles. It responds to `/held…` when `release` is called, to `/now` at once. */
async function startServer(body = 'done') {
  const server = createServer();
  const stopping = new AbortController();
  const { handle, drain } = trackConnections(server, stopping.signal);
  const handled: string[] = [];
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  handle(async (request, response) => {
    handled.push(String(request.url));
    if (request.url !== '/now') for await (const _ of request);
    if (request.url?.startsWith('/held')) await released;
    response.setHeader('content-length', body.length).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    release();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const open = () => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    return socket;
  };
  /** Waits until the server handles a request of this path. */
  const handles = (path: string) => vi.waitFor(() => expect(handled).toContain(path));
  return { server, port, open, stopping, drain, handled, handles, release };
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: images\r\n\r\n`;
const getLast = (path: string) => `GET ${path} HTTP/1.1\r\nHost: images\r\nConnection: close\r\n\r\n`;
const countOf = (received: string, part: string) => received.split(part).length - 1;

test('handles pipelined requests one after the other', async () => {
  const { open, handled, handles, release, drain } = await startServer();
  const socket = open();
  const received = text(socket);
  socket.write(get('/held') + get('/2') + get('/3'));
  await handles('/held');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(handled).toEqual(['/held']);
  release();
  await handles('/3');
  socket.write(get('/4'));
  await handles('/4');
  expect(handled).toEqual(['/held', '/2', '/3', '/4']);
  await drain();
  expect(countOf(await received, '200 OK')).toBe(4);
});

test('once it is stopping, handles requests, and each response closes its connection', async () => {
  const { open, stopping, handled, handles, release } = await startServer();
  const [inFlight, idle, later] = [open(), open(), open()];
  inFlight.write(get('/held'));
  idle.write(get('/before'));
  await handles('/held');
  await handles('/before');
  stopping.abort();
  idle.write(get('/kept-alive') + get('/pipelined'));
  later.write(get('/later'));
  release();
  expect(countOf(await text(inFlight), 'Connection: close')).toBe(1);
  expect(countOf(await text(later), 'Connection: close')).toBe(1);
  expect((await text(idle)).match(/Connection: [\w-]+/g)).toEqual(['Connection: keep-alive', 'Connection: close']);
  expect(handled.sort()).toEqual(['/before', '/held', '/kept-alive', '/later']);
});

test('draining handles nothing that arrives on connections, idle ones and those in use', async () => {
  const { open, drain, handled, handles, release } = await startServer();
  const [idle, inUse, waiting, halfSent] = [open(), open(), open(), open()];
  idle.write(get('/idle'));
  inUse.write(get('/held'));
  waiting.write(get('/held-too') + get('/waiting'));
  halfSent.write('GET /half HTTP/1.1\r\nHos');
  for (const path of ['/idle', '/held', '/held-too']) await handles(path);
  const drained = drain();
  for (const socket of [idle, inUse, waiting]) socket.write(get('/after'));
  halfSent.write('t: images\r\n\r\n');
  expect(await text(halfSent)).toBe('');
  expect(countOf(await text(idle), '200 OK')).toBe(1);
  release();
  await drained;
  expect(handled.sort()).toEqual(['/held', '/held-too', '/idle']);
  expect(countOf(await text(inUse), 'Connection: close')).toBe(1);
  expect(countOf(await text(waiting), 'Connection: close')).toBe(1);
});

test('draining completes a request whose body is still arriving, and handles none behind it', async () => {
  const { open, drain, handled, handles } = await startServer();
  const socket = open();
  socket.write('PUT /1 HTTP/1.1\r\nHost: images\r\nContent-Length: 4\r\n\r\n12');
  await handles('/1');
  const drained = drain();
  socket.write(`34${get('/2')}`);
  expect(await text(socket)).toMatch(/^HTTP\/1.1 200 OK\r\n(.*\r\n)*Connection: close\r\n(.*\r\n)*\r\ndone$/);
  await drained;
  expect(handled).toEqual(['/1']);
});

test('a whole response arrives though its connection is closed with unread input', async () => {
  // More than the client has room for, and less than the system takes from the server at once.
  const body = 'x'.repeat(1_000_000);
  const { open, stopping } = await startServer(body);
  stopping.abort();
  const socket = open();
  socket.write(get('/1') + get('/2').repeat(10_000));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const received = await text(socket);
  expect(received.length - received.indexOf('x')).toBe(body.length);
});

test('gives other connections a turn between two pipelined requests', async () => {
  const { server, open, handled } = await startServer();
  const counts: number[] = [];
  const count = () => {
    counts.push(handled.length);
    if (handled.length < 100) setImmediate(count);
  };
  server.once('request', count);
  const socket = open();
  socket.write(`${get('/now').repeat(99)}${getLast('/now')}`);
  expect(countOf(await text(socket), '200 OK')).toBe(100);
  const steps = counts.slice(1).map((handledBy, at) => handledBy - (counts[at] ?? 0));
  expect(Math.max(...steps)).toBe(1);
});

test('cuts off connections that add pipelined requests when too many wait, and serves others', async () => {
  const { open, port, handles } = await startServer();
  const cutOff = Array.from({ length: 20 }, async () => {
    const socket = open();
    socket.write(get('/held').repeat(5_000));
    return (await text(socket).catch(() => '')).length;
  });
  await handles('/held');
  expect(await Promise.race(cutOff)).toBe(0);
  expect((await fetch(`http://127.0.0.1:${port}/other`)).status).toBe(200);
});

test('disconnects a client that does not read its response though it sends more', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const { server, open, handles } = await startServer('x'.repeat(10_000_000));
  const accepted = once(server, 'connection');
  const client = open();
  client.write(get('/unread'));
  const [socket] = await accepted;
  await handles('/unread');
  await vi.waitFor(() => expect(socket.writableLength).toBeGreaterThan(0));
  const looks = 4 + Math.floor(socket.writableLength / 240_000);
  for (let look = 0; look < looks; look += 1) {
    client.write('GET /more HTTP/1.1\r\nHost');
    vi.advanceTimersByTime(15_000);
    expect(socket.destroyed).toBe(false);
  }
  vi.advanceTimersByTime(15_000);
  expect(socket.destroyed).toBe(true);
});
