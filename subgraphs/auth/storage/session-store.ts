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

/** A session to store. Its times follow from the time at which it is stored. */
export interface NewSession extends Pick<Session, 'id' | 'userId' | 'userAgent'> {
  refreshToken: RefreshTokenHashes;
  /** Lifetime of the session if it is not used, in milliseconds. */
  idleMs: number;
  /** Lifetime of the session, however often it is used, in milliseconds. */
  maxMs: number;
}

/** A new refresh token and lifetime of a session, after a change of the password. */
export type Renewal = Pick<NewSession, 'refreshToken' | 'idleMs'>;

/** The exchange of a refresh token for the next one. */
export interface Rotation {
  used: RefreshTokenHashes;
  /** Has the same family. */
  next: RefreshTokenHashes;
  /** The grace period of `used`, if one begins with this use, in milliseconds. */
  graceMs: number;
  /** How long `used` may be retried, if this is its first use, in milliseconds; 0 for never. */
  retryMs: number;
  /** Lifetime of the session if it is not used again, in milliseconds; it never exceeds the session's `maxMs`. */
  idleMs: number;
}

export interface SessionKey {
  id: string;
  userId: string;
}

/** Maximum number of sessions per account; bounds the time that ending all of them takes. */
export const maxSessions = 200;
/** Maximum number of unused refresh tokens per session; bounds the time that ending it takes. */
export const maxUnusedTokens = 500;

/**
 * Stores sessions. Ending a session writes an event into the outbox in the same transaction. Each method reads the clock
 * when it runs, after its wait for the database.
 */
export interface SessionStore {
  /**
   * Returns undefined, and stores nothing, if the account is gone or its password was changed after it was verified.
   * Beyond `maxSessions` of one account, the least recently used sessions end.
   */
  open(session: NewSession, account: VerifiedAccount): Promise<Session | undefined>;
  /** Returns undefined if the session has ended or expired. */
  find(key: SessionKey): Promise<Session | undefined>;
  /** Lists open sessions, most recently used first. */
  list(userId: string): Promise<Session[]>;
  /**
   * Exchanges a token at its first use, in the grace period after that, and when it is retried: after the grace period,
   * while no token that came of it has been used. A retry deletes those tokens and begins a new grace period.
   *
   * Returns UNKNOWN if the token belongs to no open session or was replaced by a change of the password, and REUSED if
   * the token had been used, or deleted by a retry: then the session has been ended.
   */
  rotate(rotation: Rotation): Promise<{ session: Session; user: User } | 'UNKNOWN' | 'REUSED'>;
  /** Ends the session that the refresh token belongs to, if there is one. */
  endByToken(token: RefreshTokenHashes): Promise<void>;
  /** Returns false if there is no such open session. */
  end(key: SessionKey): Promise<boolean>;
  endAll(userId: string): Promise<void>;
  /** Deletes up to `limit` expired sessions and returns their number. */
  deleteExpired(limit: number): Promise<number>;
}
