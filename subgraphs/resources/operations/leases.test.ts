import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { openSqliteResourceStore } from '../storage/sqlite/resource-store.ts';
import { aCreate } from '../testing/resources.ts';
import { createLeases, writeMs } from './leases.ts';

test('a lease outlasts the deadline of its calls by the time to write, and by what its first write waited', async () => {
  const store = openSqliteResourceStore(join(folderOfTest(), 'resources.sqlite'));
  const { operations } = store;
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(async () => {
    vi.useRealTimers();
    await store.close();
  });
  const waitedMs = 2_000;
  const leases = createLeases({ operations, timing: { requestMs: 16_000, settleMs: 60_000 }, log: captureLog().log });
  const { lease, durations, call } = leases.begin('a request');
  vi.advanceTimersByTime(waitedMs);
  await operations.beginCreate(aCreate({ lease, ...durations }));

  const leaseEnd = call.deadline + writeMs + waitedMs;
  vi.setSystemTime(leaseEnd - 1);
  expect(await operations.startSearch(lease)).toBe(true);
  vi.setSystemTime(leaseEnd);
  expect(await operations.end(lease)).toBe(false);
});
