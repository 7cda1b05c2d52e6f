import { untilAborted } from './async.ts';
import { type CallOptions, type ClientParts, type Execute, requireValue } from './execute.ts';
import {
  ChangePasswordDocument,
  type ChangePasswordInput,
  CreatePersonalAccessTokenDocument,
  type CreatePersonalAccessTokenInput,
  DeleteAccountDocument,
  EndSessionDocument,
  LogInDocument,
  type LoginInput,
  LogOutDocument,
  LogOutEverywhereDocument,
  MeDocument,
  type PersonalAccessTokenFieldsFragment,
  PersonalAccessTokensDocument,
  RegisterDocument,
  type RegisterInput,
  RevokePersonalAccessTokenDocument,
  SessionsDocument,
  type SessionsQuery,
  type TokenFieldsFragment,
  type UserFieldsFragment,
} from './generated/operations.ts';
import { type Tokens, withToken } from './session.ts';

export type User = UserFieldsFragment;

/** A session of the account: this client's own, or one on another device. */
export type OpenSession = NonNullable<SessionsQuery['sessions']>[number];

/** A token for scripts, without its text. */
export type PersonalAccessToken = PersonalAccessTokenFieldsFragment;

/** Account operations. Logging in stores the tokens; logging out clears them. Each method lists the codes it may throw. */
export interface Accounts {
  /** BAD_USER_INPUT, USERNAME_TAKEN, RATE_LIMITED. */
  register(input: RegisterInput, options?: CallOptions): Promise<User>;
  /** INVALID_CREDENTIALS, RATE_LIMITED. */
  logIn(input: LoginInput, options?: CallOptions): Promise<User>;
  /** Replaces the tokens before they expire. Resolves to false when no user is logged in or the session has ended. */
  refresh(options?: CallOptions): Promise<boolean>;
  /** Clears the tokens, even when the request to the server fails. */
  logOut(options?: CallOptions): Promise<void>;
  /** Ends every session of the account. UNAUTHENTICATED. */
  logOutEverywhere(options?: CallOptions): Promise<void>;
  /** UNAUTHENTICATED. */
  me(options?: CallOptions): Promise<User>;
  /** Most recently used first. UNAUTHENTICATED. */
  sessions(options?: CallOptions): Promise<OpenSession[]>;
  /** UNAUTHENTICATED, NOT_FOUND. */
  endSession(sessionId: string, options?: CallOptions): Promise<void>;
  /** Ends every other session. UNAUTHENTICATED, INVALID_CREDENTIALS, BAD_USER_INPUT, RATE_LIMITED. */
  changePassword(input: ChangePasswordInput, options?: CallOptions): Promise<void>;
  /** Creates a token for scripts; `token` is its text, which cannot be read again. UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT. */
  createPersonalAccessToken(
    input: CreatePersonalAccessTokenInput,
    options?: CallOptions,
  ): Promise<{ token: string; personalAccessToken: PersonalAccessToken }>;
  /** Newest first. UNAUTHENTICATED, FORBIDDEN. */
  personalAccessTokens(options?: CallOptions): Promise<PersonalAccessToken[]>;
  /** UNAUTHENTICATED, FORBIDDEN, NOT_FOUND. */
  revokePersonalAccessToken(id: string, options?: CallOptions): Promise<void>;
  /** Deletes all resources and images too. UNAUTHENTICATED, INVALID_CREDENTIALS, RATE_LIMITED. */
  deleteAccount(password: string, options?: CallOptions): Promise<void>;
}

export function createAccounts({ execute, executeAs, session }: ClientParts): Accounts {
  /** For operations that send no access token, whoever is logged in. */
  const executeAnonymously = executeAs(withToken(undefined));

  const storeLogIn = async (payload: TokenFieldsFragment | null): Promise<User> => {
    const required = requireValue(payload);
    await session.set(tokensOf(required));
    return required.user;
  };

  /** For operations that replace or clear the tokens of the log-in that they start with. */
  const replaceTokens = async (run: (execute: Execute) => Promise<Tokens | undefined>, options: CallOptions = {}) => {
    const logIn = await session.begin();
    await logIn.replaceTokens((accessToken) => run(executeAs(withToken(accessToken))), options.signal);
  };

  return {
    register: async (input, options) =>
      storeLogIn((await executeAnonymously(RegisterDocument, { input }, options)).register),
    logIn: async (input, options) => storeLogIn((await executeAnonymously(LogInDocument, { input }, options)).login),

    async refresh({ signal } = {}) {
      const tokens = await session.get();
      return tokens !== undefined && (await untilAborted(session.renew(tokens), signal)) !== undefined;
    },

    async logOut(options) {
      const tokens = await session.get();
      // Even without tokens: an operation in flight may be about to store some.
      await session.set(undefined);
      if (!tokens) return;
      const input = { refreshToken: tokens.refreshToken };
      await executeAnonymously(LogOutDocument, { input }, { ...options, repeatable: 'anything' });
    },

    logOutEverywhere: (options) =>
      replaceTokens(async (execute) => {
        await execute(LogOutEverywhereDocument, {}, options);
        return undefined;
      }, options),

    me: async (options) => requireValue((await execute(MeDocument, {}, options)).me),
    sessions: async (options) => requireValue((await execute(SessionsDocument, {}, options)).sessions),
    endSession: async (sessionId, options) =>
      void (await execute(EndSessionDocument, { input: { sessionId } }, options)),

    createPersonalAccessToken: async (input, options) =>
      requireValue((await execute(CreatePersonalAccessTokenDocument, { input }, options)).createPersonalAccessToken),
    personalAccessTokens: async (options) =>
      requireValue((await execute(PersonalAccessTokensDocument, {}, options)).personalAccessTokens),
    revokePersonalAccessToken: async (id, options) =>
      void (await execute(RevokePersonalAccessTokenDocument, { input: { id } }, options)),

    changePassword: (input, options) =>
      replaceTokens(async (execute) => {
        const { changePassword } = await execute(ChangePasswordDocument, { input }, options);
        return tokensOf(requireValue(changePassword));
      }, options),

    deleteAccount: (password, options) =>
      replaceTokens(async (execute) => {
        await execute(DeleteAccountDocument, { input: { password } }, options);
        return undefined;
      }, options),
  };
}

const tokensOf = ({ accessToken, refreshToken }: TokenFieldsFragment): Tokens => ({ accessToken, refreshToken });
