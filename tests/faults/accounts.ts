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
} from '../support/accounts.ts';
import { type Answer, createAsk, given, type ShownError } from '../support/ask.ts';
import type { Told, ToldAccount, ToldSession } from './client-ledger.ts';

/** Somebody who has an account. */
export interface Person {
  username: string;
  password: string;
  told: ToldAccount;
}

/** One session of somebody's. */
export interface Login {
  session: ToldSession;
  refreshToken: string;
}

/** Clients of auth, who keep in mind what they are told. What is not answered rejects, as every other error does. */
export interface Accounts {
  /** Opens an account, which is logged in. */
  signUp(): Promise<{ person: Person; login: Login }>;
  logIn(person: Person): Promise<Login>;
  logOut(login: Login): Promise<void>;
  logOutEverywhere(person: Person, login: Login): Promise<void>;
  endSession(login: Login, ended: Login): Promise<void>;
  /** Ends every session but this one. */
  changePassword(person: Person, login: Login): Promise<void>;
  /** Trades a refresh token for the second time, which ends its session. */
  reuse(login: Login): Promise<void>;
  deleteAccount(person: Person, login: Login): Promise<void>;
}

/** An error that auth answered with. */
export class RefusedByAuth extends Error {
  readonly code: string;

  constructor({ code, ...more }: ShownError['extensions']) {
    super(`${code} ${JSON.stringify(more)}`);
    this.code = code;
  }
}

/** Of an answer without errors. */
function dataOf<Data>({ data, errors: [error] }: Answer<Data>): Data {
  if (error || !data) throw new RefusedByAuth(error?.extensions ?? { code: 'NONE' });
  return data;
}

export function accountsAt(url: string, told: Told): Accounts {
  const ask = createAsk(url);
  const askAs = ({ session }: Login) => createAsk(url, session.accessToken);

  const keepLogin = (account: ToldAccount, { accessToken, refreshToken }: Tokens): Login => {
    const session: ToldSession = { id: String(jwt.decode(accessToken, { json: true })?.sid), accessToken };
    account.sessions.push(session);
    return { session, refreshToken };
  };

  const ending = async (sessions: readonly ToldSession[], run: () => Promise<unknown>) => {
    for (const session of sessions) session.end ??= 'ASKED';
    await run();
    for (const session of sessions) session.end = 'DONE';
  };

  return {
    async signUp() {
      const username = `person-${randomUUID().slice(0, 18)}`;
      const password = `correct horse ${randomUUID()}`;
      const tokens = given(dataOf(await ask(register, { input: { username, password } })).register);
      const account: ToldAccount = { id: tokens.user.id, sessions: [] };
      told.accounts.push(account);
      return { person: { username, password, told: account }, login: keepLogin(account, tokens) };
    },
    async logIn({ username, password, told: account }) {
      const { login } = dataOf(await ask(logIn, { input: { username, password } }));
      return keepLogin(account, given(login));
    },
    logOut: ({ session, refreshToken }) =>
      ending([session], async () => dataOf(await ask(logOut, { input: { refreshToken } }))),
    logOutEverywhere: (person, login) =>
      ending([...person.told.sessions], async () => dataOf(await askAs(login)(logOutEverywhere))),
    endSession: (login, { session }) =>
      ending([session], async () => dataOf(await askAs(login)(endSession, { input: { sessionId: session.id } }))),
    async changePassword(person, login) {
      const input = { currentPassword: person.password, newPassword: `better horse ${randomUUID()}` };
      const others = person.told.sessions.filter((session) => session !== login.session);
      await ending(others, async () => dataOf(await askAs(login)(changePassword, { input })));
      person.password = input.newPassword;
    },
    async reuse({ session, refreshToken }) {
      const trade = async () => dataOf(await ask(refreshSession, { input: { refreshToken } }));
      await trade();
      await ending([session], () =>
        trade().catch((error: unknown) => {
          if (!(error instanceof RefusedByAuth) || error.code !== 'INVALID_REFRESH_TOKEN') throw error;
        }),
      );
    },
    async deleteAccount({ password, told: account }, login) {
      account.deletion ??= 'ASKED';
      dataOf(await askAs(login)(deleteAccount, { input: { password } }));
      account.deletion = 'DONE';
    },
  };
}
