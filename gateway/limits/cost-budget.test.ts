import { parse } from 'graphql';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type CostLimits, createCostBudget } from './cost-budget.ts';
import { operationPrice, priceOfDocument, priceOfPlan, priceOfResponse } from './prices.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const source = '{ me { id } }';
const signal = new AbortController().signal;

/** Opens budgets, and charges requests of callers to them. */
function open(limits: CostLimits) {
  const budget = createCostBudget(limits);
  const document = parse(source);
  const [operation] = document.definitions;
  if (operation?.kind !== 'OperationDefinition') throw new Error('There is no operation.');
  const prepare = () => budget.admit({ source, document, operation, operationName: undefined });
  const requestOf = (key: string | Promise<string>) => ({
    isTrusted: true,
    requestId: 'a-request',
    clientGone: signal,
    caller: {
      budgetKey: () => key,
      identity: () => {
        throw new Error('Only the key is needed.');
      },
    },
    bill: { charged: 0 },
  });
  const admit = prepare();
  /** Executes an operation that was planned before. */
  const execute = (key: string | Promise<string>, cost: number) => admit(cost, requestOf(key));
  return { ...budget, prepare, requestOf, execute, plan: () => admit(0, requestOf('planner')) };
}

async function openPlanned(limits: CostLimits) {
  const opened = open(limits);
  await opened.plan();
  return opened;
}

const perMinute = (budgetPerMinute: number) => ({ maxCost: 10_000, budgetPerMinute });
const rateLimited = (retryAfterSeconds: number) => ({ extensions: { code: 'RATE_LIMITED', retryAfterSeconds } });

test('a budget is full again after a minute', async () => {
  const { execute } = await openPlanned(perMinute(1_000));
  expect(await execute('a', 900)).toBeUndefined();
  vi.advanceTimersByTime(20_000);
  expect(await execute('a', 900)).toMatchObject(rateLimited(40));
  vi.advanceTimersByTime(40_000);
  expect(await execute('a', 900)).toBeUndefined();
});

test('the header Retry-After says the same as the error', async () => {
  const { execute, admitDocument, requestOf } = await openPlanned(perMinute(1_000));
  await execute('a', 900);
  vi.advanceTimersByTime(12_345);
  expect(await execute('a', 900)).toMatchObject({
    extensions: { retryAfterSeconds: 48, http: { status: 429, headers: { 'retry-after': '48' } } },
  });
  expect(await admitDocument(source, requestOf('a'))).toMatchObject({
    ...{ status: 429, code: 'RATE_LIMITED', details: { retryAfterSeconds: 48 } },
    headers: { 'retry-after': '48' },
  });
});

test('a caller whose token is verified late is charged as soon as it is', async () => {
  const { execute } = await openPlanned(perMinute(1_000));
  expect(await execute(Promise.resolve('sub:a'), 900)).toBeUndefined();
  expect(await execute('sub:a', 900)).toMatchObject({ extensions: { code: 'RATE_LIMITED' } });
});

test('callers that are forgotten, of a flood of them, have not called for longest', async () => {
  const { execute } = await openPlanned(perMinute(1_000));
  expect(await execute('first', 900)).toBeUndefined();
  expect(await execute('first', 900)).toBeDefined();
  for (let n = 0; n < 20_000; n += 1) await execute(`caller ${n}`, 1);
  // Each caller with a budget has one timer.
  expect(vi.getTimerCount()).toBeLessThanOrEqual(20_000);
  expect(await execute('first', 900)).toBeUndefined();
});

describe('by default', () => {
  /** A page of 20 with all fields of its resources and their images, in JSON. */
  const page = { cost: 10 + 20 * 4, characters: 9_000 };

  test('2,000 pages a second for a minute are within the budget', async () => {
    const { execute } = await openPlanned({ maxCost: 10_000 });
    const ofAMinute = 60 * 2_000;
    expect(priceOfResponse(page.characters)).toBeLessThan(operationPrice + page.cost);
    // A thousand pages at once, so that the test is quick.
    for (let n = 0; n < ofAMinute / 1_000; n += 1)
      expect(await execute('a', 1_000 * (operationPrice + page.cost) - operationPrice)).toBeUndefined();
  });

  test('operations of the largest cost are limited to 2,000 a minute, less what each costs by itself', async () => {
    const { execute } = await openPlanned({ maxCost: 10_000 });
    const atMost = Math.floor((2_000 * 10_000) / (10_000 + operationPrice));
    for (let n = 0; n < atMost; n += 1) expect(await execute('a', 10_000)).toBeUndefined();
    expect(await execute('a', 10_000)).toMatchObject({ extensions: { code: 'RATE_LIMITED' } });
  });

  test('a small limit of operations leaves room for a thousand new documents', async () => {
    const { admitDocument, prepare, requestOf } = open({ maxCost: 1 });
    for (let n = 0; n < 1_000; n += 1) {
      const request = requestOf('a');
      expect(await admitDocument(source, request)).toBeUndefined();
      expect(await prepare()(1, request)).toBeUndefined();
    }
  });
});

describe('beside the cost of an operation', () => {
  test('a new document is charged before it is parsed, valid or not, and its plan with its first operation', async () => {
    const prices = priceOfDocument(source) + operationPrice + priceOfPlan(source);
    const { admitDocument, prepare, requestOf } = open(perMinute(prices + operationPrice));
    const execute = prepare();
    const request = requestOf('a');
    expect(await admitDocument(source, request)).toBeUndefined();
    expect(await execute(0, request)).toBeUndefined();
    expect(request.bill.charged).toBe(prices);
    expect(await execute(0, requestOf('a'))).toBeUndefined();
    expect(await admitDocument('{', requestOf('a'))).toMatchObject({ code: 'RATE_LIMITED' });
  });

  test.each([
    ['a few hundred bytes are less than a page of twenty', '{ title }'.repeat(20), [50, 150]],
    ['15 kB are less than the largest operation', 'title '.repeat(2_500), [5_000, 10_000]],
    ['an image in a string is little more than its request', `{ a(image: "${'A'.repeat(400_000)}") }`, [3_000, 5_000]],
  ])('of a document, %s', (_, text, [atLeast = 0, atMost = 0]) => {
    expect(priceOfDocument(text)).toBeGreaterThan(atLeast);
    expect(priceOfDocument(text)).toBeLessThan(atMost);
  });

  test('a response is charged by its size if that is more than all that was charged before', async () => {
    const { execute, requestOf, chargeResponse } = await openPlanned(perMinute(25_000));
    const request = requestOf('a');
    chargeResponse(1_000, { ...request, bill: { charged: 140 } });
    expect(await execute('a', 24_000)).toBeUndefined();
    const eightMegabytes = 8_000_000;
    chargeResponse(eightMegabytes, { ...requestOf('b'), bill: { charged: 4_000 } });
    await vi.advanceTimersByTimeAsync(0);
    expect(await execute('b', 25_000 - (priceOfResponse(eightMegabytes) - 4_000) - operationPrice)).toBeUndefined();
    expect(await execute('b', 0)).toMatchObject({ extensions: { code: 'RATE_LIMITED' } });
  });

  test('an operation over its limit is charged as a request, and not for what it would cost', async () => {
    const { prepare, requestOf } = open({ maxCost: 100, budgetPerMinute: 2 * operationPrice });
    const admit = prepare();
    const send = () => admit(101, { ...requestOf('a'), isTrusted: false });
    const codes = [await send(), await send(), await send()].map((error) => error?.extensions.code);
    expect(codes).toEqual(['COST_ESTIMATED_TOO_EXPENSIVE', 'COST_ESTIMATED_TOO_EXPENSIVE', 'RATE_LIMITED']);
  });
});
