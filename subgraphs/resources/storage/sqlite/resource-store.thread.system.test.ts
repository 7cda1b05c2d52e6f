import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { startThreadWriter } from '../../../../platform/database/writer/thread-writer.ts';
import { createTestClock, type TestClock } from '../../../../platform/testing/test-clock.ts';
import { temporaryFolder } from '../../../../tests/support/files.ts';
import { aResource } from '../../testing/resources.ts';
import { operationStoreContract } from '../operation-store.contract.ts';
import { resourceStoreContract } from '../resource-store.contract.ts';
import type { ResourceStore } from '../resource-store.ts';
import { revocationStoreContract } from '../revocation-store.contract.ts';
import { delayedWritesContract } from './delayed-writes.contract.ts';
import { openResources, type ResourceJobs } from './resource-jobs.ts';
import { createSqliteResourceStore, openSqliteResourceStore } from './resource-store.ts';
import type { ClockedWriterSettings } from './testing/clocked-writer-thread.ts';

const folder = temporaryFolder();
const file = join(folder.path, 'resources.sqlite');

/** Opens a store whose writer thread has the clock of the test, too. */
function openClocked(file: string, { now, memory }: TestClock): ResourceStore {
  const reads = openResources(file, { now });
  const module = new URL('testing/clocked-writer-thread.ts', import.meta.url);
  const settings: ClockedWriterSettings = { file, clock: memory };
  return createSqliteResourceStore(reads, startThreadWriter<ResourceJobs>({ reads, module, settings }));
}

// One thread for all tests: each takes a second to start.
const clock = createTestClock();
const shared = openClocked(file, clock);
afterAll(async () => {
  await shared.close();
  folder.remove();
});
const open = () => ({ ...shared, clock, close: async () => {} });

resourceStoreContract(open);
describe('operations', () => operationStoreContract(open));
describe('revocations', () => revocationStoreContract(open));
describe('writes that wait', () => delayedWritesContract(({ file, clock }) => openClocked(file, clock)));

test('closing finishes the writes in progress, and then nothing is accepted', async () => {
  const store = openSqliteResourceStore(file, { writer: 'thread' });
  const resources = Array.from({ length: 100 }, () => aResource());
  const inserted = resources.map((resource) => store.insert(resource));
  await store.close();
  expect(await Promise.all(inserted)).toEqual(resources.map(() => true));
  expect(await shared.find(resources.at(-1) ?? aResource())).toEqual(resources.at(-1));
  await expect(store.insert(aResource())).rejects.toThrow('The database is closed.');
  await expect(store.checkHealth()).rejects.toThrow();
});
