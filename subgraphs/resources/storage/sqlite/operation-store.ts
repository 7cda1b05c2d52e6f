import { and, type Column, count, inArray, isNotNull, type SQL, sql } from 'drizzle-orm';
import type { Connection } from '../../../../platform/database/connection.ts';
import { jobMethods, type Writer } from '../../../../platform/database/writer/writer.ts';
import type { OperationStore } from '../operation-store.ts';
import { createIdempotencyKeys } from './idempotency-keys.ts';
import type { OperationJobs } from './operation-jobs.ts';
import { isDueAt } from './operation-rows.ts';
import { hasNewImage, isOpen, operations, reservations, resources } from './tables.ts';

/** Creates the operation store: its reads on this connection, and its writes as jobs. */
export function createSqliteOperations(connection: Connection, writer: Writer<OperationJobs>): OperationStore {
  const { db, now, read } = connection;
  const keys = createIdempotencyKeys(connection);
  /** Checks without the write lock, so that an idle reconciler never waits for a writer. */
  const hasSome = (condition: () => SQL | undefined): Promise<boolean> =>
    read(() => db.select({ id: operations.id }).from(operations).where(condition()).limit(1).get() !== undefined);

  return {
    ...jobMethods(writer, 'beginCreate', 'reserve', 'finishCreate', 'startSearch', 'discard'),
    ...jobMethods(writer, 'beginReplacement', 'finishReplacement', 'beginDeletion'),
    ...jobMethods(writer, 'end', 'postpone', 'adoptOrphan'),
    claim: async (claim) => ((await hasSome(() => isDueAt(now()))) ? writer.run('claim', claim) : []),
    deleteExpiredKeys: async (lifetimeMs) => {
      if (await hasSome(() => keys.hasExpired(lifetimeMs))) await writer.run('deleteExpiredKeys', lifetimeMs);
    },

    findByKey: (ownerId, key, lifetimeMs) => read(() => keys.find(ownerId, { key, lifetimeMs })),

    recordedReservations: (sha256s) =>
      read(() => {
        const rows = db.select().from(reservations).where(isAmong(reservations.sha256, sha256s)).all();
        return rows.map(({ sha256 }) => sha256);
      }),

    referencedImages: (imageIds) =>
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

    countUnresolved: () =>
      read(() => {
        const isUnresolved = and(isOpen, isNotNull(operations.unresolved));
        return db.select({ count: count() }).from(operations).where(isUnresolved).get()?.count ?? 0;
      }),
  };
}

/** Passes the values as one JSON parameter, so that the statement is the same for any number of them. */
const isAmong = (column: Column, values: readonly string[]) =>
  inArray(column, sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`);
