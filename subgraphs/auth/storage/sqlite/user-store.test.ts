import { spawnSync } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { StartupError } from '../../../../platform/process/startup-error.ts';
import { folderOfTest } from '../../../../tests/support/files.ts';
import { outboxContract, subscribers } from '../outbox.contract.ts';
import { sessionStoreContract, subscriber } from '../session-store.contract.ts';
import { newUser, userStoreContract } from '../user-store.contract.ts';
import { openSqliteUserStore } from './user-store.ts';

describe('accounts in SQLite', () => userStoreContract(() => openSqliteUserStore(newFile())));
describe('sessions in SQLite', () =>
  sessionStoreContract(() => openSqliteUserStore(newFile(), { subscribers: [subscriber] })));
describe('the outbox in SQLite', () => outboxContract(() => openSqliteUserStore(newFile(), { subscribers })));

const newFile = () => join(folderOfTest(), 'auth.sqlite');
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const fillingProgram = `
  import { openSqliteUserStore } from './subgraphs/auth/storage/sqlite/user-store.ts';
  const store = openSqliteUserStore(process.argv[1]);
  const username = 'x'.repeat(2_000);
  const fill = async () => {
    for (let i = 0; i < 1_000; i++) {
      const passwordHash = 'hash';
      const names = { username, usernameKey: 'key-' + i, skeletons: ['key-' + i], script: '' };
      await store.insert({ id: 'id-' + i, ...names, passwordHash, createdAt: new Date() });
    }
  };
  const { name, extensions } = await fill().then(() => ({}), (error) => error);
  const { id } = await store.findById('id-0');
  console.log(JSON.stringify({ name, extensions, first: { id } }));
`;
const unavailable = { name: 'DatabaseUnavailableError' };

/** A store, and a second connection to its file as another process would have it. */
function open(file = newFile()) {
  const store = openSqliteUserStore(file);
  const connection = new Database(file);
  onTestFinished(() => {
    connection.close();
    store.close();
  });
  return { file, store, connection };
}

describe('insert rejects with DatabaseUnavailableError', () => {
  test('while another process holds the write lock, and works afterwards', async () => {
    const { store, connection } = open();
    const user = newUser();
    connection.exec('BEGIN IMMEDIATE');
    await expect(store.insert(user)).rejects.toMatchObject({ ...unavailable, cause: { code: 'SQLITE_BUSY' } });
    expect(await store.findById(user.id)).toBeUndefined();
    connection.exec('ROLLBACK');
    await store.insert(user);
    expect(await store.findById(user.id)).toMatchObject({ id: user.id });
  });

  test('if the file cannot grow, and stored accounts are still found', () => {
    const file = newFile();
    // A separate process that may write no file over 400 blocks of 512 bytes.
    const limited = ['-c', 'ulimit -f 400; exec "$0" "$@"', process.execPath, '--import', 'tsx'];
    const env = { ...process.env, TSX_DISABLE_CACHE: '1' };
    const program = ['--input-type=module', '--eval', fillingProgram, '--', file];
    const { stdout, stderr } = spawnSync('sh', [...limited, ...program], { cwd: root, env, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ ...unavailable, first: { id: 'id-0' } });
  });
});

test('throws a StartupError that names the file and a fix if it is not a database', () => {
  const file = newFile();
  writeFileSync(file, 'not a database '.repeat(100));
  expect(() => openSqliteUserStore(file)).toThrow(StartupError);
  expect(() => openSqliteUserStore(file)).toThrow(new RegExp(`${file} cannot be opened.*restore it`));
});

test('creates a file that only its owner can read', () => {
  const { file } = open();
  expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
});

test('accounts persist when the file is reopened', async () => {
  const file = newFile();
  const user = newUser();
  const first = openSqliteUserStore(file);
  await first.insert(user);
  first.close();
  const { store } = open(file);
  expect(await store.findByUsernameKey(user.usernameKey)).toMatchObject({ id: user.id });
});

test('two stores on one file share accounts and unique names', async () => {
  const { file, store } = open();
  const { store: second } = open(file);
  const user = newUser();
  await store.insert(user);
  expect(await second.findById(user.id)).toMatchObject({ id: user.id });
  expect(await second.insert(newUser({ usernameKey: user.usernameKey }))).toBe('USERNAME_TAKEN');
});

test('ping throws after it is closed', () => {
  const store = openSqliteUserStore(newFile());
  store.close();
  expect(() => store.ping()).toThrow();
});
