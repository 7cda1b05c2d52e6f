import { once } from 'node:events';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { startTinyServer } from '../../tests/support/subgraphs/tiny-server.ts';

/** Sends the headers of a request that waits for 100 Continue, and the body once that comes. */
async function send(body: string, { maxBodyBytes = 1_000, headers = {} } = {}) {
  const { url } = await startTinyServer({ maxBodyBytes });
  const sending = request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue', ...headers },
  });
  onTestFinished(() => void sending.destroy());
  let isContinued = false;
  sending.on('continue', () => {
    isContinued = true;
    sending.end(body);
  });
  sending.flushHeaders();
  const [response] = await once(sending, 'response');
  const { connection } = response.headers;
  return { status: response.statusCode, isContinued, connection, body: await json(response) };
}

test('a client that waits for 100 Continue sends a body that is read', async () => {
  expect(await send('{"query":"{ hello }"}')).toMatchObject({
    ...{ status: 200, isContinued: true, connection: 'keep-alive' },
    body: { data: { hello: 'world' } },
  });
});

test.each([
  ['a body over the limit', 413, { 'content-length': '1001' }],
  ['a body of another type', 415, { 'content-type': 'text/plain' }],
  ['a response that nobody can make', 406, { accept: 'image/png' }],
])('a client that waits for 100 Continue never sends %s', async (_, status, headers) => {
  expect(await send('', { headers })).toMatchObject({ status, isContinued: false, connection: 'close' });
});
