import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createShutdown } from '../process/shutdown.ts';
import { handleUntilDrained } from './connection-drain.ts';

/** A server that records the paths it handles. It responds to `/held…` when `release` is called, to `/now` at once. */
async function startServer({ body = 'done', graceMs = 60_000 } = {}) {
  const server = createServer();
  const shutdown = createShutdown(graceMs);
  const handled: string[] = [];
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const handle = async (req: IncomingMessage, res: ServerResponse) => {
    handled.push(String(req.url));
    if (req.url !== '/now') for await (const _ of req);
    if (req.url?.startsWith('/held')) await released;
    res.setHeader('content-length', body.length).end(body);
  };
  const { drain } = handleUntilDrained(server, handle, shutdown);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    release();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  /** Waits until the server handles a request of this path. */
  const handles = (path: string) => vi.waitFor(() => expect(handled).toContain(path));
  return { server, begin: shutdown.begin, drain, handled, handles, release, port, ...clientOf(port) };
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const getLast = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
const postHead = (path: string) => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n`;

function clientOf(port: number) {
  return {
    /** Opens a connection, and sends the text. `received` resolves to everything received when it is closed. */
    async open(sent: string) {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      onTestFinished(() => void socket.destroy());
      const received = text(socket);
      await once(socket, 'connect');
      socket.write(sent);
      return { received, send: (more: string) => socket.write(more) };
    },
  };
}

const countOf = (received: string, part: string) => received.split(part).length - 1;

test('handles pipelined requests one after the other', async () => {
  const { open, handled, handles, release, drain } = await startServer();
  const { received } = await open(get('/held') + get('/2') + get('/3'));
  await handles('/held');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(handled).toEqual(['/held']);
  release();
  await handles('/3');
  expect(handled).toEqual(['/held', '/2', '/3']);
  await drain();
  expect(countOf(await received, '200 OK')).toBe(3);
});

test('reads on after pipelined requests', async () => {
  const { open, handles, release, drain } = await startServer();
  const { received, send } = await open(`${get('/held')}${postHead('/2')}12`);
  await handles('/held');
  release();
  send(`34${get('/3')}`);
  await handles('/3');
  send(get('/4'));
  await handles('/4');
  await drain();
  expect(countOf(await received, '200 OK')).toBe(4);
});

test('does not handle pipelined requests whose client has left', async () => {
  const { port, handled, handles, release, drain } = await startServer();
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.write(get('/held'));
  await handles('/held');
  socket.write(get('/2'));
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.resetAndDestroy();
  await new Promise((resolve) => setTimeout(resolve, 50));
  release();
  await drain();
  expect(handled).toEqual(['/held']);
});

test('from the beginning of a shutdown on, requests are handled and each response closes its connection', async () => {
  const { open, begin, handled, handles, release } = await startServer();
  const inFlight = await open(get('/held'));
  const idle = await open(get('/before'));
  await handles('/held');
  await handles('/before');
  begin();
  const later = await open(get('/later'));
  idle.send(get('/kept-alive') + get('/pipelined'));
  release();
  expect(countOf(await inFlight.received, 'Connection: close')).toBe(1);
  expect(countOf(await later.received, 'Connection: close')).toBe(1);
  expect((await idle.received).match(/Connection: [\w-]+/g)).toEqual(['Connection: keep-alive', 'Connection: close']);
  expect(handled.sort()).toEqual(['/before', '/held', '/kept-alive', '/later']);
});

test('draining handles nothing that arrives on connections, idle ones and those in use', async () => {
  const { open, drain, handled, handles, release } = await startServer();
  const idle = await open(get('/idle'));
  const inUse = await open(get('/held'));
  const waiting = await open(get('/held-too') + get('/waiting'));
  const halfSent = await open('GET /half HTTP/1.1\r\nHos');
  for (const path of ['/idle', '/held', '/held-too']) await handles(path);
  const drained = drain();
  idle.send(get('/after'));
  inUse.send(get('/after'));
  waiting.send(get('/after'));
  halfSent.send('t: x\r\n\r\n');
  expect(await halfSent.received).toBe('');
  expect(countOf(await idle.received, '200 OK')).toBe(1);
  release();
  await drained;
  expect(handled.sort()).toEqual(['/held', '/held-too', '/idle']);
  expect(countOf(await inUse.received, 'Connection: close')).toBe(1);
  expect(countOf(await waiting.received, 'Connection: close')).toBe(1);
});

test.each(['no HTTP', 'CONNECT x:80 HTTP/1.1'])(
  'draining completes a request though %s arrives behind it',
  async (line) => {
    const { open, drain, handles, release } = await startServer();
    const { received, send } = await open(get('/held'));
    await handles('/held');
    const drained = drain();
    send(`${line}\r\n\r\n`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    release();
    expect(countOf(await received, '200 OK')).toBe(1);
    await drained;
  },
);

test('draining completes a request whose body is still arriving, and handles none behind it', async () => {
  const { open, drain, handled, handles } = await startServer();
  const { received, send } = await open(`${postHead('/1')}12`);
  await handles('/1');
  const drained = drain();
  send(`34${postHead('/2')}1234`);
  expect(await received).toMatch(/^HTTP\/1.1 200 OK\r\n(.*\r\n)*Connection: close\r\n(.*\r\n)*\r\ndone$/);
  await drained;
  expect(handled).toEqual(['/1']);
});

test('draining rejects connections', async () => {
  const { open, port, drain, handles, release } = await startServer();
  const { received } = await open(get('/held'));
  await handles('/held');
  const drained = drain();
  const [error] = await once(connect(port, '127.0.0.1'), 'error');
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  release();
  await drained;
  expect(await received).toContain('200 OK');
});

test.each(['begin', 'drain'] as const)(
  'a whole response arrives after %s, though there is unread input',
  async (stop) => {
    // More than the client has room for, and less than the system takes from the server at once.
    const body = 'x'.repeat(1_000_000);
    const server = await startServer({ body });
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    if (stop === 'begin') server.begin();
    socket.write(get('/1'));
    if (stop === 'drain') await server.handles('/1');
    const drained = stop === 'drain' && server.drain();
    socket.write(get('/2').repeat(10_000));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const received = await text(socket);
    expect(received.length - received.indexOf('x')).toBe(body.length);
    socket.end();
    await drained;
  },
);

test('does not parse what arrives on a connection that is closing', async () => {
  const { open, server, drain, handles } = await startServer();
  const { received, send } = await open(get('/1'));
  await handles('/1');
  let parsed = 0;
  server.on('request', () => {
    parsed += 1;
  });
  const drained = drain();
  send(get('/2'));
  await drained;
  expect(await received).toContain('200 OK');
  expect(parsed).toBe(0);
});

test('cuts off a client that does not read its response, and counts its request', async () => {
  const { port, drain, handles } = await startServer({ body: 'x'.repeat(20_000_000), graceMs: 50 });
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  onTestFinished(() => void socket.destroy());
  socket.pause().write(get('/1'));
  await handles('/1');
  await expect(drain()).rejects.toMatchObject({ count: 1 });
});

test('drains though a client never closes its side', async () => {
  const { open, drain, handles } = await startServer();
  const { received } = await open(get('/1'));
  await handles('/1');
  await drain();
  expect(await received).toContain('200 OK');
});

test('gives other connections a turn between two pipelined requests', async () => {
  const { open, handled, server } = await startServer();
  const counts: number[] = [];
  const count = () => {
    counts.push(handled.length);
    if (handled.length < 100) setImmediate(count);
  };
  server.once('request', count);
  const { received } = await open(`${get('/now').repeat(99)}${getLast('/now')}`);
  expect(countOf(await received, '200 OK')).toBe(100);
  const steps = counts.slice(1).map((handledBy, at) => handledBy - (counts[at] ?? 0));
  expect(Math.max(...steps)).toBe(1);
});

test('cuts off connections that add pipelined requests when too many wait, and serves others', async () => {
  const { open, port, handles, release } = await startServer();
  const flood = get('/held').repeat(5_000);
  const floods = await Promise.all(Array.from({ length: 20 }, () => open(flood)));
  await handles('/held');
  const received = floods.map(async (each) => (await each.received.catch(() => '')).length);
  // Connections that are cut off have received nothing; the others wait.
  expect(await Promise.race(received)).toBe(0);
  const others = await Promise.all(Array.from({ length: 20 }, () => fetch(`http://127.0.0.1:${port}/other`)));
  expect(others.map(({ status }) => status)).toEqual(Array(20).fill(200));
  const { received: small } = await open(`${get('/held').repeat(9)}${getLast('/')}`);
  release();
  expect(countOf(await small, '200 OK')).toBe(10);
});

test('disconnects a client that does not read its response though it sends more, but not one that waits for it', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const { server, open, handles, release, port } = await startServer({ body: 'x'.repeat(10_000_000) });
  const waiting = await open(getLast('/held'));
  await handles('/held');
  const unread = connect(port, '127.0.0.1');
  onTestFinished(() => void unread.destroy());
  const [socket] = (await once(server, 'connection')) as [Socket];
  unread.write(get('/unread'));
  await handles('/unread');
  await vi.waitFor(() => expect(socket.writableLength).toBeGreaterThan(0));
  const looks = 4 + Math.floor(socket.writableLength / 240_000);
  for (let look = 0; look < looks; look += 1) {
    unread.write('GET /more HTTP/1.1\r\nHost');
    vi.advanceTimersByTime(15_000);
    expect(socket.destroyed).toBe(false);
  }
  vi.advanceTimersByTime(15_000);
  expect(socket.destroyed).toBe(true);
  release();
  expect((await waiting.received).length).toBeGreaterThan(10_000_000);
});
