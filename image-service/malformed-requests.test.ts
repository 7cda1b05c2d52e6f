import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { aGif, errorOf, startTestService, TOKEN } from './testing/service.ts';

const securityHeaders = [
  'Cache-Control: no-store',
  "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy: same-origin',
  'Referrer-Policy: no-referrer',
  'X-Content-Type-Options: nosniff',
];
const body = JSON.stringify(aGif);
const rest = ['Content-Type: application/json', `X-API-Private-Token: ${TOKEN}`, `Content-Length: ${body.length}`];
const create = (line: string, ...headers: string[]) => [line, ...headers, ...rest, '', body].join('\r\n');
const valid = create('POST /images/api/v1/images HTTP/1.1', 'Host: a');
const last = create('POST /images/api/v1/images HTTP/1.1', 'Host: a', 'Connection: close');

/** Sends bytes on a connection, which the service must close. Resolves to the text of each response, and how many images are stored. */
async function sendRaw(bytes: string) {
  const { url, call } = await startTestService();
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  const received = text(socket);
  socket.write(bytes);
  const responses = (await received).split(/(?=HTTP\/1\.1 \d)/);
  const stored = (await (await call('GET', '/images')).json()) as unknown[];
  return { responses, statuses: responses.map((response) => Number(response.split(' ')[1])), stored: stored.length };
}

/** Expects one response, an error in the form and with the headers of others. */
function expectError(responses: string[], status: number, message: unknown = expect.any(String)) {
  expect(responses).toHaveLength(1);
  const [head = '', json = ''] = responses[0]?.split('\r\n\r\n') ?? [];
  expect(head.split('\r\n')).toEqual(expect.arrayContaining(securityHeaders));
  expect(head).toContain(`HTTP/1.1 ${status} `);
  expect(JSON.parse(json)).toEqual(errorOf(status, message));
}

describe('an error of the API, with security headers, is the response to', () => {
  test.each<[string, number, string]>([
    ['what is no HTTP', 400, 'EHLO example\r\n\r\n'],
    ['https', 400, '\x16\x03\x01\x02\0\x01\0\x01'],
    ['two lengths', 400, create('POST /images/api/v1/images HTTP/1.1', 'Host: a', 'Content-Length: 1')],
    ['headers of 20 kB', 431, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['an expectation', 417, create('POST / HTTP/1.1', 'Host: a', 'Expect: more', 'Connection: close')],
    ['CONNECT', 405, 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n'],
  ])('%s', async (_, status, bytes) => {
    const { responses, stored } = await sendRaw(bytes);
    expectError(responses, status);
    expect(stored).toBe(0);
  });

  test.each(['a b', 'a, b', 'a,b', 'a@b', 'a/b', 'http://a', 'a:b', 'a:65536', '::1', '[::g]', 'a%zz', ''])(
    'the host %j, and what follows on the connection is not handled',
    async (host) => {
      const { responses, stored } = await sendRaw(
        `${create('POST /images/api/v1/images HTTP/1.1', `Host: ${host}`)}${valid}`,
      );
      expectError(responses, 400, expect.stringContaining('Host header'));
      expect(stored).toBe(0);
    },
  );

  test.each([
    ['two hosts', ['Host: a', 'Host: b']],
    ['two equal hosts', ['Host: a', 'host: a']],
    ['two hosts, with 3,000 headers between them', ['Host: a', ...Array<string>(3_000).fill('a:'), 'Host: b']],
    ['no host', []],
  ])('%s, and what follows on the connection is not handled', async (_, hosts) => {
    const { responses, stored } = await sendRaw(`${create('POST /images/api/v1/images HTTP/1.1', ...hosts)}${valid}`);
    expectError(responses, 400, 'Send exactly one Host header.');
    expect(stored).toBe(0);
  });

  test.each(['*', '/images/api/v1/images#top', 'http:///images/api/v1/images', 'http://a@b/images/api/v1/images'])(
    'the target %s',
    async (target) => {
      const { responses, stored } = await sendRaw(create(`POST ${target} HTTP/1.1`, 'Host: a'));
      expectError(responses, 400, expect.stringContaining('request target'));
      expect(stored).toBe(0);
    },
  );
});

test.each(['EHLO example\r\n\r\n', 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n'])(
  'complete requests have their own responses before the error for what follows them: %j',
  async (malformed) => {
    const { statuses, stored } = await sendRaw(`${valid}${valid}${malformed}${valid}`);
    expect([statuses, stored]).toEqual([[201, 201, malformed.startsWith('CONNECT') ? 405 : 400], 2]);
  },
);

describe('a request is handled with', () => {
  test.each([
    'localhost:4003',
    '127.0.0.1',
    '[::1]:4003',
    'LOCALHOST',
    'under_score.',
    'xn--bcher-kva.example:',
    'a%2Db',
  ])('the host %s', async (host) => {
    const { statuses, stored } = await sendRaw(
      `${create('POST /images/api/v1/images HTTP/1.1', `Host: ${host}`)}${last}`,
    );
    expect([statuses, stored]).toEqual([[201, 201], 2]);
  });

  test.each([
    ['http://127.0.0.1:4003/images/api/v1/images/?page=1', 'another.example'],
    ['HTTPS://[::1]/images/api/v1/images', ''],
  ])('the target %s, whatever the host beside it', async (target, host) => {
    const { statuses, stored } = await sendRaw(`${create(`POST ${target} HTTP/1.1`, `Host: ${host}`)}${last}`);
    expect([statuses, stored]).toEqual([[201, 201], 2]);
  });

  test.each(['', 'Host:\r\n'])('no host in HTTP/1.0: %j', async (host) => {
    expect((await sendRaw(`GET /health/live HTTP/1.0\r\n${host}\r\n`)).statuses).toEqual([200]);
  });

  test.each(['*', 'http://a'])('OPTIONS %s, which lists the methods', async (target) => {
    const { responses } = await sendRaw(`OPTIONS ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    expect(responses).toEqual([expect.stringMatching(/^HTTP\/1\.1 204 [\s\S]*\r\nAllow: GET, HEAD, POST, PUT, PATCH/)]);
  });
});
