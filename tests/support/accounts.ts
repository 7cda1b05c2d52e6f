import { setTimeout } from 'node:timers/promises';
import jwt from 'jsonwebtoken';
import { graphql } from '../generated/gql.ts';
import type { GivenTokensFragment, ShownSessionFragment } from '../generated/graphql.ts';
import { type Ask, createAsk, given } from './ask.ts';
import type { Person } from './system.ts';

/** What somebody gets who is logged in. */
export type Tokens = GivenTokensFragment;

/** A session as its owner sees it. */
export type ShownSession = ShownSessionFragment;

graphql(`
  fragment GivenTokens on AuthPayload {
    accessToken refreshToken tokenType expiresIn user { id username }
  }
`);

export const register = graphql(`
  mutation Register($input: RegisterInput!) { register(input: $input) { ...GivenTokens } }
`);

export const logIn = graphql(`
  mutation LogIn($input: LoginInput!) { login(input: $input) { ...GivenTokens } }
`);

export const refreshSession = graphql(`
  mutation RefreshSession($input: RefreshSessionInput!) { refreshSession(input: $input) { ...GivenTokens } }
`);

export const logOut = graphql(`
  mutation LogOut($input: LogoutInput!) { logout(input: $input) { loggedOut } }
`);

export const logOutEverywhere = graphql(`
  mutation LogOutEverywhere { logoutEverywhere { loggedOut } }
`);

export const endSession = graphql(`
  mutation EndSession($input: EndSessionInput!) { endSession(input: $input) { loggedOut } }
`);

export const changePassword = graphql(`
  mutation ChangePassword($input: ChangePasswordInput!) { changePassword(input: $input) { ...GivenTokens } }
`);

export const deleteAccount = graphql(`
  mutation DeleteAccount($input: DeleteAccountInput!) { deleteAccount(input: $input) { deletedUserId } }
`);

graphql(`
  fragment ShownSession on Session { id createdAt lastUsedAt expiresAt isCurrent userAgent }
`);

export const sessions = graphql(`
  query Sessions { sessions { ...ShownSession } }
`);

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
  const login = given((await ask.data(logIn, { input: { username, password } })).login);
  return { ...login, ask: createAsk(gateway, login.accessToken) };
}

/** Trades a refresh token that holds. */
export async function refreshWith(ask: Ask, refreshToken: string): Promise<Tokens> {
  await setTimeout(2);
  return given((await ask.data(refreshSession, { input: { refreshToken } })).refreshSession);
}

/** The viewer's sessions. */
export async function sessionsOf(ask: Ask): Promise<ShownSession[]> {
  return given((await ask.data(sessions)).sessions);
}

/** The session that an access token was issued to. */
export const sessionIdOf = (accessToken: string) => String(jwt.decode(accessToken, { json: true })?.sid);
