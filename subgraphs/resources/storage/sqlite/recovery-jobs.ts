import { eq, inArray, sql } from 'drizzle-orm';
import type { Connection } from '../../../../platform/database/connection.ts';
import type { OpenOperation, OperationStore } from '../operation-store.ts';
import { createIdempotencyKeys } from './idempotency-keys.ts';
import { claimedFrom, isDueAt, isReserving, later, unheld } from './operation-rows.ts';
import { operations, reservations, resources } from './tables.ts';

type Claim = Parameters<OperationStore['claim']>[0];
type Orphan = Parameters<OperationStore['adoptOrphan']>[0];

/** Creates the writes that only the reconciler uses. */
export function createRecoveryJobs(connection: Connection) {
  const { db, now } = connection;
  const keys = createIdempotencyKeys(connection);
  return {
    adoptOrphan({ operationId, imageId, reservationSha256 }: Orphan): boolean {
      const isRecorded = db.select().from(reservations).where(eq(reservations.sha256, reservationSha256)).get();
      const isAwaited = db.select({ id: operations.id }).from(operations).where(isReserving(reservationSha256)).get();
      const hasResource = db.select({ id: resources.id }).from(resources).where(eq(resources.imageId, imageId)).get();
      if (!isRecorded || isAwaited || hasResource) return false;
      const adoptedAt = now();
      const times = { startedAt: adoptedAt, settlesAt: adoptedAt, dueAt: adoptedAt, leaseUntil: unheld };
      const row = { id: operationId, state: 'DELETING' as const, ownerId: '', imageId, leaseToken: '', ...times };
      return db.insert(operations).values(row).onConflictDoNothing().run().changes === 1;
    },

    claim({ leaseMs, limit }: Claim): OpenOperation[] {
      const claimedAt = now();
      const due = db
        .select({ id: operations.id })
        .from(operations)
        .where(isDueAt(claimedAt))
        .orderBy(operations.dueAt)
        .limit(limit);
      // SQLite evaluates this for each row, so that each operation gets its own token.
      const set = {
        leaseToken: sql`lower(hex(randomblob(16)))`,
        leaseUntil: later(claimedAt, leaseMs),
        attempts: sql`${operations.attempts} + 1`,
      };
      const rows = db.update(operations).set(set).where(inArray(operations.id, due)).returning().all();
      return rows.map(claimedFrom);
    },

    deleteExpiredKeys(lifetimeMs: number): void {
      db.delete(operations).where(keys.hasExpired(lifetimeMs)).run();
    },
  };
}
