import { describe, expect, test } from 'vitest';
import { sendRaw } from '../../tests/support/http/raw-request.ts';
import { startTinyServer } from '../../tests/support/subgraphs/tiny-server.ts';
import type { PathHandler } from './exchange.ts';

const badRequest = (message: unknown) => ({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
const change = '{"query":"mutation { change }"}';

/** Sends a mutation whose request begins with these lines, and a second one on the same connection. */
async function sendChange(...lines: string[]) {
  const { url, changes } = await startTinyServer();
  const rest = ['Content-Type: application/json', `Content-Length: ${change.length}`, '', change];
  const second = ['POST /graphql HTTP/1.1', 'Host: a', 'Connection: close', ...rest];
  const responses = await sendRaw(url, `${[...lines, ...rest].join('\r\n')}${second.join('\r\n')}`);
  return { responses, changes: changes() };
}

const executed = { statuses: [200, 200], changes: 2 };
const outcomeOf = ({ responses, changes }: Awaited<ReturnType<typeof sendChange>>) => {
  return { statuses: responses.map(({ status }) => status), changes };
};

describe('the Host header', () => {
  test.each([
    'localhost:4000',
    'localhost',
    'LOCALHOST:4000',
    '127.0.0.1:4000',
    '[::1]:4000',
    '[::1]',
    '[::ffff:127.0.0.1]:4000',
    '[v1.fe80::a]',
    'xn--bcher-kva.example',
    'under_score.example',
    'example.org.',
    'example.org.:443',
    'host:',
    'a%2Db.example',
    'a-b~c',
  ])('may be %s', async (host) => {
    expect(outcomeOf(await sendChange('POST /graphql HTTP/1.1', `Host: ${host}`))).toEqual(executed);
  });

  test.each([
    'a b',
    'a, b',
    'a,b',
    'a@b',
    'user:password@localhost:4000',
    'a/graphql',
    'http://a',
    'a?b',
    'a#b',
    'a\\b',
    'a:b',
    'a:80:80',
    'a:-1',
    'a:65536',
    ':4000',
    '::1',
    '[::1',
    '::1]',
    '[]',
    '[::g]',
    '[127.0.0.1]',
    '[fe80::1%25eth0]',
    '[::1]a',
    'a%',
    'a%zz',
    'a"b',
    '<a>',
    'a|b',
    'a\tb',
    'bücher.example',
  ])('may not be %j: 400, and what follows on the connection is not executed', async (host) => {
    const { responses, changes } = await sendChange('POST /graphql HTTP/1.1', `Host: ${host}`);
    expect([responses.map(({ status }) => status), changes]).toEqual([[400], 0]);
    expect(JSON.parse(responses[0]?.body ?? '')).toEqual(badRequest(expect.stringContaining('localhost:4000')));
  });

  test('may not be empty', async () => {
    const { responses, changes } = await sendChange('POST /graphql HTTP/1.1', 'Host:');
    expect([responses.map(({ status }) => status), changes]).toEqual([[400], 0]);
    expect(JSON.parse(responses[0]?.body ?? '')).toEqual(badRequest(expect.stringContaining('Host header is empty')));
  });

  test.each([
    ['two', ['Host: a', 'Host: b']],
    ['two equal', ['Host: a', 'host: a']],
    ['two, with 3,000 headers between them', ['Host: a', ...Array<string>(3_000).fill('a:'), 'Host: b']],
    ['no', []],
  ])('comes once: with %s it is 400, and the connection is closed', async (_, hosts) => {
    const { responses, changes } = await sendChange('POST /graphql HTTP/1.1', ...hosts);
    expect([responses.map(({ status }) => status), changes]).toEqual([[400], 0]);
    expect(JSON.parse(responses[0]?.body ?? '')).toEqual(badRequest('Send exactly one Host header.'));
  });

  test.each(['', 'Host:\r\n', 'Host: a\r\n'])('may be absent or empty in HTTP/1.0: %j', async (host) => {
    const { url } = await startTinyServer();
    const [response] = await sendRaw(url, `GET /health/live HTTP/1.0\r\n${host}\r\n`);
    expect(response?.status).toBe(200);
  });

  test.each(['Host: a b\r\n', 'Host: a\r\nHost: a\r\n'])('is checked in HTTP/1.0, too: %j', async (host) => {
    const { url } = await startTinyServer();
    const [response] = await sendRaw(url, `GET /health/live HTTP/1.0\r\n${host}\r\n`);
    expect(response?.status).toBe(400);
  });
});

describe('a target in absolute form', () => {
  test.each([
    ['http://localhost:4000/graphql', 'localhost:4000'],
    ['HTTP://LOCALHOST/graphql', 'localhost'],
    ['https://api.example/graphql', 'api.example'],
    ['http://[::1]:4000/graphql?x=1', 'another.example'],
    ['http://localhost/graphql', ''],
  ])('is read, whatever the host beside it: %s with %j', async (target, host) => {
    expect(outcomeOf(await sendChange(`POST ${target} HTTP/1.1`, `Host: ${host}`))).toEqual(executed);
  });

  test('passes its query on', async () => {
    const { url } = await startTinyServer();
    const target = 'http://localhost/graphql?query=%7Bhello%7D';
    const headers = 'Host: localhost\r\nApollo-Require-Preflight: 1\r\nConnection: close';
    const [response] = await sendRaw(url, `GET ${target} HTTP/1.1\r\n${headers}\r\n\r\n`);
    expect([response?.status, JSON.parse(response?.body ?? '')]).toEqual([200, { data: { hello: 'world' } }]);
  });

  test.each([
    ['http://localhost', '/'],
    ['http://localhost?x=1', '/?x=1'],
    ['http://localhost/files/one?x=1', '/files/one?x=1'],
  ])('%s reaches handlers as %s, with its authority in place of Host', async (target, path) => {
    const seen: unknown[] = [];
    const handler: PathHandler = (req, res) => {
      seen.push([req.url, req.headers.host]);
      res.end();
    };
    const { url } = await startTinyServer({ paths: { '/': handler, '/files/*': handler } });
    await sendRaw(url, `GET ${target} HTTP/1.1\r\nHost: another\r\nConnection: close\r\n\r\n`);
    expect(seen).toEqual([[path, 'localhost']]);
  });

  test.each([
    'http:///graphql',
    'http://a@b/graphql',
    'http://:80/graphql',
    'http://a,b/graphql',
    'http://a:b/graphql',
    'http://a/graphql#top',
    'ftp://a/graphql',
  ])('%s is rejected', async (target) => {
    const { responses, changes } = await sendChange(`POST ${target} HTTP/1.1`, 'Host: a');
    expect([responses.map(({ status }) => status), changes]).toEqual([[400], 0]);
  });

  test.each([[['Host: a b']], [['Host: a', 'Host: a']], [[]]])(
    'does not replace a Host header that is missing or malformed: %j',
    async (hosts) => {
      const { responses, changes } = await sendChange('POST http://a/graphql HTTP/1.1', ...hosts);
      expect([responses.map(({ status }) => status), changes]).toEqual([[400], 0]);
    },
  );
});

describe('a target of another form', () => {
  test.each(['*', 'http://localhost'])('is the whole server for OPTIONS %s', async (target) => {
    const { url } = await startTinyServer();
    const [response] = await sendRaw(url, `OPTIONS ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    expect([response?.status, response?.headers.allow]).toEqual([204, 'GET, HEAD, POST, OPTIONS']);
    expect(response?.headers).toMatchObject({ 'x-content-type-options': 'nosniff' });
  });

  test.each(['* HTTP/1.1', '/graphql#top HTTP/1.1', 'graphql HTTP/1.1', 'localhost:4000 HTTP/1.1', 'urn:x HTTP/1.1'])(
    'is rejected with POST: %s',
    async (line) => {
      const { responses, changes } = await sendChange(`POST ${line}`, 'Host: a');
      expect([responses.map(({ status }) => status), changes]).toEqual([[400], 0]);
    },
  );

  test.each(['localhost:4000', 'example.org:443'])('is no tunnel for CONNECT %s', async (target) => {
    const { responses, changes } = await sendChange(`CONNECT ${target} HTTP/1.1`, `Host: ${target}`);
    expect([responses.map(({ status }) => status), changes]).toEqual([[405], 0]);
    expect(responses[0]?.headers).toMatchObject({ allow: 'GET, HEAD, POST, OPTIONS', 'cache-control': 'no-store' });
    expect(JSON.parse(responses[0]?.body ?? '')).toEqual(badRequest(expect.stringContaining('no proxy')));
  });
});
