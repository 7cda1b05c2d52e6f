import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../../../tests/support/temporary-folder.ts';
import { markReadOnly } from '../../testing/read-only.ts';
import { aResource, removeResource } from '../../testing/resources.ts';
import type { Resource } from '../resource.ts';
import type { ResourceStore } from '../resource-store.ts';
import { openSqliteResourceStore } from './resource-store.ts';

/** A store with one resource, and a second connection to its file. */
async function openWithSecond() {
  const file = join(folderOfTest(), 'resources.sqlite');
  const store = openSqliteResourceStore(file);
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
  expect(() => store.ping()).not.toThrow();
}

async function expectWrites(store: ResourceStore, resource: Resource) {
  expect(await store.insert(aResource({ ownerId: resource.ownerId }))).toBe(true);
  expect(await store.update(resource, { title: 'New' }, new Date())).toMatchObject({ title: 'New', version: 2 });
  expect(await removeResource(store, resource)).toMatchObject({ title: 'New' });
}

test('changes are SERVICE_UNAVAILABLE while another writer holds the database, and reads continue', async () => {
  const { store, second, resource } = await openWithSecond();
  second.exec("BEGIN IMMEDIATE; UPDATE resources SET title = 'not committed', version = 9");
  await expect(store.insert(aResource())).rejects.toMatchObject(unavailable('SQLITE_BUSY'));
  await expectReads(store, resource);
  second.exec('ROLLBACK');
  await expectWrites(store, resource);
});

test('changes of a read-only database are SERVICE_UNAVAILABLE, and reads continue', async () => {
  const { store, second, resource } = await openWithSecond();
  const readOnly = unavailable('SQLITE_READONLY');
  markReadOnly(second);
  await expect(store.insert(aResource())).rejects.toMatchObject(readOnly);
  await expect(store.update(resource, { title: 'New' }, new Date())).rejects.toMatchObject(readOnly);
  await expect(removeResource(store, resource)).rejects.toMatchObject(readOnly);
  await expectReads(store, resource);
});

const href = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);

/** Inserts until that fails, in a process whose files are limited to some hundred kilobytes. */
const fillUp = `
  import { openSqliteResourceStore } from ${href('resource-store.ts')};
  import { aResource } from ${href('../../testing/resources.ts')};
  const store = openSqliteResourceStore(process.argv[1]);
  const fill = async (inserted) => {
    const resource = aResource({ ownerId: 'ada', description: 'x'.repeat(5_000) });
    return store.insert(resource).then(
      () => inserted < 1_000 ? fill(inserted + 1) : { inserted },
      (error) => ({ inserted, name: error.name, extensions: error.extensions }),
    );
  };
  const outcome = await fill(0);
  const count = await store.count({ ownerId: 'ada', order: 'NEWEST', filter: {} });
  console.log(JSON.stringify({ ...outcome, count }));
`;

test.skipIf(process.platform === 'win32')(
  'changes of a database that cannot grow are SERVICE_UNAVAILABLE, its rows remain, and reads continue',
  async () => {
    const file = join(folderOfTest(), 'resources.sqlite');
    const limited = 'ulimit -f 400 && exec "$@"';
    const node = [process.execPath, '--import', 'tsx', '--input-type=module', '--eval', fillUp, file];
    const env = { ...process.env, TSX_DISABLE_CACHE: '1' };
    const { stdout } = await promisify(execFile)('sh', ['-c', limited, 'sh', ...node], { env });
    const { inserted, count, ...error } = JSON.parse(stdout) as { inserted: number; count: number };
    expect(error).toEqual({ name: 'ApiError', extensions: { code: 'SERVICE_UNAVAILABLE' } });
    expect(inserted).toBeGreaterThan(0);
    expect(count).toBe(inserted);

    // With space again, it continues.
    const store = openSqliteResourceStore(file);
    onTestFinished(() => store.close());
    expect(await store.insert(aResource({ ownerId: 'ada' }))).toBe(true);
    expect(await store.count({ ownerId: 'ada', order: 'NEWEST', filter: {} })).toBe(inserted + 1);
  },
);

const openOnce = `
  import { openSqliteResourceStore } from ${href('resource-store.ts')};
  const [file, at] = process.argv.slice(1);
  while (Date.now() < Number(at));
  openSqliteResourceStore(file).close();
`;

test('processes that open a new database concurrently all succeed', async () => {
  for (let round = 0; round < 3; round += 1) {
    const file = join(folderOfTest(), 'resources.sqlite');
    const at = String(Date.now() + 3_000);
    const node = ['--import', 'tsx', '--input-type=module', '--eval', openOnce, file, at];
    await Promise.all(Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, node)));
  }
});
