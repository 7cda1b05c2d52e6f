import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { createTestClock, type TestClock } from '../../../../platform/testing/test-clock.ts';
import { folderOfTest } from '../../../../tests/support/files.ts';
import { aRevocation, purgeAccount } from '../../testing/events.ts';
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
  const claim = { leaseMs: 60_000, limit: 9 };

  test('a new resource has the time at which it is stored', async () => {
    const { store, operations, whileLocked } = openStore();
    const [create, image] = [aCreate(), anImage()];
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
    const replacement = aReplacement(resource);
    await operations.beginReplacement(replacement);
    const replaced = await whileLocked(at(2), () => operations.finishReplacement(replacement.lease));
    expect(replaced).toMatchObject({ updatedAt: at(2) });
  });

  test('a lease that expires while its write waits is not valid any more', async () => {
    const { operations, clock, whileLocked } = openStore();
    const create = aCreate();
    await operations.beginCreate(create);
    expect(await whileLocked(at(60), () => operations.reserve(create.lease, anImage()))).toBe('LAPSED');
    clock.set(start);
    expect(await whileLocked(at(59.999), () => operations.reserve(create.lease, anImage()))).toBe('RESERVED');
  });

  test('the lease of a new operation begins when it is stored', async () => {
    const { store, operations, clock, whileLocked } = openStore();
    const [replaced, deleted] = [aResource(), aResource()];
    for (const resource of [replaced, deleted]) await store.insert(resource);
    const durations = { leaseMs: 10_000, settleMs: 5_000 };
    await whileLocked(at(2), () => operations.beginCreate(aCreate(durations)));
    await whileLocked(at(2), () => operations.beginReplacement(aReplacement(replaced, durations)));
    await whileLocked(at(2), () => operations.beginDeletion(aDeletion(deleted, durations)));
    clock.set(at(11.999));
    expect(await operations.claim(claim)).toEqual([]);
    clock.set(at(12));
    const times = { startedAt: at(2), settlesAt: at(17) };
    expect(await operations.claim(claim)).toMatchObject([times, times, times]);
  });

  test('a claim begins when it is stored, and takes what is due by then', async () => {
    const { operations, clock, whileLocked } = openStore();
    const [first, second] = [aCreate({ leaseMs: 1_000 }), aCreate({ leaseMs: 2_000 })];
    for (const create of [first, second]) await operations.beginCreate(create);
    clock.set(at(1));
    const claimed = await whileLocked(at(2), () => operations.claim({ leaseMs: 10_000, limit: 9 }));
    expect(claimed.map(({ leaseUntil }) => leaseUntil)).toEqual([at(12), at(12)]);
    clock.set(at(11.999));
    expect(await operations.claim(claim)).toEqual([]);
    clock.set(at(12));
    expect(await operations.claim(claim)).toHaveLength(2);
  });

  test('a delay begins when the postponement is stored, and a time stays as it is', async () => {
    const { operations, clock, whileLocked } = openStore();
    const [delayed, settling] = [aCreate(), aCreate()];
    for (const create of [delayed, settling]) await operations.beginCreate(create);
    await whileLocked(at(2), () => operations.postpone(delayed.lease, { delayMs: 5_000 }));
    await whileLocked(at(2), () => operations.postpone(settling.lease, { dueAt: at(5), settlesAt: at(5) }));
    const dueAt = async (seconds: number) => {
      clock.set(at(seconds));
      return (await operations.claim(claim)).map(({ lease }) => lease.operationId);
    };
    expect(await dueAt(4.999)).toEqual([]);
    expect(await dueAt(5)).toEqual([settling.lease.operationId]);
    expect(await dueAt(6.999)).toEqual([]);
    expect(await dueAt(7)).toEqual([delayed.lease.operationId]);
  });

  test('the age of a key counts until the create that asks for it runs', async () => {
    const { operations, clock, whileLocked } = openStore();
    const idempotency = { ...anIdempotency(), lifetimeMs: 10_000 };
    const { resource, ...first } = aCreate({ idempotency });
    await whileLocked(at(2), () => operations.beginCreate({ ...first, resource }));
    clock.set(at(11));
    const earlier = { inputSha256: idempotency.inputSha256, resourceId: undefined };
    const again = () => operations.beginCreate(aCreate({ resource, idempotency }));
    expect(await whileLocked(at(12), again)).toEqual(earlier);
    expect(await whileLocked(at(12.001), again)).toBe('BEGUN');
  });

  test('keys that expire while their deletion waits are deleted', async () => {
    const { operations, clock, whileLocked } = openStore();
    const finish = async () => {
      const [create, image] = [aCreate({ idempotency: anIdempotency() }), anImage()];
      await operations.beginCreate(create);
      await operations.reserve(create.lease, image);
      await operations.finishCreate(create.lease, madeBy(create, image));
      const { ownerId } = create.resource;
      return () => operations.findByKey(ownerId, create.idempotency?.key ?? '', centuryMs);
    };
    const first = await finish();
    clock.set(at(1));
    const [second, third] = [await finish(), await whileLocked(at(2), finish)];
    clock.set(at(10.001));
    await whileLocked(at(11.001), () => operations.deleteExpiredKeys(10_000));
    const found = [await first(), await second(), await third()];
    expect(found).toEqual([undefined, undefined, expect.anything()]);
  });

  test('the retention of an event begins when it is stored, and a deletion takes what has expired by then', async () => {
    const { store, clock, whileLocked } = openStore();
    const { revocations } = store;
    const viewers = Array.from({ length: 2 }, () => ({ userId: randomUUID(), sessionId: randomUUID() }));
    const revoke = (seconds: number, viewer: (typeof viewers)[number] | undefined) =>
      whileLocked(at(seconds), () => revocations.accept({ ...aRevocation(viewer), retentionMs: 10_000 }));
    await revoke(2, viewers[0]);
    await revoke(3, viewers[1]);
    const revoked = () => Promise.all(viewers.map((viewer) => revocations.isRevoked(viewer)));
    clock.set(at(11.999));
    await revocations.deleteExpired(9);
    expect(await revoked()).toEqual([true, true]);
    clock.set(at(12));
    await whileLocked(at(13), () => revocations.deleteExpired(9));
    expect(await revoked()).toEqual([false, false]);
  });

  test('an operation that another change leaves has the time at which that is stored', async () => {
    const { store, operations, clock, whileLocked } = openStore();
    const replaced = aResource();
    await store.insert(replaced);
    const replacement = aReplacement(replaced);
    await operations.beginReplacement(replacement);
    await whileLocked(at(1), () => operations.finishReplacement(replacement.lease, { settlesAt: at(2) }));
    clock.set(at(2));
    expect(await operations.claim(claim)).toMatchObject([{ state: 'LANDING', startedAt: at(1), settlesAt: at(2) }]);

    const { reservationSha256, ...create } = aCreate();
    await operations.beginCreate({ ...create, reservationSha256 });
    await operations.end(create.lease);
    const orphan = { operationId: randomUUID(), imageId: anImage().id, reservationSha256 };
    await whileLocked(at(3), () => operations.adoptOrphan(orphan));
    expect(await operations.claim(claim)).toMatchObject([{ state: 'DELETING', startedAt: at(3), settlesAt: at(3) }]);

    const purged = aResource();
    await store.insert(purged);
    await purgeAccount(store, purged.ownerId);
    await whileLocked(at(4), () => store.revocations.purgeSome(9));
    expect(await operations.claim(claim)).toMatchObject([{ state: 'DELETING', startedAt: at(4), settlesAt: at(4) }]);
  });
}
