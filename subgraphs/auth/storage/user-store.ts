import { Refusal } from '../../../runtime/refusal.ts';

/** An account as it is kept. */
export interface User {
  /** UUID. */
  id: string;
  /** As the user wrote it, NFKC-normalised. */
  username: string;
  createdAt: Date;
}

export interface UserWithPassword extends User {
  /** bcrypt, in modular crypt format. */
  passwordHash: string;
}

/** A new account, with the form of its name that no other account may share. */
export interface NewUser extends UserWithPassword {
  usernameKey: string;
}

/** Keeps accounts. Every engine passes user-store.contract.ts; what can pass by itself is SERVICE_UNAVAILABLE. */
export interface UserStore {
  /** USERNAME_TAKEN where another account has the key, also where two come at the same moment. */
  insert(user: NewUser): Promise<void>;
  findById(id: string): Promise<User | undefined>;
  findByUsernameKey(usernameKey: string): Promise<UserWithPassword | undefined>;
  /** Throws where the store does not answer. */
  ping(): void;
  close(): void;
}

/** What a name is refused with that is another account's. */
export function usernameTaken(cause?: unknown): Refusal {
  return new Refusal({ code: 'USERNAME_TAKEN' }, 'This username is taken: choose another.', { cause });
}
