import { describe, expect, test } from 'vitest';
import { sendRaw } from '../../tests/support/http/raw-request.ts';
import { post, startTinyServer } from '../../tests/support/subgraphs/tiny-server.ts';

const expected = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
const query = (text: string) => `?query=${encodeURIComponent(text)}`;

describe('the security headers are in', () => {
  test.each<[string, number, string, RequestInit & { body?: string }]>([
    ['an answer', 200, '/graphql', { method: 'POST', body: '{"query":"{ hello }"}' }],
    ['an answer with errors', 200, '/graphql', { method: 'POST', body: '{"query":"{ bug }"}' }],
    ['an answer to GET', 200, `/graphql${query('{ hello }')}`, {}],
    ['health', 200, '/health/live', {}],
    ['readiness', 200, '/health/ready', {}],
    ['a preflight', 204, '/graphql', { method: 'OPTIONS' }],
    ['400', 400, '/graphql', { method: 'POST', body: '{' }],
    ['400 of a document', 400, '/graphql', { method: 'POST', body: '{"query":"{ nothing }"}' }],
    ['404', 404, '/nothing', {}],
    ['405', 405, '/graphql', { method: 'DELETE' }],
    ['405 of a mutation by GET', 405, `/graphql${query('mutation { change }')}`, {}],
    ['406', 406, '/graphql', { headers: { 'content-type': 'application/json', accept: 'image/png' } }],
    ['413', 413, '/graphql', { method: 'POST', body: `{"query":"${'x'.repeat(2_000)}"}` }],
    ['415', 415, '/graphql', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{ hello }' }],
  ])('%s', async (_, status, path, request) => {
    const { origin } = await startTinyServer({ maxBodyBytes: 1_000 });
    const response = await fetch(`${origin}${path}`, { headers: { 'content-type': 'application/json' }, ...request });
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject(expected);
    expect(response.headers.has('strict-transport-security')).toBe(false);
  });

  test('a response of another path, which may choose another Cache-Control', async () => {
    const { origin } = await startTinyServer({
      paths: {
        '/keys': (_, res, { headers }) => void res.writeHead(200, { ...headers, 'cache-control': 'public' }).end(),
      },
    });
    const response = await fetch(`${origin}/keys`);
    expect(Object.fromEntries(response.headers)).toMatchObject({ ...expected, 'cache-control': 'public' });
  });

  test.each<[string, number, string]>([
    ['a request that is no HTTP', 400, 'EHLO example\r\n\r\n'],
    [
      'two different lengths',
      400,
      'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
    ],
    ['headers of 20 kB', 431, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
    [
      'an expectation',
      417,
      'POST /graphql HTTP/1.1\r\nHost: a\r\nExpect: more\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    ],
    ['no host', 400, 'GET /health/live HTTP/1.1\r\n\r\n'],
  ])('the error for %s', async (_, status, bytes) => {
    const { url } = await startTinyServer();
    const [response, ...others] = await sendRaw(url, bytes);
    expect([response?.status, others]).toEqual([status, []]);
    expect(response?.headers).toMatchObject({ ...expected, 'content-type': 'application/json; charset=utf-8' });
    expect(JSON.parse(response?.body ?? '')).toEqual({
      errors: [{ message: expect.any(String), extensions: { code: 'BAD_REQUEST' } }],
    });
  });

  test('Strict-Transport-Security is there where TLS ends', async () => {
    const { url } = await startTinyServer({ hstsSeconds: 31_536_000 });
    const response = await post(url, { query: '{ hello }' });
    expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000');
  });
});

describe('a query by GET', () => {
  test.each<[string, Record<string, string>]>([
    ['a bearer token', { authorization: 'Bearer x' }],
    ['apollo-require-preflight', { 'apollo-require-preflight': 'true' }],
    ['x-apollo-operation-name', { 'x-apollo-operation-name': 'Hello' }],
    ['a JSON content type', { 'content-type': 'application/json; charset=utf-8' }],
  ])('is executed with %s', async (_, headers) => {
    const { url } = await startTinyServer();
    const response = await fetch(`${url}${query('{ hello }')}`, { headers });
    expect([response.status, await response.json()]).toEqual([200, { data: { hello: 'world' } }]);
  });

  test.each<[string, Record<string, string>]>([
    ['none of them', {}],
    ['no bearer', { authorization: 'Basic x' }],
    ['an empty bearer', { authorization: 'Bearer ' }],
    ['an empty header', { 'apollo-require-preflight': '' }],
    ['a simple content type', { 'content-type': 'text/plain' }],
    ['a content type that only begins like JSON', { 'content-type': 'application/jsonp' }],
    ['a cookie', { cookie: 'session=1' }],
  ])('is not executed with %s, and the error says what to send', async (_, headers) => {
    const { url } = await startTinyServer();
    const response = await fetch(`${url}${query('{ hello }')}`, { headers });
    const { errors } = (await response.json()) as { errors: { message: string; extensions: object }[] };
    expect([response.status, errors[0]?.extensions]).toEqual([400, { code: 'BAD_REQUEST' }]);
    for (const header of [
      'Authorization: Bearer',
      'Apollo-Require-Preflight',
      'X-Apollo-Operation-Name',
      'application/json',
    ])
      expect(errors[0]?.message).toContain(header);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'of the type %s is not executed, whatever else it has',
    async (type) => {
      const { url } = await startTinyServer();
      const headers = { 'content-type': type, authorization: 'Bearer x', 'apollo-require-preflight': '1' };
      const byGet = await fetch(`${url}${query('{ hello }')}`, { headers });
      const byPost = await post(url, { query: '{ hello }' }, headers);
      expect([byGet.status, byPost.status]).toEqual([415, 415]);
    },
  );
});
