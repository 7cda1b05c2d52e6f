import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { aCreate, anImage, aReplacement, aResource, madeBy } from '../../testing/resources.ts';
import type { Resource } from '../resource.ts';
import type { ResourceStore } from '../resource-store.ts';

/**
 * The contract of SQLite's writers about writes that wait for the lock of another process: a resource has the times at
 * which it is stored, so that they follow the order of the writes. `open` returns a store with this file.
 */
export function delayedWritesContract(open: (file: string) => ResourceStore, newFile: () => string): void {
  function start() {
    const file = newFile();
    const store = open(file);
    const other = new Database(file);
    onTestFinished(async () => {
      other.close();
      await store.close();
    });
    /** Runs a write that begins at a time before the lock is released; returns that time, too. */
    const whileLocked = async (write: () => Promise<Resource | undefined>) => {
      other.exec('BEGIN IMMEDIATE');
      const begunAt = Date.now();
      const writing = write();
      await expect.poll(() => Date.now()).toBeGreaterThan(begunAt);
      const releasedAt = Date.now();
      other.exec('ROLLBACK');
      const written = await writing;
      if (!written) throw new Error('Nothing was written.');
      return { written, releasedAt };
    };
    return { store, whileLocked };
  }

  test('a new resource', async () => {
    const { store, whileLocked } = start();
    const [create, image] = [aCreate(), anImage()];
    await store.operations.beginCreate(create);
    await store.operations.reserve(create.lease, image);
    const { written, releasedAt } = await whileLocked(() =>
      store.operations.finishCreate(create.lease, madeBy(create, image)),
    );
    expect(written.createdAt.getTime()).toBeGreaterThanOrEqual(releasedAt);
    expect(written.updatedAt).toEqual(written.createdAt);
    expect(await store.find(written)).toEqual(written);
  });

  test('a changed resource', async () => {
    const { store, whileLocked } = start();
    const resource = aResource();
    await store.insert(resource);
    const { written, releasedAt } = await whileLocked(() => store.update(resource, { title: 'New' }));
    expect(written.updatedAt.getTime()).toBeGreaterThanOrEqual(releasedAt);
  });

  test('a resource with a new image', async () => {
    const { store, whileLocked } = start();
    const resource = aResource();
    await store.insert(resource);
    const replacement = aReplacement(resource);
    await store.operations.beginReplacement(replacement);
    const { written, releasedAt } = await whileLocked(() => store.operations.finishReplacement(replacement.lease));
    expect(written.updatedAt.getTime()).toBeGreaterThanOrEqual(releasedAt);
  });
}
