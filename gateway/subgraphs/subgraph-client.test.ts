import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { deadUrl } from '../../tests/support/http/servers.ts';
import { createClient, listenAsSubgraph, startClient } from '../../tests/support/subgraphs/subgraph-client.ts';
import { createHttpTransport } from './http-transport.ts';

const unavailableAt = (...path: (string | number)[]) => ({
  message: 'This part of the API is temporarily unavailable: try again.',
  path,
  extensions: { code: 'SERVICE_UNAVAILABLE' },
});
const json = (answer: unknown) => (res: ServerResponse) => void res.end(JSON.stringify(answer));

describe('every requested field fails with SERVICE_UNAVAILABLE if a subgraph', () => {
  test('cannot be connected to', async () => {
    const { send } = createClient({ url: `${await deadUrl()}/graphql` });
    expect(await send()).toEqual({ errors: [unavailableAt('first'), unavailableAt('second')] });
  });

  const answers: Record<string, (res: ServerResponse) => void> = {
    'hangs before its head': () => {},
    'hangs after its head': (res) => res.writeHead(200).flushHeaders(),
    'trickles for ever': (res) => {
      const timer = setInterval(() => res.write(' '), 10);
      res.once('close', () => clearInterval(timer));
    },
    'ends the connection at once': (res) => res.destroy(),
    'breaks off': (res) => {
      res.writeHead(200, { 'content-length': 100 }).write('{"data":', () => res.destroy());
    },
    'responds with half of its JSON': (res) => res.end('{"data":{"first":'),
    'responds with nothing': (res) => res.end(),
    'responds with HTML': (res) => res.setHeader('content-type', 'text/html').end('<h1>Welcome</h1>'),
    'responds with 500': (res) => res.writeHead(500).end('{"data":{"first":1}}'),
    'responds with 404': (res) => res.writeHead(404).end('{"data":{"first":1}}'),
    'responds with 204': (res) => res.writeHead(204).end(),
    'sends elsewhere': (res) => res.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    'responds with null': json(null),
    'responds with a number': json(5),
    'responds with a list': json([]),
    'responds with another object': json({ status: 'ok' }),
    'responds with neither data nor errors': json({}),
    'responds with null for data and no error': json({ data: null, errors: [] }),
    'responds with errors that are no list': json({ data: null, errors: 'many' }),
    'responds with data that are no object': json({ data: 'much' }),
  };

  test.each(Object.entries(answers))('%s', async (_, answer) => {
    const { send, log } = await startClient(answer, { timeoutMs: 300 });
    expect(await send()).toEqual({ errors: [unavailableAt('first'), unavailableAt('second')] });
    expect(log).toMatchObject([{ level: 40, msg: 'subgraph unavailable', requestId: 'r-1', subgraph: 'things' }]);
  });

  const entities =
    'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on T { a } } }';
  test.each<[string, unknown]>([
    ['no entities', {}],
    ['null for the entities', { _entities: null }],
    ['an object for the entities', { _entities: { 0: { a: 1 }, 1: { a: 1 } } }],
    ['fewer entities', { _entities: [{ a: 1 }] }],
    ['more entities', { _entities: [{ a: 1 }, { a: 1 }, null] }],
    ['a text for an entity', { _entities: [{ a: 1 }, 'text'] }],
    ['a number for an entity', { _entities: [0, { a: 1 }] }],
    ['a list for an entity', { _entities: [[{ a: 1 }], null] }],
  ])('responds with %s', async (_, data) => {
    const { send, log } = await startClient(json({ data }));
    const representations = [1, 2].map((id) => ({ __typename: 'T', id }));
    expect(await send({ query: entities, variables: { representations } })).toEqual({
      errors: [unavailableAt('_entities', 0, 'a'), unavailableAt('_entities', 1, 'a')],
    });
    expect(log).toMatchObject([{ level: 40, msg: 'subgraph unavailable', requestId: 'r-1' }]);
  });

  test.each<[string, unknown]>([
    ['a text for an object', { first: 'text' }],
    ['a boolean for an object', { first: true }],
    ['a text in an object of a fragment', { first: { inner: 'text' } }],
    ['a number in a list of objects', { first: [null, { inner: [[{}, 5]] }] }],
  ])('responds with %s', async (_, data) => {
    const { send, log } = await startClient(json({ data }));
    const query = '{ first { a ...F } second ... { first { inner { b } } } } fragment F on T { inner { c } }';
    expect(await send({ query })).toEqual({
      errors: [unavailableAt('first'), unavailableAt('second')],
    });
    expect(log).toHaveLength(1);
  });

  test('is called after its client was closed', async () => {
    const { send, close } = await startClient(json({ data: { first: 1 } }));
    await close();
    expect(await send()).toEqual({ errors: [unavailableAt('first'), unavailableAt('second')] });
  });
});

describe('a subgraph whose response would be too large rejects with RESPONSE_TOO_LARGE, and no failure is logged:', () => {
  const tooLarge = (maxBytes: number) => ({ extensions: { code: 'RESPONSE_TOO_LARGE', maxBytes } });

  test('if it sends more', async () => {
    const transportTo = (url: string) => createHttpTransport(url, { maxResponseBytes: 100_000 });
    const answer = (res: ServerResponse) => void res.end(JSON.stringify({ data: { first: 'x'.repeat(200_000) } }));
    const { send, log } = await startClient(answer, {}, transportTo);
    await expect(send()).rejects.toMatchObject(tooLarge(100_000));
    expect(log).toEqual([]);
  });

  test('if it says so itself', async () => {
    const errors = [{ message: 'too large', extensions: { code: 'RESPONSE_TOO_LARGE', maxBytes: 5_000 } }];
    const { send, log } = await startClient(json({ data: null, errors }));
    await expect(send()).rejects.toMatchObject(tooLarge(5_000));
    expect(log).toEqual([]);
  });

  test('but not if it sends the most bytes, and a line end', async () => {
    const data = { first: 'x'.repeat(1_000), second: 1 };
    const text = JSON.stringify({ data });
    const transportTo = (url: string) => createHttpTransport(url, { maxResponseBytes: text.length });
    const { send } = await startClient((res) => void res.end(`${text}\n`), {}, transportTo);
    expect(await send()).toEqual({ data });
  });
});

describe('there is one error for each null', () => {
  const errorsOf = async (query: string, variables = {}) => {
    const { send } = await startClient((res) => res.writeHead(500).end());
    return (await send({ query, variables })).errors?.map(({ path }) => path);
  };

  test('of aliased fields', async () => {
    expect(await errorsOf('query Q__things__0 { a: first b: first second }')).toEqual([['a'], ['b'], ['second']]);
  });

  test('of the fields of a mutation', async () => {
    expect(await errorsOf('mutation M { one: change two: change }')).toEqual([['one'], ['two']]);
  });

  test('of entities', async () => {
    const query = `query ($representations: [_Any!]!) {
      _entities(representations: $representations) { __typename ... on T { a } ... on U { b: c } }
    }`;
    const representations = ['T', 'T', 'U'].map((__typename) => ({ __typename, id: '1' }));
    expect(await errorsOf(query, { representations })).toEqual([
      ['_entities', 0, 'a'],
      ['_entities', 1, 'a'],
      ['_entities', 2, 'b'],
    ]);
  });

  test('of fields in nested fragments', async () => {
    expect(await errorsOf('{ ... { first ... on Query { second } } }')).toEqual([['first'], ['second']]);
    expect(await errorsOf('{ ...F } fragment F on Query { first }')).toEqual([['first']]);
  });
});

describe('from the errors of a subgraph', () => {
  const errorOf = async (error: unknown) => {
    const { send } = await startClient(json({ data: { first: null }, errors: [error] }));
    return (await send()).errors?.[0];
  };

  test.each([undefined, null, 5, 'SQLITE_BUSY', 'DOWNSTREAM_SERVICE_ERROR', 'INTERNAL_SERVER_ERROR', 'constructor'])(
    'the code %j is masked, and other extensions are removed',
    async (code) => {
      const extensions = { code, stacktrace: ['at /srv/app'], serviceName: 'things', http: { status: 418 } };
      const error = await errorOf({ message: 'no such table', path: ['first'], extensions });
      expect(error).toEqual({
        message: 'no such table',
        path: ['first'],
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      });
    },
  );

  test.each([{ path: null }, { extensions: null }, { path: null, extensions: null }])(
    '%j is as good as none, and the data stay',
    async (absent) => {
      const { send, log } = await startClient(json({ data: { first: 1 }, errors: [{ message: 'No.', ...absent }] }));
      const errors = [{ message: 'No.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }];
      expect(await send()).toEqual({ data: { first: 1 }, errors });
      expect(log).toEqual([]);
    },
  );

  test('null for the errors is as good as none', async () => {
    const { send, log } = await startClient(json({ data: { first: 1, second: 2 }, errors: null }));
    expect(await send()).toEqual({ data: { first: 1, second: 2 } });
    expect(log).toEqual([]);
  });

  test('an error without a code is masked', async () => {
    expect(await errorOf({ message: 'no such table' })).toMatchObject({
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
  });

  test('an API error passes with its message, path and public extensions', async () => {
    const error = { message: 'No.', path: ['first'], extensions: { code: 'UNAUTHENTICATED', reason: 'EXPIRED' } };
    expect(await errorOf(error)).toEqual(error);
  });
});

test('no response names the address of a subgraph or how it failed', async () => {
  const { send, url, log } = await startClient((res) => res.writeHead(500).end('Error: at /srv/app/users.ts'));
  const answer = JSON.stringify(await send());
  for (const inner of [new URL(url).port, '127.0.0.1', 'things', '/srv', '500']) expect(answer).not.toContain(inner);
  expect(log[0]?.err?.message).toContain('/srv/app/users.ts');
});

test('a subgraph is called again after an outage', async () => {
  let isAway = true;
  const url = await listenAsSubgraph((_, res) => {
    if (isAway) res.destroy();
    else json({ data: { first: 1 } })(res);
  });
  const { send } = createClient({ url });
  expect(await send({ query: '{ first }' })).toEqual({ errors: [unavailableAt('first')] });
  isAway = false;
  expect(await send({ query: '{ first }' })).toEqual({ data: { first: 1 } });
});
