import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { startClient } from '../../tests/support/subgraphs/subgraph-client.ts';
import type { SubgraphSettings } from './subgraph-client.ts';

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

describe('a client that disconnects', () => {
  /** A subgraph that responds on command, and reports when it is called and when the connection closes. */
  async function startSlow(settings: Partial<SubgraphSettings> = {}) {
    const client = new AbortController();
    const begun: { res?: ServerResponse } = {};
    const { promise: called, resolve: onCalled } = deferred<void>();
    const started = await startClient((res) => {
      begun.res = res;
      onCalled();
    }, settings);
    const answer = () => begun.res?.end('{"data":{"first":1}}');
    const left = async () => begun.res && once(begun.res, 'close');
    return { ...started, client, wasCalled: called, answer, left };
  }

  test('aborts its query, and no failure is logged', async () => {
    const { send, client, wasCalled, left, log } = await startSlow();
    const pending = send({ clientGone: client.signal });
    await wasCalled;
    const leaving = left();
    client.abort();
    await leaving;
    await pending;
    expect(log).toEqual([]);
  });

  test('does not abort its mutation at once', async () => {
    const { send, client, wasCalled, answer } = await startSlow({ abandonedMs: 20_000 });
    const pending = send({ query: mutation, clientGone: client.signal });
    await wasCalled;
    client.abort();
    await new Promise((resolve) => setTimeout(resolve, 50));
    answer();
    expect(await pending).toEqual({ data: { first: 1 } });
  });

  test('is not waited for much longer: the subgraph notices, and no failure is logged', async () => {
    const { send, client, wasCalled, left, log } = await startSlow({ abandonedMs: 100 });
    const pending = send({ query: mutation, clientGone: client.signal });
    await wasCalled;
    const leaving = left();
    client.abort();
    await leaving;
    expect([await pending, log]).toEqual([unavailable, []]);
  });

  test('before its mutation is sent has it sent all the same', async () => {
    const { send } = await startClient(json({ data: { first: 1 } }), { abandonedMs: 20_000 });
    expect(await send({ query: mutation, clientGone: AbortSignal.abort() })).toEqual({ data: { first: 1 } });
  });

  test('before its query is sent causes no call', async () => {
    const { send, received } = await startClient(json({ data: { first: 1 } }));
    await send({ clientGone: AbortSignal.abort() });
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
