/** An account as clients may see it. */
export interface User {
  /** UUID. */
  id: string;
  /** The text that the user typed, NFKC-normalised. */
  username: string;
  createdAt: Date;
}

export interface UserWithPassword extends User {
  /** Case-folded username; unique among accounts. */
  usernameKey: string;
  /** bcrypt, in modular crypt format. */
  passwordHash: string;
  /** Incremented with each new password, but not when the same password is rehashed. */
  passwordVersion: number;
}

/** Two usernames are confusable (UTS 39, section 4) if they share a skeleton and their scripts differ or are ''. */
export interface Confusable {
  /** One per way of writing the name. For comparison only: a skeleton is not readable text. */
  skeletons: readonly string[];
  /** The one script that the name is written in, or '' if it mixes scripts; digits and '.', '_', '-' fit any script. */
  script: string;
}

/** A new account, including everything that must not clash with other accounts. */
export type NewUser = Omit<UserWithPassword, 'createdAt' | 'passwordVersion'> & Confusable;

/** An account whose password was verified while `passwordVersion` was current. */
export interface VerifiedAccount {
  userId: string;
  passwordVersion: number;
}
