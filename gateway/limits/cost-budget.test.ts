import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCostAdmission } from './cost-budget.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const callerOf = (key: string | Promise<string>) => ({ caller: { budgetKey: () => key } });

test('a budget is full again after a minute', async () => {
  const admit = createCostAdmission({ maxCost: 100, budgetPerMinute: 150 });
  expect(await admit(100, callerOf('a'))).toBeUndefined();
  vi.advanceTimersByTime(20_000);
  expect(await admit(100, callerOf('a'))).toMatchObject({
    extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 40 },
  });
  vi.advanceTimersByTime(40_000);
  expect(await admit(100, callerOf('a'))).toBeUndefined();
});

test('a caller whose token is verified late is charged as soon as it is', async () => {
  const admit = createCostAdmission({ maxCost: 100, budgetPerMinute: 150 });
  expect(await admit(100, callerOf(Promise.resolve('sub:a')))).toBeUndefined();
  expect(await admit(100, callerOf('sub:a'))).toMatchObject({ extensions: { code: 'RATE_LIMITED' } });
});

test('the default allows 240 operations of the largest cost in a minute', async () => {
  const admit = createCostAdmission({ maxCost: 7 });
  for (let n = 0; n < 240; n += 1) expect(await admit(7, callerOf('a'))).toBeUndefined();
  expect(await admit(1, callerOf('a'))).toMatchObject({ extensions: { code: 'RATE_LIMITED' } });
});

test('of a flood of callers, those that have not called for longest are forgotten', async () => {
  const admit = createCostAdmission({ maxCost: 1, budgetPerMinute: 1 });
  expect(await admit(1, callerOf('first'))).toBeUndefined();
  expect(await admit(1, callerOf('first'))).toBeDefined();
  for (let n = 0; n < 20_000; n += 1) await admit(1, callerOf(`caller ${n}`));
  // Each caller with a budget has one timer.
  expect(vi.getTimerCount()).toBeLessThanOrEqual(20_000);
  expect(await admit(1, callerOf('first'))).toBeUndefined();
});
