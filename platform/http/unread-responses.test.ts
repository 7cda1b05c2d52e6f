import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { createResponseAdmission } from './unread-responses.ts';

const timeout = 60_000;
const large = 'x'.repeat(16 * 1024 * 1024);

/** Serves a text, large or as long as the path says, or 503 if it is not admitted. Clients read when the test does. */
async function startServer(limits: Parameters<typeof createResponseAdmission>[0]) {
  const admit = createResponseAdmission(limits);
  const server = createServer((req, res) => {
    const body = req.url === '/' ? large : 'x'.repeat(Number(req.url?.slice(1)));
    if (admit(res, body)) res.end(body);
    else res.writeHead(503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return async (path = '/') => {
    const sent = request({ port, path, agent: false }).end();
    sent.on('error', () => {});
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.on('error', () => {});
    return response;
  };
}

test('a large response is rejected while others that are not read take all the room', { timeout }, async () => {
  const get = await startServer({ maxTotalBytes: 2 * large.length, slowAfterMs: timeout });
  const unread = [await get(), await get()];
  const third = await get();
  expect([...unread, third].map(({ statusCode }) => statusCode)).toEqual([200, 200, 503]);
  expect((await get('/1000')).statusCode).toBe(200);

  for (const response of unread) expect((await text(response)).length).toBe(large.length);
  await expect.poll(async () => (await get()).statusCode, { timeout }).toBe(200);
});

test('slow clients are disconnected when a response needs their room, the slowest first', { timeout }, async () => {
  const get = await startServer({ maxTotalBytes: 2 * large.length, slowAfterMs: 0 });
  const [first, second] = [await get(), await get()];
  const third = await get();
  expect(third.statusCode).toBe(200);
  await expect(text(first)).rejects.toThrow('aborted');
  expect((await text(second)).length).toBe(large.length);
  expect((await text(third)).length).toBe(large.length);
});

test('a client that disconnects makes room', { timeout }, async () => {
  const get = await startServer({ maxTotalBytes: large.length, slowAfterMs: timeout });
  (await get()).destroy();
  await expect.poll(async () => (await get()).statusCode, { timeout }).toBe(200);
});
