import { describe, expect, test } from 'vitest';
import { post, startTinyServer } from '../../tests/support/subgraphs/tiny-server.ts';
import type { PathHandler } from '../http/exchange.ts';

const page: PathHandler = (_, res, { headers }) =>
  void res.writeHead(200, { ...headers, 'content-type': 'text/html' }).end('<h1>A page</h1>');
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const query = `?query=${encodeURIComponent('{ hello }')}`;
const hello = { data: { hello: 'world' } };

describe('a server with a page', () => {
  test.each(['GET', 'HEAD'])('serves it to %s at /graphql if the client prefers HTML', async (method) => {
    const { url } = await startTinyServer({ page });
    const response = await fetch(url, { method, headers: browser });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html']);
  });

  test('serves it whatever the query string is, and does not execute that', async () => {
    const { url, log } = await startTinyServer({ page });
    const response = await fetch(`${url}${query}`, { headers: { ...browser, 'apollo-require-preflight': '1' } });
    expect(await response.text()).toBe('<h1>A page</h1>');
    expect(log.filter(({ msg }) => msg === 'answered')).toEqual([]);
  });

  test.each(['application/json', '*/*', 'application/graphql-response+json', 'application/json, text/html'])(
    'executes a query by GET that accepts %s',
    async (accept) => {
      const { url } = await startTinyServer({ page });
      const headers = { accept, 'apollo-require-preflight': '1' };
      expect(await (await fetch(`${url}${query}`, { headers })).json()).toEqual(hello);
    },
  );

  test('executes a POST, whatever it accepts', async () => {
    const { url } = await startTinyServer({ page });
    expect(await (await post(url, { query: '{ hello }' }, browser)).json()).toEqual(hello);
    expect((await post(url, { query: '{ hello }' }, { accept: 'text/html' })).status).toBe(406);
  });
});

test('a server without a page treats browsers like any client', async () => {
  const { url } = await startTinyServer();
  expect((await fetch(url, { headers: { accept: 'text/html' } })).status).toBe(406);
  const headers = { ...browser, 'apollo-require-preflight': '1' };
  expect(await (await fetch(`${url}${query}`, { headers })).json()).toEqual(hello);
});

test('/graphql/ is /graphql, to which a browser is sent for the links of the page', async () => {
  const { url, changes } = await startTinyServer({ page });
  const answers = [
    await post(`${url}/`, { query: '{ hello }' }),
    await post(`${url}/`, { query: 'mutation { change }' }),
  ];
  expect([answers.map(({ status }) => status), await answers[0]?.json(), changes()]).toEqual([[200, 200], hello, 1]);
  const byGet = await fetch(`${url}/${query}`, { headers: { 'apollo-require-preflight': '1' } });
  expect(await byGet.json()).toEqual(hello);
  const browsed = await fetch(`${url}/${query}`, { headers: browser, redirect: 'manual' });
  expect([browsed.status, browsed.headers.get('location')]).toEqual([308, `../graphql${query}`]);
  expect(await (await fetch(`${url}/`, { headers: browser })).text()).toBe('<h1>A page</h1>');
});

const posted = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

test.each<[string, RequestInit]>([
  ['a GET', {}],
  ['a GET with other parameters', { headers: { 'apollo-require-preflight': '1' } }],
  ['a POST of nothing', posted({})],
  ['a POST of null', posted({ query: null })],
  ['a POST of an empty text', posted({ query: '', variables: {} })],
  ['a POST of another name', posted({ mutation: '{ change }' })],
])('the error for %s without a query names both ways to send one', async (_, request) => {
  const { url } = await startTinyServer({ page });
  const response = await fetch(`${url}?variables={}`, request);
  const { errors } = (await response.json()) as { errors: { message: string; extensions: object }[] };
  expect([response.status, errors[0]?.extensions]).toEqual([400, { code: 'BAD_REQUEST' }]);
  for (const words of ['no query', 'POST', '{"query":"{ __typename }"}', '?query=', 'Apollo-Require-Preflight'])
    expect(errors[0]?.message).toContain(words);
});

describe('a path that ends in an asterisk', () => {
  const paths = {
    '/files/*': page,
    '/files/one': (async (_, res) => void res.writeHead(204).end()) satisfies PathHandler,
  };

  test.each(['/files/other', '/files/', '/files/other?x=/y'])('matches %s', async (path) => {
    const { origin } = await startTinyServer({ paths });
    expect((await fetch(`${origin}${path}`)).status).toBe(200);
  });

  test.each(['/files', '/files/deeper/other', '/other', '/files%2fother', '/filesother'])(
    'does not match %s',
    async (path) => {
      const { origin } = await startTinyServer({ paths });
      expect((await fetch(`${origin}${path}`)).status).toBe(404);
    },
  );

  test('yields to an exact path', async () => {
    const { origin } = await startTinyServer({ paths });
    expect((await fetch(`${origin}/files/one`)).status).toBe(204);
  });
});
