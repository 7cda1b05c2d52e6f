import { randomUUID } from 'node:crypto';
import { and, eq, getTableColumns, lte, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { attempt } from '../../../../platform/database/sqlite.ts';
import type { SecurityEvent } from '../../../../platform/tokens/security-event.ts';
import type { Delivery, Outbox } from '../outbox.ts';
import { outbox } from './tables.ts';

/** Writes that these have happened, for each subscriber; to be called in the transaction in which they do. */
export type Announce = (events: readonly SecurityEvent[], happenedAt: Date) => void;

/** Whatever becomes of the clock. */
const atOnce = new Date(0);

export function createAnnounce(db: BetterSQLite3Database, subscribers: readonly string[]): Announce {
  const before = db.select({ seq: outbox.seq }).from(outbox).where(isOfUser).limit(1).prepare();
  return (events, happenedAt) => {
    for (const event of events) {
      const { userId } = event;
      const sessionId = event.type === 'session-revoked' ? event.sessionId : null;
      for (const subscriber of subscribers) {
        const dueAt = before.get({ subscriber, userId }) ? null : atOnce;
        db.insert(outbox).values({ jti: randomUUID(), subscriber, userId, sessionId, happenedAt, dueAt }).run();
      }
    }
  };
}

export function createSqliteOutbox(db: BetterSQLite3Database): Outbox {
  const due = db
    .select(columns)
    .from(outbox)
    .where(and(eq(outbox.subscriber, sql.placeholder('subscriber')), lte(outbox.dueAt, sql.placeholder('now'))))
    .orderBy(outbox.dueAt, outbox.seq)
    .limit(sql.placeholder('limit'))
    .prepare();
  const first = db.select({ seq: outbox.seq }).from(outbox).where(isOfUser).orderBy(outbox.seq).limit(1).prepare();

  const accept = (seq: number) => {
    const { subscriber, userId } = outbox;
    const isIt = eq(outbox.seq, seq);
    // Another process may have been told of the same before.
    const taken = db.delete(outbox).where(isIt).returning({ subscriber, userId }).get();
    const next = taken && first.get(taken);
    return next && db.update(outbox).set({ dueAt: atOnce }).where(eq(outbox.seq, next.seq)).returning(columns).get();
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
    due: async (subscriber, now, limit) =>
      attempt(() => due.all({ subscriber, now: now.getTime(), limit }).map(toDelivery)),
    accepted: async (seq) =>
      attempt(() => {
        const next = db.transaction(() => accept(seq), { behavior: 'immediate' });
        return next && toDelivery(next);
      }),
    postpone: async (seq, until) => attempt(() => void db.update(outbox).set(until).where(eq(outbox.seq, seq)).run()),
  };
}

const { subscriber: _, dueAt: __, ...columns } = getTableColumns(outbox);

const isOfUser = and(
  eq(outbox.subscriber, sql.placeholder('subscriber')),
  eq(outbox.userId, sql.placeholder('userId')),
);

type Kept = Omit<Delivery, 'event'> & { userId: string; sessionId: string | null };

function toDelivery({ userId, sessionId, ...delivery }: Kept): Delivery {
  const event: SecurityEvent =
    sessionId === null ? { type: 'account-purged', userId } : { type: 'session-revoked', userId, sessionId };
  return { ...delivery, event };
}
