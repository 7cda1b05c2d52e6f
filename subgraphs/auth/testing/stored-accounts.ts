import { randomUUID } from 'node:crypto';
import type { NewPersonalAccessToken } from '../storage/personal-access-token-store.ts';
import type { NewSession, RefreshTokenHashes } from '../storage/session-store.ts';
import type { NewUser } from '../storage/user.ts';
import type { UserStore } from '../storage/user-store.ts';

const hourMs = 3_600_000;

/** A new account with a unique name. */
export function newUser(fields: Partial<NewUser> = {}): NewUser {
  const username = `user-${randomUUID().slice(0, 13)}`;
  return {
    id: randomUUID(),
    username,
    usernameKey: username.toUpperCase(),
    passwordHash: `$2b$04$${'h'.repeat(53)}`,
    skeletons: { version: 1, list: [{ text: username, script: '' }] },
    ...fields,
  };
}

/** A new refresh token, by default of a new family. */
export const newRefreshToken = (family: string = randomUUID()): RefreshTokenHashes => ({ hash: randomUUID(), family });

/** A new session of a user, which expires in an hour and ends in three. */
export function newSession(userId: string, fields: Partial<NewSession> = {}): NewSession {
  return {
    id: randomUUID(),
    userId,
    userAgent: 'a test',
    refreshToken: newRefreshToken(),
    idleMs: hourMs,
    maxMs: 3 * hourMs,
    ...fields,
  };
}

/** A new personal access token of a user, which expires in two hours. */
export function newPersonalAccessToken(
  userId: string,
  fields: Partial<NewPersonalAccessToken> = {},
): NewPersonalAccessToken {
  const token = { id: randomUUID(), name: 'a script', scopes: ['resources:read'], hash: randomUUID() };
  return { userId, ...token, lifetimeMs: 2 * hourMs, ...fields };
}

/** Stores an account with an open session and returns the account. */
export async function insertUser(store: UserStore, user = newUser()): Promise<NewUser> {
  await store.insert(user, newSession(user.id));
  return user;
}
