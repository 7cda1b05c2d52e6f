import { and, desc, eq, inArray, isNull, lte, not, or, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
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
  exchange(used: RefreshToken, rotation: Rotation): boolean;
}

/** SQLite has no OFFSET without LIMIT. */
export const noLimit = 2 ** 31;

export function createRefreshTokens(db: BetterSQLite3Database): RefreshTokens {
  const { hash, sessionId, reusableUntil, retryableUntil, parentHash, isReplaced } = refreshTokens;
  const insert = (token: typeof refreshTokens.$inferInsert) => void db.insert(refreshTokens).values(token).run();

  /** Ends the time in which tokens may be retried, as one that came of them is used. */
  const preventRetries = (parents: (string | null)[]) => {
    const hashes = parents.filter((parent) => parent !== null);
    if (hashes.length > 0) db.update(refreshTokens).set({ retryableUntil: null }).where(inArray(hash, hashes)).run();
  };

  /** Deletes the oldest unused tokens, which then count as used, and used tokens that may not be used again. */
  const deleteOldTokens = (session: string, now: Date) => {
    const ofSession = and(eq(sessionId, session), not(isReplaced));
    const unused = db
      .select({ hash })
      .from(refreshTokens)
      .where(and(ofSession, isNull(reusableUntil)));
    const surplus = unused.orderBy(desc(sql`rowid`)).limit(noLimit).offset(maxUnusedTokens);
    const deleted = db.delete(refreshTokens).where(inArray(hash, surplus)).returning({ parentHash }).all();
    preventRetries(deleted.map((token) => token.parentHash));
    const isNotRetryable = or(isNull(retryableUntil), lte(retryableUntil, now));
    db.delete(refreshTokens)
      .where(and(ofSession, lte(reusableUntil, now), isNotRetryable))
      .run();
  };

  /** Marks a token as used. Returns false if it may not be used. */
  const use = (token: RefreshToken, rotation: Rotation): boolean => {
    const { now } = rotation;
    const set = (changes: Partial<RefreshToken>) =>
      db.update(refreshTokens).set(changes).where(eq(hash, token.hash)).run();
    if (!token.reusableUntil) {
      preventRetries([token.parentHash]);
      set({ reusableUntil: rotation.reusableUntil, retryableUntil: rotation.retryableUntil });
      return true;
    }
    if (token.reusableUntil > now) return true;
    if (!token.retryableUntil || token.retryableUntil <= now) return false;
    // No token that came of it has been used, or `retryableUntil` would be null.
    const cameOfIt = and(eq(sessionId, token.sessionId), eq(parentHash, token.hash));
    db.delete(refreshTokens).where(cameOfIt).run();
    set({ reusableUntil: rotation.reusableUntil });
    return true;
  };

  return {
    insert,
    replaceAll(token) {
      const ofSession = eq(sessionId, token.sessionId);
      db.delete(refreshTokens).where(and(ofSession, isReplaced)).run();
      db.update(refreshTokens).set({ isReplaced: true }).where(ofSession).run();
      insert(token);
    },
    exchange(used, rotation) {
      if (!use(used, rotation)) return false;
      insert({ hash: rotation.next.hash, sessionId: used.sessionId, parentHash: used.hash });
      deleteOldTokens(used.sessionId, rotation.now);
      return true;
    },
  };
}
