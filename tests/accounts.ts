import { setTimeout } from 'node:timers/promises';
import jwt from 'jsonwebtoken';
import { type Ask, createAsk } from './ask.ts';
import type { Person } from './system.ts';

/** What somebody gets who is logged in. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
  tokenType: string;
  expiresIn: number;
  user: { id: string; username: string };
}

/** A session as its owner sees it. */
export interface ShownSession {
  id: string;
  createdAt: string;
  lastUsedAt: string;
  expiresAt: string;
  isCurrent: boolean;
  userAgent: string | null;
}

const tokens = '{ accessToken refreshToken tokenType expiresIn user { id username } }';

/** The operations about accounts, as clients send them. */
export const register = `mutation ($input: RegisterInput!) { register(input: $input) ${tokens} }`;
export const logIn = `mutation ($input: LoginInput!) { login(input: $input) ${tokens} }`;
export const refreshSession = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) ${tokens} }`;
export const logOut = 'mutation ($input: LogoutInput!) { logout(input: $input) { loggedOut } }';
export const logOutEverywhere = 'mutation { logoutEverywhere { loggedOut } }';
export const endSession = 'mutation ($input: EndSessionInput!) { endSession(input: $input) { loggedOut } }';
export const changePassword = `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) ${tokens} }`;
export const deleteAccount =
  'mutation ($input: DeleteAccountInput!) { deleteAccount(input: $input) { deletedUserId } }';

export const loggedOut = { loggedOut: true };

/** Opens another session of somebody's; with more headers, where they are given. */
export async function logInAgain(
  gateway: string,
  { username, password }: Pick<Person, 'username' | 'password'>,
  headers: Record<string, string> = {},
): Promise<Tokens & { ask: Ask }> {
  // Sessions are listed by when they were used, to the millisecond.
  await setTimeout(2);
  const ask = createAsk(gateway, undefined, headers);
  const { login } = await ask.data<{ login: Tokens }>(logIn, { input: { username, password } });
  return { ...login, ask: createAsk(gateway, login.accessToken) };
}

/** Trades a refresh token that holds. */
export async function refreshWith(ask: Ask, refreshToken: string): Promise<Tokens> {
  await setTimeout(2);
  const { refreshSession: tokens } = await ask.data<{ refreshSession: Tokens }>(refreshSession, {
    input: { refreshToken },
  });
  return tokens;
}

/** The viewer's sessions. */
export async function sessionsOf(ask: Ask): Promise<ShownSession[]> {
  const fields = 'id createdAt lastUsedAt expiresAt isCurrent userAgent';
  return (await ask.data<{ sessions: ShownSession[] }>(`{ sessions { ${fields} } }`)).sessions;
}

/** The session that an access token was issued to. */
export const sessionIdOf = (accessToken: string) => String(jwt.decode(accessToken, { json: true })?.sid);
