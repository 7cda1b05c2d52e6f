import { randomUUID } from 'node:crypto';
import { eq, getTableColumns, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { SecurityEvent } from '../../../runtime/security-event.ts';
import { attempt } from '../../../runtime/sqlite.ts';
import type { Outbox } from './outbox.ts';
import { outbox } from './sqlite.tables.ts';

/** Writes that these have happened, for each subscriber; to be called in the transaction in which they do. */
export type Announce = (events: readonly SecurityEvent[], happenedAt: Date) => void;

export function createAnnounce(db: BetterSQLite3Database, subscribers: readonly string[]): Announce {
  return (events, happenedAt) => {
    for (const event of events) {
      const { userId } = event;
      const sessionId = event.type === 'session-revoked' ? event.sessionId : null;
      for (const subscriber of subscribers) {
        const row = { jti: randomUUID(), subscriber, userId, sessionId, happenedAt, dueAt: happenedAt };
        db.insert(outbox).values(row).run();
      }
    }
  };
}

export function createSqliteOutbox(db: BetterSQLite3Database): Outbox {
  const isOfSubscriber = sql`${outbox.subscriber} = ${sql.placeholder('subscriber')}`;
  // Also where it is one before it that is not.
  const isNotDue = sql`EXISTS (
    SELECT 1 FROM outbox AS earlier
    WHERE earlier.subscriber = outbox.subscriber AND earlier.user_id = outbox.user_id AND earlier.seq <= outbox.seq
      AND earlier.due_at > ${sql.placeholder('now')}
  )`;
  const isBehindOthers = sql`EXISTS (
    SELECT 1 FROM outbox AS earlier
    WHERE earlier.subscriber = outbox.subscriber AND earlier.user_id = outbox.user_id AND earlier.seq < outbox.seq
    LIMIT 1 OFFSET ${sql.placeholder('others')}
  )`;
  const { subscriber: _, dueAt: __, ...columns } = getTableColumns(outbox);
  const due = db
    .select(columns)
    .from(outbox)
    .where(sql`${isOfSubscriber} AND NOT ${isNotDue} AND NOT ${isBehindOthers}`)
    .orderBy(outbox.seq)
    .limit(sql.placeholder('limit'))
    .prepare();

  return {
    waitingFor: async () =>
      attempt(() =>
        db
          .selectDistinct({ name: outbox.subscriber })
          .from(outbox)
          .all()
          .map(({ name }) => name),
      ),
    due: async (subscriber, now, { all: limit, perUser }) =>
      attempt(() =>
        due
          .all({ subscriber, now: now.getTime(), limit, others: perUser - 1 })
          .map(({ userId, sessionId, ...delivery }) => ({
            ...delivery,
            event: eventOf(userId, sessionId),
          })),
      ),
    accepted: async (seq) => attempt(() => void db.delete(outbox).where(eq(outbox.seq, seq)).run()),
    postpone: async (seq, dueAt) =>
      attempt(() => {
        const set = { dueAt, attempts: sql`${outbox.attempts} + 1` };
        db.update(outbox).set(set).where(eq(outbox.seq, seq)).run();
      }),
  };
}

function eventOf(userId: string, sessionId: string | null): SecurityEvent {
  return sessionId === null ? { type: 'account-purged', userId } : { type: 'session-revoked', userId, sessionId };
}
