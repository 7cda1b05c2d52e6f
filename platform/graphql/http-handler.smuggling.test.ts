import { describe, expect, test } from 'vitest';
import { sendRaw } from '../../tests/support/http/raw-request.ts';
import { post, startTinyServer } from '../../tests/support/subgraphs/tiny-server.ts';

const json = 'Host: a\r\nContent-Type: application/json\r\n';
const hello = '{"query":"{ hello }"}';
const change = '{"query":"mutation { change }"}';
/** A request that must never be executed: it is in the body of another, in the eyes of one of two servers. */
const smuggled = `POST /graphql HTTP/1.1\r\n${json}Content-Length: ${change.length}\r\n\r\n${change}`;
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

/** Sends it, and expects at most one response of this status, no mutation, and that others are served. */
async function expectOne(status: number, bytes: string | Buffer) {
  const { url, changes } = await startTinyServer();
  const [responses, other] = await Promise.all([sendRaw(url, bytes), post(url, { query: '{ hello }' })]);
  expect(responses.map((response) => response.status)).toEqual([status]);
  expect([changes(), other.status]).toEqual([0, 200]);
}

describe('a request is rejected, and what follows on its connection is not executed, with', () => {
  test.each<[string, string]>([
    ['both Content-Length and Transfer-Encoding', `Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['both Transfer-Encoding and Content-Length', `Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`],
    ['two different Content-Length', `Content-Length: 0\r\nContent-Length: ${smuggled.length}\r\n\r\n`],
    ['two equal Content-Length', 'Content-Length: 0\r\nContent-Length: 0\r\n\r\n'],
    ['a list in Content-Length', 'Content-Length: 0, 0\r\n\r\n'],
    ['a sign in Content-Length', 'Content-Length: +0\r\n\r\n'],
    ['a negative Content-Length', 'Content-Length: -1\r\n\r\n'],
    ['a hexadecimal Content-Length', 'Content-Length: 0x10\r\n\r\n'],
    ['a Content-Length that overflows', `Content-Length: ${'9'.repeat(30)}\r\n\r\n`],
    ['a space before the colon', 'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n'],
    ['a folded header', 'Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n'],
    ['another last transfer coding', 'Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
    ['an unheard-of transfer coding', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['a NUL in a header', 'X-A: a\0b\r\nContent-Length: 0\r\n\r\n'],
    ['a bare CR in a header', 'X-A: a\rContent-Length: 9\r\nContent-Length: 0\r\n\r\n'],
    ['a size of a chunk that is none', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n'],
    ['a size of a chunk that overflows', `Transfer-Encoding: chunked\r\n\r\n${'f'.repeat(20)}\r\n\r\n`],
  ])('%s', async (_, rest) => {
    await expectOne(400, `POST /graphql HTTP/1.1\r\n${json}${rest}${smuggled}`);
  });

  test('two Content-Type of which the second is JSON', async () => {
    const type = 'Content-Type: text/plain\r\n';
    await expectOne(
      415,
      `POST /graphql HTTP/1.1\r\n${type}${json}Connection: close\r\nContent-Length: ${change.length}\r\n\r\n${change}`,
    );
  });
});

test('lines that end in a bare LF begin no second request', async () => {
  const { url, changes } = await startTinyServer();
  const lines = ['POST /graphql HTTP/1.1', 'Host: a', 'Content-Type: application/json', 'Content-Length: 0', '', ''];
  const responses = await sendRaw(url, `${lines.join('\n')}${smuggled.replaceAll('\r\n', '\n')}`);
  // Node may read a bare LF as the end of a line (RFC 9112, section 2.2), and then reads both requests, each once.
  expect(responses.length).toBeLessThanOrEqual(2);
  expect(changes()).toBeLessThanOrEqual(1);
  expect(responses[0]?.status).toBe(400);
});

test('chunks are one body, whatever it looks like', async () => {
  const { url, changes } = await startTinyServer();
  const body = `${chunk(hello.slice(0, 5))}${chunk(hello.slice(5))}0\r\n\r\n`;
  const head = `POST /graphql HTTP/1.1\r\n${json}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const [response, ...others] = await sendRaw(url, head + body);
  expect([response?.status, others, changes()]).toEqual([200, [], 0]);
});
