import { and, desc, eq, getTableColumns, gt, inArray, lte, ne, type SQL, sql } from 'drizzle-orm';
import type { Connection } from '../../../../platform/database/connection.ts';
import { jobMethods, type Writer } from '../../../../platform/database/writer/writer.ts';
import {
  maxSessions,
  type NewSession,
  type RefreshTokenHashes,
  type Renewal,
  type Rotation,
  type Session,
  type SessionKey,
  type SessionStore,
} from '../session-store.ts';
import type { VerifiedAccount } from '../user.ts';
import type { Enqueue } from './outbox.ts';
import { createRefreshTokens, noLimit, type RefreshTokens } from './refresh-tokens.ts';
import { refreshTokens, sessions, users } from './tables.ts';

/** Changes of sessions that are part of larger transactions. */
export interface SessionChanges {
  /** Inserts a session with its first refresh token. */
  insert(session: NewSession): Session;
  exchangeToken: RefreshTokens['exchange'];
  /** Ends the matching sessions, enqueues the events, and returns the number of sessions. */
  endWhere(condition: SQL | undefined): number;
  /**
   * Replaces all refresh tokens of an open session by a new one; the replaced tokens can still end the session. Returns
   * undefined if there is no such open session.
   */
  renew(key: SessionKey, renewal: Renewal): Session | undefined;
}

export function createSessionChanges({ db, now }: Connection, enqueue: Enqueue): SessionChanges {
  const tokens = createRefreshTokens(db);
  return {
    insert({ refreshToken: { hash, family }, idleMs, maxMs, ...session }) {
      const createdAt = now();
      const endsAt = later(createdAt, maxMs);
      const times = { createdAt, lastUsedAt: createdAt, expiresAt: later(createdAt, Math.min(idleMs, maxMs)), endsAt };
      const row = { ...session, ...times, tokenFamily: family };
      const inserted = db.insert(sessions).values(row).returning(columns).get();
      tokens.insert({ hash, sessionId: session.id });
      return inserted;
    },
    exchangeToken: tokens.exchange,
    endWhere(condition) {
      const ended = db.delete(sessions).where(condition).returning({ id: sessions.id, userId: sessions.userId }).all();
      enqueue(ended.map(({ id: sessionId, userId }) => ({ type: 'session-revoked', userId, sessionId })));
      return ended.length;
    },
    renew({ id, userId }, { refreshToken: { hash, family }, idleMs }) {
      const lastUsedAt = now();
      const isOpen = and(eq(sessions.id, id), eq(sessions.userId, userId), gt(sessions.expiresAt, lastUsedAt));
      const times = { lastUsedAt, expiresAt: limitedToEnd(later(lastUsedAt, idleMs)) };
      const changed = { ...times, tokenFamily: family };
      const session = db.update(sessions).set(changed).where(isOpen).returning(columns).get();
      if (!session) return undefined;
      tokens.replaceAll({ hash, sessionId: id });
      return session;
    },
  };
}

const { id, userId, lastUsedAt, expiresAt } = sessions;

export type SessionJobs = ReturnType<typeof createSessionJobs>;

/** Creates the writes of sessions. */
export function createSessionJobs({ db, now }: Connection, { insert, exchangeToken, endWhere }: SessionChanges) {
  const selectByFamily = db
    .select(columns)
    .from(sessions)
    .where(eq(sessions.tokenFamily, sql.placeholder('family')))
    .prepare();
  const selectByHash = db
    .select({ token: refreshTokens, session: columns, user: users })
    .from(refreshTokens)
    .innerJoin(sessions, eq(sessions.id, refreshTokens.sessionId))
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(refreshTokens.hash, sql.placeholder('hash')))
    .prepare();

  /** The least recently used sessions beyond `maxSessions`, counting the new one. */
  const surplusSessions = (owner: string, newId: string) => {
    const others = db.select({ id }).from(sessions).where(otherSessionsOf(owner, newId));
    const surplus = others.orderBy(desc(lastUsedAt), desc(id)).limit(noLimit);
    return inArray(id, surplus.offset(maxSessions - 1));
  };

  const open = (session: NewSession, { userId: owner, passwordVersion }: VerifiedAccount): Session | undefined => {
    const isVerified = and(eq(users.id, owner), eq(users.passwordVersion, passwordVersion));
    if (!db.select({ id: users.id }).from(users).where(isVerified).get()) return undefined;
    const opened = insert(session);
    endWhere(surplusSessions(owner, session.id));
    return opened;
  };

  const rotate = (rotation: Rotation) => {
    const { used, idleMs } = rotation;
    const usedAt = now();
    const found = selectByHash.get({ hash: used.hash });
    const session = found?.session ?? selectByFamily.get({ family: used.family });
    if (!session || session.expiresAt <= usedAt || found?.token.isReplaced) return 'UNKNOWN' as const;
    if (!found || !exchangeToken(found.token, rotation, usedAt)) {
      endWhere(eq(id, session.id));
      return 'REUSED' as const;
    }
    const renewal = { lastUsedAt: usedAt, expiresAt: limitedToEnd(later(usedAt, idleMs)) };
    const renewed = db.update(sessions).set(renewal).where(eq(id, session.id)).returning(columns).get();
    const { user } = found;
    return { session: renewed, user: { id: user.id, username: user.username, createdAt: user.createdAt } };
  };

  return {
    open,
    rotate,
    endByToken({ hash, family }: RefreshTokenHashes): void {
      const session = selectByHash.get({ hash })?.session ?? selectByFamily.get({ family });
      if (session) endWhere(eq(id, session.id));
    },
    end: (key: SessionKey): boolean =>
      endWhere(and(eq(id, key.id), eq(userId, key.userId), gt(expiresAt, now()))) === 1,
    endAll: (owner: string): void => void endWhere(eq(userId, owner)),
    deleteExpired: (limit: number): number =>
      db
        .delete(sessions)
        .where(inArray(id, expiredIn(db, now(), limit)))
        .run().changes,
  };
}

/** Creates the session store: its reads on this connection, and its writes as jobs. */
export function createSqliteSessions({ db, now, read }: Connection, writer: Writer<SessionJobs>): SessionStore {
  const selectById = db
    .select(columns)
    .from(sessions)
    .where(and(eq(id, sql.placeholder('id')), eq(userId, sql.placeholder('userId'))))
    .prepare();
  return {
    ...jobMethods(writer, 'open', 'rotate', 'endByToken', 'end', 'endAll'),
    find: (key) =>
      read(() => {
        const session = selectById.get({ ...key });
        return session && session.expiresAt > now() ? session : undefined;
      }),
    list: (owner) =>
      read(() =>
        db
          .select(columns)
          .from(sessions)
          .where(and(eq(userId, owner), gt(expiresAt, now())))
          .orderBy(desc(lastUsedAt), desc(id))
          .all(),
      ),
    deleteExpired: async (limit) => {
      // An idle job never waits for a writer.
      const hasExpired = await read(() => expiredIn(db, now(), 1).get() !== undefined);
      return hasExpired ? writer.run('deleteExpired', limit) : 0;
    },
  };
}

const expiredIn = (db: Connection['db'], at: Date, limit: number) =>
  db.select({ id }).from(sessions).where(lte(expiresAt, at)).limit(limit);

const { endsAt: _, tokenFamily: __, ...columns } = getTableColumns(sessions);

/** All sessions of a user except one. */
export const otherSessionsOf = (userId: string, sessionId: string) =>
  and(eq(sessions.userId, userId), ne(sessions.id, sessionId));

const later = (instant: Date, ms: number) => new Date(instant.getTime() + ms);

/** A session never expires later than it ends. */
const limitedToEnd = (expiresAt: Date) => sql`min(${expiresAt.getTime()}, ${sessions.endsAt})`;
