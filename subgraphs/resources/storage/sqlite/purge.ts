import { randomUUID } from 'node:crypto';
import { and, asc, eq, inArray } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { hasEnded, isPending, locksImage, operations, resources, tombstones } from './tables.ts';

/**
 * Takes away what purged accounts have left, some of it by each transaction: rows of resources become operations that
 * delete their images. What requests still have under way keeps only what its image is found by.
 */
export function createPurge(db: BetterSQLite3Database): (limit: number) => boolean {
  const findPending = () =>
    db.select().from(tombstones).where(isPending).orderBy(asc(tombstones.purgedAt)).limit(1).get();

  const deleteResources = (ownerId: string, limit: number): number => {
    const some = db.select({ id: resources.id }).from(resources).where(eq(resources.ownerId, ownerId)).limit(limit);
    const { id: resourceId, imageId } = resources;
    const deleted = db.delete(resources).where(inArray(resources.id, some)).returning({ resourceId, imageId }).all();
    const now = new Date();
    const deleting = deleted.map((resource) => ({
      ...{ id: randomUUID(), state: 'DELETING' as const, ownerId, ...resource },
      ...{ startedAt: now, settlesAt: now, dueAt: now, leaseToken: '', leaseUntil: new Date(0) },
    }));
    if (deleting.length > 0) db.insert(operations).values(deleting).run();
    return deleted.length;
  };

  const deleteKeys = (ownerId: string, limit: number): number => {
    const isTheirs = and(eq(operations.ownerId, ownerId), hasEnded);
    const some = db.select({ id: operations.id }).from(operations).where(isTheirs).limit(limit);
    return db.delete(operations).where(inArray(operations.id, some)).run().changes;
  };

  const strip = (ownerId: string) => {
    const isTheirs = eq(operations.ownerId, ownerId);
    // Their resources go, or are gone: nobody waits for what becomes of the images.
    db.delete(operations).where(and(isTheirs, locksImage)).run();
    const nothing = { idempotencyKey: null, inputSha256: null, content: null };
    const isCreate = inArray(operations.state, ['RESERVING', 'SEARCHING', 'RESERVED']);
    db.update(operations).set(nothing).where(and(isTheirs, isCreate)).run();
  };

  return (limit) => {
    // Looking takes no lock.
    if (!findPending()) return false;
    return db.transaction(
      () => {
        const userId = findPending()?.userId;
        if (userId === undefined) return false;
        strip(userId);
        const isAll = deleteResources(userId, limit) < limit && deleteKeys(userId, limit) < limit;
        if (isAll) db.update(tombstones).set({ isPending: false }).where(eq(tombstones.userId, userId)).run();
        return true;
      },
      { behavior: 'immediate' },
    );
  };
}
