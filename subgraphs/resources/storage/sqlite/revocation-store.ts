import { inArray, lte, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Connection } from '../../../../platform/database/connection.ts';
import { jobMethods, type Writer } from '../../../../platform/database/writer/writer.ts';
import type { ReceivedEvent, RevocationStore } from '../revocation-store.ts';
import { createPurge, findPendingPurge, prepareIsPurged } from './purged-accounts.ts';
import { revokedSessions, securityEvents, tombstones } from './tables.ts';

/** Runs for every request, so it goes directly to the driver, which takes half the time of Drizzle's statement. */
export const isRevokedSql = `SELECT EXISTS (SELECT 1 FROM revoked_sessions WHERE session_id = ?)
  OR EXISTS (SELECT 1 FROM tombstones WHERE user_id = ?)`;

export type RevocationJobs = ReturnType<typeof createRevocationJobs>;

/** Creates the writes of revocations, in the database of the resources. */
export function createRevocationJobs(connection: Connection) {
  const { db, now } = connection;
  return {
    accept({ jti, event, retentionMs }: ReceivedEvent): boolean {
      const acceptedAt = now();
      const expiresAt = new Date(acceptedAt.getTime() + retentionMs);
      const isNew = db.insert(securityEvents).values({ jti, expiresAt }).onConflictDoNothing().run().changes === 1;
      if (!isNew) return false;
      if (event.type === 'session-revoked') {
        // Two events about one session expire at the later time.
        const set = { expiresAt: sql`max(${revokedSessions.expiresAt}, excluded.forget_at)` };
        const row = { sessionId: event.sessionId, expiresAt };
        db.insert(revokedSessions).values(row).onConflictDoUpdate({ target: revokedSessions.sessionId, set }).run();
      } else {
        const row = { userId: event.userId, purgedAt: acceptedAt, isPending: true };
        db.insert(tombstones).values(row).onConflictDoNothing().run();
      }
      return true;
    },
    purgeSome: createPurge(connection),
    deleteExpired(limit: number): void {
      const deletedAt = now();
      for (const { table, id } of expiringTables) {
        db.delete(table)
          .where(inArray(id, expiredIn(db, { table, id }, deletedAt, limit)))
          .run();
      }
    },
  };
}

/** Creates the revocation store: its reads on this connection, and its writes as jobs. */
export function createSqliteRevocations(
  { db, now, read }: Connection,
  writer: Writer<RevocationJobs>,
): RevocationStore {
  const revoked = db.$client.prepare<[string, string]>(isRevokedSql).pluck();
  const isPurged = prepareIsPurged(db);
  return {
    ...jobMethods(writer, 'accept'),
    isRevoked: ({ userId, sessionId }) => read(() => revoked.get(sessionId, userId) === 1),
    isPurged: (userId) => read(() => isPurged(userId)),
    // Both check without the write lock, so that an idle reconciler never waits for a writer.
    purgeSome: async (limit) =>
      (await read(() => findPendingPurge(db))) !== undefined && writer.run('purgeSome', limit),
    deleteExpired: async (limit) => {
      const hasExpired = () => expiringTables.some((expiring) => expiredIn(db, expiring, now(), 1).get() !== undefined);
      if (await read(hasExpired)) await writer.run('deleteExpired', limit);
    },
  };
}

interface Expiring {
  table: SQLiteTable & { expiresAt: AnySQLiteColumn };
  id: AnySQLiteColumn;
}

const expiringTables: readonly Expiring[] = [
  { table: revokedSessions, id: revokedSessions.sessionId },
  { table: securityEvents, id: securityEvents.jti },
];

const expiredIn = (db: BetterSQLite3Database, { table, id }: Expiring, at: Date, limit: number) =>
  db.select({ id }).from(table).where(lte(table.expiresAt, at)).limit(limit);
