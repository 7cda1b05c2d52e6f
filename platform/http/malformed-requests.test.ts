import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { sendRaw } from '../../tests/support/http/raw-request.ts';
import { startTinyServer } from '../../tests/support/subgraphs/tiny-server.ts';

const post = (body: string) =>
  `POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

test.each(['EHLO example\r\n\r\n', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n'])(
  'complete requests have their own responses before the error for what follows them: %j',
  async (malformed) => {
    const { url, changes } = await startTinyServer();
    const change = post('{"query":"mutation { change }"}');
    const responses = await sendRaw(url, `${change}${change}${malformed}${change}`);
    expect(responses.map(({ status }) => status)).toEqual([200, 200, malformed.startsWith('CONNECT') ? 405 : 400]);
    expect(changes()).toBe(2);
  },
);

test('what arrives after an error is answered no more', async () => {
  const { url } = await startTinyServer();
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const received = text(socket);
  socket.write('EHLO one\r\n\r\n');
  await once(socket, 'readable');
  socket.write('EHLO two\r\n\r\n');
  socket.end('EHLO three\r\n\r\n');
  expect((await received).match(/HTTP\/1\.1 400/g)).toHaveLength(1);
});

test.each<[string, Buffer, string]>([
  ['https', Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, ...Array<number>(500).fill(7)]), 'http://'],
  ['HTTP/2', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), 'HTTP/1.1, not HTTP/2'],
])('the error for %s says what to use, and so does the log', async (_, bytes, words) => {
  const { url, log } = await startTinyServer();
  const [response, ...others] = await sendRaw(url, bytes);
  expect([response?.status, others]).toEqual([400, []]);
  const message = expect.stringContaining(words);
  expect(JSON.parse(response?.body ?? '')).toEqual({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
  expect(log).toContainEqual(expect.objectContaining({ level: 40, msg: 'rejected', status: 400, reason: message }));
});
