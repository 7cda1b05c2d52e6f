import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../../tests/support/files.ts';
import { openSqlite } from '../sqlite.ts';
import type { CounterThread, CounterThreadJobs, SingleJobs } from './testing/counter-thread.ts';
import { startThreadWriter } from './thread-writer.ts';

/** A folder of one migration, as drizzle-kit lays it out. */
function migrationsIn(folder: string): string {
  const migrations = join(folder, 'migrations');
  mkdirSync(join(migrations, 'meta'), { recursive: true });
  const entries = [{ idx: 0, version: '6', when: 1, tag: '0000_counts', breakpoints: true }];
  writeFileSync(join(migrations, 'meta/_journal.json'), JSON.stringify({ version: '7', dialect: 'sqlite', entries }));
  writeFileSync(join(migrations, '0000_counts.sql'), 'CREATE TABLE counts (name TEXT PRIMARY KEY, value INTEGER);');
  return migrations;
}

/** A database with a writer thread, and another process's connection to its file. */
function start(changed: { maxWaitMs?: number; maxJobs?: number; module?: URL } = {}) {
  const folder = folderOfTest();
  const settings: CounterThread = { file: join(folder, 'counts.sqlite'), migrations: migrationsIn(folder) };
  const reads = openSqlite(settings);
  const lost: Error[] = [];
  const module = new URL('testing/counter-thread.ts', import.meta.url);
  const writer = startThreadWriter<CounterThreadJobs & SingleJobs>({
    ...{ reads, module, settings, ...changed },
    onLost: (error) => void lost.push(error),
  });
  const other = new Database(settings.file);
  onTestFinished(async () => {
    await writer.close();
    other.close();
  });
  const stored = () => other.prepare('SELECT name, value FROM counts ORDER BY name').raw().all();
  return { file: settings.file, writer, other, lost, stored };
}

const unavailable = (cause: object) => ({
  status: 'rejected',
  reason: { name: 'DatabaseUnavailableError', cause },
});
const fulfilled = (value?: unknown) => ({ status: 'fulfilled', value });

/** Blocks the thread with a job. What is sent before `open` waits together. */
async function block(writer: ReturnType<typeof start>['writer']) {
  const gate = new Int32Array(new SharedArrayBuffer(8));
  const blocked = writer.run('block', gate);
  while (Atomics.load(gate, 0) === 0) await nextTurn();
  const open = () => {
    Atomics.store(gate, 1, 1);
    Atomics.notify(gate, 1);
    return blocked;
  };
  return { open };
}

test('what waits while the disk is slow is committed together', async () => {
  const { writer, stored } = start();
  const { open } = await block(writer);
  const seen = new Set<unknown>();
  const added = Array.from({ length: 40 }, () =>
    writer.run('add', 'a').then((value) => {
      seen.add(JSON.stringify(stored()));
      return value;
    }),
  );
  await open();
  expect(await Promise.all(added)).toEqual(added.map((_, at) => at + 1));
  expect([...seen]).toEqual(['[["a",40]]']);
});

test('an error of one job reaches its caller with its message and stack, and costs no other job', async () => {
  const { writer } = start();
  const all = await Promise.allSettled([
    writer.run('add', 'a'),
    writer.run('fail', 'a bug in a job'),
    writer.run('add', 'a'),
  ]);
  const reason = expect.objectContaining({
    message: 'a bug in a job',
    stack: expect.stringContaining('counter-thread'),
  });
  expect(all).toEqual([fulfilled(1), { status: 'rejected', reason }, fulfilled(2)]);
});

test.each(['missing', 'toString'])(
  'a job that does not exist, %s, is rejected and costs no other job',
  async (name) => {
    const { writer, stored } = start();
    const unknown = writer.run(name as 'add', 'a');
    const [rejected, added] = await Promise.allSettled([unknown, writer.run('add', 'a')]);
    expect(rejected).toMatchObject({ status: 'rejected', reason: { message: `The writer has no job ${name}.` } });
    expect([added, stored()]).toEqual([fulfilled(1), [['a', 1]]]);
  },
);

test('arguments and results that are no plain data reject their own call only', async () => {
  const { writer, lost } = start();
  const notPlain = { status: 'rejected', reason: { name: 'DataCloneError' } };
  const beforeStart = await Promise.allSettled([writer.run('echo', () => {}), writer.run('add', 'a')]);
  expect(beforeStart).toMatchObject([notPlain, fulfilled(1)]);
  const { open } = await block(writer);
  const group = Promise.allSettled([
    writer.run('add', 'a'),
    writer.run('returnFunction'),
    writer.run('echo', () => {}),
    writer.run('add', 'a'),
  ]);
  await open();
  const failed = { status: 'rejected', reason: { message: expect.stringContaining('could not be cloned') } };
  expect(await group).toMatchObject([fulfilled(2), failed, notPlain, fulfilled(3)]);
  expect(lost).toEqual([]);
});

test('the health reports a thread that hangs on its disk, until it goes on', async () => {
  const { writer } = start();
  const { open } = await block(writer);
  expect(await Promise.all([writer.checkHealth(), writer.checkHealth()])).toEqual(
    Array.from({ length: 2 }, () => ({ writes: 'failing' })),
  );
  await open();
  expect(await writer.checkHealth()).toEqual({});
});

test('a full disk costs the whole group, and the health reports it until a write succeeds', async () => {
  const { writer, stored } = start();
  const { open } = await block(writer);
  const group = [writer.run('add', 'a'), writer.run('fillDisk'), writer.run('add', 'b')];
  await open();
  const full = unavailable({ code: 'SQLITE_FULL' });
  expect(await Promise.allSettled(group)).toMatchObject([full, full, full]);
  expect(stored()).toEqual([]);
  expect(await writer.checkHealth()).toEqual({ writes: 'failing' });
  await writer.run('freeDisk');
  expect(await writer.run('add', 'b')).toBe(1);
  expect(await writer.checkHealth()).toEqual({});
});

describe('while another process holds the write lock', () => {
  test('jobs expire and do not run afterwards, and others join those that wait', async () => {
    const { writer, other, stored } = start({ maxWaitMs: 2_000 });
    await writer.run('add', 'a');
    other.exec('BEGIN IMMEDIATE');
    const busy = unavailable({ code: 'SQLITE_BUSY' });
    expect(await Promise.allSettled([writer.run('add', 'a'), writer.run('add', 'a')])).toMatchObject([busy, busy]);
    expect(await writer.checkHealth()).toEqual({ writes: 'failing' });
    other.exec('ROLLBACK');
    expect(await writer.run('add', 'a')).toBe(2);
    expect(await writer.checkHealth()).toEqual({});
    expect(stored()).toEqual([['a', 2]]);
  });

  test('every job of thousands that expire at all times is answered', async () => {
    const { writer, other } = start({ maxWaitMs: 100, maxJobs: 100_000 });
    await writer.run('add', 'a');
    other.exec('BEGIN IMMEDIATE');
    const rejected = ({ name }: Error) => name;
    const outcomes: Promise<unknown>[] = [];
    while (outcomes.length < 20_000) {
      for (let count = 0; count < 10; count += 1) outcomes.push(writer.run('add', 'a').catch(rejected));
      await nextTurn();
    }
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['DatabaseUnavailableError']));
    other.exec('ROLLBACK');
    expect(await writer.run('add', 'a')).toBe(2);
  }, 60_000);

  test('what would wait beyond the bound is rejected at once', async () => {
    const { writer, other } = start({ maxJobs: 2, maxWaitMs: 60_000 });
    other.exec('BEGIN IMMEDIATE');
    const waiting = [writer.run('add', 'a'), writer.run('add', 'a')];
    const [surplus] = await Promise.allSettled([writer.run('add', 'a')]);
    expect(surplus).toMatchObject(unavailable({ message: '2 writes wait already.' }));
    expect(await writer.checkHealth()).toEqual({ writes: 'failing' });
    other.exec('ROLLBACK');
    expect(await Promise.all(waiting)).toEqual([1, 2]);
  });
});

test('a database whose file was replaced rejects what waits and what comes', async () => {
  const { writer, file } = start();
  await writer.run('add', 'a');
  rmSync(`${file}-wal`);
  const replaced = unavailable({ message: expect.stringContaining('was removed or replaced') });
  expect(await Promise.allSettled([writer.run('add', 'a'), writer.run('pause', 1)])).toMatchObject([
    replaced,
    replaced,
  ]);
  expect(await Promise.allSettled([writer.run('add', 'a')])).toMatchObject([replaced]);
});

test('a job that was queued beyond its deadline does not run', async () => {
  const { writer, stored } = start({ maxWaitMs: 0 });
  const [late] = await Promise.allSettled([writer.run('add', 'a')]);
  expect(late).toMatchObject(unavailable({ code: 'SQLITE_BUSY' }));
  expect(stored()).toEqual([]);
});

test('groups are committed while a job of its own awaits', async () => {
  const { writer } = start();
  let isPaused = true;
  const paused = writer.run('pause', 500).finally(() => {
    isPaused = false;
  });
  expect(await writer.run('add', 'a')).toBe(1);
  expect(isPaused).toBe(true);
  expect(await paused).toBe('paused');
});

test('if the thread ends, what waits is rejected with an unknown outcome, and so is all that comes', async () => {
  const { writer, lost, stored } = start();
  await writer.run('add', 'a');
  const { open } = await block(writer);
  const waiting = [writer.run('add', 'b'), writer.run('exit'), writer.run('add', 'b'), writer.run('pause', 60_000)];
  await open();
  const ended = unavailable({ message: expect.stringContaining('What it was writing may be stored or not') });
  expect(await Promise.allSettled(waiting)).toMatchObject([ended, ended, ended, ended]);
  const later = await Promise.allSettled([writer.run('add', 'c'), writer.checkHealth()]);
  expect(later).toMatchObject([ended, ended]);
  expect(lost).toEqual([expect.objectContaining({ message: expect.stringContaining('has ended') })]);
  expect(stored()).toEqual([['a', 1]]);
});

test('a thread that cannot start is lost, with the reason', async () => {
  const { lost, writer } = start({ module: new URL('testing/missing.ts', import.meta.url) });
  const [outcome] = await Promise.allSettled([writer.run('add', 'a')]);
  expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'DatabaseUnavailableError' } });
  expect(lost).toMatchObject([{ cause: { message: expect.stringContaining('missing.ts') } }]);
});

test('closing finishes what waits, and then nothing is accepted', async () => {
  const { writer, stored, lost } = start();
  const { open } = await block(writer);
  const all = [writer.run('add', 'a'), writer.run('pause', 50), writer.run('add', 'a')];
  const closed = writer.close();
  const [late] = await Promise.allSettled([writer.run('add', 'a')]);
  expect(late).toMatchObject({ status: 'rejected', reason: { message: 'The database is closed.' } });
  await open();
  await closed;
  expect(await Promise.all(all)).toEqual([1, 'paused', 2]);
  expect([stored(), lost]).toEqual([[['a', 2]], []]);
});

test('closing finishes a health check, and the thread counts as closed, not as lost', async () => {
  const { writer, other, lost } = start();
  await writer.run('add', 'a');
  other.exec('BEGIN IMMEDIATE');
  const health = writer.checkHealth();
  await nextTurn();
  await writer.close();
  expect([await health, lost]).toEqual([{ writes: 'failing' }, []]);
});
