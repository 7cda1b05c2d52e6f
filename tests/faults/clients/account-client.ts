import { randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import {
  changePassword,
  deleteAccount,
  endSession,
  logIn,
  logOut,
  logOutEverywhere,
  refreshSession,
  register,
  type Tokens,
} from '../../support/graphql/accounts.ts';
import { type GraphqlResponse, type ResponseError, requestTo, requireValue } from '../../support/graphql/request.ts';
import type { ClientLedger, LedgerAccount, LedgerSession } from './ledger.ts';

export interface Account {
  username: string;
  password: string;
  record: LedgerAccount;
}

/** An open session of an account. */
export interface Login {
  session: LedgerSession;
  refreshToken: string;
}

/** Sends mutations to auth and records the answers. Rejects if no answer arrives, or an error. */
export interface AccountClient {
  /** Opens an account and its first session. */
  signUp(): Promise<{ account: Account; login: Login }>;
  logIn(account: Account): Promise<Login>;
  logOut(login: Login): Promise<void>;
  logOutEverywhere(account: Account, login: Login): Promise<void>;
  endSession(login: Login, ended: Login): Promise<void>;
  /** Ends every other session of the account. */
  changePassword(account: Account, login: Login): Promise<void>;
  /** Exchanges the refresh token for the next one. */
  refresh(login: Login): Promise<void>;
  /** Uses a refresh token, the one that came of it, and the first again, which ends the session. */
  reuse(login: Login): Promise<void>;
  deleteAccount(account: Account, login: Login): Promise<void>;
}

/** An error that auth answered with. */
export class AuthError extends Error {
  readonly code: string;

  constructor({ code, ...more }: ResponseError['extensions']) {
    super(`${code} ${JSON.stringify(more)}`);
    this.code = code;
  }
}

function dataOf<Data>({ data, errors: [error] }: GraphqlResponse<Data>): Data {
  if (error || !data) throw new AuthError(error?.extensions ?? { code: 'NONE' });
  return data;
}

export function accountClientAt(url: string, ledger: ClientLedger): AccountClient {
  const request = requestTo(url);
  const requestAs = ({ session }: Login) => requestTo(url, session.accessToken);

  const recordLogin = (record: LedgerAccount, { accessToken, refreshToken }: Tokens): Login => {
    const session: LedgerSession = { id: String(jwt.decode(accessToken, { json: true })?.sid), accessToken };
    record.sessions.push(session);
    return { session, refreshToken };
  };

  const refreshWith = async (refreshToken: string): Promise<string> =>
    requireValue(dataOf(await request(refreshSession, { input: { refreshToken } })).refreshSession).refreshToken;

  const recordEnd = async (sessions: readonly LedgerSession[], run: () => Promise<unknown>) => {
    for (const session of sessions) session.end ??= 'REQUESTED';
    await run();
    for (const session of sessions) session.end = 'CONFIRMED';
  };

  return {
    async signUp() {
      const username = `user-${randomUUID().slice(0, 18)}`;
      const password = `correct horse ${randomUUID()}`;
      const tokens = requireValue(dataOf(await request(register, { input: { username, password } })).register);
      const record: LedgerAccount = { id: tokens.user.id, sessions: [] };
      ledger.accounts.push(record);
      return { account: { username, password, record }, login: recordLogin(record, tokens) };
    },
    async logIn({ username, password, record }) {
      const { login } = dataOf(await request(logIn, { input: { username, password } }));
      return recordLogin(record, requireValue(login));
    },
    logOut: ({ session, refreshToken }) =>
      recordEnd([session], async () => dataOf(await request(logOut, { input: { refreshToken } }))),
    logOutEverywhere: ({ record }, login) =>
      recordEnd([...record.sessions], async () => dataOf(await requestAs(login)(logOutEverywhere))),
    endSession: (login, { session }) =>
      recordEnd([session], async () =>
        dataOf(await requestAs(login)(endSession, { input: { sessionId: session.id } })),
      ),
    async changePassword(account, login) {
      const input = { currentPassword: account.password, newPassword: `better horse ${randomUUID()}` };
      const others = account.record.sessions.filter((session) => session !== login.session);
      await recordEnd(others, async () => dataOf(await requestAs(login)(changePassword, { input })));
      account.password = input.newPassword;
    },
    async refresh(login) {
      login.refreshToken = await refreshWith(login.refreshToken);
    },
    async reuse({ session, refreshToken }) {
      await refreshWith(await refreshWith(refreshToken));
      await recordEnd([session], () =>
        refreshWith(refreshToken).catch((error: unknown) => {
          if (!(error instanceof AuthError) || error.code !== 'INVALID_REFRESH_TOKEN') throw error;
        }),
      );
    },
    async deleteAccount({ password, record }, login) {
      record.deletion ??= 'REQUESTED';
      dataOf(await requestAs(login)(deleteAccount, { input: { password } }));
      record.deletion = 'CONFIRMED';
    },
  };
}
