import { and, type Column, desc, eq, inArray, isNull, lte, not, or, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { placeholders } from '../../../../platform/database/sqlite.ts';
import { maxUnusedTokens, type Rotation } from '../session-store.ts';
import { refreshTokens } from './tables.ts';

type RefreshToken = typeof refreshTokens.$inferSelect;
type NewToken = Pick<RefreshToken, 'hash' | 'sessionId'>;

/** Changes of refresh tokens, within the caller's transaction. */
export interface RefreshTokens {
  /** Inserts the first token of a session. */
  insert(token: NewToken): void;
  /** Replaces all tokens of the session; the replaced ones can still end it, until the next call. */
  replaceAll(token: NewToken): void;
  /** Stores the next token in exchange for a used one. Returns false, and changes nothing, if it was used too often. */
  exchange(used: RefreshToken, rotation: Rotation, now: Date): boolean;
}

/** SQLite has no OFFSET without LIMIT. */
export const noLimit = 2 ** 31;

export function createRefreshTokens(db: BetterSQLite3Database): RefreshTokens {
  const { hash, sessionId, reusableUntil, retryableUntil, parentHash, isReplaced } = refreshTokens;
  const hasHash = eq(hash, sql.placeholder('hash'));
  const isOfSession = eq(sessionId, sql.placeholder('sessionId'));
  const isCurrent = and(isOfSession, not(isReplaced));
  const isOver = (until: Column) => lte(until, sql.placeholder('now'));

  const insert = db.insert(refreshTokens).values(placeholders({ hash, sessionId, parentHash })).prepare();
  const setTimes = db
    .update(refreshTokens)
    .set({ reusableUntil: milliseconds('reusableUntil'), retryableUntil: milliseconds('retryableUntil') })
    .where(hasHash)
    .prepare();
  const preventRetry = db.update(refreshTokens).set({ retryableUntil: null }).where(hasHash).prepare();
  const deleteChildren = db
    .delete(refreshTokens)
    .where(and(isOfSession, eq(parentHash, sql.placeholder('parentHash'))))
    .prepare();
  const unused = db
    .select({ hash })
    .from(refreshTokens)
    .where(and(isCurrent, isNull(reusableUntil)));
  const surplus = unused.orderBy(desc(sql`rowid`)).limit(noLimit).offset(maxUnusedTokens);
  const deleteSurplus = db.delete(refreshTokens).where(inArray(hash, surplus)).returning({ parentHash }).prepare();
  const deleteUsed = db
    .delete(refreshTokens)
    .where(and(isCurrent, isOver(reusableUntil), or(isNull(retryableUntil), isOver(retryableUntil))))
    .prepare();
  const deleteReplaced = db.delete(refreshTokens).where(and(isOfSession, isReplaced)).prepare();
  const replaceAll = db.update(refreshTokens).set({ isReplaced: true }).where(isOfSession).prepare();

  /** Deletes the oldest unused tokens, which then count as used, and used tokens that may not be used again. */
  const deleteOldTokens = (session: string, now: Date) => {
    for (const deleted of deleteSurplus.all({ sessionId: session })) preventRetry.run({ hash: deleted.parentHash });
    deleteUsed.run({ sessionId: session, now: now.getTime() });
  };

  /** Marks a token as used. Returns false if it may not be used. */
  const use = (token: RefreshToken, { graceMs, retryMs }: Rotation, now: Date): boolean => {
    const startGracePeriod = (retryable: number | null) => {
      const times = { reusableUntil: now.getTime() + graceMs, retryableUntil: retryable };
      setTimes.run({ hash: token.hash, ...times });
    };
    if (!token.reusableUntil) {
      preventRetry.run({ hash: token.parentHash });
      startGracePeriod(retryMs > 0 ? now.getTime() + retryMs : null);
      return true;
    }
    if (token.reusableUntil > now) return true;
    if (!token.retryableUntil || token.retryableUntil <= now) return false;
    // No token that came of it has been used, or `retryableUntil` would be null.
    deleteChildren.run({ sessionId: token.sessionId, parentHash: token.hash });
    startGracePeriod(token.retryableUntil.getTime());
    return true;
  };

  return {
    insert: (token) => void insert.run({ ...token, parentHash: null }),
    replaceAll(token) {
      deleteReplaced.run({ sessionId: token.sessionId });
      replaceAll.run({ sessionId: token.sessionId });
      insert.run({ ...token, parentHash: null });
    },
    exchange(used, rotation, now) {
      if (!use(used, rotation, now)) return false;
      insert.run({ hash: rotation.next.hash, sessionId: used.sessionId, parentHash: used.hash });
      deleteOldTokens(used.sessionId, now);
      return true;
    },
  };
}

/** A placeholder for an instant in milliseconds since 1970, or null, which Drizzle cannot encode for a prepared statement. */
const milliseconds = (name: string) => sql`${sql.placeholder(name)}`;
