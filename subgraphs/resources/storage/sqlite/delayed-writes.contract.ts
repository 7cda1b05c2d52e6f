import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { createTestClock, type TestClock } from '../../../../platform/testing/test-clock.ts';
import { folderOfTest } from '../../../../tests/support/files.ts';
import { purgeAccount } from '../../testing/events.ts';
import { aCreate, anImage, aReplacement, aResource, madeBy } from '../../testing/resources.ts';
import type { ResourceStore } from '../resource-store.ts';

const start = new Date('2026-12-01T12:00:00.000Z');
const at = (seconds: number) => new Date(start.getTime() + seconds * 1_000);

/**
 * The contract of SQLite's writers about writes that wait for the lock of another process: they are decided, and dated, by
 * the time at which they run.
 */
export function delayedWritesContract(open: (store: { file: string; clock: TestClock }) => ResourceStore): void {
  /** A store, and a function that runs a write while the file is locked until a later time. */
  function openStore() {
    const file = join(folderOfTest(), 'resources.sqlite');
    const clock = createTestClock(start);
    const store = open({ file, clock });
    const other = new Database(file);
    onTestFinished(async () => {
      other.close();
      await store.close();
    });
    const whileLocked = async <Result>(until: Date, write: () => Promise<Result>): Promise<Result> => {
      other.exec('BEGIN IMMEDIATE');
      const written = write();
      clock.set(until);
      other.exec('ROLLBACK');
      return written;
    };
    return { store, operations: store.operations, clock, whileLocked };
  }
  const lease = () => ({ operationId: randomUUID(), token: randomUUID(), until: at(60) });
  const claim = ({ operations }: ResourceStore, seconds: number) =>
    operations.claim({ now: at(seconds), until: at(seconds + 60), limit: 9 });

  test('a new resource has the time at which it is stored', async () => {
    const { store, operations, whileLocked } = openStore();
    const [create, image] = [aCreate({ lease: lease() }), anImage()];
    await operations.beginCreate(create);
    await operations.reserve(create.lease, image);
    const made = madeBy(create, image);
    const stored = await whileLocked(at(1), () => operations.finishCreate(create.lease, made));
    expect(stored).toMatchObject({ createdAt: at(1), updatedAt: at(1) });
    expect(await store.find(made)).toEqual(stored);
  });

  test('a resource with a new title or image has the time at which that is stored', async () => {
    const { store, operations, whileLocked } = openStore();
    const resource = aResource();
    await store.insert(resource);
    expect(await whileLocked(at(1), () => store.update(resource, { title: 'New' }))).toMatchObject({
      updatedAt: at(1),
    });
    const replacement = aReplacement(resource, { lease: lease() });
    await operations.beginReplacement(replacement);
    const replaced = await whileLocked(at(2), () => operations.finishReplacement(replacement.lease));
    expect(replaced).toMatchObject({ updatedAt: at(2) });
  });

  test('a lease that expires while its write waits is not valid any more', async () => {
    const { operations, clock, whileLocked } = openStore();
    const create = aCreate({ lease: lease() });
    await operations.beginCreate(create);
    expect(await whileLocked(at(60), () => operations.reserve(create.lease, anImage()))).toBe('LAPSED');
    clock.set(start);
    expect(await whileLocked(at(59.999), () => operations.reserve(create.lease, anImage()))).toBe('RESERVED');
  });

  test('an operation that another change leaves has the time at which that is stored', async () => {
    const { store, operations, whileLocked } = openStore();
    const replaced = aResource();
    await store.insert(replaced);
    const replacement = aReplacement(replaced, { lease: lease() });
    await operations.beginReplacement(replacement);
    await whileLocked(at(1), () => operations.finishReplacement(replacement.lease, { settlesAt: at(9) }));
    expect(await claim(store, 9)).toMatchObject([{ state: 'LANDING', startedAt: at(1), settlesAt: at(9) }]);

    const { reservationSha256, ...create } = aCreate({ lease: lease() });
    await operations.beginCreate({ ...create, reservationSha256 });
    await operations.end(create.lease);
    const orphan = { operationId: randomUUID(), imageId: anImage().id, reservationSha256 };
    await whileLocked(at(2), () => operations.adoptOrphan(orphan));
    expect(await claim(store, 2)).toMatchObject([{ state: 'DELETING', startedAt: at(2), settlesAt: at(2) }]);

    const purged = aResource();
    await store.insert(purged);
    await purgeAccount(store, purged.ownerId);
    await whileLocked(at(3), () => store.revocations.purgeSome(9));
    expect(await claim(store, 3)).toMatchObject([{ state: 'DELETING', startedAt: at(3), settlesAt: at(3) }]);
  });
}
