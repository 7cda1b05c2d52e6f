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
