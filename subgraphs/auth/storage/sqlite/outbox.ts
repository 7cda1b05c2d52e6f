import { randomUUID } from 'node:crypto';
import { and, eq, getTableColumns, lte, sql } from 'drizzle-orm';
import type { Connection } from '../../../../platform/database/connection.ts';
import { jobMethods, type Writer } from '../../../../platform/database/writer/writer.ts';
import type { SecurityEvent } from '../../../../platform/tokens/security-event.ts';
import type { Delivery, Outbox } from '../outbox.ts';
import { outbox } from './tables.ts';

/** Writes events into the outbox for each subscriber, within the caller's transaction. */
export type Enqueue = (events: readonly SecurityEvent[]) => void;

/** Due at once, even if the clock is set back. */
const immediately = new Date(0);

export function createEnqueue({ db, now }: Connection, subscribers: readonly string[]): Enqueue {
  const selectPending = db.select({ seq: outbox.seq }).from(outbox).where(ofUser).limit(1).prepare();
  return (events) => {
    const happenedAt = now();
    for (const event of events) {
      const { userId } = event;
      const sessionId = event.type === 'session-revoked' ? event.sessionId : null;
      for (const subscriber of subscribers) {
        const dueAt = selectPending.get({ subscriber, userId }) ? null : immediately;
        db.insert(outbox).values({ jti: randomUUID(), subscriber, userId, sessionId, happenedAt, dueAt }).run();
      }
    }
  };
}

export type OutboxJobs = ReturnType<typeof createOutboxJobs>;

/** Creates the writes of the outbox but for its new events, which are part of what they report. */
export function createOutboxJobs({ db, now }: Connection) {
  const selectFirst = db.select({ seq: outbox.seq }).from(outbox).where(ofUser).orderBy(outbox.seq).limit(1).prepare();
  return {
    markAccepted(seq: number): Delivery | undefined {
      const { subscriber, userId } = outbox;
      // Finds nothing if another process has marked the same event before.
      const accepted = db.delete(outbox).where(eq(outbox.seq, seq)).returning({ subscriber, userId }).get();
      const first = accepted && selectFirst.get(accepted);
      const next =
        first &&
        db.update(outbox).set({ dueAt: immediately }).where(eq(outbox.seq, first.seq)).returning(columns).get();
      return next && toDelivery(next);
    },
    postpone(seq: number, { delayMs, attempts }: { delayMs: number; attempts: number }): void {
      const dueAt = new Date(now().getTime() + delayMs);
      db.update(outbox).set({ dueAt, attempts }).where(eq(outbox.seq, seq)).run();
    },
  };
}

/** Creates the outbox: its reads on this connection, and its writes as jobs. */
export function createSqliteOutbox({ db, now, read }: Connection, writer: Writer<OutboxJobs>): Outbox {
  const selectDue = db
    .select(columns)
    .from(outbox)
    .where(and(eq(outbox.subscriber, sql.placeholder('subscriber')), lte(outbox.dueAt, sql.placeholder('now'))))
    .orderBy(outbox.dueAt, outbox.seq)
    .limit(sql.placeholder('limit'))
    .prepare();
  return {
    ...jobMethods(writer, 'markAccepted', 'postpone'),
    pendingSubscribers: () =>
      read(() =>
        db
          .selectDistinct({ name: outbox.subscriber })
          .from(outbox)
          .all()
          .map(({ name }) => name),
      ),
    due: (subscriber, limit) => read(() => selectDue.all({ subscriber, now: now().getTime(), limit }).map(toDelivery)),
  };
}

const { subscriber: _, dueAt: __, ...columns } = getTableColumns(outbox);

const ofUser = and(eq(outbox.subscriber, sql.placeholder('subscriber')), eq(outbox.userId, sql.placeholder('userId')));

type OutboxRow = Omit<Delivery, 'event'> & { userId: string; sessionId: string | null };

function toDelivery({ userId, sessionId, ...delivery }: OutboxRow): Delivery {
  const event: SecurityEvent =
    sessionId === null ? { type: 'account-purged', userId } : { type: 'session-revoked', userId, sessionId };
  return { ...delivery, event };
}
