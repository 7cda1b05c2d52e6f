import { and, type Column, count, eq, inArray, isNotNull, lt, lte, type SQL, sql } from 'drizzle-orm';
import type { Connection } from '../../../../platform/database/connection.ts';
import type { OperationStore } from '../operation-store.ts';
import { claimedFrom, isIn, unheld } from './operation-rows.ts';
import { hasEnded, hasNewImage, isOpen, operations, reservations, resources } from './tables.ts';

type RecoveryStatements = Pick<
  OperationStore,
  'adoptOrphan' | 'claim' | 'recordedReservations' | 'referencedImages' | 'countUnresolved' | 'deleteExpiredKeys'
>;

/** Creates the part of the operation store that only the reconciler uses. */
export function createRecoveryStatements({ db, read, write }: Connection): RecoveryStatements {
  type Orphan = Parameters<OperationStore['adoptOrphan']>[0];

  const adoptOrphan = ({ operationId, imageId, reservationSha256 }: Orphan): boolean =>
    db.transaction(
      () => {
        const isRecorded = db.select().from(reservations).where(eq(reservations.sha256, reservationSha256)).get();
        // Only a create in this state does not know its image yet.
        const isReserving = and(isOpen, isIn('RESERVING'), eq(operations.reservationSha256, reservationSha256));
        const isAwaited = db.select({ id: operations.id }).from(operations).where(isReserving).get();
        const hasResource = db.select({ id: resources.id }).from(resources).where(eq(resources.imageId, imageId)).get();
        if (!isRecorded || isAwaited || hasResource) return false;
        const now = new Date();
        const times = { startedAt: now, settlesAt: now, dueAt: now, leaseUntil: unheld };
        const row = { id: operationId, state: 'DELETING' as const, ownerId: '', imageId, leaseToken: '', ...times };
        return db.insert(operations).values(row).onConflictDoNothing().run().changes === 1;
      },
      { behavior: 'immediate' },
    );

  const hasSome = (condition: SQL | undefined): Promise<boolean> =>
    read(() => db.select({ id: operations.id }).from(operations).where(condition).limit(1).get() !== undefined);

  return {
    adoptOrphan: async (orphan) => write(() => adoptOrphan(orphan)),

    claim: async ({ now, until, limit }) => {
      const isDue = and(lte(operations.dueAt, now), lte(operations.leaseUntil, now), isOpen);
      // An idle reconciler never waits for a writer.
      if (!(await hasSome(isDue))) return [];
      return write(() => {
        const due = db
          .select({ id: operations.id })
          .from(operations)
          .where(isDue)
          .orderBy(operations.dueAt)
          .limit(limit);
        // SQLite evaluates this for each row, so that each operation gets its own token.
        const set = {
          leaseToken: sql`lower(hex(randomblob(16)))`,
          leaseUntil: until,
          attempts: sql`${operations.attempts} + 1`,
        };
        const rows = db.update(operations).set(set).where(inArray(operations.id, due)).returning().all();
        return rows.map(claimedFrom);
      });
    },

    recordedReservations: async (sha256s) =>
      read(() => {
        const rows = db.select().from(reservations).where(isAmong(reservations.sha256, sha256s)).all();
        return rows.map(({ sha256 }) => sha256);
      }),

    referencedImages: async (imageIds) =>
      read(() => {
        const { imageId } = operations;
        const ofOperations = db
          .select({ imageId })
          .from(operations)
          .where(and(isAmong(imageId, imageIds), hasNewImage));
        const isOfResource = isAmong(resources.imageId, imageIds);
        const ofResources = db.select({ imageId: resources.imageId }).from(resources).where(isOfResource);
        return [...ofOperations.all(), ...ofResources.all()].flatMap((row) => row.imageId ?? []);
      }),

    countUnresolved: async () =>
      read(() => {
        const isUnresolved = and(isOpen, isNotNull(operations.unresolved));
        return db.select({ count: count() }).from(operations).where(isUnresolved).get()?.count ?? 0;
      }),

    deleteExpiredKeys: async (startedBefore) => {
      const isOld = and(hasEnded, lt(operations.startedAt, startedBefore));
      if (await hasSome(isOld)) await write(() => void db.delete(operations).where(isOld).run());
    },
  };
}

/** Passes the values as one JSON parameter, so that the statement is the same for any number of them. */
const isAmong = (column: Column, values: readonly string[]) =>
  inArray(column, sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`);
