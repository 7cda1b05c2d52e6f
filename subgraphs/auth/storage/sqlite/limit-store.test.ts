import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { folderOfTest } from '../../../../tests/support/files.ts';
import { limitStoreContract } from '../limit-store.contract.ts';
import { openSqliteLimitStore } from './limit-store.ts';
import { openSqliteUserStore } from './user-store.ts';

describe('counters in SQLite', () => limitStoreContract(() => openSqliteLimitStore(newFile())));

afterEach(() => void vi.useRealTimers());

const newFile = () => join(folderOfTest(), 'auth.sqlite');
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const unavailable = { name: 'DatabaseUnavailableError' };
const minuteMs = 60_000;

function open(file = newFile()) {
  const store = openSqliteLimitStore(file);
  const stranger = new Database(file);
  onTestFinished(() => {
    stranger.close();
    store.close();
  });
  const rows = () => stranger.prepare('SELECT count(*) FROM limits').pluck().get();
  return { file, store, stranger, rows };
}

/** A process of its own, with `store` on the file. */
const program = (file: string, source: string) => [
  ...['--import', 'tsx', '--input-type=module', '--eval'],
  `import { openSqliteLimitStore } from './subgraphs/auth/storage/sqlite/limit-store.ts';
  const store = openSqliteLimitStore(${JSON.stringify(file)});
  ${source}`,
];

test('counters are there when the file is opened again', async () => {
  const file = newFile();
  const first = openSqliteLimitStore(file);
  await first.add('key', minuteMs);
  first.close();
  expect(await open(file).store.add('key', minuteMs)).toMatchObject({ points: 2 });
});

test('counters survive the end of the process without warning', async () => {
  const file = newFile();
  const source = `await store.add('key', ${minuteMs}); process.kill(process.pid, 'SIGKILL');`;
  const { signal } = spawnSync(process.execPath, program(file, source), { cwd: root });
  expect(signal).toBe('SIGKILL');
  expect(await open(file).store.add('key', minuteMs)).toMatchObject({ points: 2 });
});

test('several processes count together, and no two are told the same', async () => {
  const file = newFile();
  const source = `
    for (let i = 0; i < 100; i++) console.log((await store.add('key', ${minuteMs})).points);
    store.close();`;
  const outputs = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const child = spawn(process.execPath, program(file, source), { cwd: root });
      const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
      return output.trim().split('\n').map(Number);
    }),
  );
  const told = outputs.flat().sort((a, b) => a - b);
  expect(told).toEqual(Array.from({ length: 300 }, (_, at) => at + 1));
});

test('accounts and counters share one file, whichever is opened first, for its owner alone', async () => {
  const { file, store } = open();
  const accounts = openSqliteUserStore(file);
  await store.add('key', minuteMs);
  accounts.ping();
  accounts.close();
  expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
  expect(await store.read('key')).toMatchObject({ points: 1 });
});

test('while another writer holds the database nothing is counted, and it is SERVICE_UNAVAILABLE', async () => {
  const { store, stranger } = open();
  await store.add('key', minuteMs);
  stranger.exec('BEGIN IMMEDIATE');
  const busy = { ...unavailable, cause: { code: 'SQLITE_BUSY' } };
  await expect(store.add('key', minuteMs)).rejects.toMatchObject(busy);
  await expect(store.takeBack('key')).rejects.toMatchObject(busy);
  expect(await store.read('key')).toMatchObject({ points: 1 });
  stranger.exec('ROLLBACK');
  expect(await store.add('key', minuteMs)).toMatchObject({ points: 2 });
});

test('a store that is closed does not answer', async () => {
  const store = openSqliteLimitStore(newFile());
  store.close();
  await expect(store.read('key')).rejects.toThrow();
});

describe('what is over is removed', () => {
  const fill = (stranger: Database.Database, expire: number) =>
    stranger
      .prepare(
        `INSERT INTO limits WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
        SELECT 'old-' || i, 1, ? FROM n`,
      )
      .run(expire);

  test('when the file is opened, and what is not over stays', async () => {
    const { file, store, rows } = open();
    await store.add('over', 1);
    await store.add('not over', minuteMs);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1 });
    open(file);
    expect(rows()).toBe(1);
    expect(await store.read('not over')).toMatchObject({ points: 1 });
  });

  test('every minute, a few at a time, and again when the database was held by another writer', () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const { stranger, rows } = open();
    fill(stranger, Date.now() + 1);
    stranger.exec('BEGIN IMMEDIATE');
    vi.advanceTimersByTime(minuteMs);
    stranger.exec('ROLLBACK');
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

  test('which keeps no process alive', () => {
    const { status, stderr } = spawnSync(process.execPath, program(newFile(), ''), { cwd: root, timeout: 20_000 });
    expect({ status, stderr: String(stderr) }).toEqual({ status: 0, stderr: '' });
  });
});
