import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type AskText, createAskText } from '../tests/support/ask.ts';
import { captureLog, type LogLine } from '../tests/support/captured-log.ts';
import { deadUrl } from '../tests/support/servers.ts';
import { listenAsSubgraph } from '../tests/support/subgraph-client.ts';
import type { ExecutorName } from './apollo-gateway.ts';
import { startGateway } from './server.ts';
import { createHttpTransport } from './subgraphs/http-transport.ts';

type Answer = (res: ServerResponse) => void;

const json =
  (answer: unknown): Answer =>
  (res) =>
    void res.end(JSON.stringify(answer));
const down: Answer = (res) => res.destroy();
const ada = { __typename: 'User', id: 'ada' };
const unavailable = { code: 'SERVICE_UNAVAILABLE' };

/** A gateway on the committed supergraph, before subgraphs that answer as they are told. */
async function startBefore(
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
    corsOrigins: [],
    listen: { host: '127.0.0.1', port: 0, portVariable: 'GATEWAY_PORT' },
    log,
  });
  onTestFinished(stop);
  return { url, stop, ask: createAskAgain(url, lines), log: lines };
}

/** Asks everything again and gives what is answered then; what was logged before is gone. */
function createAskAgain(url: string, log: LogLine[]) {
  const ask = createAskText(url);
  const again = async (...asked: Parameters<AskText>) => {
    await ask(...asked);
    log.length = 0;
    return ask(...asked);
  };
  const data = async (...asked: Parameters<AskText>) => {
    await ask(...asked);
    return ask.data(...asked);
  };
  return Object.assign(again, { data });
}

const placesOf = (errors: { path?: (string | number)[] }[]) => errors.map(({ path }) => path);

describe.each(['lean', 'apollo'] as const)('with the executor %s,', (executor) => {
  const start = (answers: Parameters<typeof startBefore>[0], timeoutMs = 5_000) =>
    startBefore(answers, { executor, timeoutMs });

  describe('every null that a subgraph is to blame for has an error', () => {
    test('where a field stands in a fragment on a condition', async () => {
      const { ask } = await start({});
      const answer = await ask('query ($yes: Boolean!) { ... @include(if: $yes) { me { id } } }', { yes: true });
      expect(answer.data).toEqual({ me: null });
      expect(answer.errors).toMatchObject([{ path: ['me'], extensions: unavailable }]);
    });

    test('where fields have other names than their own', async () => {
      const { ask } = await start({});
      const answer = await ask('{ one: me { id } two: me { id } resources { totalCount } }');
      expect(answer.data).toEqual({ one: null, two: null, resources: null });
      expect(placesOf(answer.errors).sort()).toEqual([['one'], ['resources'], ['two']]);
    });

    test('where the owners of several resources are asked for', async () => {
      const nodes = ['1', '2'].map((id) => ({ id, owner: ada }));
      const { ask } = await start({ resources: json({ data: { resources: { nodes } } }) });
      const answer = await ask('{ resources { nodes { id owner { username } } } }');
      expect(answer.data).toEqual({ resources: { nodes: nodes.map(({ id }) => ({ id, owner: null })) } });
      expect(answer.errors).toMatchObject([
        { path: ['resources', 'nodes', 0, 'owner', 'username'], extensions: unavailable },
        { path: ['resources', 'nodes', 1, 'owner', 'username'], extensions: unavailable },
      ]);
    });

    test.each([
      ['nothing that was asked for', {}],
      ['null and does not say why', { data: null }],
    ])('where it answers %s', async (_, wrong) => {
      const { ask } = await start({ resources: json(wrong) });
      const answer = await ask('{ resources { totalCount } }');
      expect(answer.data).toEqual({ resources: null });
      expect(answer.errors).toMatchObject([{ path: ['resources'], extensions: unavailable }]);
    });

    test('and a field that was left out has none', async () => {
      const { ask } = await start({ resources: json({ data: { resources: { totalCount: 0 } } }) });
      const query =
        'query ($no: Boolean!) { me @include(if: $no) { id } again: me @skip(if: true) { id } resources { totalCount } }';
      expect(await ask.data(query, { no: false })).toEqual({ resources: { totalCount: 0 } });
    });
  });

  describe('an answer has data and errors, and nothing beside them', () => {
    test.each([
      ['another type than the schema has', { totalCount: 'many' }],
      ['null where the schema has none', { totalCount: null }],
    ])('where a subgraph answers with %s, which is logged', async (_, resources) => {
      const { ask, log } = await start({ resources: json({ data: { resources } }) });
      const answer = await ask('{ resources { totalCount } }');
      expect(answer.data).toEqual({ resources: null });
      expect(Object.keys(JSON.parse(answer.text))).not.toContain('extensions');
      expect(log.filter(({ level }) => Number(level) >= 40)).not.toEqual([]);
    });

    test('where the account of an owner is gone, which is no error', async () => {
      const nodes = [{ id: '1', owner: ada }];
      const resources = json({ data: { resources: { nodes } } });
      const { ask } = await start({ resources, auth: json({ data: { _entities: [null] } }) });
      const answer = await ask('{ resources { nodes { id owner { username } } } }');
      expect(JSON.parse(answer.text)).toEqual({ data: { resources: { nodes: [{ id: '1', owner: null }] } } });
    });
  });

  describe('of the errors of a subgraph', () => {
    const answering = (extensions: unknown) =>
      json({ data: { me: null }, errors: [{ message: 'no such table: users', path: ['me'], extensions }] });

    test.each(['SQLITE_ERROR', 'DOWNSTREAM_SERVICE_ERROR', 'INTERNAL_SERVER_ERROR', undefined])(
      'one with the code %s is masked, and logged whole by the id of its request',
      async (code) => {
        const { ask, log } = await start({ auth: answering({ code, stacktrace: ['at /srv/app'] }) });
        const answer = await ask('{ me { id } }');
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

    test('a refusal leaves as it is, without what does not belong to it', async () => {
      const extra = { serviceName: 'auth', stacktrace: ['at /srv/app'], requestId: 'inner', maxBytes: 5 };
      const { ask } = await start({ auth: answering({ code: 'UNAUTHENTICATED', reason: 'EXPIRED', ...extra }) });
      const answer = await ask('{ me { id } }');
      expect(JSON.parse(answer.text)).toEqual({
        data: { me: null },
        errors: [
          { message: 'no such table: users', path: ['me'], extensions: { code: 'UNAUTHENTICATED', reason: 'EXPIRED' } },
        ],
      });
    });

    test('none decides over the status of the answer', async () => {
      const { ask } = await start({ auth: answering({ code: 'NOT_FOUND', http: { status: 500 } }) });
      expect((await ask('{ me { id } }')).status).toBe(200);
    });
  });

  test('no answer names a subgraph, or where it is', async () => {
    const { ask } = await start({ resources: (res) => res.writeHead(500).end('Error at /srv/app') });
    const answer = await ask('{ me { id } resources { totalCount } }');
    expect(answer.errors).toHaveLength(2);
    expect(answer.text).not.toMatch(/127\.0\.0\.1|ECONN|auth|srv|service"|stack|subquery/);
  });

  describe('a request that no subgraph need be asked for', () => {
    test.each([
      ['a subscription', 'subscription { me { id } }', 'OPERATION_RESOLUTION_FAILURE'],
      ['an unknown field', '{ nobody }', 'GRAPHQL_VALIDATION_FAILED'],
      [
        "an entity, which is not the client's to ask for",
        '{ _entities(representations: []) { __typename } }',
        'GRAPHQL_VALIDATION_FAILED',
      ],
      ['of too many tokens', `{ ${'a: __typename '.repeat(2_000)}}`, 'GRAPHQL_PARSE_FAILED'],
      ['the SDL of a subgraph', '{ _service { sdl } }', 'GRAPHQL_VALIDATION_FAILED'],
    ])('is refused with 400 where it is %s', async (_, query, code) => {
      const { ask } = await start({});
      const answer = await ask(query);
      expect([answer.status, answer.errors.map(({ extensions }) => extensions)]).toEqual([400, [{ code }]]);
    });

    test('is answered while all of them are away: which types there are', async () => {
      const { ask } = await start({});
      expect(await ask.data('{ __type(name: "User") { fields { name } } }')).toEqual({
        __type: { fields: ['id', 'username', 'createdAt', 'resources'].map((name) => ({ name })) },
      });
    });

    test('is the one for its health', async () => {
      const { url } = await start({});
      expect((await fetch(new URL('/health/ready', url))).status).toBe(200);
    });
  });

  test('a gateway stops while a subgraph still hangs, and answers who waits for it', async () => {
    let onAsked = () => {};
    const wasAsked = new Promise<void>((resolve) => {
      onAsked = resolve;
    });
    const { url, stop } = await start({ auth: () => onAsked() }, 500);
    const asking = createAskText(url).refusal('{ me { id } }');
    await wasAsked;
    await stop();
    expect(await asking).toEqual(unavailable);
  });

  // Sooner than the five seconds after which the subgraph itself ends a connection that nobody uses.
  test('a gateway that has stopped keeps no connection to a subgraph', { timeout: 3_000 }, async () => {
    const closed = new Map<unknown, Promise<unknown>>();
    const { ask, stop } = await start({
      auth: (res) => {
        if (res.socket && !closed.has(res.socket)) closed.set(res.socket, once(res.socket, 'close'));
        json({ data: { me: ada } })(res);
      },
    });
    await ask.data('{ me { id } }');
    await stop();
    await Promise.all(closed.values());
    expect(closed.size).toBe(1);
  });
});

test('a gateway without the address of a subgraph does not start', async () => {
  const url = await deadUrl();
  const starting = startGateway({
    subgraphs: [{ name: 'auth', transport: createHttpTransport(url), timeoutMs: 100, mutationTimeoutMs: 100 }],
    corsOrigins: [],
    listen: { host: '127.0.0.1', port: 0, portVariable: 'GATEWAY_PORT' },
    log: captureLog('silent').log,
  });
  await expect(starting).rejects.toThrow('the gateway has no address for it');
});
