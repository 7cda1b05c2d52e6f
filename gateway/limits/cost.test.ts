import { describe, expect, onTestFinished, test } from 'vitest';
import { forgeWith, newPair } from '../../platform/testing/forged-tokens.ts';
import { fixedKeySet } from '../../platform/tokens/key-set.ts';
import { captureLog } from '../../tests/support/captured-log.ts';
import { post } from '../../tests/support/subgraphs/tiny-server.ts';
import { startGateway } from '../server.ts';
import type { Transport } from '../subgraphs/transport.ts';
import type { CostLimits } from './cost-budget.ts';
import { operationPrice, priceOfDocument, priceOfPlan } from './prices.ts';

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
      errors?: { message: string; extensions: Record<string, unknown> }[];
      data?: object;
      extensions?: object;
    };
    const { status } = response;
    return { status, data, extensions, errors, retryAfter: response.headers.get('retry-after') };
  };
  return { send, calls: () => calls };
}

const page = 'query ($first: Int) { resources(first: $first) { nodes { id image { url } } } }';
const costOf = (first: number) => 10 + 2 * first;

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

/** The charge of the first request for an operation beside its cost; later ones are charged `operationPrice`. */
const newPrice = (query: string) => priceOfDocument(query) + priceOfPlan(query) + operationPrice;

describe('the budget of a minute', () => {
  const typename = '{ __typename }';
  /** A budget for one request of a new operation, and further ones of the same. */
  const roomFor = (query: string, further = 0) => newPrice(query) + further * operationPrice;

  test('ends with 429 and the time after which it is full again, and executes nothing', async () => {
    const room = roomFor(page, 1) + 2 * costOf(20) + operationPrice + costOf(5);
    const { send, calls } = await start({ maxCost: 50, budgetPerMinute: room });
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

  test('bounds many cheap operations as it does one dear one', async () => {
    const { send } = await start({ maxCost: 50, budgetPerMinute: roomFor(typename, 4) });
    const statuses = [];
    for (let n = 0; n < 7; n += 1) statuses.push((await send(typename)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
  });

  test.each([
    ['valid', '{ b: __typename }', 200],
    ['a syntax error', '{ title', 400],
    ['not valid', '{ nothing }', 400],
    ['over a limit of documents', `{ ${'a '.repeat(2_001)} }`, 400],
  ])('is charged a new document before it is parsed: %s', async (_, document, status) => {
    const sent = priceOfDocument(document) + (status === 200 ? operationPrice + priceOfPlan(document) : 0);
    const { send } = await start({ maxCost: 50, budgetPerMinute: sent + priceOfDocument(document) - 1 });
    expect((await send(document)).status).toBe(status);
    const unseen = await send(document.replace('b', 'c').replace('title', 'other'));
    expect(unseen).toMatchObject({ status: 429, errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    expect(Number(unseen.retryAfter)).toBe(unseen.errors?.[0]?.extensions.retryAfterSeconds);
    expect(Number(unseen.retryAfter)).toBeGreaterThan(0);
  });

  test('is one for each account, at whatever address, and one for each address of the others', async () => {
    const { send } = await start({ maxCost: 50, budgetPerMinute: roomFor(typename) });
    const from = (address: string) => ({ 'x-forwarded-for': address });
    // The first caller pays for the plan, and has nothing left.
    expect((await send(typename, from('203.0.113.1'))).status).toBe(200);
    expect((await send(typename, from('203.0.113.1'))).status).toBe(429);
    const room = Math.floor(roomFor(typename) / operationPrice);
    /** Sends as many operations as a caller has room for, by all of these headers in turn, and one more. */
    const statusesOf = async (...callers: Record<string, string>[]) => {
      const statuses: number[] = [];
      for (let nth = 0; nth <= room; nth += 1)
        statuses.push((await send(typename, callers[nth % callers.length])).status);
      return statuses;
    };
    const usedUp = [...Array<number>(room).fill(200), 429];
    const [ada, bob] = [tokenOf('ada'), tokenOf('bob')];
    expect(await statusesOf({ ...ada, ...from('192.0.2.1') }, { ...ada, ...from('192.0.2.2') })).toEqual(usedUp);
    expect(await statusesOf({ ...bob, ...from('192.0.2.1') })).toEqual(usedUp);
    const forged = { authorization: 'Bearer forged' };
    expect(await statusesOf(from('192.0.2.1'), { ...forged, ...from('192.0.2.1') })).toEqual(usedUp);
    expect(await statusesOf(from('2001:db8:1:2::1'), from('2001:db8:1:2:ffff::2'))).toEqual(usedUp);
    expect(await statusesOf(from('2001:db8:1:3::1'))).toEqual(usedUp);
  });

  test('is divided among the gateways', async () => {
    const { send } = await start({ maxCost: 50, budgetPerMinute: 3 * roomFor(typename, 2), replicas: 3 });
    const statuses = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await send(typename)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  test('is charged for a request, and not for what it would cost, by an operation over the limit of one', async () => {
    const room = operationPrice + roomFor(page) + costOf(20);
    const { send } = await start({ maxCost: 50, budgetPerMinute: room });
    expect((await send(page, {}, { first: 100 })).status).toBe(400);
    expect((await send(page, {}, { first: 20 })).status).toBe(200);
    expect((await send(page, {}, { first: 100 })).status).toBe(429);
  });
});
