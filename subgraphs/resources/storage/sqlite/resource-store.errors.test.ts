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

/** A store that holds one resource, and a second connection to its file. */
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

test('while another writer holds the database, a change is SERVICE_UNAVAILABLE and reads go on', async () => {
  const { store, second, resource } = await openWithSecond();
  second.exec("BEGIN IMMEDIATE; UPDATE resources SET title = 'not committed', version = 9");
  await expect(store.insert(aResource())).rejects.toMatchObject(unavailable('SQLITE_BUSY'));
  await expectReads(store, resource);
  second.exec('ROLLBACK');
  await expectWrites(store, resource);
});

test('in a database that can only be read, changes are SERVICE_UNAVAILABLE and reads go on', async () => {
  const { store, second, resource } = await openWithSecond();
  const readOnly = unavailable('SQLITE_READONLY');
  markReadOnly(second);
  await expect(store.insert(aResource())).rejects.toMatchObject(readOnly);
  await expect(store.update(resource, { title: 'New' }, new Date())).rejects.toMatchObject(readOnly);
  await expect(removeResource(store, resource)).rejects.toMatchObject(readOnly);
  await expectReads(store, resource);
});

const href = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);

/** Inserts until that fails, in a process whose files cannot grow beyond some hundred kilobytes. */
const fillUp = `
  import { openSqliteResourceStore } from ${href('resource-store.ts')};
  import { aResource } from ${href('../../testing/resources.ts')};
  const store = openSqliteResourceStore(process.argv[1]);
  const fill = async (kept) => {
    const resource = aResource({ ownerId: 'ada', description: 'x'.repeat(5_000) });
    return store.insert(resource).then(
      () => kept < 1_000 ? fill(kept + 1) : { kept },
      (error) => ({ kept, name: error.name }),
    );
  };
  const outcome = await fill(0);
  const count = await store.count({ ownerId: 'ada', order: 'NEWEST', filter: {} });
  console.log(JSON.stringify({ ...outcome, count }));
`;

test.skipIf(process.platform === 'win32')(
  'a database that cannot grow is SERVICE_UNAVAILABLE, holds what it took and reads go on',
  async () => {
    const file = join(folderOfTest(), 'resources.sqlite');
    const limited = 'ulimit -f 400 && exec "$@"';
    const node = [process.execPath, '--import', 'tsx', '--input-type=module', '--eval', fillUp, file];
    const env = { ...process.env, TSX_DISABLE_CACHE: '1' };
    const { stdout } = await promisify(execFile)('sh', ['-c', limited, 'sh', ...node], { env });
    const { kept, count, ...refused } = JSON.parse(stdout) as { kept: number; count: number };
    expect(refused).toEqual({ name: 'DatabaseUnavailableError' });
    expect(kept).toBeGreaterThan(0);
    expect(count).toBe(kept);

    // With room again it goes on from there.
    const store = openSqliteResourceStore(file);
    onTestFinished(() => store.close());
    expect(await store.insert(aResource({ ownerId: 'ada' }))).toBe(true);
    expect(await store.count({ ownerId: 'ada', order: 'NEWEST', filter: {} })).toBe(kept + 1);
  },
);

const openOnce = `
  import { openSqliteResourceStore } from ${href('resource-store.ts')};
  const [file, at] = process.argv.slice(1);
  while (Date.now() < Number(at));
  openSqliteResourceStore(file).close();
`;

test('processes that open a new database at the same moment all open it', async () => {
  for (let round = 0; round < 3; round += 1) {
    const file = join(folderOfTest(), 'resources.sqlite');
    const at = String(Date.now() + 3_000);
    const node = ['--import', 'tsx', '--input-type=module', '--eval', openOnce, file, at];
    await Promise.all(Array.from({ length: 4 }, () => promisify(execFile)(process.execPath, node)));
  }
});
