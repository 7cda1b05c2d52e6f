import { describe, expect, test } from 'vitest';
import { post, startTinyServer } from '../../tests/support/subgraphs/tiny-server.ts';
import type { AnswerPath } from './http-handler.ts';

const page: AnswerPath = (_, res, { headers }) =>
  void res.writeHead(200, { ...headers, 'content-type': 'text/html' }).end('<h1>A page</h1>');
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const query = `?query=${encodeURIComponent('{ hello }')}`;
const hello = { data: { hello: 'world' } };

describe('a server with a page', () => {
  test.each(['GET', 'HEAD'])('answers %s at /graphql with it where a page is preferred', async (method) => {
    const { url } = await startTinyServer({ page });
    const response = await fetch(url, { method, headers: browser });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html']);
  });

  test('answers with it whatever stands behind the question mark, and executes nothing of it', async () => {
    const { url, log } = await startTinyServer({ page });
    const response = await fetch(`${url}${query}`, { headers: { ...browser, 'apollo-require-preflight': '1' } });
    expect(await response.text()).toBe('<h1>A page</h1>');
    expect(log.filter(({ msg }) => msg === 'answered')).toEqual([]);
  });

  test.each(['application/json', '*/*', 'application/graphql-response+json', 'application/json, text/html'])(
    'answers a query by GET that accepts %s with its result',
    async (accept) => {
      const { url } = await startTinyServer({ page });
      const headers = { accept, 'apollo-require-preflight': '1' };
      expect(await (await fetch(`${url}${query}`, { headers })).json()).toEqual(hello);
    },
  );

  test('answers a POST as it always did, whatever it accepts', async () => {
    const { url } = await startTinyServer({ page });
    expect(await (await post(url, { query: '{ hello }' }, browser)).json()).toEqual(hello);
    expect((await post(url, { query: '{ hello }' }, { accept: 'text/html' })).status).toBe(406);
  });
});

test('a server without a page answers browsers as anybody else', async () => {
  const { url } = await startTinyServer();
  expect((await fetch(url, { headers: { accept: 'text/html' } })).status).toBe(406);
  const headers = { ...browser, 'apollo-require-preflight': '1' };
  expect(await (await fetch(`${url}${query}`, { headers })).json()).toEqual(hello);
});

describe('a path that ends in a star', () => {
  const paths = {
    '/files/*': page,
    '/files/one': (async (_, res) => void res.writeHead(204).end()) satisfies AnswerPath,
  };

  test.each(['/files/other', '/files/', '/files/other?x=/y'])('stands for %s', async (path) => {
    const { origin } = await startTinyServer({ paths });
    expect((await fetch(`${origin}${path}`)).status).toBe(200);
  });

  test.each(['/files', '/files/deeper/other', '/other', '/files%2fother', '/filesother'])(
    'does not stand for %s',
    async (path) => {
      const { origin } = await startTinyServer({ paths });
      expect((await fetch(`${origin}${path}`)).status).toBe(404);
    },
  );

  test('gives way to a path that is named', async () => {
    const { origin } = await startTinyServer({ paths });
    expect((await fetch(`${origin}/files/one`)).status).toBe(204);
  });
});
