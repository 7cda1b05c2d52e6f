import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database, { SqliteError } from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../tests/support/files.ts';
import { connect } from './connection.ts';

/** A connection to a database of one table that waits for no lock, and another process's connection to its file. */
function open() {
  const file = join(folderOfTest(), 'users.sqlite');
  const client = new Database(file, { timeout: 0 });
  client.pragma('journal_mode = WAL');
  client.exec("CREATE TABLE users (id TEXT PRIMARY KEY NOT NULL, name TEXT UNIQUE CHECK (name <> ''))");
  const other = new Database(file, { timeout: 0 });
  onTestFinished(() => [other, client].forEach((each) => void each.close()));
  const add = (name: string, id = name) => client.prepare('INSERT INTO users VALUES (?, ?)').run(id, name).changes;
  const count = () => client.prepare('SELECT count(*) FROM users').pluck().get();
  return { file, client, other, add, count, ...connect(client, { lockWait: { maxWaitMs: 0 } }) };
}

const unavailable = (code: string) => ({ name: 'DatabaseUnavailableError', cause: { code } });

/** Fills the file, so that a large row does not fit. */
const fill = (client: Database.Database) =>
  client.pragma(`max_page_count = ${client.pragma('page_count', { simple: true })}`);
const large = 'x'.repeat(100_000);

describe('write', () => {
  test('rejects with DatabaseUnavailableError and its cause while another writer has the lock', async () => {
    const { other, add, count, write } = open();
    other.exec('BEGIN IMMEDIATE');
    await expect(write(() => add('ada'))).rejects.toMatchObject(unavailable('SQLITE_BUSY'));
    other.exec('ROLLBACK');
    expect(await write(() => add('ada'))).toBe(1);
    expect(count()).toBe(1);
  });

  test('waits for the end of a lock, and then runs again as a whole', async () => {
    const { client, other, add, count } = open();
    const { write } = connect(client, { lockWait: { maxWaitMs: 60_000 } });
    other.exec('BEGIN IMMEDIATE');
    let runs = 0;
    const written = write(() => {
      runs += 1;
      if (runs === 3) other.exec('ROLLBACK');
      return add('ada');
    });
    expect(await written).toBe(1);
    expect([runs, count()]).toEqual([3, 1]);
  });

  test('rejects with DatabaseUnavailableError if the database is full', async () => {
    const { client, add, write } = open();
    fill(client);
    await expect(write(() => add(large))).rejects.toMatchObject(unavailable('SQLITE_FULL'));
  });

  test('rejects with DatabaseUnavailableError if the database is read-only', async () => {
    const { file } = open();
    chmodSync(file, 0o400);
    const reader = new Database(file, { readonly: true });
    onTestFinished(() => void reader.close());
    const add = () => reader.prepare("INSERT INTO users VALUES ('1', 'ada')").run();
    await expect(connect(reader).write(add)).rejects.toMatchObject(unavailable('SQLITE_READONLY'));
  });

  test('rejects with the driver’s error for a duplicate and for a violated check, which are not temporary', async () => {
    const { add, write } = open();
    add('ada');
    await expect(write(() => add('ada'))).rejects.toThrow(SqliteError);
    await expect(write(() => add(''))).rejects.toThrow(/CHECK constraint failed/);
  });

  test('rejects with any other error unchanged', async () => {
    const bug = new TypeError('undefined is not a function');
    const broken = () => {
      throw bug;
    };
    await expect(open().write(broken)).rejects.toBe(bug);
  });
});

test.each([
  ['whose pages were overwritten', 4096],
  ['whose header was overwritten', 0],
])('read rejects with DatabaseUnavailableError for a database %s', async (_, from) => {
  const file = join(folderOfTest(), 'damaged.sqlite');
  const whole = new Database(file);
  whole.exec('CREATE TABLE texts (text)');
  const insert = whole.prepare('INSERT INTO texts VALUES (?)');
  for (let at = 0; at < 100; at += 1) insert.run('x'.repeat(1000));
  whole.close();
  const damaged = new Database(file);
  onTestFinished(() => void damaged.close());
  const { read } = connect(damaged);
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0xff, from, from + 40_000));
  const reading = read(() => damaged.prepare('SELECT text FROM texts').all());
  await expect(reading).rejects.toMatchObject({ name: 'DatabaseUnavailableError' });
});

describe('while another process has the whole file', () => {
  test('reads wait for it, however many writes wait already', async () => {
    const { client, file } = open();
    client.exec("INSERT INTO users VALUES ('1', 'ada')");
    client.close();
    const other = new Database(file);
    other.pragma('locking_mode = EXCLUSIVE');
    other.exec("INSERT INTO users VALUES ('2', 'bob')");
    const reader = new Database(file, { timeout: 0 });
    onTestFinished(() => [reader, other].forEach((each) => void each.close()));
    const select = reader.transaction(() => reader.prepare('SELECT count(*) FROM users').pluck().get());
    expect(() => select()).toThrow('database is locked');
    const { read, write } = connect(reader, { lockWait: { maxWaitMs: 60_000, maxWaiting: 1 } });
    const waiting = write(() => select.immediate());
    await expect(write(() => select.immediate())).rejects.toMatchObject(unavailable('SQLITE_BUSY'));
    let runs = 0;
    const counted = read(() => {
      runs += 1;
      if (runs === 3) other.close();
      return select();
    });
    expect(await counted).toBe(2);
    expect(await waiting).toBe(2);
  });
});

describe('checkHealth', () => {
  test('tells that writes fail while another process holds the write lock', async () => {
    const { other, checkHealth } = open();
    other.exec('BEGIN IMMEDIATE');
    expect(await checkHealth()).toEqual({ writes: 'failing' });
    other.exec('ROLLBACK');
    expect(await checkHealth()).toEqual({});
  });

  test('tells that writes fail after one for which there was no space, until one stores something', async () => {
    const { client, add, write, checkHealth } = open();
    fill(client);
    await expect(write(() => add(large))).rejects.toThrow();
    expect(await checkHealth()).toEqual({ writes: 'failing' });
    await write(() => client.prepare('DELETE FROM users').run());
    await expect(write(() => add(''))).rejects.toThrow(/CHECK constraint failed/);
    expect(await checkHealth()).toEqual({ writes: 'failing' });
    await write(() => add('ada'));
    expect(await checkHealth()).toEqual({});
  });

  test('writes nothing', async () => {
    const { client, checkHealth } = open();
    const version = client.pragma('data_version', { simple: true });
    const [before] = client.pragma('wal_checkpoint') as { log: number }[];
    await checkHealth();
    expect(client.pragma('data_version', { simple: true })).toBe(version);
    expect(client.pragma('wal_checkpoint')).toEqual([before]);
  });

  test('rejects once the database is closed', async () => {
    const { client, checkHealth } = open();
    client.close();
    await expect(checkHealth()).rejects.toThrow('The database connection is not open');
  });
});
