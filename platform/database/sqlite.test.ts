import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../tests/support/files.ts';
import { canListLocks, unlockedFilesOf } from '../../tests/support/systems/database-locks.ts';
import { StartupError } from '../process/startup-error.ts';
import { openSqlite } from './sqlite.ts';

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

  test('uses a SQLite without the bug by which two processes could damage a write-ahead log', () => {
    const version = new Database(':memory:').prepare('SELECT sqlite_version()').pluck().get() as string;
    // "The WAL-reset bug" in https://sqlite.org/wal.html
    expect(version.localeCompare('3.51.3', 'en', { numeric: true })).toBeGreaterThanOrEqual(0);
  });

  test.skipIf(!canListLocks)('a file again keeps the locks of the open connections', () => {
    const folder = folderOfTest();
    const settings = { file: join(folder, 'users.sqlite'), migrations: migrationsIn(folder) };
    const first = openSqlite(settings);
    onTestFinished(first.close);
    expect(unlockedFilesOf(process.pid, settings.file)).toEqual([]);
    openSqlite(settings).close();
    expect(unlockedFilesOf(process.pid, settings.file)).toEqual([]);
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

  test('creates what symbolic links lead to for its owner alone, too', () => {
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const folder = folderOfTest();
    const file = join(folder, 'users.sqlite');
    symlinkSync('link.sqlite', file);
    symlinkSync(join(folder, 'real.sqlite'), join(folder, 'link.sqlite'));
    onTestFinished(openSqlite({ file, migrations: migrationsIn(folder) }).close);
    const files = readdirSync(folder).filter((name) => name.startsWith('real.sqlite'));
    expect(files).toEqual(['real.sqlite', 'real.sqlite-shm', 'real.sqlite-wal']);
    expect(files.map((name) => (statSync(join(folder, name)).mode & 0o777).toString(8))).toEqual(['600', '600', '600']);
  });

  test.each([
    ['in a folder that does not exist', 'missing/users.sqlite', 'ENOENT'],
    ['that is itself', 'users.sqlite', 'ELOOP'],
  ])('throws a StartupError if the file is a symbolic link to one %s', (_, target, code) => {
    const folder = folderOfTest();
    const file = join(folder, 'users.sqlite');
    symlinkSync(target, file);
    const opening = () => openSqlite({ file, migrations: migrationsIn(folder) });
    expect(opening).toThrow(StartupError);
    expect(opening).toThrow(new RegExp(`The database ${file} cannot be opened .*${code}`));
  });

  test('applies each migration once', async () => {
    const { folder, file, add } = open();
    add('ada');
    const again = openSqlite({ file, migrations: join(folder, 'migrations') });
    onTestFinished(again.close);
    expect(await again.checkHealth()).toEqual({});
  });

  test('enables the write-ahead log, full synchronisation and foreign keys, and no busy timeout', () => {
    const { sqlite } = open();
    const pragma = (name: string) => Object.values(sqlite.db.get<Record<string, unknown>>(`PRAGMA ${name}`))[0];
    expect(['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout'].map(pragma)).toEqual(['wal', 2, 1, 0]);
  });
});
