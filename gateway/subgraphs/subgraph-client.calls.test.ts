import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { startClient } from '../../tests/support/subgraphs/subgraph-client.ts';

const unavailable = {
  errors: ['first', 'second'].map((field) => ({
    message: 'This part of the API is temporarily unavailable: try again.',
    path: [field],
    extensions: { code: 'SERVICE_UNAVAILABLE' },
  })),
};
const json = (answer: unknown) => (res: ServerResponse) => void res.end(JSON.stringify(answer));
const mutation = 'mutation { first second }';

test('sends the operation, the authorization and the request id, and nothing else', async () => {
  const { send, received } = await startClient(json({ data: { first: 1 } }));
  await send({ query: 'query ($a: Int) { first(a: $a) }', variables: { a: 1 }, authorization: 'Bearer abc' });
  await send();
  const [first, second] = received;
  expect(first?.body).toEqual({ query: 'query ($a: Int) { first(a: $a) }', variables: { a: 1 } });
  const { host, connection, 'content-length': length, ...headers } = first?.headers ?? {};
  expect(headers).toEqual({ 'content-type': 'application/json', 'x-request-id': 'r-1', authorization: 'Bearer abc' });
  expect(second?.headers).not.toHaveProperty('authorization');
});

test('passes data unchanged, without extensions', async () => {
  const data = { first: 1, second: null };
  const { send, log } = await startClient(json({ data, extensions: { cost: 1 } }));
  expect([await send(), log]).toEqual([{ data }, []]);
});

describe('a mutation', () => {
  const late = (res: ServerResponse) => void setTimeout(() => json({ data: { first: 1 } })(res), 400);

  test('has a longer timeout than a query', async () => {
    const { send } = await startClient(late, { timeoutMs: 100, mutationTimeoutMs: 20_000 });
    expect(await send({ query: mutation })).toEqual({ data: { first: 1 } });
    expect(await send()).toEqual(unavailable);
  });

  test('times out', async () => {
    const { send } = await startClient(() => {}, { timeoutMs: 20_000, mutationTimeoutMs: 100 });
    expect(await send({ query: mutation })).toEqual(unavailable);
  });
});

test.each(['{ first second }', mutation])('a call that times out is aborted at the subgraph: %s', async (query) => {
  const { promise: called, resolve: onCalled } = deferred<ServerResponse>();
  const { send } = await startClient(onCalled, { timeoutMs: 100, mutationTimeoutMs: 100 });
  const pending = send({ query });
  const atSubgraph = await called;
  await once(atSubgraph, 'close');
  expect([atSubgraph.writableFinished, await pending]).toEqual([false, unavailable]);
});

describe('a client that disconnects', () => {
  test.each(['{ first second }', mutation])('aborts its operation, and no failure is logged: %s', async (query) => {
    const client = new AbortController();
    const { promise: called, resolve: onCalled } = deferred<ServerResponse>();
    const { send, log } = await startClient(onCalled);
    const pending = send({ query, clientGone: client.signal });
    const leaving = once(await called, 'close');
    client.abort('gone');
    await expect(pending).rejects.toBe('gone');
    await leaving;
    expect(log).toEqual([]);
  });

  test('before its operation is sent causes no call', async () => {
    const { send, received } = await startClient(json({ data: { first: 1 } }));
    for (const query of ['{ first second }', mutation])
      await expect(send({ query, clientGone: AbortSignal.abort('gone') })).rejects.toBe('gone');
    await send({ query: '{ last }' });
    expect(received.map(({ body }) => body.query)).toEqual(['{ last }']);
  });
});

function deferred<Value>() {
  let resolve = (_: Value) => {};
  const promise = new Promise<Value>((done) => {
    resolve = done;
  });
  return { promise, resolve: (value: Value) => resolve(value) };
}
