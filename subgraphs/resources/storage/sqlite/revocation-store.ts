import { inArray, lte, sql } from 'drizzle-orm';
import type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { attempt, type Sqlite } from '../../../../platform/database/sqlite.ts';
import type { ReceivedEvent, RevocationStore } from '../revocation-store.ts';
import { createPurge, prepareIsPurged } from './purged-accounts.ts';
import { revokedSessions, securityEvents, tombstones } from './tables.ts';

type Database = Sqlite['db'];

/** Runs for every request, so it goes directly to the driver, which takes half the time of Drizzle's statement. */
export const isRevokedSql = `SELECT EXISTS (SELECT 1 FROM revoked_sessions WHERE session_id = ?)
  OR EXISTS (SELECT 1 FROM tombstones WHERE user_id = ?)`;

/** Creates the revocation store in the database of the resources. */
export function createSqliteRevocations(db: Database): RevocationStore {
  const revoked = db.$client.prepare<[string, string]>(isRevokedSql).pluck();
  const isPurged = prepareIsPurged(db);
  const purgeSome = createPurge(db);

  const accept = ({ jti, event, receivedAt, expiresAt }: ReceivedEvent): boolean =>
    db.transaction(
      () => {
        const isNew = db.insert(securityEvents).values({ jti, expiresAt }).onConflictDoNothing().run().changes === 1;
        if (!isNew) return false;
        if (event.type === 'session-revoked') {
          // Two events about one session expire at the later time.
          const set = { expiresAt: sql`max(${revokedSessions.expiresAt}, excluded.forget_at)` };
          const row = { sessionId: event.sessionId, expiresAt };
          db.insert(revokedSessions).values(row).onConflictDoUpdate({ target: revokedSessions.sessionId, set }).run();
        } else {
          const row = { userId: event.userId, purgedAt: receivedAt, isPending: true };
          db.insert(tombstones).values(row).onConflictDoNothing().run();
        }
        return true;
      },
      { behavior: 'immediate' },
    );

  const deleteExpiredIn = (table: Expiring, id: AnySQLiteColumn, { now, limit }: Expiry) => {
    const expired = (maxRows: number) => db.select({ id }).from(table).where(lte(table.expiresAt, now)).limit(maxRows);
    // This check takes no write lock.
    if (expired(1).get())
      db.delete(table)
        .where(inArray(id, expired(limit)))
        .run();
  };

  return {
    accept: async (received) => attempt(() => accept(received)),
    isRevoked: async ({ userId, sessionId }) => attempt(() => revoked.get(sessionId, userId) === 1),
    isPurged: async (userId) => attempt(() => isPurged(userId)),
    purgeSome: async (limit) => attempt(() => purgeSome(limit)),
    deleteExpired: async (now, limit) =>
      attempt(() => {
        deleteExpiredIn(revokedSessions, revokedSessions.sessionId, { now, limit });
        deleteExpiredIn(securityEvents, securityEvents.jti, { now, limit });
      }),
  };
}

type Expiring = SQLiteTable & { expiresAt: AnySQLiteColumn };

interface Expiry {
  now: Date;
  limit: number;
}
