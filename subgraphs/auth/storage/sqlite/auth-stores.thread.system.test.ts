import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startThreadWriter } from '../../../../platform/database/writer/thread-writer.ts';
import type { TestClock } from '../../../../platform/testing/test-clock.ts';
import { folderOfTest } from '../../../../tests/support/files.ts';
import { insertUser } from '../../testing/stored-accounts.ts';
import { outboxContract, subscribers } from '../outbox.contract.ts';
import { personalAccessTokenStoreContract } from '../personal-access-token-store.contract.ts';
import { refreshRetryContract } from '../refresh-retry.contract.ts';
import { sessionStoreContract, subscriber } from '../session-store.contract.ts';
import { userStoreContract } from '../user-store.contract.ts';
import type { AccountJobs } from './account-jobs.ts';
import { openSqliteAuthStores } from './auth-stores.ts';
import { delayedWritesContract } from './delayed-writes.contract.ts';
import type { ClockedWriterSettings } from './testing/clocked-writer-thread.ts';
import { createSqliteUserStore, openAccounts } from './user-store.ts';

const newFile = () => join(folderOfTest(), 'auth.sqlite');
const openThread = (names: readonly string[] = [], file = newFile()) =>
  openSqliteAuthStores(file, { subscribers: names, writer: 'thread' });

/** Opens accounts whose writer thread has the clock of the test, too. */
function openUsers(names: readonly string[], { now, memory }: TestClock, file = newFile()) {
  const reads = openAccounts(file, { now });
  const module = new URL('testing/clocked-writer-thread.ts', import.meta.url);
  const settings: ClockedWriterSettings = { file, subscribers: names, clock: memory };
  return createSqliteUserStore(reads, startThreadWriter<AccountJobs>({ reads, module, settings }));
}

describe('accounts, with a writer thread', () => userStoreContract((clock) => openUsers([], clock)));
describe('sessions, with a writer thread', () => sessionStoreContract((clock) => openUsers([subscriber], clock)));
describe('retried refreshes, with a writer thread', () =>
  refreshRetryContract((clock) => openUsers([subscriber], clock), subscriber));
describe('personal access tokens, with a writer thread', () =>
  personalAccessTokenStoreContract((clock) => openUsers([subscriber], clock), subscriber));
describe('the outbox, with a writer thread', () => outboxContract((clock) => openUsers(subscribers, clock)));
describe('writes that wait for a writer thread', () =>
  delayedWritesContract(({ file, clock, subscriber: name }) => openUsers([name], clock, file)));

describe('counters, with a writer thread', () => {
  function open() {
    const file = newFile();
    const stores = openThread([], file);
    onTestFinished(async () => {
      stores.counters.close();
      await stores.store.close();
    });
    return { file, ...stores };
  }

  test('count concurrent increments, decrements and resets beside accounts', async () => {
    const { store, counters } = open();
    const counting = Array.from({ length: 50 }, () => counters.increment('key', 60_000));
    const users = await Promise.all(Array.from({ length: 20 }, () => insertUser(store)));
    const points = (await Promise.all(counting)).map((counter) => counter.points);
    expect(points.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 50 }, (_, at) => at + 1));
    await counters.decrement('key');
    expect(await counters.read('key')).toMatchObject({ points: 49 });
    await counters.set('key', 7, 60_000);
    expect(await counters.read('key')).toMatchObject({ points: 7 });
    await counters.delete('key');
    expect(await counters.read('key')).toBeUndefined();
    for (const { id } of users) expect(await store.findById(id)).toMatchObject({ id });
  });

  test('reject with DatabaseUnavailableError while another process holds the lock, like accounts', async () => {
    const { file, store, counters } = open();
    await counters.increment('key', 60_000);
    const other = new Database(file, { timeout: 10_000 });
    onTestFinished(() => void other.close());
    other.exec('BEGIN IMMEDIATE');
    const busy = { name: 'DatabaseUnavailableError', cause: { code: 'SQLITE_BUSY' } };
    const writes = [counters.increment('key', 60_000), counters.decrement('key'), insertUser(store)];
    const rejected = { status: 'rejected', reason: busy };
    expect(await Promise.allSettled(writes)).toMatchObject([rejected, rejected, rejected]);
    expect(await counters.read('key')).toMatchObject({ points: 1 });
    expect(await store.checkHealth()).toEqual({ writes: 'failing' });
    const waiting = [counters.increment('key', 60_000), insertUser(store)];
    other.exec('ROLLBACK');
    await Promise.all(waiting);
    expect(await counters.read('key')).toMatchObject({ points: 2 });
    expect(await store.checkHealth()).toEqual({});
  });
});
