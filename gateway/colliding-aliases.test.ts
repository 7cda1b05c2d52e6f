import { createHash } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { captureLog } from '../tests/support/captured-log.ts';
import { requestTextTo } from '../tests/support/graphql/request.ts';
import { listenAsSubgraph } from '../tests/support/subgraphs/subgraph-client.ts';
import { post } from '../tests/support/subgraphs/tiny-server.ts';
import type { ExecutorName } from './executor.ts';
import { startGateway } from './server.ts';
import { createHttpTransport } from './subgraphs/http-transport.ts';
import { accessTokenWith, verifier } from './testing/viewer.ts';

/** Starts a gateway before two subgraphs that both give this response. */
async function startGatewayBefore(response: unknown, executor: ExecutorName) {
  const { log, lines } = captureLog();
  let calls = 0;
  const subgraph = await listenAsSubgraph((_, res) => {
    calls += 1;
    res.end(JSON.stringify(response));
  });
  const { url, stop } = await startGateway({
    subgraphs: ['auth', 'resources'].map((name) => ({
      name,
      transport: createHttpTransport(subgraph),
      timeoutMs: 5_000,
      mutationTimeoutMs: 5_000,
    })),
    executor,
    verifier,
    corsOrigins: [],
    listen: { host: '127.0.0.1', port: 0, portVariable: 'GATEWAY_PORT' },
    log,
  });
  onTestFinished(stop);
  return { url, send: requestTextTo(url, accessTokenWith()), log: lines, calls: () => calls };
}

describe('with Apollo’s executor, an operation', () => {
  test.each([
    ['the name of a key', '{ me { id: username resources { totalCount } } }', 'username'],
    ['__typename', '{ resources { nodes { __typename: title } } }', 'title'],
    [
      '__typename of a mutation',
      'mutation { deleteResource(input: { id: "1" }) { __typename: deletedResourceId } }',
      'deletedResourceId',
    ],
    ['a name that begins with __', '{ __own: me { id } }', 'me'],
    ['the name of another root field', '{ me: sessions { id } }', 'sessions'],
  ])('under %s is rejected before execution', async (_, query, field) => {
    const { send, calls } = await startGatewayBefore({ data: {} }, 'apollo');
    for (let time = 0; time < 2; time += 1) {
      const { status, errors } = await send(query);
      expect([status, errors.map(({ extensions }) => extensions), calls()]).toEqual([
        400,
        [{ code: 'GRAPHQL_VALIDATION_FAILED' }],
        0,
      ]);
      expect(errors[0]?.message).toContain(`choose another alias, such as "${field}Alias"`);
    }
  });

  test('is rejected with the place of the alias in the client’s document, also beside introspection', async () => {
    const { send, calls } = await startGatewayBefore({ data: {} }, 'apollo');
    const answer = await send('{ __schema { queryType { name } }\n  me { id: username } }');
    expect([answer.status, JSON.parse(answer.text).errors]).toMatchObject([
      400,
      [{ locations: [{ line: 2, column: 8 }], extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    ]);
    expect(calls()).toBe(0);
  });

  test('of a persisted query is rejected as well', async () => {
    const { url, calls } = await startGatewayBefore({ data: {} }, 'apollo');
    const query = '{ me { id: username resources { totalCount } } }';
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    for (const body of [{ query, extensions }, { extensions }]) {
      const response = await post(url, body);
      expect([response.status, await response.json()]).toMatchObject([
        400,
        { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
      ]);
    }
    expect(calls()).toBe(0);
  });

  test('under its own names, or aliases that are free, is executed', async () => {
    const me = { __typename: 'User', id: '1', name: 'ada', kind: 'User' };
    const { send } = await startGatewayBefore({ data: { viewer: me } }, 'apollo');
    expect(await send.data('{ viewer: me { id: id name: username kind: __typename } }')).toEqual({
      viewer: { id: '1', name: 'ada', kind: 'User' },
    });
  });
});

test('nulls propagate under the client’s names, also where the log tells of them', async () => {
  // The account of the owner no longer exists.
  const resources = { alias_totalCount: [{ owner: { __typename: 'User', id: 'ada' } }] };
  const { send, log } = await startGatewayBefore({ data: { resources, _entities: [null] } }, 'compiled');
  for (let time = 0; time < 2; time += 1) {
    const { data, errors } = await send('{ resources { totalCount: nodes { owner { id: username } } } }');
    expect([data, errors]).toEqual([{ resources: { totalCount: [{ owner: null }] } }, []]);
  }
  const message = 'a subgraph returned values that do not fit its schema';
  const [line] = log.filter(({ msg }) => msg === message);
  expect(line).toMatchObject({
    extensions: { valueCompletion: [{ path: ['resources', 'totalCount', 0, 'owner', 'id'] }] },
  });
});

test('a persisted query with such aliases is executed, and again by its hash', async () => {
  const { url } = await startGatewayBefore({ data: { me: { alias_id: 'ada' } } }, 'compiled');
  const query = '{ me { id: username } }';
  const sha256Hash = createHash('sha256').update(query).digest('hex');
  const extensions = { persistedQuery: { version: 1, sha256Hash } };
  const authorization = `Bearer ${accessTokenWith()}`;
  for (const body of [{ query, extensions }, { extensions }])
    expect(await (await post(url, body, { authorization })).json()).toEqual({ data: { me: { id: 'ada' } } });
});
