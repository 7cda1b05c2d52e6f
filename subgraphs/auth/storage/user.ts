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

/** A form of a username that confusable names share (UTS 39, section 4). For comparison only: it is no readable text. */
export interface Skeleton {
  text: string;
  /** The script of names that may share it, or '' for none: names that share it are confusable unless both have this. */
  script: string;
}

/** All skeletons of a username. Two names are confusable if they share one. */
export interface Skeletons {
  /** Skeletons of a former version are computed again. */
  version: number;
  list: readonly Skeleton[];
}

/** A new account, including everything that must not clash with other accounts. */
export type NewUser = Omit<UserWithPassword, 'createdAt' | 'passwordVersion'> & { skeletons: Skeletons };

/** An account whose password was verified while `passwordVersion` was current. */
export interface VerifiedAccount {
  userId: string;
  passwordVersion: number;
}
