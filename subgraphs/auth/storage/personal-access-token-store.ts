import type { SessionKey } from './session-store.ts';
import type { User } from './user.ts';

/** A personal access token as its owner sees it. The token itself is not stored, only its hash. */
export interface PersonalAccessToken {
  /** UUID; also the claim `sid` of the access tokens that it is exchanged for. */
  id: string;
  userId: string;
  name: string;
  scopes: string[];
  createdAt: Date;
  expiresAt: Date;
  /** To the minute; null if it was never used. */
  lastUsedAt: Date | null;
}

/** A token to store. Its times follow from the time at which it is stored. */
export interface NewPersonalAccessToken extends Pick<PersonalAccessToken, 'id' | 'userId' | 'name' | 'scopes'> {
  /** SHA-256 of the token, in base64url. */
  hash: string;
  lifetimeMs: number;
}

/** The key of a token: other accounts do not find it. */
export type PersonalAccessTokenKey = SessionKey;

/** Maximum number of tokens per account that have not expired; bounds a list. */
export const maxPersonalAccessTokens = 100;

/**
 * Stores personal access tokens. Revoking one writes an event into the outbox in the same transaction, as for a session
 * of the same id. An expired token is treated as deleted.
 */
export interface PersonalAccessTokenStore {
  /**
   * Returns SESSION_ENDED or TOO_MANY, and stores nothing, if the session that creates the token has ended or the account
   * has `maxPersonalAccessTokens`.
   */
  create(
    token: NewPersonalAccessToken,
    session: SessionKey,
  ): Promise<PersonalAccessToken | 'SESSION_ENDED' | 'TOO_MANY'>;
  find(key: PersonalAccessTokenKey): Promise<PersonalAccessToken | undefined>;
  /** Finds a token with its owner. */
  findByHash(hash: string): Promise<{ token: PersonalAccessToken; user: User } | undefined>;
  /** Lists the tokens of an account, newest first. */
  list(userId: string): Promise<PersonalAccessToken[]>;
  /** Sets `lastUsedAt` to the current minute. */
  recordUse(id: string): Promise<void>;
  /** Returns false if there is no such token. */
  revoke(key: PersonalAccessTokenKey): Promise<boolean>;
  /** Deletes up to `limit` expired tokens and returns their number. */
  deleteExpired(limit: number): Promise<number>;
}
