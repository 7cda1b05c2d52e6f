import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database, { SqliteError } from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../tests/support/temporary-folder.ts';
import { StartupError } from '../process/startup-error.ts';
import { attempt, openSqlite } from './sqlite.ts';

const tables = `CREATE TABLE people (id TEXT PRIMARY KEY NOT NULL, name TEXT UNIQUE CHECK (name <> ''));
--> statement-breakpoint
CREATE TABLE pets (owner TEXT REFERENCES people (id));`;

/** A folder of one migration, as drizzle-kit lays it out. */
function migrationsIn(folder: string): string {
  const migrations = join(folder, 'migrations');
  mkdirSync(join(migrations, 'meta'), { recursive: true });
  const entries = [{ idx: 0, version: '6', when: 1, tag: '0000_people', breakpoints: true }];
  writeFileSync(join(migrations, 'meta/_journal.json'), JSON.stringify({ version: '7', dialect: 'sqlite', entries }));
  writeFileSync(join(migrations, '0000_people.sql'), tables);
  return migrations;
}

/** An open database of two tables, and a second connection to its file. */
function open() {
  const folder = folderOfTest();
  const file = join(folder, 'data', 'people.sqlite');
  const sqlite = openSqlite({ file, migrations: migrationsIn(folder) });
  const second = new Database(file, { timeout: 0 });
  onTestFinished(() => {
    second.close();
    sqlite.close();
  });
  const add = (name: string, id = name) => second.prepare('INSERT INTO people VALUES (?, ?)').run(id, name);
  return { folder, file, sqlite, second, add };
}

const unavailable = (code: string) =>
  expect.objectContaining({
    name: 'ApiError',
    extensions: { code: 'SERVICE_UNAVAILABLE' },
    cause: expect.objectContaining({ code }),
  });

describe('opening', () => {
  test('a file that is no database is a fault that names it, and leaves it as it is', () => {
    const folder = folderOfTest();
    const file = join(folder, 'people.sqlite');
    writeFileSync(file, 'This is a letter, not a database. '.repeat(100));
    const { mtimeMs } = statSync(file);
    expect(() => openSqlite({ file, migrations: migrationsIn(folder) })).toThrow(StartupError);
    expect(() => openSqlite({ file, migrations: migrationsIn(folder) })).toThrow(
      `The database ${file} cannot be opened`,
    );
    expect(statSync(file).mtimeMs).toBe(mtimeMs);
  });

  test('a folder that cannot be made is a fault that names the file', () => {
    const folder = folderOfTest();
    writeFileSync(join(folder, 'file'), '');
    const file = join(folder, 'file', 'people.sqlite');
    expect(() => openSqlite({ file, migrations: migrationsIn(folder) })).toThrow(StartupError);
    expect(() => openSqlite({ file, migrations: migrationsIn(folder) })).toThrow(file);
  });

  test('with migrations that are not there is a fault', () => {
    const folder = folderOfTest();
    const opening = () => openSqlite({ file: join(folder, 'people.sqlite'), migrations: join(folder, 'nothing') });
    expect(opening).toThrow(StartupError);
  });

  test('makes folder and files for their owner alone, whatever the umask', () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const { file, add } = open();
    add('ada');
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect([join(file, '..'), file, `${file}-wal`, `${file}-shm`].map(modeOf)).toEqual(['700', '600', '600', '600']);
  });

  test('a second time applies no migration twice', () => {
    const { folder, file, add } = open();
    add('ada');
    const again = openSqlite({ file, migrations: join(folder, 'migrations') });
    onTestFinished(again.close);
    expect(again.ping).not.toThrow();
  });

  test('writes ahead of the table, syncs what is committed, and holds to foreign keys', () => {
    const { sqlite } = open();
    const pragma = (name: string) => Object.values(sqlite.db.get<Record<string, unknown>>(`PRAGMA ${name}`))[0];
    expect(['journal_mode', 'synchronous', 'foreign_keys'].map(pragma)).toEqual(['wal', 2, 1]);
  });
});

test('a closed database does not answer', () => {
  const { sqlite } = open();
  expect(sqlite.ping).not.toThrow();
  sqlite.close();
  expect(sqlite.ping).toThrow();
});

describe('an attempt', () => {
  test('at a database that another writer holds is SERVICE_UNAVAILABLE, with its cause', () => {
    const { file, second, add } = open();
    const writer = new Database(file);
    onTestFinished(() => void writer.close());
    writer.exec('BEGIN IMMEDIATE');
    expect(() => attempt(() => add('ada'))).toThrow(unavailable('SQLITE_BUSY'));
    writer.exec('ROLLBACK');
    attempt(() => add('ada'));
    expect(second.prepare('SELECT id FROM people').all()).toEqual([{ id: 'ada' }]);
  });

  test('at a full database is SERVICE_UNAVAILABLE', () => {
    const { second, add } = open();
    second.pragma(`max_page_count = ${second.pragma('page_count', { simple: true })}`);
    expect(() => attempt(() => add('x'.repeat(100_000)))).toThrow(unavailable('SQLITE_FULL'));
  });

  test('at a read-only database is SERVICE_UNAVAILABLE', () => {
    const { file } = open();
    chmodSync(file, 0o400);
    const reader = new Database(file, { readonly: true });
    onTestFinished(() => void reader.close());
    const add = () => reader.prepare("INSERT INTO people VALUES ('1', 'ada')").run();
    expect(() => attempt(add)).toThrow(unavailable('SQLITE_READONLY'));
  });

  test.each([
    ['the name', 'grace', 'ada'],
    ['the key', 'ada', 'grace'],
  ])('at a second row with %s of the first follows what is to follow', (_, id, name) => {
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

  test('at a second row is a bug where nothing is to follow', () => {
    const { add } = open();
    add('ada');
    expect(() => attempt(() => add('ada'))).toThrow(SqliteError);
  });

  test('that breaks another rule of the table is a bug, and no duplicate', () => {
    const { add } = open();
    const onDuplicate = (): never => {
      throw new Error('It is no duplicate.');
    };
    expect(() => attempt(() => add(''), onDuplicate)).toThrow(/CHECK constraint failed/);
  });

  test('that is a bug of another kind stays one', () => {
    const bug = new TypeError('undefined is not a function');
    const broken = () => {
      throw bug;
    };
    expect(() => attempt(broken, () => 'taken')).toThrow(bug);
  });

  test('that succeeds gives what it gave', () => {
    expect(attempt(() => 'done')).toBe('done');
  });
});

test.each([
  ['whose pages were overwritten', 4096],
  ['whose header was overwritten', 0],
])('a database %s is SERVICE_UNAVAILABLE', (_, from) => {
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
  expect(reading).toThrow(expect.objectContaining({ extensions: { code: 'SERVICE_UNAVAILABLE' } }));
});
