import { describe, expect, onTestFinished, test } from 'vitest';
import { forgeWith, newPair } from '../../platform/testing/forged-tokens.ts';
import { fixedKeySet } from '../../platform/tokens/key-set.ts';
import { captureLog } from '../../tests/support/captured-log.ts';
import { post } from '../../tests/support/subgraphs/tiny-server.ts';
import { startGateway } from '../server.ts';
import type { Transport } from '../subgraphs/transport.ts';
import type { CostLimits } from './cost-budget.ts';

const pair = newPair();
const forge = forgeWith(pair);
const tokenOf = (sub: string) => ({ authorization: `Bearer ${forge({}, { sub })}` });

/** Starts a gateway before subgraphs that answer nothing, and counts their calls. */
async function start(cost: Partial<CostLimits> = {}, executor: 'compiled' | 'apollo' = 'compiled') {
  let calls = 0;
  const transport: Transport = {
    prepare: () => async () => {
      calls += 1;
      return { data: { me: null, resources: null, sessions: null } };
    },
    close: async () => {},
  };
  const { url, stop } = await startGateway({
    subgraphs: ['auth', 'resources'].map((name) => ({ name, transport, timeoutMs: 5_000, mutationTimeoutMs: 5_000 })),
    executor,
    cost,
    verifier: { keys: fixedKeySet([pair.publicKey]) },
    corsOrigins: [],
    // A trusted proxy lets a test choose the client's address.
    trustedProxies: ['loopback'],
    listen: { host: '127.0.0.1', port: 0, portVariable: 'GATEWAY_PORT' },
    log: captureLog().log,
  });
  onTestFinished(stop);
  /** Sends an operation of one user, unless the headers name another one or an address. */
  const send = async (query: string, headers: Record<string, string> = {}, variables?: object) => {
    const sender = 'x-forwarded-for' in headers ? {} : tokenOf('ada');
    const response = await post(url, { query, variables }, { ...sender, ...headers });
    const { errors, data, extensions } = (await response.json()) as {
      errors?: { message: string; extensions: object }[];
      data?: object;
      extensions?: object;
    };
    const { status } = response;
    return { status, data, extensions, errors, retryAfter: response.headers.get('retry-after') };
  };
  return { send, calls: () => calls };
}

const page = 'query ($first: Int) { resources(first: $first) { nodes { id image { url } } } }';
const costOf = (first: number) => 1 + 2 * first;

describe.each(['compiled', 'apollo'] as const)('with the executor %s, an operation', (executor) => {
  test('over the limit is rejected before anything is planned or executed', async () => {
    const { send, calls } = await start({ maxCost: costOf(10) }, executor);
    // The second time, the operation is prepared.
    for (const _ of [1, 2]) {
      const { status, errors, data, extensions } = await send(page, {}, { first: 11 });
      expect(status).toBe(400);
      expect(data).toBeUndefined();
      expect(extensions).toBeUndefined();
      expect(errors).toMatchObject([
        { extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE', cost: costOf(11), maxCost: costOf(10) } },
      ]);
    }
    expect(calls()).toBe(0);
    expect(await send(page, {}, { first: 10 })).toMatchObject({ status: 200, data: { resources: null } });
    expect(calls()).toBe(1);
  });

  test('tells its cost to a client that asks for it, and to no other', async () => {
    const { send } = await start({ maxCost: costOf(10) }, executor);
    for (const _ of [1, 2]) {
      const asked = await send(page, { 'x-graphql-cost': '1' }, { first: 3 });
      expect(asked).toMatchObject({ status: 200, data: { resources: null }, extensions: { cost: costOf(3) } });
      expect((await send(page, {}, { first: 3 })).extensions).toBeUndefined();
      const refused = await send(page, { 'x-graphql-cost': '1' }, { first: 30 });
      expect(refused).toMatchObject({ status: 400, extensions: { cost: costOf(30) } });
    }
  });
});

test('nested lists multiply beyond the default limit, however short the document', async () => {
  const { send, calls } = await start();
  const nested = (depth: number): string =>
    depth === 0 ? 'id' : `resources { nodes { owner { ${nested(depth - 1)} } } }`;
  const { status, errors } = await send(`{ ${nested(3)} }`);
  expect(status).toBe(400);
  expect(errors).toMatchObject([{ extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE' } }]);
  expect(calls()).toBe(0);
});

describe('the budget of a minute', () => {
  const limits = { maxCost: 50, budgetPerMinute: 100 };

  test('ends with 429 and the time after which it is full again, and executes nothing', async () => {
    const { send, calls } = await start(limits);
    for (const _ of [1, 2]) expect((await send(page, {}, { first: 20 })).status).toBe(200);
    const { status, errors, data, retryAfter } = await send(page, {}, { first: 20 });
    expect(status).toBe(429);
    expect(data).toBeUndefined();
    const [{ extensions } = { extensions: {} }] = errors ?? [];
    expect(extensions).toEqual({ code: 'RATE_LIMITED', retryAfterSeconds: Number(retryAfter) });
    expect(Number(retryAfter)).toBeGreaterThan(0);
    expect(Number(retryAfter)).toBeLessThanOrEqual(60);
    expect(calls()).toBe(2);
    // The rejected operation was not charged: a cheaper one still has room.
    expect((await send(page, {}, { first: 5 })).status).toBe(200);
  });

  test('bounds many cheap operations as it does one dear one: each costs 1 at least', async () => {
    const { send } = await start({ maxCost: 50, budgetPerMinute: 5 });
    const statuses = [];
    for (let n = 0; n < 7; n += 1) statuses.push((await send('{ __typename }')).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
  });

  test('applies to operations that Apollo Server has to look at first, with the same header', async () => {
    const { send } = await start({ maxCost: 50, budgetPerMinute: 1 });
    expect((await send('{ a: __typename }')).status).toBe(200);
    const unseen = await send('{ b: __typename }');
    expect(unseen.status).toBe(429);
    expect(Number(unseen.retryAfter)).toBeGreaterThan(0);
  });

  test('is one for each account, at whatever address, and one for each address of the others', async () => {
    const { send } = await start({ maxCost: 50, budgetPerMinute: 1 });
    const from = (address: string) => ({ 'x-forwarded-for': address });
    const statusOf = async (headers: Record<string, string>) => (await send('{ __typename }', headers)).status;
    expect(await statusOf({ ...tokenOf('ada'), ...from('192.0.2.1') })).toBe(200);
    expect(await statusOf({ ...tokenOf('ada'), ...from('192.0.2.2') })).toBe(429);
    expect(await statusOf({ ...tokenOf('bob'), ...from('192.0.2.1') })).toBe(200);
    expect(await statusOf({ ...from('192.0.2.1') })).toBe(200);
    expect(await statusOf({ authorization: 'Bearer forged', ...from('192.0.2.1') })).toBe(429);
    expect(await statusOf({ ...from('2001:db8:1:2::1') })).toBe(200);
    expect(await statusOf({ ...from('2001:db8:1:2:ffff::2') })).toBe(429);
    expect(await statusOf({ ...from('2001:db8:1:3::1') })).toBe(200);
  });

  test('is divided among the gateways', async () => {
    const { send } = await start({ maxCost: 50, budgetPerMinute: 9, replicas: 3 });
    const statuses = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await send('{ __typename }')).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  test('is charged nothing for an operation over the limit of one operation', async () => {
    const { send } = await start({ maxCost: 50, budgetPerMinute: 50 });
    expect((await send(page, {}, { first: 100 })).status).toBe(400);
    expect((await send(page, {}, { first: 20 })).status).toBe(200);
  });
});
