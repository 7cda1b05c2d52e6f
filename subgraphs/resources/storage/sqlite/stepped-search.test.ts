import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { createAbortable } from '../../../../platform/async/signal.ts';
import { temporaryFolder } from '../../../../tests/support/files.ts';
import { manyResources } from '../../testing/resources.ts';
import { resourceListContract } from '../resource-lists.contract.ts';
import { openSqliteResourceStore } from './resource-store.ts';

const { path: folder, remove } = temporaryFolder();
afterAll(remove);
const openWith = (resourcesPerStep: number) =>
  openSqliteResourceStore(join(folder, `${randomUUID()}.sqlite`), { resourcesPerStep });

describe('in steps of seven', () => resourceListContract(() => openWith(7)));

describe('a search of a hundred resources in steps of ten', () => {
  const ownerId = '5c1b3b3e-8b5e-4a57-9c0e-3a3f7a1d7f11';
  const list = { ownerId, order: 'NEWEST', filter: { search: 'no resource has this text' } } as const;

  async function open() {
    const store = openWith(10);
    onTestFinished(() => store.close());
    for (const resource of manyResources(100, ownerId)) await store.insert(resource);
    return store;
  }

  /** Counts iterations of the event loop, and calls `each` in every one, until `work` is settled. */
  async function iterationsDuring(work: Promise<unknown>, each: (nth: number) => void = () => {}): Promise<number> {
    let iterations = 0;
    let isSettled = false;
    const next = () => {
      iterations += 1;
      each(iterations);
      if (!isSettled) setImmediate(next);
    };
    setImmediate(next);
    await work.finally(() => {
      isSettled = true;
    });
    return iterations;
  }

  test('lets other work run between its steps', async () => {
    const store = await open();
    const everything = { limit: 100, fromEnd: false };
    expect(await iterationsDuring(store.count(list))).toBeGreaterThanOrEqual(9);
    expect(await iterationsDuring(store.summaries(list, everything))).toBeGreaterThanOrEqual(9);
    expect(await iterationsDuring(store.count({ ...list, filter: {} }))).toBeLessThan(3);
  });

  test('yields to other searches: one step of all of them in each iteration', async () => {
    const store = await open();
    const searches = Promise.all([store.count(list), store.count(list), store.count(list)]);
    expect(await iterationsDuring(searches)).toBeGreaterThanOrEqual(29);
  });

  test('ends when its signal is aborted, with its reason', async () => {
    const store = await open();
    const signal = createAbortable();
    const reason = new Error('The client has disconnected.');
    let iterations = 0;
    const search = store.count(list, signal).catch((error: unknown) => error);
    await iterationsDuring(search, (nth) => {
      iterations = nth;
      if (nth === 3) signal.abort(reason);
    });
    expect(await search).toBe(reason);
    expect(iterations).toBeLessThan(8);
  });

  test('ends as soon as its page is full', async () => {
    const store = await open();
    const page = { limit: 3, fromEnd: true };
    expect(await iterationsDuring(store.range({ ...list, filter: { search: '' } }, page))).toBeLessThan(5);
  });
});
