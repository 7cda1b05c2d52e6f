import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../../../tests/support/files.ts';
import { markReadOnly } from '../../testing/read-only.ts';
import { aResource, removeResource } from '../../testing/resources.ts';
import type { Resource } from '../resource.ts';
import type { ResourceStore } from '../resource-store.ts';
import { openSqliteResourceStore } from './resource-store.ts';

/** A store with one resource, and a second connection to its file. */
async function openWithSecond() {
  const file = join(folderOfTest(), 'resources.sqlite');
  const store = openSqliteResourceStore(file, { lockWait: { maxWaitMs: 50 } });
  const second = new Database(file);
  onTestFinished(() => {
    second.close();
    store.close();
  });
  const resource = aResource();
  await store.insert(resource);
  return { file, store, second, resource };
}

const unavailable = (code: string) => ({
  name: 'DatabaseUnavailableError',
  cause: { code },
});

async function expectReads(store: ResourceStore, resource: Resource) {
  const list = { ownerId: resource.ownerId, order: 'TITLE', filter: { search: 'a' } } as const;
  expect(await store.find(resource)).toEqual(resource);
  expect(await store.range(list, { limit: 1, fromEnd: false })).toEqual([resource]);
  expect(await store.count(list)).toBe(1);
}

async function expectWrites(store: ResourceStore, resource: Resource) {
  expect(await store.insert(aResource({ ownerId: resource.ownerId }))).toBe(true);
  expect(await store.update(resource, { title: 'New' })).toMatchObject({ title: 'New', version: 2 });
  expect(await removeResource(store, resource)).toMatchObject({ title: 'New' });
}

test('changes throw DatabaseUnavailableError while another writer holds the database, and reads continue', async () => {
  const { store, second, resource } = await openWithSecond();
  second.exec("BEGIN IMMEDIATE; UPDATE resources SET title = 'not committed', version = 9");
  await expect(store.insert(aResource())).rejects.toMatchObject(unavailable('SQLITE_BUSY'));
  await expectReads(store, resource);
  second.exec('ROLLBACK');
  await expectWrites(store, resource);
});

test('changes of a read-only database throw DatabaseUnavailableError, and reads continue', async () => {
  const { store, second, resource } = await openWithSecond();
  const readOnly = unavailable('SQLITE_READONLY');
  markReadOnly(second);
  await expect(store.insert(aResource())).rejects.toMatchObject(readOnly);
  await expect(store.update(resource, { title: 'New' })).rejects.toMatchObject(readOnly);
  await expect(removeResource(store, resource)).rejects.toMatchObject(readOnly);
  await expectReads(store, resource);
});
