import { setTimeout } from 'node:timers/promises';
import { graphql } from '../../generated/gql.ts';
import type { AccountTokensFragment, ListedSessionFragment } from '../../generated/graphql.ts';
import { requestTo, requireValue, type SendRequest } from './request.ts';

/** The payload of a log-in. */
export type Tokens = AccountTokensFragment;

export type ListedSession = ListedSessionFragment;

export interface Credentials {
  username: string;
  password: string;
}

graphql(`
  fragment AccountTokens on AuthPayload {
    accessToken refreshToken tokenType expiresIn user { id username }
  }
`);

export const register = graphql(`
  mutation Register($input: RegisterInput!) { register(input: $input) { ...AccountTokens } }
`);

export const logIn = graphql(`
  mutation LogIn($input: LoginInput!) { login(input: $input) { ...AccountTokens } }
`);

export const refreshSession = graphql(`
  mutation RefreshSession($input: RefreshSessionInput!) { refreshSession(input: $input) { ...AccountTokens } }
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
  mutation ChangePassword($input: ChangePasswordInput!) { changePassword(input: $input) { ...AccountTokens } }
`);

export const deleteAccount = graphql(`
  mutation DeleteAccount($input: DeleteAccountInput!) { deleteAccount(input: $input) { deletedUserId } }
`);

graphql(`
  fragment ListedSession on Session { id createdAt lastUsedAt expiresAt isCurrent userAgent }
`);

export const sessions = graphql(`
  query Sessions { sessions { ...ListedSession } }
`);

graphql(`
  fragment ListedToken on PersonalAccessToken { id name scopes createdAt expiresAt lastUsedAt }
`);

export const personalAccessTokens = graphql(`
  query PersonalAccessTokens { personalAccessTokens { ...ListedToken } }
`);

export const createPersonalAccessToken = graphql(`
  mutation CreatePersonalAccessToken($input: CreatePersonalAccessTokenInput!) {
    createPersonalAccessToken(input: $input) { token personalAccessToken { ...ListedToken } }
  }
`);

export const revokePersonalAccessToken = graphql(`
  mutation RevokePersonalAccessToken($input: RevokePersonalAccessTokenInput!) {
    revokePersonalAccessToken(input: $input) { revokedPersonalAccessTokenId }
  }
`);

export const loggedOut = { loggedOut: true };

/** Opens another session of an account. */
export async function logInAgain(
  gateway: string,
  { username, password }: Credentials,
  headers: Record<string, string> = {},
): Promise<Tokens & { request: SendRequest }> {
  // Sessions are listed by the millisecond of their last use: no two may share one.
  await setTimeout(2);
  const request = requestTo(gateway, undefined, headers);
  const login = requireValue((await request.data(logIn, { input: { username, password } })).login);
  return { ...login, request: requestTo(gateway, login.accessToken) };
}

export async function refreshWith(request: SendRequest, refreshToken: string): Promise<Tokens> {
  await setTimeout(2);
  return requireValue((await request.data(refreshSession, { input: { refreshToken } })).refreshSession);
}

/** The viewer's sessions. */
export async function sessionsOf(request: SendRequest): Promise<ListedSession[]> {
  return requireValue((await request.data(sessions)).sessions);
}
