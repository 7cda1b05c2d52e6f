import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connect } from '../../../../platform/database/connection.ts';
import { createInlineWriter } from '../../../../platform/database/writer/inline-writer.ts';
import { folderOfTest } from '../../../../tests/support/files.ts';
import { markReadOnly } from '../../testing/read-only.ts';
import {
  aCreate,
  aDeletion,
  anIdempotency,
  anImage,
  aReplacement,
  aResource,
  centuryMs,
  madeBy,
} from '../../testing/resources.ts';
import type { OperationStore } from '../operation-store.ts';
import type { Resource } from '../resource.ts';
import type { ResourceStore } from '../resource-store.ts';
import { createSqliteOperations } from './operation-store.ts';
import { createResourceJobs } from './resource-jobs.ts';
import { openSqliteResourceStore } from './resource-store.ts';

/** A store, operations on a connection that waits for no lock, and a second connection to the file. */
function open() {
  const file = join(folderOfTest(), 'resources.sqlite');
  const store = openSqliteResourceStore(file);
  const client = new Database(file, { timeout: 0 });
  const second = new Database(file, { timeout: 0 });
  onTestFinished(() => [client, second, store].forEach((each) => void each.close()));
  const connection = connect(client, { lockWait: { maxWaitMs: 0 } });
  const operations = createSqliteOperations(connection, createInlineWriter(connection, createResourceJobs(connection)));
  const rows = () =>
    ['operations', 'reservations', 'resources'].map((table) => second.prepare(`SELECT * FROM ${table}`).all());
  return { store, operations, client, second, rows };
}

/** More than the free space of any page. */
const long = 'x'.repeat(100_000);
const past = new Date(1);
/** A lifetime after which every key has expired, also of this millisecond. */
const everyKey = -1;

/** A write that is ready to run, with its result if it succeeds. */
interface Pending {
  run(operations: OperationStore): Promise<unknown>;
  result: unknown;
}

async function beginCreate({ operations }: ResourceStore, description: string | null = null) {
  const { resource, ...create } = aCreate({ idempotency: anIdempotency() });
  const begun = { ...create, resource: { ...resource, description } };
  expect(await operations.beginCreate(begun)).toBe('BEGUN');
  return { begun, lease: begun.lease };
}

async function reserve(store: ResourceStore, description?: string) {
  const { begun, lease } = await beginCreate(store, description);
  const image = anImage();
  expect(await store.operations.reserve(lease, image)).toBe('RESERVED');
  return { lease, image, resource: madeBy(begun, image) };
}

async function insert(store: ResourceStore): Promise<Resource> {
  const resource = aResource();
  expect(await store.insert(resource)).toBe(true);
  return resource;
}

async function replace(store: ResourceStore, description?: string) {
  const resource = await insert(store);
  const { changes, ...parts } = aReplacement(resource);
  const replacement = { ...parts, changes: { ...changes, ...(description && { description }) } };
  expect(await store.operations.beginReplacement(replacement)).toBe('BEGUN');
  return { resource, lease: replacement.lease };
}

/** Writes that need more space. */
const growing: Record<string, (store: ResourceStore) => Promise<Pending>> = {
  beginCreate: async () => {
    const { resource, ...create } = aCreate();
    const input = { ...create, resource: { ...resource, description: long } };
    return { run: (operations) => operations.beginCreate(input), result: 'BEGUN' };
  },
  reserve: async (store) => {
    const { lease } = await beginCreate(store);
    return { run: (operations) => operations.reserve(lease, anImage({ url: long })), result: 'RESERVED' };
  },
  finishCreate: async (store) => {
    const { lease, resource } = await reserve(store, long);
    const result = expect.objectContaining({ id: resource.id, version: 1 });
    return { run: (operations) => operations.finishCreate(lease, resource, { settlesAt: past }), result };
  },
  discard: async (store) => {
    const { lease } = await reserve(store);
    return { run: (operations) => operations.discard(lease, long), result: true };
  },
  beginReplacement: async (store) => {
    const resource = await insert(store);
    const { changes, ...parts } = aReplacement(resource);
    const input = { ...parts, changes: { ...changes, description: long } };
    return { run: (operations) => operations.beginReplacement(input), result: 'BEGUN' };
  },
  finishReplacement: async (store) => {
    const { lease } = await replace(store, long);
    const result = expect.objectContaining({ description: long, version: 2 });
    return { run: (operations) => operations.finishReplacement(lease, { settlesAt: past }), result };
  },
  adopt: async (store) => {
    const { begun, lease } = await beginCreate(store);
    expect(await store.operations.end(lease)).toBe(true);
    const { reservationSha256 } = begun;
    const orphan = { operationId: 'an-operation', imageId: long, reservationSha256 };
    return { run: (operations) => operations.adoptOrphan(orphan), result: true };
  },
};

const writes: Record<string, (store: ResourceStore) => Promise<Pending>> = {
  ...growing,
  search: async (store) => {
    const { lease } = await beginCreate(store);
    return { run: (operations) => operations.startSearch(lease), result: true };
  },
  'beginDeletion during a replacement': async (store) => {
    const { resource } = await replace(store);
    return { run: (operations) => operations.beginDeletion(aDeletion(resource)), result: resource };
  },
  end: async (store) => {
    const { lease } = await reserve(store);
    return { run: (operations) => operations.end(lease), result: true };
  },
  postpone: async (store) => {
    const { lease } = await reserve(store);
    return { run: (operations) => operations.postpone(lease, { delayMs: 0, unresolved: 'NO_LISTING' }), result: true };
  },
  claim: async (store) => {
    const { lease } = await reserve(store);
    expect(await store.operations.postpone(lease, { delayMs: 0 })).toBe(true);
    const claim = { leaseMs: 60_000, limit: 9 };
    return { run: (operations) => operations.claim(claim), result: [expect.objectContaining({ state: 'RESERVED' })] };
  },
  deleteExpiredKeys: async (store) => {
    const { lease, resource } = await reserve(store);
    expect(await store.operations.finishCreate(lease, resource)).toBeDefined();
    return { run: (operations) => operations.deleteExpiredKeys(everyKey), result: undefined };
  },
};

const pendingOf = (name: string, store: ResourceStore) => writes[name]?.(store) as Promise<Pending>;

const unavailable = (code: string) => ({
  name: 'DatabaseUnavailableError',
  cause: { code },
});

/** Reads that run beside the writes. */
async function expectReads(operations: OperationStore) {
  expect(await operations.findByKey('ada', 'a key', centuryMs)).toBeUndefined();
  expect(await operations.recordedReservations(['a hash'])).toEqual([]);
  expect(await operations.referencedImages(['an image'])).toEqual([]);
  expect(await operations.countUnresolved()).toBe(0);
}

describe('while another writer holds the database', () => {
  test.each(Object.keys(writes))(
    '%s throws DatabaseUnavailableError and writes nothing, and succeeds afterwards',
    async (name) => {
      const { store, operations, second, rows } = open();
      const { run, result } = await pendingOf(name, store);
      const before = rows();
      second.exec('BEGIN IMMEDIATE');
      await expect(run(operations)).rejects.toMatchObject(unavailable('SQLITE_BUSY'));
      await expectReads(operations);
      second.exec('ROLLBACK');
      expect(rows()).toEqual(before);
      expect(await run(operations)).toEqual(result);
      expect(rows()).not.toEqual(before);
    },
  );
});

describe('in a read-only database', () => {
  test.each(Object.keys(writes))('%s throws DatabaseUnavailableError and writes nothing', async (name) => {
    const { store, operations, second, rows } = open();
    const { run } = await pendingOf(name, store);
    const before = rows();
    markReadOnly(second);
    await expect(run(operations)).rejects.toMatchObject(unavailable('SQLITE_READONLY'));
    await expectReads(operations);
    expect(rows()).toEqual(before);
  });
});

describe('in a full database', () => {
  test.each(Object.keys(growing))(
    '%s throws DatabaseUnavailableError and writes nothing, and succeeds when there is space again',
    async (name) => {
      const { store, operations, client, rows } = open();
      const { run, result } = await pendingOf(name, store);
      const before = rows();
      // Leaves no free page in the file.
      client.exec('VACUUM');
      client.pragma(`max_page_count = ${client.pragma('page_count', { simple: true })}`);
      await expect(run(operations)).rejects.toMatchObject(unavailable('SQLITE_FULL'));
      await expectReads(operations);
      expect(rows()).toEqual(before);
      client.pragma('max_page_count = 1000000');
      expect(await run(operations)).toEqual(result);
      expect(rows()).not.toEqual(before);
    },
  );
});

test('an idle reconciler waits for no writer', async () => {
  const { operations, second } = open();
  second.exec('BEGIN IMMEDIATE');
  expect(await operations.claim({ leaseMs: 60_000, limit: 9 })).toEqual([]);
  await operations.deleteExpiredKeys(everyKey);
  second.exec('ROLLBACK');
});
