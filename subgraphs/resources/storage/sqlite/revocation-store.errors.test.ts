import { join } from 'node:path';
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../../../tests/support/temporary-folder.ts';
import { aPurge, aRevocation, bury } from '../../testing/events.ts';
import { markReadOnly } from '../../testing/read-only.ts';
import { aResource, manyResources } from '../../testing/resources.ts';
import type { RevocationStore } from '../revocation-store.ts';
import { openSqliteResourceStore } from './resource-store.ts';
import { createSqliteRevocations } from './revocation-store.ts';

const always = new Date('9999-01-01');
const [ended, buried] = ['a session that has ended', 'an account that is purged'];

/** A store that knows something already, the revocations of a connection that waits for no writer, and a second one. */
async function open() {
  const file = join(folderOfTest(), 'resources.sqlite');
  const store = openSqliteResourceStore(file);
  const client = new Database(file, { timeout: 0 });
  const second = new Database(file, { timeout: 0 });
  onTestFinished(() => [client, second, store].forEach((each) => void each.close()));
  const ownerId = aResource().ownerId;
  for (const resource of manyResources(5, ownerId)) await store.insert(resource);
  await store.revocations.accept(aRevocation({ sessionId: ended }));
  await bury(store, buried);
  while (await store.revocations.purgeSome(10));
  const tables = ['revoked_sessions', 'tombstones', 'security_events', 'resources', 'operations'];
  const rows = () => tables.map((table) => second.prepare(`SELECT * FROM ${table}`).all());
  return { store, ownerId, revocations: createSqliteRevocations(drizzle({ client })), client, second, rows };
}

type Opened = Awaited<ReturnType<typeof open>>;

/** Writes, made ready: what each says where it is made. */
const writes: Record<
  string,
  (opened: Opened) => Promise<[run: (revocations: RevocationStore) => unknown, said: unknown]>
> = {
  'accept of the end of a session': async () => {
    const received = aRevocation();
    return [(revocations) => revocations.accept(received), true];
  },
  'accept of the end of an account': async () => {
    const received = aPurge();
    return [(revocations) => revocations.accept(received), true];
  },
  purgeSome: async ({ store, ownerId }) => {
    await bury(store, ownerId);
    return [(revocations) => revocations.purgeSome(10), true];
  },
  forget: async () => [(revocations) => revocations.deleteExpired(always, 10), undefined],
};

const pending = (name: string, opened: Opened) =>
  writes[name]?.(opened) as ReturnType<NonNullable<(typeof writes)[string]>>;

const unavailable = (code: string) => ({
  name: 'DatabaseUnavailableError',
  cause: { code },
});

/** What every request asks goes on. */
async function expectReads(revocations: RevocationStore) {
  expect(await revocations.isRevoked({ userId: 'ada', sessionId: ended })).toBe(true);
  expect(await revocations.isRevoked({ userId: buried, sessionId: 'any' })).toBe(true);
  expect(await revocations.isRevoked({ userId: 'ada', sessionId: 'another' })).toBe(false);
  expect(await revocations.isPurged(buried)).toBe(true);
}

describe('while another writer holds the database', () => {
  test.each(Object.keys(writes))(
    '%s is SERVICE_UNAVAILABLE and writes nothing, and goes well afterwards',
    async (name) => {
      const opened = await open();
      const { revocations, second, rows } = opened;
      const [run, said] = await pending(name, opened);
      const before = rows();
      second.exec('BEGIN IMMEDIATE');
      await expect(run(revocations)).rejects.toMatchObject(unavailable('SQLITE_BUSY'));
      await expectReads(revocations);
      second.exec('ROLLBACK');
      expect(rows()).toEqual(before);
      expect(await run(revocations)).toEqual(said);
      expect(rows()).not.toEqual(before);
    },
  );
});

describe('in a database that can only be read', () => {
  test.each(Object.keys(writes))('%s is SERVICE_UNAVAILABLE and writes nothing', async (name) => {
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

test('a purge that fails half-way has taken nothing away', async () => {
  const opened = await open();
  const { store, client, ownerId, rows, revocations } = opened;
  await bury(store, ownerId);
  const before = rows();
  // Once the rows are gone, before it is kept that their images are to be deleted.
  client.exec("CREATE TEMP TRIGGER full BEFORE INSERT ON main.operations BEGIN SELECT RAISE(ABORT, 'no room'); END");
  await expect(revocations.purgeSome(10)).rejects.toThrow('no room');
  expect(rows()).toEqual(before);
  client.exec('DROP TRIGGER full');
  expect(await revocations.purgeSome(10)).toBe(true);
  expect(await store.count({ ownerId, order: 'NEWEST', filter: {} })).toBe(0);
});

test('with nothing to do, purging and forgetting wait for no writer', async () => {
  const { revocations, second } = await open();
  second.exec('BEGIN IMMEDIATE');
  expect(await revocations.purgeSome(10)).toBe(false);
  await revocations.deleteExpired(new Date(), 10);
  second.exec('ROLLBACK');
});
