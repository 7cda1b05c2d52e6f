import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { StartupError } from '../../../../platform/process/startup-error.ts';
import { folderOfTest } from '../../../../tests/support/files.ts';
import { insertUser, newSession, newUser } from '../../testing/stored-accounts.ts';
import { outboxContract, subscribers } from '../outbox.contract.ts';
import { sessionStoreContract, subscriber } from '../session-store.contract.ts';
import { userStoreContract } from '../user-store.contract.ts';
import { openSqliteUserStore } from './user-store.ts';

describe('accounts in SQLite', () => userStoreContract(() => openSqliteUserStore(newFile())));
describe('sessions in SQLite', () =>
  sessionStoreContract(() => openSqliteUserStore(newFile(), { subscribers: [subscriber] })));
describe('the outbox in SQLite', () => outboxContract(() => openSqliteUserStore(newFile(), { subscribers })));

const newFile = () => join(folderOfTest(), 'auth.sqlite');
const unavailable = { name: 'DatabaseUnavailableError' };

/** A store, and a second connection to its file as another process would have it. */
function open(file = newFile()) {
  const store = openSqliteUserStore(file, { lockWait: { maxWaitMs: 50 } });
  const connection = new Database(file);
  onTestFinished(() => {
    connection.close();
    store.close();
  });
  return { file, store, connection };
}

test('insert rejects with DatabaseUnavailableError while another process holds the write lock', async () => {
  const { store, connection } = open();
  const user = newUser();
  const session = newSession(user.id);
  connection.exec('BEGIN IMMEDIATE');
  await expect(store.insert(user, session)).rejects.toMatchObject({ ...unavailable, cause: { code: 'SQLITE_BUSY' } });
  expect(await store.findById(user.id)).toBeUndefined();
  connection.exec('ROLLBACK');
  await store.insert(user, session);
  expect(await store.findById(user.id)).toMatchObject({ id: user.id });
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
  const first = openSqliteUserStore(file);
  const user = await insertUser(first);
  first.close();
  const { store } = open(file);
  expect(await store.findByUsernameKey(user.usernameKey)).toMatchObject({ id: user.id });
});

test('two stores on one file share accounts and unique names', async () => {
  const { file, store } = open();
  const { store: second } = open(file);
  const user = await insertUser(store);
  expect(await second.findById(user.id)).toMatchObject({ id: user.id });
  const rival = newUser({ usernameKey: user.usernameKey });
  expect(await second.insert(rival, newSession(rival.id))).toBe('USERNAME_TAKEN');
});

test('checkHealth rejects after it is closed', async () => {
  const store = openSqliteUserStore(newFile());
  store.close();
  await expect(store.checkHealth()).rejects.toThrow();
});
