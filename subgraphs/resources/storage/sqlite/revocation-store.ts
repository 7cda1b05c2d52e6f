import { inArray, lte, sql } from 'drizzle-orm';
import type { AnySQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { attempt, type Sqlite } from '../../../../platform/database/sqlite.ts';
import type { ReceivedEvent, RevocationStore } from '../revocation-store.ts';
import { createPurge } from './purge.ts';
import { revokedSessions, securityEvents, tombstones } from './tables.ts';
import { prepareIsPurged } from './tombstones.ts';

type Database = Sqlite['db'];

/** Asked once for every request: by the driver itself, which takes half as long as a statement of drizzle's. */
export const isRevokedSql = `SELECT EXISTS (SELECT 1 FROM revoked_sessions WHERE session_id = ?)
  OR EXISTS (SELECT 1 FROM tombstones WHERE user_id = ?)`;

/** Revocations in the resources' database. */
export function createSqliteRevocations(db: Database): RevocationStore {
  const revoked = db.$client.prepare<[string, string]>(isRevokedSql).pluck();
  const isPurged = prepareIsPurged(db);
  const purgeSome = createPurge(db);

  const accept = ({ jti, event, receivedAt, forgetAt }: ReceivedEvent): boolean =>
    db.transaction(
      () => {
        const isNew = db.insert(securityEvents).values({ jti, forgetAt }).onConflictDoNothing().run().changes === 1;
        if (!isNew) return false;
        if (event.type === 'session-revoked') {
          // Told of twice, it is known for the longer of both.
          const set = { forgetAt: sql`max(${revokedSessions.forgetAt}, excluded.forget_at)` };
          const row = { sessionId: event.sessionId, forgetAt };
          db.insert(revokedSessions).values(row).onConflictDoUpdate({ target: revokedSessions.sessionId, set }).run();
        } else {
          const row = { userId: event.userId, purgedAt: receivedAt, isPending: true };
          db.insert(tombstones).values(row).onConflictDoNothing().run();
        }
        return true;
      },
      { behavior: 'immediate' },
    );

  const forgetIn = (table: SQLiteTable & { forgetAt: AnySQLiteColumn }, id: AnySQLiteColumn, { now, limit }: Old) => {
    const old = (atMost: number) => db.select({ id }).from(table).where(lte(table.forgetAt, now)).limit(atMost);
    // Looking takes no lock.
    if (old(1).get())
      db.delete(table)
        .where(inArray(id, old(limit)))
        .run();
  };

  return {
    accept: async (received) => attempt(() => accept(received)),
    isRevoked: async ({ userId, sessionId }) => attempt(() => revoked.get(sessionId, userId) === 1),
    isPurged: async (userId) => attempt(() => isPurged(userId)),
    purgeSome: async (limit) => attempt(() => purgeSome(limit)),
    forget: async (now, limit) =>
      attempt(() => {
        forgetIn(revokedSessions, revokedSessions.sessionId, { now, limit });
        forgetIn(securityEvents, securityEvents.jti, { now, limit });
      }),
  };
}

interface Old {
  now: Date;
  limit: number;
}
