import { untilAborted } from './async.ts';
import type { CallOptions, ClientParts, Execute } from './execute.ts';
import {
  ChangePasswordDocument,
  type ChangePasswordInput,
  DeleteAccountDocument,
  EndSessionDocument,
  LogInDocument,
  type LoginInput,
  LogOutDocument,
  LogOutEverywhereDocument,
  MeDocument,
  RegisterDocument,
  type RegisterInput,
  SessionsDocument,
  type SessionsQuery,
  type TokenFieldsFragment,
  type UserFieldsFragment,
} from './generated/operations.ts';
import { given } from './require-value.ts';
import { type Tokens, withToken } from './session.ts';

export type User = UserFieldsFragment;

/** A session of the account: this client's own, or that of another device. */
export type OpenSession = NonNullable<SessionsQuery['sessions']>[number];

/** Everything about accounts. What logs in keeps the tokens, and what logs out forgets them. */
export interface Accounts {
  /** BAD_USER_INPUT, USERNAME_TAKEN, RATE_LIMITED. */
  register(input: RegisterInput, options?: CallOptions): Promise<User>;
  /** INVALID_CREDENTIALS, RATE_LIMITED. */
  logIn(input: LoginInput, options?: CallOptions): Promise<User>;
  /** Gets new tokens before the old ones expire; false where nobody is logged in, or the session has ended. */
  refresh(options?: CallOptions): Promise<boolean>;
  /** Forgets the tokens also where the server cannot be told. */
  logOut(options?: CallOptions): Promise<void>;
  /** Ends every session of the account. UNAUTHENTICATED. */
  logOutEverywhere(options?: CallOptions): Promise<void>;
  /** UNAUTHENTICATED. */
  me(options?: CallOptions): Promise<User>;
  /** Last used first. UNAUTHENTICATED. */
  sessions(options?: CallOptions): Promise<OpenSession[]>;
  /** UNAUTHENTICATED, NOT_FOUND. */
  endSession(sessionId: string, options?: CallOptions): Promise<void>;
  /** Ends every other session. UNAUTHENTICATED, INVALID_CREDENTIALS, BAD_USER_INPUT, RATE_LIMITED. */
  changePassword(input: ChangePasswordInput, options?: CallOptions): Promise<void>;
  /** Takes every resource and image along. UNAUTHENTICATED, INVALID_CREDENTIALS, RATE_LIMITED. */
  deleteAccount(password: string, options?: CallOptions): Promise<void>;
}

export function createAccounts({ execute, executeAs, session }: ClientParts): Accounts {
  /** For what needs no token, and is done whoever is logged in. */
  const executeAsNobody = executeAs(withToken(undefined));

  const keep = async (payload: TokenFieldsFragment | null): Promise<User> => {
    const logIn = given(payload);
    await session.set(tokensOf(logIn));
    return logIn.user;
  };

  /** For what changes the tokens of the log-in that it begins with. */
  const replace = async (run: (execute: Execute) => Promise<Tokens | undefined>, options: CallOptions = {}) => {
    const logIn = await session.begin();
    await logIn.replace((accessToken) => run(executeAs(withToken(accessToken))), options.signal);
  };

  return {
    register: async (input, options) => keep((await executeAsNobody(RegisterDocument, { input }, options)).register),
    logIn: async (input, options) => keep((await executeAsNobody(LogInDocument, { input }, options)).login),

    async refresh({ signal } = {}) {
      const tokens = await session.get();
      return tokens !== undefined && (await untilAborted(session.renew(tokens), signal)) !== undefined;
    },

    async logOut(options) {
      const tokens = await session.get();
      // Also where there are none: what is under way may be about to bring some.
      await session.set(undefined);
      if (!tokens) return;
      const input = { refreshToken: tokens.refreshToken };
      await executeAsNobody(LogOutDocument, { input }, { ...options, repeatable: 'anything' });
    },

    logOutEverywhere: (options) =>
      replace(async (execute) => {
        await execute(LogOutEverywhereDocument, {}, options);
        return undefined;
      }, options),

    me: async (options) => given((await execute(MeDocument, {}, options)).me),
    sessions: async (options) => given((await execute(SessionsDocument, {}, options)).sessions),
    endSession: async (sessionId, options) =>
      void (await execute(EndSessionDocument, { input: { sessionId } }, options)),

    changePassword: (input, options) =>
      replace(async (execute) => {
        const { changePassword } = await execute(ChangePasswordDocument, { input }, options);
        return tokensOf(given(changePassword));
      }, options),

    deleteAccount: (password, options) =>
      replace(async (execute) => {
        await execute(DeleteAccountDocument, { input: { password } }, options);
        return undefined;
      }, options),
  };
}

const tokensOf = ({ accessToken, refreshToken }: TokenFieldsFragment): Tokens => ({ accessToken, refreshToken });
