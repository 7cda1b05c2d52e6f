import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { StartupError } from '../../../../platform/process/startup-error.ts';
import { createTestClock } from '../../../../platform/testing/test-clock.ts';
import { folderOfTest } from '../../../../tests/support/files.ts';
import { aCreate, anIdempotency, anImage, aResource, madeBy } from '../../testing/resources.ts';
import { operationStoreContract } from '../operation-store.contract.ts';
import { resourceStoreContract } from '../resource-store.contract.ts';
import { revocationStoreContract } from '../revocation-store.contract.ts';
import { delayedWritesContract } from './delayed-writes.contract.ts';
import { openSqliteResourceStore } from './resource-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'supergraph-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const clock = createTestClock();
const open = () => ({ ...openSqliteResourceStore(join(folder, 'resources.sqlite'), { now: clock.now }), clock });
resourceStoreContract(open);
describe('operations', () => operationStoreContract(open));
describe('revocations', () => revocationStoreContract(open));
describe('writes that wait', () =>
  delayedWritesContract(({ file, clock: { now } }) => openSqliteResourceStore(file, { now })));

test('checkHealth rejects after the store was closed', async () => {
  const store = open();
  await store.close();
  await expect(store.checkHealth()).rejects.toThrow();
});

describe('opening', () => {
  test('opening a file that is not a database throws an error that names it', () => {
    const file = join(folderOfTest(), 'letter.sqlite');
    writeFileSync(file, 'Dear reader, this is no database. '.repeat(50));
    expect(() => openSqliteResourceStore(file)).toThrow(StartupError);
    expect(() => openSqliteResourceStore(file)).toThrow(file);
  });

  test('opening a folder throws an error that names it', () => {
    const file = folderOfTest();
    expect(() => openSqliteResourceStore(file)).toThrow(StartupError);
    expect(() => openSqliteResourceStore(file)).toThrow(file);
  });

  test('opening a second time finds everything that was stored', async () => {
    const file = join(folderOfTest(), 'made', 'by-opening', 'resources.sqlite');
    const first = openSqliteResourceStore(file);
    const resource = aResource({ title: 'Ünï😀', description: '%' });
    await first.insert(resource);
    const changed = await first.update(resource, { title: 'New' });
    first.close();

    const second = openSqliteResourceStore(file);
    onTestFinished(() => second.close());
    expect(await second.find(resource)).toEqual(changed);
    expect(await second.insert(aResource({ image: resource.image }))).toBe(false);
  });

  test('a second store sees each change of the first at once', async () => {
    const file = join(folderOfTest(), 'resources.sqlite');
    const [one, other] = [openSqliteResourceStore(file), openSqliteResourceStore(file)];
    onTestFinished(() => [one, other].forEach((store) => void store.close()));
    const resource = aResource();
    await one.insert(resource);
    expect(await other.update({ ...resource, expectedVersion: 1 }, { title: 'New' })).toBeDefined();
    expect(await one.update({ ...resource, expectedVersion: 1 }, { title: 'Newer' })).toBeUndefined();
    expect(await one.find(resource)).toMatchObject({ title: 'New', version: 2 });
  });
});

test.each([
  ['with a key, only its key', anIdempotency(), ['ENDED']],
  ['without a key, nothing', undefined, []],
])('a successful create leaves %s in the operations', async (_, idempotency, states) => {
  const file = join(folderOfTest(), 'resources.sqlite');
  const store = openSqliteResourceStore(file);
  const second = new Database(file);
  onTestFinished(() => [second, store].forEach((each) => void each.close()));
  const [create, image] = [aCreate({ idempotency }), anImage()];
  await store.operations.beginCreate(create);
  await store.operations.reserve(create.lease, image);
  expect(await store.operations.finishCreate(create.lease, madeBy(create, image))).toBeDefined();
  const rows = second.prepare('SELECT state, image_id, image_url, content FROM operations').all();
  expect(rows).toEqual(states.map((state) => ({ state, image_id: null, image_url: null, content: null })));
});
