import { randomUUID } from 'node:crypto';
import { and, asc, eq, inArray, type SQLWrapper, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Connection } from '../../../../platform/database/connection.ts';
import { hasEnded, isPending, locksImage, operations, resources, tombstones } from './tables.ts';

/** Prepares a check whether an account is purged. Inside an immediate transaction the result cannot change. */
export function prepareIsPurged(db: BetterSQLite3Database): (userId: string) => boolean {
  const tombstone = db
    .select({ isPending: tombstones.isPending })
    .from(tombstones)
    .where(eq(tombstones.userId, sql.placeholder('userId')))
    .prepare();
  return (userId) => tombstone.get({ userId }) !== undefined;
}

/** Condition of every statement that writes for an owner: the account is not purged. */
export const ownerExists = (ownerId: SQLWrapper) =>
  sql`NOT EXISTS (SELECT 1 FROM tombstones WHERE tombstones.user_id = ${ownerId})`;

/** The account whose purge is the next to go on. */
export const findPendingPurge = (db: BetterSQLite3Database) =>
  db.select().from(tombstones).where(isPending).orderBy(asc(tombstones.purgedAt)).limit(1).get();

/**
 * Creates the purge, which removes some rows of one purged account each time. Each deleted resource leaves an operation
 * that deletes its image; operations of requests in progress keep only what is needed to find their image.
 */
export function createPurge({ db, now }: Connection): (limit: number) => boolean {
  const deleteResources = (ownerId: string, limit: number): number => {
    const some = db.select({ id: resources.id }).from(resources).where(eq(resources.ownerId, ownerId)).limit(limit);
    const { id: resourceId, imageId } = resources;
    const deleted = db.delete(resources).where(inArray(resources.id, some)).returning({ resourceId, imageId }).all();
    const deletedAt = now();
    const deletions = deleted.map((resource) => ({
      ...{ id: randomUUID(), state: 'DELETING' as const, ownerId, ...resource },
      ...{ startedAt: deletedAt, settlesAt: deletedAt, dueAt: deletedAt, leaseToken: '', leaseUntil: new Date(0) },
    }));
    if (deletions.length > 0) db.insert(operations).values(deletions).run();
    return deleted.length;
  };

  const deleteKeys = (ownerId: string, limit: number): number => {
    const isTheirs = and(eq(operations.ownerId, ownerId), hasEnded);
    const some = db.select({ id: operations.id }).from(operations).where(isTheirs).limit(limit);
    return db.delete(operations).where(inArray(operations.id, some)).run().changes;
  };

  const stripOpenOperations = (ownerId: string) => {
    const isTheirs = eq(operations.ownerId, ownerId);
    // The resources of these locks are deleted too, so the contents of their images no longer matter.
    db.delete(operations).where(and(isTheirs, locksImage)).run();
    const emptied = { idempotencyKey: null, inputSha256: null, content: null };
    const isCreate = inArray(operations.state, ['RESERVING', 'SEARCHING', 'RESERVED']);
    db.update(operations).set(emptied).where(and(isTheirs, isCreate)).run();
  };

  return (limit) => {
    const userId = findPendingPurge(db)?.userId;
    if (userId === undefined) return false;
    stripOpenOperations(userId);
    const isDone = deleteResources(userId, limit) < limit && deleteKeys(userId, limit) < limit;
    if (isDone) db.update(tombstones).set({ isPending: false }).where(eq(tombstones.userId, userId)).run();
    return true;
  };
}
