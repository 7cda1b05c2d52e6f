import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../tests/support/files.ts';
import { connect } from './connection.ts';
import { rejectWhenReplaced } from './replaced-files.ts';

/** A connection to a database of one table, by the path of the file or of a symbolic link to it. */
function open({ byLink = false } = {}) {
  const file = join(folderOfTest(), 'users.sqlite');
  const path = byLink ? join(folderOfTest(), 'link.sqlite') : file;
  if (byLink) symlinkSync(file, path);
  const client = new Database(path, { timeout: 0 });
  client.exec('PRAGMA journal_mode = WAL; CREATE TABLE users (name TEXT)');
  onTestFinished(() => void client.close());
  const add = (name: string) => client.prepare('INSERT INTO users VALUES (?)').run(name).changes;
  const count = () => client.prepare('SELECT count(*) FROM users').pluck().get();
  return { file, path, client, add, count, ...rejectWhenReplaced(connect(client), path) };
}

function replace(file: string) {
  writeFileSync(`${file}.new`, '');
  renameSync(`${file}.new`, file);
}

const replaced = (path: string) => ({
  name: 'DatabaseUnavailableError',
  cause: { message: `${path} was removed or replaced while it was open: restart this process.` },
});

describe.each([
  ['the file', ''],
  ['its write-ahead log', '-wal'],
  ['its shared memory', '-shm'],
])('if %s', (_, suffix) => {
  test.each([
    ['is removed', rmSync],
    ['is replaced', replace],
  ])('%s, writes and health checks reject and name it, and reads go on', async (_, change) => {
    const { file, add, count, read, write, checkHealth } = open();
    expect([await write(() => add('ada')), await checkHealth()]).toEqual([1, {}]);
    change(`${file}${suffix}`);
    await expect(write(() => add('grace'))).rejects.toMatchObject(replaced(`${file}${suffix}`));
    await expect(checkHealth()).rejects.toMatchObject(replaced(`${file}${suffix}`));
    expect(await read(count)).toBe(1);
  });
});

test('a write rejects if the file is replaced while it waits or runs', async () => {
  const { file, add, write } = open();
  const writing = write(() => {
    replace(file);
    return add('ada');
  });
  await expect(writing).rejects.toMatchObject(replaced(file));
});

test('the files of a database behind a symbolic link are found', async () => {
  const { file, path, add, write } = open({ byLink: true });
  expect(await write(() => add('ada'))).toBe(1);
  rmSync(`${file}-wal`);
  await expect(write(() => add('grace'))).rejects.toMatchObject(replaced(`${file}-wal`));
  expect(path).not.toBe(file);
});

test('nothing that SQLite does in the file is mistaken for a replacement', async () => {
  const { file, client, add, write, checkHealth } = open();
  const other = new Database(file);
  onTestFinished(() => void other.close());
  const steps = [
    () => client.exec('VACUUM'),
    () => client.pragma('wal_checkpoint(TRUNCATE)'),
    () => other.exec('VACUUM'),
    () => other.pragma('wal_checkpoint(TRUNCATE)'),
    () => other.close(),
  ];
  for (const step of steps) {
    step();
    expect([await write(() => add('ada')), await checkHealth()]).toEqual([1, {}]);
  }
});
