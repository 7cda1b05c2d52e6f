import { describe, expect, test } from 'vitest';
import type { ExecuteInProcess } from '../../platform/graphql/server.ts';
import { someClient } from '../../tests/support/subgraphs/subgraph-client.ts';
import { startTinyServer } from '../../tests/support/subgraphs/tiny-server.ts';
import { createInProcessClient as createClient, unavailable } from '../testing/in-process-client.ts';

const never = () => new Promise<never>(() => {});
const neverCalled = () => {
  throw new Error('The client must not be read.');
};
const warning = { level: 40, msg: 'subgraph unavailable', requestId: 'r-1', subgraph: 'things' };

describe('every requested field fails with SERVICE_UNAVAILABLE if an in-process subgraph', () => {
  const answers: Record<string, () => unknown> = {
    hangs: never,
    fails: () => Promise.reject(new Error('at /srv/app')),
    'fails at once': () => {
      throw new Error('at /srv/app');
    },
    'responds with null': () => null,
    'responds with a number': () => 5,
    'responds with a list': () => [],
    'responds with another object': () => ({ status: 'ok' }),
    'responds with neither data nor errors': () => ({}),
    'responds with null for data and no error': () => ({ data: null, errors: [] }),
    'responds with errors that are no list': () => ({ data: null, errors: 'many' }),
    'responds with data that are no object': () => ({ data: 'much' }),
  };

  test.each(Object.entries(answers))('%s', async (_, answer) => {
    const timeouts = { timeoutMs: 200, mutationTimeoutMs: 20_000 };
    const { send, log } = createClient(async () => (await answer()) as Awaited<ReturnType<ExecuteInProcess>>, timeouts);
    expect(await send()).toEqual(unavailable);
    expect(log).toMatchObject([warning]);
  });

  test('rejects the operation for its size, and does not run it', async () => {
    const { execute, changes } = await startTinyServer({ maxBodyBytes: 200 });
    const { send, log } = createClient(execute);
    const query = `mutation { change } # ${'x'.repeat(200)}`;
    expect(await send({ query })).toMatchObject({
      errors: [{ path: ['change'], extensions: { code: 'BAD_USER_INPUT' } }],
    });
    expect([log, changes()]).toEqual([[], 0]);
  });

  test('would not respond with status 200 over HTTP, which is only logged', async () => {
    const { execute } = await startTinyServer();
    const { send, log } = createClient(execute);
    expect(await send()).toEqual(unavailable);
    expect(log).toMatchObject([
      { ...warning, err: { message: 'The subgraph responded to the operation with status 400.' } },
    ]);
  });
});

test('a subgraph whose response would be too large rejects with RESPONSE_TOO_LARGE, and no failure is logged', async () => {
  const { execute } = await startTinyServer({ maxResponseBytes: 1_000 });
  const { send, log } = createClient(execute);
  const query = 'query ($text: String!) { echo(text: $text) }';
  const fits = 'x'.repeat(1_000 - Buffer.byteLength('{"data":{"echo":""}}'));
  for (let time = 1; time <= 3; time++) {
    expect(await send({ query, variables: { text: fits } })).toEqual({ data: { echo: fits } });
    const tooLarge = send({ query, variables: { text: `${fits}x` } });
    await expect(tooLarge).rejects.toMatchObject({ extensions: { code: 'RESPONSE_TOO_LARGE', maxBytes: 1_000 } });
  }
  expect(log).toEqual([]);
});

describe('an in-process subgraph gets', () => {
  test('the operation, the authorization and the request id', async () => {
    const received: unknown[] = [];
    const { send } = createClient(async (operation, { clientGone, client, ...request }) => {
      received.push({ ...operation, ...request });
      return { data: { first: 1 } };
    });
    const query = 'query ($a: Int) { first(a: $a) }';
    await send({ query, variables: { a: 1 }, authorization: 'Bearer abc' });
    await send({ query });
    expect(received).toEqual([
      { query, variables: { a: 1 }, operationName: undefined, authorization: 'Bearer abc', requestId: 'r-1' },
      { query, variables: {}, operationName: undefined, authorization: undefined, requestId: 'r-1' },
    ]);
  });

  test('the client, for mutations only', async () => {
    const clients: unknown[] = [];
    const { send } = createClient(async (_, { client }) => {
      clients.push(client());
      return { data: { first: 1 } };
    });
    await send({ query: 'mutation { first }' });
    await send({ query: '{ first }', getClient: neverCalled });
    expect(clients).toEqual([someClient, { address: '127.0.0.1', userAgent: undefined }]);
  });

  test('the context of each request, first and repeated', async () => {
    const { send } = createClient((await startTinyServer()).execute);
    for (const authorization of ['Bearer ada', undefined, 'Bearer bob']) {
      const { data } = await send({ query: '{ request }', ...(authorization && { authorization }) });
      expect(JSON.parse(data?.request)).toEqual({
        requestId: 'r-1',
        isGateway: true,
        isWrittenOut: true,
        ...(authorization && { authorization }),
      });
    }
  });
});

describe('from the response of an in-process subgraph', () => {
  test('data pass unchanged, without extensions', async () => {
    const data = { first: 1, second: null };
    const { send, log } = createClient(async () => ({ data, extensions: { cost: 1 } }));
    expect([await send(), log]).toEqual([{ data }, []]);
  });

  test('an API error passes without locations, which are of an operation that no client sees', async () => {
    const { send } = createClient((await startTinyServer()).execute);
    const error = { message: 'There is no such thing.', path: ['missing'], extensions: { code: 'NOT_FOUND' } };
    for (let time = 1; time <= 3; time++)
      expect(await send({ query: '{ missing }' })).toEqual({ data: { missing: null }, errors: [error] });
  });

  test.each(['bug', 'codedBug'])('a bug (%s) is masked', async (field) => {
    const { send } = createClient((await startTinyServer()).execute);
    for (let time = 1; time <= 3; time++) {
      const { errors } = await send({ query: `{ ${field} }` });
      expect(errors).toEqual([
        { message: 'Something went wrong on our side.', path: [field], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
      ]);
    }
  });

  test.each([undefined, 5, 'SQLITE_BUSY', 'DOWNSTREAM_SERVICE_ERROR', 'constructor'])(
    'the code %j is masked, and other extensions are removed',
    async (code) => {
      const extensions = { code, stacktrace: ['at /srv/app'], http: { status: 418 } };
      const { send } = createClient(async () => ({ data: { first: null }, errors: [{ message: 'no', extensions }] }));
      const masked = { message: 'no', extensions: { code: 'INTERNAL_SERVER_ERROR' } };
      expect(await send()).toEqual({ data: { first: null }, errors: [masked] });
    },
  );
});
