import type { DatabaseHealth } from '../../../platform/database/connection.ts';
import type { Outbox } from './outbox.ts';
import type { PersonalAccessTokenStore } from './personal-access-token-store.ts';
import type { NewSession, Renewal, Session, SessionStore } from './session-store.ts';
import type { NewUser, Skeletons, User, UserWithPassword, VerifiedAccount } from './user.ts';

/** A new password. All other sessions end, and `sessionId` gets one new refresh token instead of those it had. */
export interface PasswordChange extends VerifiedAccount {
  passwordHash: string;
  sessionId: string;
  renewal: Renewal;
}

/** An account as it was stored, with its first session. */
export interface NewAccount {
  user: User;
  session: Session;
}

/** A page of the accounts whose skeletons are to be computed again. */
export interface SkeletonPage {
  version: number;
  /** Id of the last account of the page before; '' for the first page. */
  after: string;
  limit: number;
}

/**
 * Stores accounts, their sessions and the outbox of security events. Every engine passes user-store.contract.ts.
 * Temporary database errors reject with DatabaseUnavailableError.
 */
export interface UserStore {
  /**
   * Stores an account with its first session, both or neither. Returns USERNAME_TAKEN, and stores nothing, if another
   * account has the same key or a confusable name.
   */
  insert(user: NewUser, firstSession: NewSession): Promise<NewAccount | 'USERNAME_TAKEN'>;
  findById(id: string): Promise<User | undefined>;
  findWithPassword(id: string): Promise<UserWithPassword | undefined>;
  findByUsernameKey(usernameKey: string): Promise<UserWithPassword | undefined>;
  /** Replaces `oldHash` by another hash of the same password; does nothing if the stored hash is no longer `oldHash`. */
  replaceHash(userId: string, hashes: { oldHash: string; newHash: string }): Promise<void>;
  /**
   * Returns the renewed session. Changes nothing, and returns PASSWORD_CHANGED or SESSION_ENDED, if the password was
   * changed after it was verified or the session has ended.
   */
  changePassword(change: PasswordChange): Promise<Session | 'PASSWORD_CHANGED' | 'SESSION_ENDED'>;
  /** Deletes the account with its sessions and personal access tokens. Returns false if its password was changed after it was verified. */
  remove(account: VerifiedAccount): Promise<boolean>;
  /** Finds accounts without skeletons of this version, in the order of their ids, beginning behind `after`. */
  findOutdatedSkeletons(page: SkeletonPage): Promise<Pick<User, 'id' | 'username'>[]>;
  /**
   * Sets the skeletons of several accounts, by user id: all of them or none. Existing accounts may be confusable with each
   * other.
   */
  setSkeletons(skeletons: ReadonlyMap<string, Skeletons>): Promise<void>;
  sessions: SessionStore;
  outbox: Outbox;
  personalAccessTokens: PersonalAccessTokenStore;
  /** Rejects unless reads answer. */
  checkHealth(): Promise<DatabaseHealth>;
  /** Finishes the writes in progress. */
  close(): Promise<void>;
}
