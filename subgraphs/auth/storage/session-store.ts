import type { User, VerifiedAccount } from './user.ts';

/** An open session. */
export interface Session {
  /** UUID. */
  id: string;
  userId: string;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
  userAgent: string | null;
}

/** Hashes of a refresh token: SHA-256 in base64url. A salt is not needed, as the tokens are random. */
export interface RefreshTokenHashes {
  /** Hash of the whole token. */
  hash: string;
  /** Hash of the prefix that all refresh tokens of a session share; '' if the token's checksum is wrong. */
  family: string;
}

export interface NewSession extends Session {
  refreshToken: RefreshTokenHashes;
  /** When the session ends, however often it is used. */
  endsAt: Date;
}

/** The exchange of a refresh token for the next one. */
export interface Rotation {
  used: RefreshTokenHashes;
  /** Has the same family. */
  next: RefreshTokenHashes;
  now: Date;
  /** The end of the grace period of `used`, if one begins with this use. */
  reusableUntil: Date;
  /** Until when `used` may be retried, if this is its first use; null for never. */
  retryableUntil: Date | null;
  /** When the session expires; limited to its `endsAt`. */
  expiresAt: Date;
}

export interface SessionKey {
  id: string;
  userId: string;
}

/** Maximum number of sessions per account; bounds the time that ending all of them takes. */
export const maxSessions = 200;
/** Maximum number of unused refresh tokens per session; bounds the time that ending it takes. */
export const maxUnusedTokens = 500;

/** Stores sessions. Ending a session writes an event into the outbox in the same transaction. */
export interface SessionStore {
  /**
   * Returns false, and stores nothing, if the account is gone or its password was changed after it was verified.
   * Beyond `maxSessions` of one account, the least recently used sessions end.
   */
  open(session: NewSession, account: VerifiedAccount): Promise<boolean>;
  /** Returns undefined if the session has ended or expired. */
  find(key: SessionKey, now: Date): Promise<Session | undefined>;
  /** Lists open sessions, most recently used first. */
  list(userId: string, now: Date): Promise<Session[]>;
  /**
   * Exchanges a token at its first use, in the grace period after that, and when it is retried: after the grace period,
   * while no token that came of it has been used. A retry deletes those tokens and begins a new grace period.
   *
   * Returns UNKNOWN if the token belongs to no open session or was replaced by a change of the password, and REUSED if
   * the token had been used, or deleted by a retry: then the session has been ended.
   */
  rotate(rotation: Rotation): Promise<{ session: Session; user: User } | 'UNKNOWN' | 'REUSED'>;
  /** Ends the session that the refresh token belongs to, if there is one. */
  endByToken(token: RefreshTokenHashes, now: Date): Promise<void>;
  /** Returns false if there is no such open session. */
  end(key: SessionKey, now: Date): Promise<boolean>;
  endAll(userId: string, now: Date): Promise<void>;
  /** Deletes up to `limit` expired sessions and returns their number. */
  deleteExpired(now: Date, limit: number): Promise<number>;
}
