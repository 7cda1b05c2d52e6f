import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { captureLog, type LogLine } from '../tests/support/captured-log.ts';
import { requestTextTo, type SendTextRequest } from '../tests/support/graphql/request.ts';
import { deadUrl } from '../tests/support/http/servers.ts';
import { listenAsSubgraph } from '../tests/support/subgraphs/subgraph-client.ts';
import { post } from '../tests/support/subgraphs/tiny-server.ts';
import type { ExecutorName } from './executor.ts';
import { startGateway } from './server.ts';
import { createHttpTransport } from './subgraphs/http-transport.ts';
import { accessTokenWith, verifier } from './testing/viewer.ts';

type Answer = (res: ServerResponse) => void;

const json =
  (answer: unknown): Answer =>
  (res) =>
    void res.end(JSON.stringify(answer));
const down: Answer = (res) => res.destroy();
const ada = { __typename: 'User', id: 'ada' };
const unavailable = { code: 'SERVICE_UNAVAILABLE' };

/** Starts a gateway with the project's supergraph, in front of fake subgraphs. */
async function startGatewayBefore(
  { auth = down, resources = down }: { auth?: Answer; resources?: Answer },
  { executor, timeoutMs }: { executor: ExecutorName; timeoutMs: number },
) {
  const { log, lines } = captureLog();
  const urls = {
    auth: await listenAsSubgraph((_, res) => auth(res)),
    resources: await listenAsSubgraph((_, res) => resources(res)),
  };
  const { url, stop } = await startGateway({
    subgraphs: Object.entries(urls).map(([name, subgraph]) => ({
      name,
      transport: createHttpTransport(subgraph),
      timeoutMs,
      mutationTimeoutMs: timeoutMs,
    })),
    executor,
    verifier,
    corsOrigins: [],
    listen: { host: '127.0.0.1', port: 0, portVariable: 'GATEWAY_PORT' },
    log,
  });
  onTestFinished(stop);
  return { url, stop, send: createSendTwice(url, lines), log: lines };
}

/** Sends every operation twice and returns the second response, which a compiled operation gives; clears the log before. */
function createSendTwice(url: string, log: LogLine[]) {
  const send = requestTextTo(url, accessTokenWith());
  const again = async (...request: Parameters<SendTextRequest>) => {
    await send(...request);
    log.length = 0;
    return send(...request);
  };
  const data = async (...request: Parameters<SendTextRequest>) => {
    await send(...request);
    return send.data(...request);
  };
  return Object.assign(again, { data });
}

const placesOf = (errors: { path?: (string | number)[] }[]) => errors.map(({ path }) => path);

describe.each(['compiled', 'apollo'] as const)('with the executor %s,', (executor) => {
  const start = (answers: Parameters<typeof startGatewayBefore>[0], timeoutMs = 5_000) =>
    startGatewayBefore(answers, { executor, timeoutMs });

  describe('every null that a subgraph causes has an error', () => {
    test('for a field in a conditional fragment', async () => {
      const { send } = await start({});
      const answer = await send('query ($yes: Boolean!) { ... @include(if: $yes) { me { id } } }', { yes: true });
      expect(answer.data).toEqual({ me: null });
      expect(answer.errors).toMatchObject([{ path: ['me'], extensions: unavailable }]);
    });

    test('for fields whose conditions have a default', async () => {
      const { send } = await start({});
      const query =
        'query ($is: Boolean = true) { me @include(if: $is) { id } you: me { id } it: me @skip(if: $is) { id } resources @include(if: $is) { totalCount } }';
      const answer = await send(query);
      expect(answer.data).toEqual({ me: null, you: null, resources: null });
      expect(placesOf(answer.errors).sort()).toEqual([['me'], ['resources'], ['you']]);
      for (const { extensions } of answer.errors) expect(extensions).toEqual(unavailable);
    });

    test('for fields with aliases', async () => {
      const { send } = await start({});
      const answer = await send('{ one: me { id } two: me { id } resources { totalCount } }');
      expect(answer.data).toEqual({ one: null, two: null, resources: null });
      expect(placesOf(answer.errors).sort()).toEqual([['one'], ['resources'], ['two']]);
    });

    test('for the owner of each resource in a list', async () => {
      const nodes = ['1', '2'].map((id) => ({ id, owner: ada }));
      const { send } = await start({ resources: json({ data: { resources: { nodes } } }) });
      const answer = await send('{ resources { nodes { id owner { username } } } }');
      expect(answer.data).toEqual({ resources: { nodes: nodes.map(({ id }) => ({ id, owner: null })) } });
      expect(answer.errors).toMatchObject([
        { path: ['resources', 'nodes', 0, 'owner', 'username'], extensions: unavailable },
        { path: ['resources', 'nodes', 1, 'owner', 'username'], extensions: unavailable },
      ]);
    });

    test.each([
      ['no data', {}],
      ['null without an error', { data: null }],
    ])('for a response with %s', async (_, wrong) => {
      const { send } = await start({ resources: json(wrong) });
      const answer = await send('{ resources { totalCount } }');
      expect(answer.data).toEqual({ resources: null });
      expect(answer.errors).toMatchObject([{ path: ['resources'], extensions: unavailable }]);
    });

    test('but a field that a condition excludes has none', async () => {
      const { send } = await start({ resources: json({ data: { resources: { totalCount: 0 } } }) });
      const query =
        'query ($no: Boolean!) { me @include(if: $no) { id } again: me @skip(if: true) { id } resources { totalCount } }';
      expect(await send.data(query, { no: false })).toEqual({ resources: { totalCount: 0 } });
    });
  });

  test('a response has no error for an owner whose account no longer exists', async () => {
    const nodes = [{ id: '1', owner: ada }];
    const resources = json({ data: { resources: { nodes } } });
    const { send } = await start({ resources, auth: json({ data: { _entities: [null] } }) });
    const answer = await send('{ resources { nodes { id owner { username } } } }');
    expect(JSON.parse(answer.text)).toEqual({ data: { resources: { nodes: [{ id: '1', owner: null }] } } });
  });

  test('null for a non-null field stays with the errors of its response', async () => {
    const errors = [{ message: 'Later.', path: ['resources', 'totalCount'], extensions: unavailable }];
    const { send } = await start({ resources: json({ data: { resources: { totalCount: null } }, errors }) });
    const answer = await send('{ resources { totalCount } }');
    expect(JSON.parse(answer.text)).toEqual({ data: { resources: null }, errors });
  });

  test.each<[string, unknown]>([
    ['no list of entities', { _entities: 5 }],
    ['too few entities', { _entities: [] }],
    ['too many entities', { _entities: [ada, ada] }],
    ['a text for an entity', { _entities: ['ada'] }],
    ['a list for an entity', { _entities: [[]] }],
  ])('a response with %s costs the fields that need it, and is logged', async (_, data) => {
    const resources = json({ data: { resources: { nodes: [{ id: '1', owner: ada }] } } });
    const { send, log } = await start({ resources, auth: json({ data }) });
    const answer = await send('{ resources { nodes { id owner { username } } } }');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({
      data: { resources: { nodes: [{ id: '1', owner: null }] } },
      errors: [{ path: ['resources', 'nodes', 0, 'owner', 'username'], extensions: unavailable }],
    });
    expect(log.filter(({ msg, err }) => msg === 'subgraph unavailable' && err)).toHaveLength(1);
  });

  const malformed: [string, unknown][] = [
    ['no field', {}],
    ['a text for an object', { resources: 'text' }],
    ['a list for an object', { resources: [] }],
    ['an empty object', { resources: {} }],
    ['null for a list', { resources: { nodes: null } }],
    ['an object for a list', { resources: { nodes: {} } }],
    ['a text for a list', { resources: { nodes: 'text' } }],
    ['a text in a list of objects', { resources: { nodes: ['text'] } }],
    ['a list in a list of objects', { resources: { nodes: [[{}]] } }],
    ['null in a list of objects', { resources: { nodes: [null] } }],
    ['a number for a text', { resources: { nodes: [{ title: 5, owner: ada }] } }],
    ['null for a text', { resources: { nodes: [{ title: null, owner: ada }] } }],
    ['a missing text', { resources: { nodes: [{ owner: ada }] } }],
    ['an owner without a key', { resources: { nodes: [{ title: 'A', owner: { __typename: 'User' } }] } }],
    ['an owner of another type', { resources: { nodes: [{ title: 'A', owner: { ...ada, __typename: 'Image' } }] } }],
  ];

  describe('a malformed response costs only the fields of its subgraph, and is logged with its name:', () => {
    test.each(malformed)('%s', async (_, data) => {
      const { send, log } = await start({ resources: json({ data }), auth: json({ data: { me: ada } }) });
      const answer = await send('{ me { id } resources { nodes { title owner { username } } } }');
      expect([answer.status, answer.data]).toEqual([200, { me: { id: 'ada' }, resources: null }]);
      expect(answer.errors).toMatchObject([{ path: ['resources'], extensions: unavailable }]);
      expect(log.filter(({ level }) => Number(level) >= 40)).toMatchObject([
        { level: 40, msg: 'subgraph unavailable', subgraph: 'resources', err: { type: 'Error' } },
      ]);
    });
  });

  test('a malformed response to a mutation costs its fields', async () => {
    const payload = { createResource: { resource: [{ title: 'A', owner: ada }] } };
    const { send } = await start({ resources: json({ data: payload }), auth: json({ data: { _entities: [ada] } }) });
    const image = { data: '' };
    const answer = await send(
      'mutation ($input: CreateResourceInput!) { createResource(input: $input) { resource { title owner { username } } } }',
      { input: { title: 'A', image } },
    );
    expect([answer.status, answer.data]).toEqual([200, { createResource: null }]);
    expect(answer.errors).toMatchObject([{ path: ['createResource'], extensions: unavailable }]);
  });

  describe('a subgraph’s error', () => {
    const answering = (extensions: unknown) =>
      json({ data: { me: null }, errors: [{ message: 'no such table: users', path: ['me'], extensions }] });

    test.each(['SQLITE_ERROR', 'DOWNSTREAM_SERVICE_ERROR', 'INTERNAL_SERVER_ERROR', undefined])(
      'with the code %s is masked, and logged in full with the request id',
      async (code) => {
        const { send, log } = await start({ auth: answering({ code, stacktrace: ['at /srv/app'] }) });
        const answer = await send('{ me { id } }');
        const requestId = answer.headers.get('x-request-id');
        expect(JSON.parse(answer.text)).toEqual({
          data: { me: null },
          errors: [
            {
              message: 'Something went wrong on our side.',
              path: ['me'],
              extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
            },
          ],
        });
        expect(log.filter(({ msg }) => msg === 'bug')).toMatchObject([
          { requestId, err: { message: 'no such table: users' } },
        ]);
      },
    );

    test('with a public code keeps its message and only the extensions of that code', async () => {
      const extra = { serviceName: 'auth', stacktrace: ['at /srv/app'], requestId: 'inner', maxBytes: 5 };
      const { send } = await start({ auth: answering({ code: 'UNAUTHENTICATED', reason: 'EXPIRED', ...extra }) });
      const answer = await send('{ me { id } }');
      expect(JSON.parse(answer.text)).toEqual({
        data: { me: null },
        errors: [
          { message: 'no such table: users', path: ['me'], extensions: { code: 'UNAUTHENTICATED', reason: 'EXPIRED' } },
        ],
      });
    });

    test('does not set the HTTP status', async () => {
      const { send } = await start({ auth: answering({ code: 'NOT_FOUND', http: { status: 500 } }) });
      expect((await send('{ me { id } }')).status).toBe(200);
    });
  });

  test('no response reveals the name or address of a subgraph', async () => {
    const { send } = await start({ resources: (res) => res.writeHead(500).end('Error at /srv/app') });
    const answer = await send('{ me { id } resources { totalCount } }');
    expect(answer.errors).toHaveLength(2);
    expect(answer.text).not.toMatch(/127\.0\.0\.1|ECONN|auth|srv|service"|stack|subquery/);
  });

  describe('without a request to a subgraph, the gateway', () => {
    test.each<[string, string, string, number?]>([
      ['a subscription', 'subscription { me { id } }', 'OPERATION_RESOLUTION_FAILURE'],
      ['an unknown field', '{ nobody }', 'GRAPHQL_VALIDATION_FAILED'],
      [
        'an internal federation field',
        '{ _entities(representations: []) { __typename } }',
        'GRAPHQL_VALIDATION_FAILED',
      ],
      ['too many tokens', `{ ${'me '.repeat(2_000)}}`, 'MAX_TOKENS_LIMIT', 2_000],
      ['the SDL of a subgraph', '{ _service { sdl } }', 'GRAPHQL_VALIDATION_FAILED'],
    ])('rejects %s with 400', async (_, query, code, max) => {
      const { send } = await start({});
      const answer = await send(query);
      expect([answer.status, answer.errors.map(({ extensions }) => extensions)]).toEqual([400, [{ code, max }]]);
    });

    test('answers introspection', async () => {
      const { send } = await start({});
      expect(await send.data('{ __type(name: "User") { fields { name } } }')).toEqual({
        __type: { fields: ['id', 'username', 'createdAt', 'resources'].map((name) => ({ name })) },
      });
    });

    test.each([
      ['has', 'a short document', 'x', { data: { resource: null } }],
      [
        'does not have',
        'a document with a long literal',
        'x'.repeat(500_000),
        { errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] },
      ],
    ])('%s the persisted query of %s, once it was sent', async (_, __, id, expected) => {
      const { url } = await start({ resources: json({ data: { resource: null } }) });
      const query = `{ resource(id: "${id}") { id } }`;
      const extensions = {
        persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') },
      };
      const authorization = `Bearer ${accessTokenWith()}`;
      const send = async (body: object) => (await post(url, body, { authorization })).json();
      expect(await send({ query, extensions })).toEqual({ data: { resource: null } });
      expect(await send({ extensions })).toMatchObject(expected);
    });

    test('is ready', async () => {
      const { url } = await start({});
      expect((await fetch(new URL('/health/ready', url))).status).toBe(200);
    });
  });

  test('a stop answers requests that wait for a hanging subgraph', async () => {
    let onRequest = () => {};
    const received = new Promise<void>((resolve) => {
      onRequest = resolve;
    });
    const { url, stop } = await start({ auth: () => onRequest() }, 500);
    const pending = requestTextTo(url, accessTokenWith()).error('{ me { id } }');
    await received;
    await stop();
    expect(await pending).toEqual(unavailable);
  });

  // The fake subgraphs keep idle connections open for longer than the test's timeout.
  test('a stop closes the connections to subgraphs', { timeout: 60_000 }, async () => {
    const closed = new Map<unknown, Promise<unknown>>();
    const { send, stop } = await start({
      auth: (res) => {
        if (res.socket && !closed.has(res.socket)) closed.set(res.socket, once(res.socket, 'close'));
        json({ data: { me: ada } })(res);
      },
    });
    await send.data('{ me { id } }');
    await stop();
    await Promise.all(closed.values());
    expect(closed.size).toBe(1);
  });
});

test('does not start without the address of a subgraph', async () => {
  const url = await deadUrl();
  const starting = startGateway({
    subgraphs: [{ name: 'auth', transport: createHttpTransport(url), timeoutMs: 100, mutationTimeoutMs: 100 }],
    verifier,
    corsOrigins: [],
    listen: { host: '127.0.0.1', port: 0, portVariable: 'GATEWAY_PORT' },
    log: captureLog('silent').log,
  });
  await expect(starting).rejects.toThrow('the gateway has no address for it');
});
