import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startTinyServer } from '../../tests/support/subgraphs/tiny-server.ts';
import { endSlowRequests } from './slow-requests.ts';

const limits = { graceMs: 30_000, minBytesPerSecond: 1_000 };
const checkMs = 3_000;
const length = 200_000;

/** Lets the time of checks pass by hand; connections have real time. */
function fakeChecks() {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
}

/** Starts a server that responds with the size of a body, and a client that sends one when the test does. */
async function startUpload({ isRead = true } = {}) {
  fakeChecks();
  const server = createServer((req, res) => {
    arrived(req);
    if (!isRead) return;
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
    });
    req.on('error', () => {});
    req.on('end', () => res.end(String(size)));
  });
  const arriving = new Promise<IncomingMessage>((resolve) => {
    arrived = resolve;
  });
  endSlowRequests(server, limits);
  server.on('clientError', (_, socket) => socket.end('HTTP/1.1 408 Request Timeout\r\n\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const sending = request({ port, method: 'POST', agent: false, headers: { 'content-length': length } });
  onTestFinished(() => void sending.destroy());
  sending.on('error', () => {});
  const responding = once(sending, 'response').then(([response]) => response as IncomingMessage);
  responding.catch(() => {});
  sending.flushHeaders();
  const req = await arriving;
  let sent = 0;
  const send = async (bytes: number) => {
    sent += bytes;
    sending.write('x'.repeat(bytes));
    const { bytesRead } = req.socket;
    await expect.poll(() => req.socket.bytesRead).toBeGreaterThanOrEqual(bytesRead + bytes);
  };
  return { server, send, end: () => sending.end('x'.repeat(length - sent)), responding, socket: req.socket };
}

let arrived: (req: IncomingMessage) => void = () => {};

test('a body at the least rate is read, however long it takes', async () => {
  const { send, end, responding } = await startUpload();
  for (let check = 0; check < 40; check += 1) {
    await send(checkMs);
    vi.advanceTimersByTime(checkMs);
  }
  end();
  expect(await text(await responding)).toBe(String(length));
});

test('a body that trickles is ended after the grace period', async () => {
  const { send, responding } = await startUpload();
  await send(500);
  vi.advanceTimersByTime(limits.graceMs);
  const ended = vi.fn();
  void responding.then(ended);
  await send(500);
  expect(ended).not.toHaveBeenCalled();
  vi.advanceTimersByTime(2 * checkMs);
  expect((await responding).statusCode).toBe(408);
});

test('time in which the server does not read a body does not count', async () => {
  const { socket } = await startUpload({ isRead: false });
  vi.advanceTimersByTime(10 * limits.graceMs);
  expect(socket.destroyed || socket.writableEnded).toBe(false);
});

test('headers have the grace period, and the whole request has no limit', async () => {
  const { server } = await startUpload();
  expect([server.headersTimeout, server.requestTimeout]).toEqual([limits.graceMs, 0]);
});

test('the server of a process ends a body that trickles', async () => {
  fakeChecks();
  const { url } = await startTinyServer();
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  socket.write('POST /graphql HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n');
  socket.write('Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n');
  // Sent when the server begins to read.
  await expect.poll(() => received).toContain('100 Continue');
  vi.advanceTimersByTime(60_000);
  await once(socket, 'end');
  expect(received).toMatch(/408 Request Timeout.*The request took too long to arrive/s);
});
