import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { folderOfTest } from '../../../../tests/support/files.ts';
import { limitStoreContract } from '../limit-store.contract.ts';
import { openSqliteLimitStore } from './limit-store.ts';
import { openSqliteUserStore } from './user-store.ts';

describe('counters in SQLite', () => limitStoreContract(() => openSqliteLimitStore(newFile())));

afterEach(() => void vi.useRealTimers());

const newFile = () => join(folderOfTest(), 'auth.sqlite');
const unavailable = { name: 'DatabaseUnavailableError' };
const minuteMs = 60_000;

function open(file = newFile()) {
  const store = openSqliteLimitStore(file, { lockWait: { maxWaitMs: 50 } });
  const connection = new Database(file);
  onTestFinished(() => {
    connection.close();
    store.close();
  });
  const rows = () => connection.prepare('SELECT count(*) FROM limits').pluck().get();
  return { file, store, connection, rows };
}

test('counters persist when the file is reopened', async () => {
  const file = newFile();
  const first = openSqliteLimitStore(file);
  await first.increment('key', minuteMs);
  first.close();
  expect(await open(file).store.increment('key', minuteMs)).toMatchObject({ points: 2 });
});

test('accounts and counters share one file, readable by its owner only, whichever is opened first', async () => {
  const { file, store } = open();
  const accounts = openSqliteUserStore(file);
  await store.increment('key', minuteMs);
  await accounts.checkHealth();
  accounts.close();
  expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
  expect(await store.read('key')).toMatchObject({ points: 1 });
});

test('rejects writes with DatabaseUnavailableError while another process holds the write lock', async () => {
  const { store, connection } = open();
  await store.increment('key', minuteMs);
  connection.exec('BEGIN IMMEDIATE');
  const busy = { ...unavailable, cause: { code: 'SQLITE_BUSY' } };
  await expect(store.increment('key', minuteMs)).rejects.toMatchObject(busy);
  await expect(store.decrement('key')).rejects.toMatchObject(busy);
  expect(await store.read('key')).toMatchObject({ points: 1 });
  connection.exec('ROLLBACK');
  expect(await store.increment('key', minuteMs)).toMatchObject({ points: 2 });
});

test('rejects after it is closed', async () => {
  const store = openSqliteLimitStore(newFile());
  store.close();
  await expect(store.read('key')).rejects.toThrow();
});

describe('expired counters are deleted', () => {
  const fill = (connection: Database.Database, expire: number) =>
    connection
      .prepare(
        `INSERT INTO limits WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
        SELECT 'old-' || i, 1, ? FROM n`,
      )
      .run(expire);

  test('when the file is opened, and others stay', async () => {
    const { file, store, rows } = open();
    await store.increment('expired', 1);
    await store.increment('current', minuteMs);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1 });
    open(file);
    expect(rows()).toBe(1);
    expect(await store.read('current')).toMatchObject({ points: 1 });
  });

  test('in batches every minute, and after the database was locked', () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const { connection, rows } = open();
    fill(connection, Date.now() + 1);
    connection.exec('BEGIN IMMEDIATE');
    vi.advanceTimersByTime(minuteMs);
    connection.exec('ROLLBACK');
    expect(rows()).toBe(2500);
    vi.advanceTimersByTime(minuteMs);
    expect(rows()).toBe(1500);
    vi.advanceTimersByTime(1_000);
    expect(rows()).toBe(0);
  });

  test('until the store is closed', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const store = openSqliteLimitStore(newFile());
    expect(vi.getTimerCount()).toBe(1);
    store.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
