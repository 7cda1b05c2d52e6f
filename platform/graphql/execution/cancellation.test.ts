import { buildSubgraphSchema } from '@apollo/subgraph';
import { gql } from 'graphql-tag';
import { describe, expect, onTestFinished, test } from 'vitest';
import { publicErrors } from '../../../schema/error-codes.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { post } from '../../../tests/support/subgraphs/tiny-server.ts';
import { createAbortable } from '../../async/signal.ts';
import type { IncomingRequest } from '../graphql-endpoint.ts';
import { startGraphqlServer } from '../server.ts';
import { cancellable, cancellableReference } from './cancellation.ts';

const timeout = 60_000;

const typeDefs = gql`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { things: [Thing!]! }
  type Mutation { change: Int }
  type Thing @key(fields: "id") { id: ID! things: [Thing!]! }
`;

const query = '{ things { things { things { things { things { id } } } } } }';
/** One list of ten things, ten lists in it, and so on. */
const allLists = 11_111;

/** A server whose lists nest. `onCall` is called with the number of lists, references and mutations resolved so far. */
async function startNested(onCall: (calls: number) => void = () => {}) {
  let calls = 0;
  let length = 10;
  const resolve = async () => {
    calls += 1;
    onCall(calls);
    return Array.from({ length }, (_, id) => ({ __typename: 'Thing', id }));
  };
  const things = cancellable(resolve);
  const change = cancellable(async () => (await resolve()).length);
  const __resolveReference = cancellableReference(async () => (await resolve())[0]);
  const resolvers = { Query: { things }, Mutation: { change }, Thing: { things, __resolveReference } };
  const { log, lines } = captureLog();
  const server = await startGraphqlServer<IncomingRequest>({
    schema: buildSubgraphSchema({ typeDefs, resolvers } as Parameters<typeof buildSubgraphSchema>[0]),
    publicErrors,
    context: (request) => request,
    checkReady: async () => ({}),
    listen: { host: '127.0.0.1', port: 0, portVariable: 'PORT' },
    log,
  });
  onTestFinished(() => server.stop());
  const client = () => ({ address: '127.0.0.1', userAgent: undefined });
  const clientGone = createAbortable();
  const execute = (text: string, variables = {}) =>
    server.execute({ query: text, variables }, { authorization: undefined, requestId: 'r-1', client, clientGone });
  /** Has the query compiled, which begins with its second run. */
  const compile = async () => {
    length = 0;
    for (let run = 0; run < 3; run += 1) await execute(query);
    length = 10;
    calls = 0;
  };
  return { url: server.url, execute, compile, leave: () => clientGone.abort(gone), calls: () => calls, lines };
}

const gone = new Error('The client has disconnected.');
/** Lets what still runs go on. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

describe.each(['graphql-js', 'graphql-jit'])('an operation run by %s', (executor) => {
  /** Starts a server, and calls `onCall` for the calls of what it executes from then on. */
  async function start(onCall: (calls: number) => void) {
    let isCompiled = executor === 'graphql-js';
    const server = await startNested((calls) => isCompiled && onCall(calls));
    if (!isCompiled) await server.compile();
    isCompiled = true;
    return server;
  }

  test('that nobody waits for calls no more resolvers', { timeout }, async () => {
    const server = await start((calls) => {
      if (calls === 40) server.leave();
    });
    await server.execute(query).catch(() => {});
    await settled();
    expect(server.calls()).toBe(40);
    expect(server.lines.filter(({ level }) => Number(level) > 30)).toEqual([]);
  });

  test('notices that its client has disconnected', { timeout }, async () => {
    const client = new AbortController();
    const server = await start((calls) => {
      if (calls === 40) client.abort();
    });
    const headers = { 'content-type': 'application/json' };
    const sent = fetch(server.url, { method: 'POST', headers, body: JSON.stringify({ query }), signal: client.signal });
    await expect(sent).rejects.toThrow('aborted');
    await expect.poll(() => server.lines.at(-1)?.msg, { timeout }).toBe('client gone');
    expect(server.calls()).toBeLessThan(allLists / 4);
  });

  test('lets others be executed meanwhile', { timeout }, async () => {
    const { url, execute, calls } = await start(() => {});
    const executing = execute(query);
    expect(await (await post(url, { query: '{ __typename }' })).json()).toEqual({ data: { __typename: 'Query' } });
    expect(calls()).toBeLessThan(allLists);
    expect(await executing).not.toHaveProperty('errors');
    expect(calls()).toBe(allLists);
  });
});

test('a mutation whose client has gone begins none of its further fields', async () => {
  const server = await startNested((calls) => {
    if (calls === 2) server.leave();
  });
  await server.execute('mutation { a: change b: change c: change d: change }');
  await settled();
  expect(server.calls()).toBe(2);
});

test('references are not resolved once nobody waits for them', async () => {
  const { execute, leave, calls, lines } = await startNested();
  const entities = 'query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }';
  const representations = [1, 2, 3].map((id) => ({ __typename: 'Thing', id }));
  await execute(entities, { representations });
  expect(calls()).toBe(3);
  leave();
  await execute(entities, { representations }).catch(() => {});
  expect([calls(), lines.at(-1)?.msg]).toEqual([3, 'client gone']);
});
