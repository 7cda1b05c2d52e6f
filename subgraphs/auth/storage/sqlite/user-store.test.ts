import { cpSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ConnectionSettings } from '../../../../platform/database/connection.ts';
import { openSqlite } from '../../../../platform/database/sqlite.ts';
import { StartupError } from '../../../../platform/process/startup-error.ts';
import { createTestClock, type TestClock } from '../../../../platform/testing/test-clock.ts';
import { folderOfTest } from '../../../../tests/support/files.ts';
import { insertUser, newRefreshToken, newSession, newUser } from '../../testing/stored-accounts.ts';
import { outboxContract, subscribers } from '../outbox.contract.ts';
import { personalAccessTokenStoreContract } from '../personal-access-token-store.contract.ts';
import { refreshRetryContract } from '../refresh-retry.contract.ts';
import { sessionStoreContract, subscriber } from '../session-store.contract.ts';
import { maxUnusedTokens, type RefreshTokenHashes } from '../session-store.ts';
import { userStoreContract } from '../user-store.contract.ts';
import { delayedWritesContract } from './delayed-writes.contract.ts';
import { openSqliteUserStore } from './user-store.ts';

const openWithClock =
  (names: readonly string[] = []) =>
  ({ now }: TestClock) =>
    openSqliteUserStore(newFile(), { subscribers: names, now });

describe('accounts in SQLite', () => userStoreContract(openWithClock()));
describe('sessions in SQLite', () => sessionStoreContract(openWithClock([subscriber])));
describe('retried refreshes in SQLite', () => refreshRetryContract(openWithClock([subscriber]), subscriber));
describe('personal access tokens in SQLite', () =>
  personalAccessTokenStoreContract(openWithClock([subscriber]), subscriber));
describe('the outbox in SQLite', () => outboxContract(openWithClock(subscribers)));
describe('writes that wait in SQLite', () =>
  delayedWritesContract(({ file, clock: { now }, subscriber: name }) =>
    openSqliteUserStore(file, { subscribers: [name], now }),
  ));

const newFile = () => join(folderOfTest(), 'auth.sqlite');
const unavailable = { name: 'DatabaseUnavailableError' };

/** A store, and a second connection to its file as another process would have it. */
function open(file = newFile(), settings: ConnectionSettings = {}) {
  const store = openSqliteUserStore(file, { lockWait: { maxWaitMs: 50 }, ...settings });
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

describe('refresh tokens of a database from before retries', () => {
  const folder = fileURLToPath(new URL('migrations', import.meta.url));

  /** Writes a database of the first two migrations: a session with a used and an unused refresh token. */
  function writeOldDatabase(file: string) {
    const old = join(folderOfTest(), 'migrations');
    cpSync(folder, old, { recursive: true });
    const journalFile = join(old, 'meta/_journal.json');
    const journal = JSON.parse(readFileSync(journalFile, 'utf8'));
    writeFileSync(journalFile, JSON.stringify({ ...journal, entries: journal.entries.slice(0, 2) }));
    openSqlite({ file, migrations: old }).close();
    const connection = new Database(file);
    connection.exec(`
      INSERT INTO users VALUES ('ada', 'ada', 'ADA', 'hash', 0, 1);
      INSERT INTO sessions VALUES ('session', 'ada', 0, 0, 9000000, 9000000, NULL, 'family');
      INSERT INTO refresh_tokens VALUES ('used', 'session', 10000, 0), ('unused', 'session', NULL, 0);`);
    connection.close();
  }

  function openMigrated() {
    const file = newFile();
    writeOldDatabase(file);
    const clock = createTestClock();
    const { store } = open(file, clock);
    return (hash: string, next: string, seconds: number) => {
      clock.set(new Date(seconds * 1_000));
      const times = { graceMs: 10_000, retryMs: 100_000, idleMs: 3_600_000 };
      const family = 'family';
      return store.sessions.rotate({ used: { hash, family }, next: { hash: next, family }, ...times });
    };
  }

  test('keep the old rule if they were used: they are exchanged in their grace period only', async () => {
    const use = openMigrated();
    expect(await use('used', 'raced', 9)).toMatchObject({ session: { id: 'session' } });
    expect(await use('used', 'retried', 10)).toBe('REUSED');
  });

  test('have the new rule if they were unused', async () => {
    const use = openMigrated();
    expect(await use('unused', 'lost', 20)).toMatchObject({ session: { id: 'session' } });
    expect(await use('unused', 'retried', 40)).toMatchObject({ session: { id: 'session' } });
    expect(await use('lost', 'never', 50)).toBe('REUSED');
  });
});

test('keeps a bounded number of refresh tokens of a session, however many could be retried', async () => {
  const clock = createTestClock();
  const { store, connection } = open(newFile(), clock);
  const user = newUser();
  const session = newSession(user.id);
  const { refreshToken: first, idleMs } = session;
  await store.insert(user, session);
  const use = async (used: RefreshTokenHashes) => {
    const next = newRefreshToken(used.family);
    const times = { graceMs: 10_000, retryMs: 1_000_000, idleMs };
    expect(await store.sessions.rotate({ used, next, ...times })).toMatchObject({ session: { id: session.id } });
    return next;
  };
  let newest = first;
  // Each of these tokens could be retried, as the one that came of it is not used.
  for (let count = 0; count < maxUnusedTokens + 100; count += 1) newest = await use(await use(first));
  clock.set(new Date(clock.now().getTime() + 20_000));
  await use(newest);
  const countRows = connection.prepare('SELECT count(*) FROM refresh_tokens').pluck();
  expect(countRows.get()).toBeLessThanOrEqual(2 * maxUnusedTokens + 2);
});
