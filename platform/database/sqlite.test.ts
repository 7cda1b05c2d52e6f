import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database, { SqliteError } from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../tests/support/files.ts';
import { StartupError } from '../process/startup-error.ts';
import { attempt, openSqlite } from './sqlite.ts';

const tables = `CREATE TABLE users (id TEXT PRIMARY KEY NOT NULL, name TEXT UNIQUE CHECK (name <> ''));
--> statement-breakpoint
CREATE TABLE pets (owner TEXT REFERENCES users (id));`;

/** A folder of one migration, as drizzle-kit lays it out. */
function migrationsIn(folder: string): string {
  const migrations = join(folder, 'migrations');
  mkdirSync(join(migrations, 'meta'), { recursive: true });
  const entries = [{ idx: 0, version: '6', when: 1, tag: '0000_users', breakpoints: true }];
  writeFileSync(join(migrations, 'meta/_journal.json'), JSON.stringify({ version: '7', dialect: 'sqlite', entries }));
  writeFileSync(join(migrations, '0000_users.sql'), tables);
  return migrations;
}

/** An open database of two tables, and a second connection to its file. */
function open() {
  const folder = folderOfTest();
  const file = join(folder, 'data', 'users.sqlite');
  const sqlite = openSqlite({ file, migrations: migrationsIn(folder) });
  const second = new Database(file, { timeout: 0 });
  onTestFinished(() => {
    second.close();
    sqlite.close();
  });
  const add = (name: string, id = name) => second.prepare('INSERT INTO users VALUES (?, ?)').run(id, name);
  return { folder, file, sqlite, second, add };
}

const unavailable = (code: string) =>
  expect.objectContaining({
    name: 'DatabaseUnavailableError',
    cause: expect.objectContaining({ code }),
  });

describe('opening', () => {
  test('throws a StartupError that names a file that is no database, and leaves the file unchanged', () => {
    const folder = folderOfTest();
    const file = join(folder, 'users.sqlite');
    writeFileSync(file, 'This is a letter, not a database. '.repeat(100));
    const { mtimeMs } = statSync(file);
    expect(() => openSqlite({ file, migrations: migrationsIn(folder) })).toThrow(StartupError);
    expect(() => openSqlite({ file, migrations: migrationsIn(folder) })).toThrow(
      `The database ${file} cannot be opened`,
    );
    expect(statSync(file).mtimeMs).toBe(mtimeMs);
  });

  test.skipIf(!existsSync('/proc/locks'))('a file again keeps the locks of the open connections', () => {
    const folder = folderOfTest();
    const settings = { file: join(folder, 'users.sqlite'), migrations: migrationsIn(folder) };
    const first = openSqlite(settings);
    onTestFinished(first.close);
    const { ino } = statSync(settings.file);
    const locks = () => readFileSync('/proc/locks', 'utf8').match(new RegExp(` ${process.pid} [^ ]+:${ino} `, 'g'));
    expect(locks()).not.toBeNull();
    openSqlite(settings).close();
    expect(locks()).not.toBeNull();
  });

  test('throws a StartupError that names the file if its folder cannot be created', () => {
    const folder = folderOfTest();
    writeFileSync(join(folder, 'file'), '');
    const file = join(folder, 'file', 'users.sqlite');
    expect(() => openSqlite({ file, migrations: migrationsIn(folder) })).toThrow(StartupError);
    expect(() => openSqlite({ file, migrations: migrationsIn(folder) })).toThrow(file);
  });

  test('throws a StartupError if the migrations are missing', () => {
    const folder = folderOfTest();
    const opening = () => openSqlite({ file: join(folder, 'users.sqlite'), migrations: join(folder, 'nothing') });
    expect(opening).toThrow(StartupError);
  });

  test('creates folder and files for their owner alone, whatever the umask', () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const { file, add } = open();
    add('ada');
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect([join(file, '..'), file, `${file}-wal`, `${file}-shm`].map(modeOf)).toEqual(['700', '600', '600', '600']);
  });

  test('applies each migration once', () => {
    const { folder, file, add } = open();
    add('ada');
    const again = openSqlite({ file, migrations: join(folder, 'migrations') });
    onTestFinished(again.close);
    expect(again.ping).not.toThrow();
  });

  test('enables the write-ahead log, full synchronisation and foreign keys', () => {
    const { sqlite } = open();
    const pragma = (name: string) => Object.values(sqlite.db.get<Record<string, unknown>>(`PRAGMA ${name}`))[0];
    expect(['journal_mode', 'synchronous', 'foreign_keys'].map(pragma)).toEqual(['wal', 2, 1]);
  });
});

test('ping throws once the database is closed', () => {
  const { sqlite } = open();
  expect(sqlite.ping).not.toThrow();
  sqlite.close();
  expect(sqlite.ping).toThrow();
});

describe('attempt', () => {
  test('throws DatabaseUnavailableError with its cause while another writer has the lock', () => {
    const { file, second, add } = open();
    const writer = new Database(file);
    onTestFinished(() => void writer.close());
    writer.exec('BEGIN IMMEDIATE');
    expect(() => attempt(() => add('ada'))).toThrow(unavailable('SQLITE_BUSY'));
    writer.exec('ROLLBACK');
    attempt(() => add('ada'));
    expect(second.prepare('SELECT id FROM users').all()).toEqual([{ id: 'ada' }]);
  });

  test('throws DatabaseUnavailableError if the database is full', () => {
    const { second, add } = open();
    second.pragma(`max_page_count = ${second.pragma('page_count', { simple: true })}`);
    expect(() => attempt(() => add('x'.repeat(100_000)))).toThrow(unavailable('SQLITE_FULL'));
  });

  test('throws DatabaseUnavailableError if the database is read-only', () => {
    const { file } = open();
    chmodSync(file, 0o400);
    const reader = new Database(file, { readonly: true });
    onTestFinished(() => void reader.close());
    const add = () => reader.prepare("INSERT INTO users VALUES ('1', 'ada')").run();
    expect(() => attempt(add)).toThrow(unavailable('SQLITE_READONLY'));
  });

  test.each([
    ['the name', 'grace', 'ada'],
    ['the key', 'ada', 'grace'],
  ])('returns the result of onDuplicate for a second row with %s of the first', (_, id, name) => {
    const { add } = open();
    add('ada');
    const seen: unknown[] = [];
    const result = attempt<unknown>(
      () => add(name, id),
      (cause) => {
        seen.push(cause);
        return 'taken';
      },
    );
    expect(result).toBe('taken');
    expect(seen).toEqual([expect.any(SqliteError)]);
  });

  test('throws the driver’s error for a duplicate without onDuplicate', () => {
    const { add } = open();
    add('ada');
    expect(() => attempt(() => add('ada'))).toThrow(SqliteError);
  });

  test('throws the driver’s error for a violated check, which is no duplicate', () => {
    const { add } = open();
    const onDuplicate = (): never => {
      throw new Error('It is no duplicate.');
    };
    expect(() => attempt(() => add(''), onDuplicate)).toThrow(/CHECK constraint failed/);
  });

  test('throws any other error unchanged', () => {
    const bug = new TypeError('undefined is not a function');
    const broken = () => {
      throw bug;
    };
    expect(() => attempt(broken, () => 'taken')).toThrow(bug);
  });

  test('returns the result', () => {
    expect(attempt(() => 'done')).toBe('done');
  });
});

test.each([
  ['whose pages were overwritten', 4096],
  ['whose header was overwritten', 0],
])('attempt throws DatabaseUnavailableError for a database %s', (_, from) => {
  const file = join(folderOfTest(), 'damaged.sqlite');
  const whole = new Database(file);
  whole.exec('CREATE TABLE texts (text)');
  const insert = whole.prepare('INSERT INTO texts VALUES (?)');
  for (let at = 0; at < 100; at += 1) insert.run('x'.repeat(1000));
  whole.close();
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0xff, from, from + 40_000));
  const damaged = new Database(file);
  onTestFinished(() => void damaged.close());
  const reading = () => attempt(() => damaged.prepare('SELECT text FROM texts').all());
  expect(reading).toThrow(expect.objectContaining({ name: 'DatabaseUnavailableError' }));
});
