import { ApiError } from '../../../platform/api-error.ts';
import type { ErrorExtensions } from '../../../schema/error-codes.ts';
import type { Outbox } from './outbox.ts';
import type { NewSession, Session, SessionStore } from './session-store.ts';

/** An account as it is kept. */
export interface User {
  /** UUID. */
  id: string;
  /** As the user wrote it, NFKC-normalised. */
  username: string;
  createdAt: Date;
}

export interface UserWithPassword extends User {
  /** The form of the name that no other account shares. */
  usernameKey: string;
  /** bcrypt, in modular crypt format. */
  passwordHash: string;
  /** Grows with each password, and not with another hash of the same. */
  passwordVersion: number;
}

/** What names are told apart by at sight: two look alike where they share a skeleton, and are not of one script. */
export interface Confusable {
  /** One for each way to write the name that is looked at; for comparison alone, as nobody can read them. */
  skeletons: readonly string[];
  /** '' of a name that mixes scripts, which looks like every other of its skeletons. */
  script: string;
}

/** A new account, with the forms of its name that no other account may share. */
export type NewUser = Omit<UserWithPassword, 'passwordVersion'> & Confusable;

/** An account whose password was found to be right, as it was then. */
export interface ProvenAccount {
  userId: string;
  passwordVersion: number;
}

/** A new password; every session but one ends with the old one, and that one's refresh tokens are replaced by a new one. */
export interface PasswordChange extends ProvenAccount {
  passwordHash: string;
  sessionId: string;
  renewed: Pick<NewSession, 'refreshToken' | 'lastUsedAt' | 'expiresAt'>;
}

/**
 * Keeps accounts, their sessions, and what others must be told of them. Every engine passes user-store.contract.ts; what
 * can pass by itself is SERVICE_UNAVAILABLE.
 */
export interface UserStore {
  /** USERNAME_TAKEN where another account has the key, or looks alike; also where two come at the same moment. */
  insert(user: NewUser): Promise<void>;
  findById(id: string): Promise<User | undefined>;
  findWithPassword(id: string): Promise<UserWithPassword | undefined>;
  findByUsernameKey(usernameKey: string): Promise<UserWithPassword | undefined>;
  /** Puts another hash of the same password in the place of one; nothing where that has been changed since. */
  redoHash(userId: string, hashes: { old: string; redone: string }): Promise<void>;
  /** The session as it goes on; `CHANGED` where the password was changed since it was proven, `ENDED` where the session has: then nothing is kept. */
  changePassword(change: PasswordChange): Promise<Session | 'CHANGED' | 'ENDED'>;
  /** Takes the account away, with all its sessions. False, and nothing is changed, where its password has been changed since it was proven. */
  remove(account: ProvenAccount, removedAt: Date): Promise<boolean>;
  /** Accounts of before there were look-alikes, and the way to complete them, by their ids. */
  withoutConfusable(limit: number): Promise<Pick<User, 'id' | 'username'>[]>;
  /** All or none of them. */
  setConfusables(confusables: ReadonlyMap<string, Confusable>): Promise<void>;
  sessions: SessionStore;
  outbox: Outbox;
  /** Throws where the store does not answer. */
  ping(): void;
  close(): void;
}

/** What a name is refused with that is another account's, or looks like it. */
export function usernameTaken(cause?: unknown): ApiError<ErrorExtensions> {
  const message = 'This username is taken, or looks like one that is: choose another.';
  return new ApiError<ErrorExtensions>({ code: 'USERNAME_TAKEN' }, message, { cause });
}
