import { describe, expect, test } from 'vitest';
import type { Signal } from '../../platform/async/signal.ts';
import type { ExecuteInProcess } from '../../platform/graphql/server.ts';
import { startTinyServer } from '../../tests/support/subgraphs/tiny-server.ts';
import { createInProcessClient, unavailable } from '../testing/in-process-client.ts';

const mutation = 'mutation { first second }';

/** A subgraph that responds on command, and reports when it is called and with which request. */
function createSlow() {
  let begin = (_: Signal) => {};
  let finish: { answer(): void; fail(): void } = { answer() {}, fail() {} };
  const wasCalled = new Promise<Signal>((resolve) => {
    begin = resolve;
  });
  const execute: ExecuteInProcess = (_, { clientGone }) => {
    begin(clientGone);
    return new Promise((resolve, reject) => {
      finish = { answer: () => resolve({ data: { first: 1 } }), fail: () => reject(new Error('too late')) };
    });
  };
  return { execute, wasCalled, answer: () => finish.answer(), fail: () => finish.fail() };
}

const abortReason = (signal: Signal) =>
  new Promise<unknown>((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)));

describe('a client that disconnects from an in-process call', () => {
  test.each(['{ first second }', mutation])('is not waited for, and no failure is logged: %s', async (query) => {
    const { execute, wasCalled } = createSlow();
    const { send, log } = createInProcessClient(execute);
    const client = new AbortController();
    const pending = send({ query, clientGone: client.signal });
    const leaving = abortReason(await wasCalled);
    client.abort('gone');
    await expect(pending).rejects.toBe('gone');
    expect([await leaving, log]).toEqual(['gone', []]);
  });

  test.each(['{ slow }', 'mutation { slowChange }'])(
    'aborts its operation, and resolvers are notified: %s',
    async (query) => {
      const { execute, slowBegan } = await startTinyServer();
      const { send } = createInProcessClient(execute);
      const client = new AbortController();
      const pending = send({ query, clientGone: client.signal });
      const { clientGone } = await slowBegan;
      expect(clientGone.aborted).toBe(false);
      const leaving = abortReason(clientGone);
      client.abort('gone');
      expect([await leaving, clientGone.aborted]).toEqual(['gone', true]);
      await expect(pending).rejects.toBe('gone');
    },
  );

  test('before its operation is sent causes no call', async () => {
    const { execute, changes } = await startTinyServer();
    const queries: string[] = [];
    const { send, log } = createInProcessClient((operation, request) => {
      queries.push(operation.query);
      return execute(operation, request);
    });
    const clientGone = AbortSignal.abort('gone');
    await expect(send({ clientGone })).rejects.toBe('gone');
    await expect(send({ query: 'mutation { change }', clientGone })).rejects.toBe('gone');
    expect([queries, changes(), log]).toEqual([[], 0, []]);
  });
});

describe('an in-process mutation', () => {
  test('has a longer timeout than a query', async () => {
    const [slow, slower] = [createSlow(), createSlow()];
    const execute: ExecuteInProcess = (operation, request) =>
      (operation.query === mutation ? slow : slower).execute(operation, request);
    const { send } = createInProcessClient(execute, { timeoutMs: 100, mutationTimeoutMs: 20_000 });
    const pending = send({ query: mutation });
    await slow.wasCalled;
    expect(await send()).toEqual(unavailable);
    slow.answer();
    expect(await pending).toEqual({ data: { first: 1 } });
  });

  test('times out', async () => {
    const { execute } = createSlow();
    const { send, log } = createInProcessClient(execute, { timeoutMs: 20_000, mutationTimeoutMs: 100 });
    expect(await send({ query: mutation })).toEqual(unavailable);
    expect(log).toMatchObject([{ msg: 'subgraph unavailable', err: { message: 'No answer within 100 ms.' } }]);
  });
});

describe('an in-process subgraph that times out', () => {
  test.each(['{ first second }', mutation])('is notified, for %s', async (query) => {
    const { execute, wasCalled } = createSlow();
    const { send } = createInProcessClient(execute, { timeoutMs: 100, mutationTimeoutMs: 100 });
    const pending = send({ query });
    const clientGone = await wasCalled;
    expect(await abortReason(clientGone)).toEqual(new Error('No answer within 100 ms.'));
    expect(await pending).toEqual(unavailable);
  });

  test.each(['answer', 'fail'] as const)('may still %s, without effect', async (how) => {
    const slow = createSlow();
    const { send, log } = createInProcessClient(slow.execute, { timeoutMs: 100 });
    expect(await send()).toEqual(unavailable);
    slow[how]();
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toHaveLength(1);
  });
});
