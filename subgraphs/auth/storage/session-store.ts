import type { ProvenAccount, User } from './user-store.ts';

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

/** What a refresh token is known by: SHA-256 in base64url, as it has nothing that could be guessed. */
export interface RefreshTokenHashes {
  /** Of the whole token. */
  hash: string;
  /** Of what all tokens of its session begin with; '' where it is misspelt, as no token is that was given out. */
  family: string;
}

/** A session as it is opened. */
export interface NewSession extends Session {
  /** Its first. */
  refreshToken: RefreshTokenHashes;
  /** However often it is used. */
  endsAt: Date;
}

/** A refresh token that is traded for the next. */
export interface Rotation {
  used: RefreshTokenHashes;
  /** Of the same family. */
  next: RefreshTokenHashes;
  now: Date;
  /** Until when the used one may be used again. */
  reusableUntil: Date;
  /** Of the session, unless it ends before. */
  expiresAt: Date;
}

/** One session of one account. */
export interface SessionKey {
  id: string;
  userId: string;
}

/** Of one account, so that no end of all of them takes long. */
export const maxSessions = 200;
/** Of one session that have not been used, beside those within their grace period: so that no end of one takes long. */
export const maxUnusedTokens = 500;

/** Keeps sessions. What ends one writes into the outbox, in the same transaction, that it has ended. */
export interface SessionStore {
  /**
   * False, and nothing is kept, where the account is gone or its password has been changed since it was proven. Of more
   * than `maxSessions` of one account those end that were used longest ago.
   */
  open(session: NewSession, account: ProvenAccount): Promise<boolean>;
  /** Undefined where it has ended or expired. */
  find(key: SessionKey, now: Date): Promise<Session | undefined>;
  /** Last used first. */
  list(userId: string, now: Date): Promise<Session[]>;
  /** The session as it goes on; `UNKNOWN` where the token is none of an open session's, or was replaced; `REUSED` where the session has ended by it. */
  rotate(rotation: Rotation): Promise<{ session: Session; user: User } | 'UNKNOWN' | 'REUSED'>;
  /** Ends the session that any of its refresh tokens belongs to; nothing where there is none. */
  endByToken(token: RefreshTokenHashes, now: Date): Promise<void>;
  /** False where there is none. */
  end(key: SessionKey, now: Date): Promise<boolean>;
  endAll(userId: string, now: Date): Promise<void>;
  /** Forgets sessions that have expired, at most so many; gives how many. */
  forgetExpired(now: Date, limit: number): Promise<number>;
}
