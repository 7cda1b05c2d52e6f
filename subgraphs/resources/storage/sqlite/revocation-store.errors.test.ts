import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connect } from '../../../../platform/database/connection.ts';
import { createInlineWriter } from '../../../../platform/database/writer/inline-writer.ts';
import { folderOfTest } from '../../../../tests/support/files.ts';
import { aPurge, aRevocation, purgeAccount } from '../../testing/events.ts';
import { markReadOnly } from '../../testing/read-only.ts';
import { aResource, manyResources } from '../../testing/resources.ts';
import type { RevocationStore } from '../revocation-store.ts';
import { openSqliteResourceStore } from './resource-store.ts';
import { createRevocationJobs, createSqliteRevocations } from './revocation-store.ts';

const [ended, buried] = ['a revoked session', 'a purged account'];

/** A store with some rows, revocations on a connection that waits for no lock, and a second connection. */
async function open() {
  const file = join(folderOfTest(), 'resources.sqlite');
  const store = openSqliteResourceStore(file);
  const client = new Database(file, { timeout: 0 });
  const second = new Database(file, { timeout: 0 });
  onTestFinished(() => [client, second, store].forEach((each) => void each.close()));
  const ownerId = aResource().ownerId;
  for (const resource of manyResources(5, ownerId)) await store.insert(resource);
  await store.revocations.accept(aRevocation({ sessionId: ended }));
  await purgeAccount(store, buried);
  while (await store.revocations.purgeSome(10));
  const tables = ['revoked_sessions', 'tombstones', 'security_events', 'resources', 'operations'];
  const rows = () => tables.map((table) => second.prepare(`SELECT * FROM ${table}`).all());
  const connection = connect(client, { lockWait: { maxWaitMs: 0 } });
  const writer = createInlineWriter(connection, createRevocationJobs(connection));
  const revocations = createSqliteRevocations(connection, writer);
  return { store, ownerId, revocations, client, second, rows };
}

type Opened = Awaited<ReturnType<typeof open>>;

/** Writes that are ready to run, with their results if they succeed. */
const writes: Record<
  string,
  (opened: Opened) => Promise<[run: (revocations: RevocationStore) => unknown, result: unknown]>
> = {
  'accept of a revoked session': async () => {
    const received = aRevocation();
    return [(revocations) => revocations.accept(received), true];
  },
  'accept of a purged account': async () => {
    const received = aPurge();
    return [(revocations) => revocations.accept(received), true];
  },
  purgeSome: async ({ store, ownerId }) => {
    await purgeAccount(store, ownerId);
    return [(revocations) => revocations.purgeSome(10), true];
  },
  deleteExpired: async ({ store }) => {
    await store.revocations.accept({ ...aRevocation(), retentionMs: 0 });
    return [(revocations) => revocations.deleteExpired(10), undefined];
  },
};

const pending = (name: string, opened: Opened) =>
  writes[name]?.(opened) as ReturnType<NonNullable<(typeof writes)[string]>>;

const unavailable = (code: string) => ({
  name: 'DatabaseUnavailableError',
  cause: { code },
});

/** The check of every request continues. */
async function expectReads(revocations: RevocationStore) {
  expect(await revocations.isRevoked({ userId: 'ada', sessionId: ended })).toBe(true);
  expect(await revocations.isRevoked({ userId: buried, sessionId: 'any' })).toBe(true);
  expect(await revocations.isRevoked({ userId: 'ada', sessionId: 'another' })).toBe(false);
  expect(await revocations.isPurged(buried)).toBe(true);
}

describe('while another writer holds the database', () => {
  test.each(Object.keys(writes))(
    '%s throws DatabaseUnavailableError and writes nothing, and succeeds afterwards',
    async (name) => {
      const opened = await open();
      const { revocations, second, rows } = opened;
      const [run, result] = await pending(name, opened);
      const before = rows();
      second.exec('BEGIN IMMEDIATE');
      await expect(run(revocations)).rejects.toMatchObject(unavailable('SQLITE_BUSY'));
      await expectReads(revocations);
      second.exec('ROLLBACK');
      expect(rows()).toEqual(before);
      expect(await run(revocations)).toEqual(result);
      expect(rows()).not.toEqual(before);
    },
  );
});

describe('in a read-only database', () => {
  test.each(Object.keys(writes))('%s throws DatabaseUnavailableError and writes nothing', async (name) => {
    const opened = await open();
    const { revocations, second, rows } = opened;
    const [run] = await pending(name, opened);
    const before = rows();
    markReadOnly(second);
    await expect(run(revocations)).rejects.toMatchObject(unavailable('SQLITE_READONLY'));
    await expectReads(revocations);
    expect(rows()).toEqual(before);
  });
});

test('a purge that fails halfway deletes nothing', async () => {
  const opened = await open();
  const { store, client, ownerId, rows, revocations } = opened;
  await purgeAccount(store, ownerId);
  const before = rows();
  // Fails after the rows are deleted and before the deletions of their images are stored.
  client.exec("CREATE TEMP TRIGGER full BEFORE INSERT ON main.operations BEGIN SELECT RAISE(ABORT, 'no room'); END");
  await expect(revocations.purgeSome(10)).rejects.toThrow('no room');
  expect(rows()).toEqual(before);
  client.exec('DROP TRIGGER full');
  expect(await revocations.purgeSome(10)).toBe(true);
  expect(await store.count({ ownerId, order: 'NEWEST', filter: {} })).toBe(0);
});

test('idle calls of purgeSome and deleteExpired wait for no writer', async () => {
  const { revocations, second } = await open();
  second.exec('BEGIN IMMEDIATE');
  expect(await revocations.purgeSome(10)).toBe(false);
  await revocations.deleteExpired(10);
  second.exec('ROLLBACK');
});
