import { and, desc, eq, getTableColumns, gt, inArray, isNull, lte, ne, not, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { attempt } from '../../../../platform/database/sqlite.ts';
import {
  maxSessions,
  maxUnusedTokens,
  type NewSession,
  type Rotation,
  type Session,
  type SessionKey,
  type SessionStore,
} from '../session-store.ts';
import type { ProvenAccount } from '../user-store.ts';
import type { Announce } from './outbox.ts';
import { refreshTokens, sessions, users } from './tables.ts';

/** What of sessions belongs to larger transactions. */
export interface SessionChanges {
  /** Ends those that fit, and announces it; gives how many. */
  endWhere(condition: SQL | undefined, now: Date): number;
  /** Gives an open session a refresh token in the place of all that it has, which can still end it; undefined where there is none. */
  renew(key: SessionKey, renewed: Pick<NewSession, 'refreshToken' | 'lastUsedAt' | 'expiresAt'>): Session | undefined;
}

export function createSessionChanges(db: BetterSQLite3Database, announce: Announce): SessionChanges {
  return {
    endWhere(condition, now) {
      const ended = db.delete(sessions).where(condition).returning({ id: sessions.id, userId: sessions.userId }).all();
      announce(
        ended.map(({ id: sessionId, userId }) => ({ type: 'session-revoked', userId, sessionId })),
        now,
      );
      return ended.length;
    },
    renew({ id, userId }, { refreshToken: { hash, family }, lastUsedAt, expiresAt }) {
      const isIt = and(eq(sessions.id, id), eq(sessions.userId, userId), gt(sessions.expiresAt, lastUsedAt));
      const used = { lastUsedAt, expiresAt: earlierOf(expiresAt), tokenFamily: family };
      const session = db.update(sessions).set(used).where(isIt).returning(columns).get();
      if (!session) return undefined;
      const isOfIt = eq(refreshTokens.sessionId, id);
      db.delete(refreshTokens).where(and(isOfIt, refreshTokens.isReplaced)).run();
      db.update(refreshTokens).set({ isReplaced: true }).where(isOfIt).run();
      db.insert(refreshTokens).values({ hash, sessionId: id }).run();
      return session;
    },
  };
}

/** Sessions in the accounts' database. */
export function createSqliteSessions(db: BetterSQLite3Database, { endWhere }: SessionChanges): SessionStore {
  const inTransaction = <Result>(run: () => Result): Result =>
    attempt(() => db.transaction(run, { behavior: 'immediate' }));

  const { id, userId, lastUsedAt, expiresAt } = sessions;
  const byId = db
    .select(columns)
    .from(sessions)
    .where(and(eq(id, sql.placeholder('id')), eq(userId, sql.placeholder('userId'))))
    .prepare();
  const byFamily = db
    .select(columns)
    .from(sessions)
    .where(eq(sessions.tokenFamily, sql.placeholder('family')))
    .prepare();
  const byHash = db
    .select({ token: refreshTokens, session: columns, user: users })
    .from(refreshTokens)
    .innerJoin(sessions, eq(sessions.id, refreshTokens.sessionId))
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(refreshTokens.hash, sql.placeholder('hash')))
    .prepare();

  /** Those that were used longest ago, beyond as many as may be open beside a new one. */
  const surplusOf = (owner: string, newId: string) => {
    const others = db.select({ id }).from(sessions).where(othersOf(owner, newId));
    const surplus = others.orderBy(desc(lastUsedAt), desc(id)).limit(any);
    return inArray(id, surplus.offset(maxSessions - 1));
  };

  const open = ({ refreshToken, ...session }: NewSession, { userId, passwordVersion }: ProvenAccount) =>
    inTransaction(() => {
      const isProven = and(eq(users.id, userId), eq(users.passwordVersion, passwordVersion));
      if (!db.select({ id: users.id }).from(users).where(isProven).get()) return false;
      db.insert(sessions)
        .values({ ...session, tokenFamily: refreshToken.family })
        .run();
      db.insert(refreshTokens).values({ hash: refreshToken.hash, sessionId: session.id }).run();
      endWhere(surplusOf(userId, session.id), session.createdAt);
      return true;
    });

  /** Those that are used up, and the oldest of very many unused: of what family they are tells from now on that they were. */
  const forgetTokens = (sessionId: string, now: Date) => {
    const { hash, reusableUntil, isReplaced } = refreshTokens;
    const isOfIt = and(eq(refreshTokens.sessionId, sessionId), not(isReplaced));
    const isUsedUp = lte(reusableUntil, now);
    db.delete(refreshTokens).where(and(isOfIt, isUsedUp)).run();
    const unused = db
      .select({ hash })
      .from(refreshTokens)
      .where(and(isOfIt, isNull(reusableUntil)));
    const surplus = unused.orderBy(desc(sql`rowid`)).limit(any).offset(maxUnusedTokens);
    db.delete(refreshTokens).where(inArray(hash, surplus)).run();
  };

  const rotate = ({ used, next, now, reusableUntil, ...rotation }: Rotation) =>
    inTransaction(() => {
      const found = byHash.get({ hash: used.hash });
      const session = found?.session ?? byFamily.get({ family: used.family });
      if (!session || session.expiresAt <= now || found?.token.isReplaced) return 'UNKNOWN' as const;
      const isFree = found && (!found.token.reusableUntil || found.token.reusableUntil > now);
      if (!isFree) {
        endWhere(eq(id, session.id), now);
        return 'REUSED' as const;
      }
      if (!found.token.reusableUntil) {
        db.update(refreshTokens).set({ reusableUntil }).where(eq(refreshTokens.hash, used.hash)).run();
      }
      db.insert(refreshTokens).values({ hash: next.hash, sessionId: session.id }).run();
      forgetTokens(session.id, now);
      const set = { lastUsedAt: now, expiresAt: earlierOf(rotation.expiresAt) };
      const goesOn = db.update(sessions).set(set).where(eq(id, session.id)).returning(columns).get();
      const { user } = found;
      return { session: goesOn, user: { id: user.id, username: user.username, createdAt: user.createdAt } };
    });

  return {
    open: async (session, account) => open(session, account),
    rotate: async (rotation) => rotate(rotation),
    find: async (key, now) => {
      const session = attempt(() => byId.get({ ...key }));
      return session && session.expiresAt > now ? session : undefined;
    },
    list: async (owner, now) =>
      attempt(() =>
        db
          .select(columns)
          .from(sessions)
          .where(and(eq(userId, owner), gt(expiresAt, now)))
          .orderBy(desc(lastUsedAt), desc(id))
          .all(),
      ),
    endByToken: async ({ hash, family }, now) =>
      inTransaction(() => {
        const session = byHash.get({ hash })?.session ?? byFamily.get({ family });
        if (session) endWhere(eq(id, session.id), now);
      }),
    end: async (key, now) =>
      inTransaction(() => endWhere(and(eq(id, key.id), eq(userId, key.userId), gt(expiresAt, now)), now) === 1),
    endAll: async (owner, now) => inTransaction(() => void endWhere(eq(userId, owner), now)),
    forgetExpired: async (now, limit) =>
      attempt(() => {
        const expired = db.select({ id }).from(sessions).where(lte(expiresAt, now)).limit(limit);
        // Looking takes no lock.
        if (!expired.get()) return 0;
        return db.delete(sessions).where(inArray(id, expired)).run().changes;
      }),
  };
}

const { endsAt: _, tokenFamily: __, ...columns } = getTableColumns(sessions);

/** Every session of a user's but one. */
export const othersOf = (userId: string, sessionId: string) =>
  and(eq(sessions.userId, userId), ne(sessions.id, sessionId));

/** SQLite knows no offset without a limit. */
const any = 2 ** 31;

/** No use makes a session longer than it may be at all. */
const earlierOf = (expiresAt: Date) => sql`min(${expiresAt.getTime()}, ${sessions.endsAt})`;
