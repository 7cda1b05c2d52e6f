import { and, desc, eq, getTableColumns, gt, inArray, isNull, lte, ne, not, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Connection } from '../../../../platform/database/connection.ts';
import {
  maxSessions,
  maxUnusedTokens,
  type NewSession,
  type Rotation,
  type Session,
  type SessionKey,
  type SessionStore,
} from '../session-store.ts';
import type { VerifiedAccount } from '../user.ts';
import type { Enqueue } from './outbox.ts';
import { refreshTokens, sessions, users } from './tables.ts';

/** Changes of sessions that are part of larger transactions. */
export interface SessionChanges {
  /** Inserts a session with its first refresh token. */
  insert(session: NewSession): void;
  /** Ends the matching sessions, enqueues the events, and returns the number of sessions. */
  endWhere(condition: SQL | undefined, now: Date): number;
  /**
   * Replaces all refresh tokens of an open session by a new one; the replaced tokens can still end the session. Returns
   * undefined if there is no such open session.
   */
  renew(key: SessionKey, renewed: Pick<NewSession, 'refreshToken' | 'lastUsedAt' | 'expiresAt'>): Session | undefined;
}

export function createSessionChanges(db: BetterSQLite3Database, enqueue: Enqueue): SessionChanges {
  return {
    insert({ refreshToken: { hash, family }, ...session }) {
      db.insert(sessions)
        .values({ ...session, tokenFamily: family })
        .run();
      db.insert(refreshTokens).values({ hash, sessionId: session.id }).run();
    },
    endWhere(condition, now) {
      const ended = db.delete(sessions).where(condition).returning({ id: sessions.id, userId: sessions.userId }).all();
      enqueue(
        ended.map(({ id: sessionId, userId }) => ({ type: 'session-revoked', userId, sessionId })),
        now,
      );
      return ended.length;
    },
    renew({ id, userId }, { refreshToken: { hash, family }, lastUsedAt, expiresAt }) {
      const isOpen = and(eq(sessions.id, id), eq(sessions.userId, userId), gt(sessions.expiresAt, lastUsedAt));
      const renewal = { lastUsedAt, expiresAt: limitedToEnd(expiresAt), tokenFamily: family };
      const session = db.update(sessions).set(renewal).where(isOpen).returning(columns).get();
      if (!session) return undefined;
      const ofSession = eq(refreshTokens.sessionId, id);
      db.delete(refreshTokens).where(and(ofSession, refreshTokens.isReplaced)).run();
      db.update(refreshTokens).set({ isReplaced: true }).where(ofSession).run();
      db.insert(refreshTokens).values({ hash, sessionId: id }).run();
      return session;
    },
  };
}

export function createSqliteSessions(
  { db, read, write }: Connection,
  { insert, endWhere }: SessionChanges,
): SessionStore {
  const inTransaction = <Result>(run: () => Result): Promise<Result> =>
    write(() => db.transaction(run, { behavior: 'immediate' }));

  const { id, userId, lastUsedAt, expiresAt } = sessions;
  const selectById = db
    .select(columns)
    .from(sessions)
    .where(and(eq(id, sql.placeholder('id')), eq(userId, sql.placeholder('userId'))))
    .prepare();
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

  const open = (session: NewSession, { userId, passwordVersion }: VerifiedAccount) =>
    inTransaction(() => {
      const isVerified = and(eq(users.id, userId), eq(users.passwordVersion, passwordVersion));
      if (!db.select({ id: users.id }).from(users).where(isVerified).get()) return false;
      insert(session);
      endWhere(surplusSessions(userId, session.id), session.createdAt);
      return true;
    });

  /** Deletes used tokens whose grace period is over, and the oldest unused ones; their family still identifies them. */
  const deleteOldTokens = (sessionId: string, now: Date) => {
    const { hash, reusableUntil, isReplaced } = refreshTokens;
    const ofSession = and(eq(refreshTokens.sessionId, sessionId), not(isReplaced));
    db.delete(refreshTokens)
      .where(and(ofSession, lte(reusableUntil, now)))
      .run();
    const unused = db
      .select({ hash })
      .from(refreshTokens)
      .where(and(ofSession, isNull(reusableUntil)));
    const surplus = unused.orderBy(desc(sql`rowid`)).limit(noLimit).offset(maxUnusedTokens);
    db.delete(refreshTokens).where(inArray(hash, surplus)).run();
  };

  const rotate = ({ used, next, now, reusableUntil, ...rotation }: Rotation) =>
    inTransaction(() => {
      const found = selectByHash.get({ hash: used.hash });
      const session = found?.session ?? selectByFamily.get({ family: used.family });
      if (!session || session.expiresAt <= now || found?.token.isReplaced) return 'UNKNOWN' as const;
      const isUsable = found && (!found.token.reusableUntil || found.token.reusableUntil > now);
      if (!isUsable) {
        endWhere(eq(id, session.id), now);
        return 'REUSED' as const;
      }
      if (!found.token.reusableUntil) {
        db.update(refreshTokens).set({ reusableUntil }).where(eq(refreshTokens.hash, used.hash)).run();
      }
      db.insert(refreshTokens).values({ hash: next.hash, sessionId: session.id }).run();
      deleteOldTokens(session.id, now);
      const renewal = { lastUsedAt: now, expiresAt: limitedToEnd(rotation.expiresAt) };
      const renewed = db.update(sessions).set(renewal).where(eq(id, session.id)).returning(columns).get();
      const { user } = found;
      return { session: renewed, user: { id: user.id, username: user.username, createdAt: user.createdAt } };
    });

  return {
    open: async (session, account) => open(session, account),
    rotate: async (rotation) => rotate(rotation),
    find: async (key, now) => {
      const session = await read(() => selectById.get({ ...key }));
      return session && session.expiresAt > now ? session : undefined;
    },
    list: async (owner, now) =>
      read(() =>
        db
          .select(columns)
          .from(sessions)
          .where(and(eq(userId, owner), gt(expiresAt, now)))
          .orderBy(desc(lastUsedAt), desc(id))
          .all(),
      ),
    endByToken: async ({ hash, family }, now) =>
      inTransaction(() => {
        const session = selectByHash.get({ hash })?.session ?? selectByFamily.get({ family });
        if (session) endWhere(eq(id, session.id), now);
      }),
    end: async (key, now) =>
      inTransaction(() => endWhere(and(eq(id, key.id), eq(userId, key.userId), gt(expiresAt, now)), now) === 1),
    endAll: async (owner, now) => inTransaction(() => void endWhere(eq(userId, owner), now)),
    deleteExpired: async (now, limit) => {
      const expired = db.select({ id }).from(sessions).where(lte(expiresAt, now)).limit(limit);
      // An idle job never waits for a writer.
      if ((await read(() => expired.get())) === undefined) return 0;
      return write(() => db.delete(sessions).where(inArray(id, expired)).run().changes);
    },
  };
}

const { endsAt: _, tokenFamily: __, ...columns } = getTableColumns(sessions);

/** All sessions of a user except one. */
export const otherSessionsOf = (userId: string, sessionId: string) =>
  and(eq(sessions.userId, userId), ne(sessions.id, sessionId));

/** SQLite has no OFFSET without LIMIT. */
const noLimit = 2 ** 31;

/** A session never expires later than it ends. */
const limitedToEnd = (expiresAt: Date) => sql`min(${expiresAt.getTime()}, ${sessions.endsAt})`;
