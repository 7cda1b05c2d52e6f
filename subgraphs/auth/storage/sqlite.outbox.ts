import { randomUUID } from 'node:crypto';
import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { SecurityEvent } from '../../../runtime/security-event.ts';
import { attempt, type Sqlite } from '../../../runtime/sqlite.ts';
import type { Delivery, Outbox } from './outbox.ts';
import { outbox } from './sqlite.tables.ts';

/** Whatever becomes of the clock. */
const atOnce = new Date(0);

/** Writes that these have happened, for each subscriber; to be called in the transaction in which they do. */
export type Announce = (events: readonly SecurityEvent[], happenedAt: Date) => void;

export function createAnnounce(db: BetterSQLite3Database, subscribers: readonly string[]): Announce {
  return (events, happenedAt) => {
    for (const event of events) {
      const { userId } = event;
      const sessionId = event.type === 'session-revoked' ? event.sessionId : null;
      for (const subscriber of subscribers) {
        const row = { jti: randomUUID(), subscriber, userId, sessionId, happenedAt, dueAt: atOnce };
        db.insert(outbox).values(row).run();
      }
    }
  };
}

export function createSqliteOutbox(db: Sqlite['db']): Outbox {
  // From one user to the next, each by one look into the index: DISTINCT would read every row.
  const usersAfter = db.$client
    .prepare<{ subscriber: string; after: string; users: number }, string>(
      `WITH RECURSIVE pending(user_id) AS (
        SELECT min(user_id) FROM outbox WHERE subscriber = @subscriber AND user_id > @after
        UNION ALL
        SELECT (SELECT min(user_id) FROM outbox WHERE subscriber = @subscriber AND user_id > pending.user_id)
        FROM pending WHERE user_id IS NOT NULL LIMIT @users
      ) SELECT user_id FROM pending WHERE user_id IS NOT NULL`,
    )
    .pluck();
  const { subscriber: _, ...columns } = getTableColumns(outbox);
  const isOfUser = and(
    eq(outbox.subscriber, sql.placeholder('subscriber')),
    eq(outbox.userId, sql.placeholder('userId')),
  );
  const oldestOf = db
    .select(columns)
    .from(outbox)
    .where(isOfUser)
    .orderBy(outbox.seq)
    .limit(sql.placeholder('perUser'))
    .prepare();

  const dueOf = (about: { subscriber: string; userId: string; perUser: number }, now: Date): Delivery[] => {
    const oldest = oldestOf.all(about);
    const notDue = oldest.findIndex(({ dueAt }) => dueAt > now);
    return (notDue < 0 ? oldest : oldest.slice(0, notDue)).map(({ userId, sessionId, dueAt: _, ...delivery }) => ({
      ...delivery,
      event: eventOf(userId, sessionId),
    }));
  };

  return {
    waitingFor: async () =>
      attempt(() =>
        db
          .selectDistinct({ name: outbox.subscriber })
          .from(outbox)
          .all()
          .map(({ name }) => name),
      ),
    due: async (subscriber, now, { users: most, perUser, after }) =>
      attempt(() => {
        const users = usersAfter.all({ subscriber, after, users: most });
        const deliveries = users.flatMap((userId) => dueOf({ subscriber, userId, perUser }, now));
        return { deliveries, last: users.length < most ? undefined : users.at(-1) };
      }),
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
