import { describe, expect, test } from 'vitest';
import { post, startTinyServer } from '../../tests/support/subgraphs/tiny-server.ts';

const badRequest = { errors: [{ message: expect.any(String), extensions: { code: 'BAD_REQUEST' } }] };
const isUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const query = (text: string) => `?query=${encodeURIComponent(text)}`;
const preflight = { 'apollo-require-preflight': '1' };

describe('a request is rejected before execution', () => {
  test.each(['/', '/graphql//', '//graphql', '/graphql.html', '/health', '/health/live/', '/.env', '/favicon.ico'])(
    'for the unknown path %s',
    async (path) => {
      const { origin } = await startTinyServer();
      const response = await fetch(`${origin}${path}`);
      expect([response.status, await response.json()]).toEqual([404, badRequest]);
    },
  );

  test.each(['PUT', 'DELETE', 'PATCH'])('with the method %s, and Allow lists the supported ones', async (method) => {
    const { url } = await startTinyServer();
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method, headers, body: '{"query":"mutation { change }"}' });
    expect([response.status, await response.json()]).toEqual([405, badRequest]);
    expect(response.headers.get('allow')).toBe('GET, POST');
  });

  test('for a mutation by GET, and Allow lists POST', async () => {
    const { url, changes } = await startTinyServer();
    const response = await fetch(`${url}${query('mutation { change }')}`, { headers: preflight });
    expect([response.status, await response.json()]).toEqual([405, badRequest]);
    expect([response.headers.get('allow'), changes()]).toEqual(['POST', 0]);
  });

  test.each([{}, { 'content-type': 'text/plain' }])(
    'for a GET that a browser sends without a preflight: %j',
    async (headers) => {
      const { url } = await startTinyServer();
      const response = await fetch(`${url}${query('{ hello }')}`, { headers });
      expect([response.status, await response.json()]).toEqual([400, badRequest]);
    },
  );

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'for a POST that a browser sends without a preflight: %s',
    async (type) => {
      const { url, changes } = await startTinyServer();
      const body = { query: 'mutation { change }' };
      const response = await post(url, body, { 'content-type': type, ...preflight });
      expect([response.status, await response.json()]).toEqual([415, badRequest]);
      expect(changes()).toBe(0);
    },
  );

  test('for a batch of operations', async () => {
    const { url, changes } = await startTinyServer();
    const response = await post(url, [{ query: 'mutation { change }' }, { query: 'mutation { change }' }]);
    expect([response.status, await response.json()]).toEqual([400, badRequest]);
    expect(changes()).toBe(0);
  });

  test.each([
    [''],
    ['{}'],
    ['[]'],
    ['null'],
    [{ query: 5 }],
    [{ query: '' }],
    [{ query: '{ hello }', variables: '{}' }],
    [{ query: '{ hello }', variables: [1] }],
    [{ query: '{ hello }', operationName: 5 }],
    [{ query: '{ hello }', extensions: 5 }],
  ])('for a body that is no GraphQL request: %j', async (body) => {
    const { url } = await startTinyServer();
    const response = await post(url, body);
    expect([response.status, await response.json()]).toEqual([400, badRequest]);
  });

  test('for a body over the limit, and the error holds the limit', async () => {
    const { url } = await startTinyServer({ maxBodyBytes: 100 });
    const response = await post(url, { query: `{ hello } # ${'x'.repeat(100)}` });
    const extensions = { code: 'PAYLOAD_TOO_LARGE', maxBytes: 100 };
    expect([response.status, await response.json()]).toEqual([
      413,
      { errors: [{ message: expect.any(String), extensions }] },
    ]);
  });

  test('for a body over 2 MiB by default', async () => {
    const { url } = await startTinyServer();
    const response = await post(url, { query: `{ hello } # ${'x'.repeat(2 * 1024 * 1024)}` });
    const extensions = { code: 'PAYLOAD_TOO_LARGE', maxBytes: 2 * 1024 * 1024 };
    expect(await response.json()).toMatchObject({ errors: [{ extensions }] });
  });

  test.each(['text/html', 'multipart/mixed', 'image/png'])('if it accepts only %s', async (accept) => {
    const { url, changes } = await startTinyServer();
    const response = await post(url, { query: 'mutation { change }' }, { accept });
    expect([response.status, await response.json()]).toEqual([406, badRequest]);
    expect(changes()).toBe(0);
  });
});

describe('a query', () => {
  test('is executed by POST', async () => {
    const { url } = await startTinyServer();
    const response = await post(url, { query: '{ hello }' });
    expect([response.status, await response.json()]).toEqual([200, { data: { hello: 'world' } }]);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  test.each([preflight, { 'content-type': 'application/json' }])(
    'is executed by GET with the headers %j',
    async (headers) => {
      const { url } = await startTinyServer();
      const variables = encodeURIComponent('{"text":"é&?"}');
      const search = `${query('query ($text: String!) { echo(text: $text) }')}&variables=${variables}`;
      expect(await (await fetch(`${url}${search}`, { headers })).json()).toEqual({ data: { echo: 'é&?' } });
    },
  );

  test('is answered in the media type that the client prefers', async () => {
    const { url } = await startTinyServer();
    const response = await post(url, { query: '{ hello }' }, { accept: 'application/graphql-response+json' });
    expect(response.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
    expect(await response.json()).toEqual({ data: { hello: 'world' } });
  });

  test.each([
    '*/*',
    'application/*',
    'APPLICATION/JSON',
    'text/html, */*;q=0.1',
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'application/graphql-response+json;charset=utf-8, application/json;charset=utf-8',
  ])('is answered if the client accepts %s', async (accept) => {
    const { url } = await startTinyServer();
    const response = await post(url, { query: '{ hello }' }, { accept });
    expect([response.status, await response.json()]).toEqual([200, { data: { hello: 'world' } }]);
  });

  test('has the authorization and the id of the request in its context, and nothing else', async () => {
    const { url } = await startTinyServer();
    const headers = { authorization: 'Bearer abc', 'x-request-id': 'r-1', cookie: 'a=b', 'x-user-id': 'eve' };
    const { data } = (await (await post(url, { query: '{ request }' }, headers)).json()) as {
      data: { request: string };
    };
    expect(JSON.parse(data.request)).toEqual({ authorization: 'Bearer abc', requestId: 'r-1', isGateway: false });
  });

  test('is notified when its client disconnects', async () => {
    const { url, slowBegan } = await startTinyServer();
    const client = new AbortController();
    const pending = fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ slow }"}',
      signal: client.signal,
    });
    const { clientGone } = await slowBegan;
    expect(clientGone.aborted).toBe(false);
    const gone = new Promise<void>((resolve) => clientGone.addEventListener('abort', () => resolve()));
    client.abort();
    await expect(pending).rejects.toThrow('aborted');
    await gone;
    expect(clientGone.aborted).toBe(true);
  });

  test('still reads the client address after the client disconnected', async () => {
    const { url, slowBegan } = await startTinyServer();
    const leaving = new AbortController();
    const headers = { 'content-type': 'application/json', 'user-agent': 'a client/1.0' };
    const pending = fetch(url, { method: 'POST', headers, body: '{"query":"{ slow }"}', signal: leaving.signal });
    const { clientGone, client } = await slowBegan;
    const gone = new Promise<void>((resolve) => clientGone.addEventListener('abort', () => resolve()));
    leaving.abort();
    await expect(pending).rejects.toThrow('aborted');
    await gone;
    expect(client()).toEqual({ address: '127.0.0.1', userAgent: 'a client/1.0' });
  });

  test('is not notified when the connection closes after the response', async () => {
    const { url, slowBegan, finishSlow } = await startTinyServer();
    const pending = post(url, { query: '{ slow }' }, { connection: 'close' });
    const { clientGone } = await slowBegan;
    finishSlow();
    await (await pending).text();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(clientGone.aborted).toBe(false);
  });
});

describe('the id of a request', () => {
  test.each(['', ' ', 'a b', 'a\tb', 'a/b', 'ä', '"', '{}', 'x'.repeat(65)])(
    'is generated if the client sends %j',
    async (id) => {
      const { url } = await startTinyServer();
      const response = await post(url, { query: '{ hello }' }, { 'x-request-id': id });
      expect(response.headers.get('x-request-id')).toMatch(isUuid);
    },
  );

  test.each(['a', 'Root-1.2_3', 'x'.repeat(64)])('is that of the client if it sends %j', async (id) => {
    const { url, log } = await startTinyServer();
    const response = await post(url, { query: '{ hello }' }, { 'x-request-id': id });
    expect(response.headers.get('x-request-id')).toBe(id);
    expect(log.at(-1)).toMatchObject({ msg: 'answered', requestId: id });
  });

  test('is generated for each request, and is in the headers of every response', async () => {
    const { url, origin } = await startTinyServer();
    const answers = await Promise.all([post(url, { query: '{ hello }' }), post(url, '{'), fetch(origin)]);
    const ids = answers.map(({ headers }) => headers.get('x-request-id'));
    expect(ids).toEqual(ids.map(() => expect.stringMatching(isUuid)));
    expect(new Set(ids).size).toBe(3);
  });
});

test('every response is JSON, with nosniff and no-store', async () => {
  const { url, origin } = await startTinyServer();
  const answers = [
    post(url, { query: '{ hello }' }),
    post(url, '{'),
    fetch(url),
    fetch(origin),
    fetch(`${origin}/health/live`),
  ];
  for (const { headers } of await Promise.all(answers)) {
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
  }
});
