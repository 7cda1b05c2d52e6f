import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { folderOfTest, temporaryFolder } from '../../../../tests/support/files.ts';
import { aResource } from '../../testing/resources.ts';
import { operationStoreContract } from '../operation-store.contract.ts';
import { resourceStoreContract } from '../resource-store.contract.ts';
import type { ResourceStore } from '../resource-store.ts';
import { revocationStoreContract } from '../revocation-store.contract.ts';
import { delayedWritesContract } from './delayed-writes.contract.ts';
import { openSqliteResourceStore } from './resource-store.ts';

const folder = temporaryFolder();
const openThread = () => openSqliteResourceStore(join(folder.path, 'resources.sqlite'), { writer: 'thread' });
// One thread for all tests: each takes a second to start.
const shared = openThread();
afterAll(async () => {
  await shared.close();
  folder.remove();
});
const open = (): ResourceStore => ({ ...shared, close: async () => {} });

resourceStoreContract(open);
describe('operations', () => operationStoreContract(open));
describe('revocations', () => revocationStoreContract(open));
describe('of a write that waits', () =>
  delayedWritesContract(
    (file) => openSqliteResourceStore(file, { writer: 'thread' }),
    () => join(folderOfTest(), 'resources.sqlite'),
  ));

test('closing finishes the writes in progress, and then nothing is accepted', async () => {
  const store = openThread();
  const resources = Array.from({ length: 100 }, () => aResource());
  const inserted = resources.map((resource) => store.insert(resource));
  await store.close();
  expect(await Promise.all(inserted)).toEqual(resources.map(() => true));
  expect(await shared.find(resources.at(-1) ?? aResource())).toEqual(resources.at(-1));
  await expect(store.insert(aResource())).rejects.toThrow('The database is closed.');
  await expect(store.checkHealth()).rejects.toThrow();
});
