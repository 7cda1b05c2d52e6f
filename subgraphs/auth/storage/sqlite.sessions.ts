import { and, desc, eq, getTableColumns, gt, inArray, lte, ne, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { attempt } from '../../../runtime/sqlite.ts';
import type { NewSession, Rotation, Session, SessionKey, SessionStore } from './session-store.ts';
import type { Announce } from './sqlite.outbox.ts';
import { refreshTokens, sessions, users } from './sqlite.tables.ts';
import type { ProvenAccount } from './user-store.ts';

/** What of sessions belongs to larger transactions. */
export interface SessionChanges {
  /** Ends those that fit, and announces it; gives how many. */
  endWhere(condition: SQL | undefined, now: Date): number;
  /** Gives an open session a refresh token in the place of all that it has; undefined where there is none. */
  renew(
    key: SessionKey,
    renewed: Pick<NewSession, 'refreshTokenHash' | 'lastUsedAt' | 'expiresAt'>,
  ): Session | undefined;
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
    renew({ id, userId }, { refreshTokenHash: hash, lastUsedAt, expiresAt }) {
      const isIt = and(eq(sessions.id, id), eq(sessions.userId, userId), gt(sessions.expiresAt, lastUsedAt));
      const used = { lastUsedAt, expiresAt: earlierOf(expiresAt) };
      const session = db.update(sessions).set(used).where(isIt).returning(columns).get();
      if (!session) return undefined;
      db.delete(refreshTokens).where(eq(refreshTokens.sessionId, id)).run();
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
  const byHash = db
    .select({ token: refreshTokens, session: columns, user: users })
    .from(refreshTokens)
    .innerJoin(sessions, eq(sessions.id, refreshTokens.sessionId))
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(refreshTokens.hash, sql.placeholder('hash')))
    .prepare();

  const open = ({ refreshTokenHash: hash, ...session }: NewSession, { userId, passwordVersion }: ProvenAccount) =>
    inTransaction(() => {
      const isProven = and(eq(users.id, userId), eq(users.passwordVersion, passwordVersion));
      if (!db.select({ id: users.id }).from(users).where(isProven).get()) return false;
      db.insert(sessions).values(session).run();
      db.insert(refreshTokens).values({ hash, sessionId: session.id }).run();
      return true;
    });

  const rotate = ({ hash, nextHash, now, reusableUntil, ...rotation }: Rotation) =>
    inTransaction(() => {
      const found = byHash.get({ hash });
      if (!found || found.session.expiresAt <= now) return 'UNKNOWN' as const;
      const { token, session, user } = found;
      if (token.reusableUntil && token.reusableUntil <= now) {
        endWhere(eq(id, session.id), now);
        return 'REUSED' as const;
      }
      if (!token.reusableUntil) {
        db.update(refreshTokens).set({ reusableUntil }).where(eq(refreshTokens.hash, hash)).run();
      }
      db.insert(refreshTokens).values({ hash: nextHash, sessionId: session.id }).run();
      const used = { lastUsedAt: now, expiresAt: earlierOf(rotation.expiresAt) };
      const goesOn = db.update(sessions).set(used).where(eq(id, session.id)).returning(columns).get();
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
    endByToken: async (hash, now) =>
      inTransaction(() => {
        const found = byHash.get({ hash });
        if (found) endWhere(eq(id, found.session.id), now);
      }),
    end: async (key, now) => inTransaction(() => endWhere(and(eq(id, key.id), eq(userId, key.userId)), now) === 1),
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

const { endsAt: _, ...columns } = getTableColumns(sessions);

/** Every session of a user's but one. */
export const othersOf = (userId: string, sessionId: string) =>
  and(eq(sessions.userId, userId), ne(sessions.id, sessionId));

/** No use makes a session longer than it may be at all. */
const earlierOf = (expiresAt: Date) => sql`min(${expiresAt.getTime()}, ${sessions.endsAt})`;
