import { randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { createAsk, type ShownError } from '../ask.ts';
import type { Told, ToldAccount, ToldSession } from './told.ts';

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

export function accountsAt(url: string, told: Told): Accounts {
  const ask = async <Data>(query: string, input?: object, login?: Login): Promise<Data> => {
    const { data, errors } = await createAsk(url, login?.session.accessToken)<Data>(query, input && { input });
    const [error] = errors;
    if (error || !data) throw new RefusedByAuth(error?.extensions ?? { code: 'NONE' });
    return data;
  };

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
      const { register } = await ask<{ register: Tokens }>(registration, { username, password });
      const account: ToldAccount = { id: register.user.id, sessions: [] };
      told.accounts.push(account);
      return { person: { username, password, told: account }, login: keepLogin(account, register) };
    },
    async logIn({ username, password, told: account }) {
      const { login } = await ask<{ login: Tokens }>(logIn, { username, password });
      return keepLogin(account, login);
    },
    logOut: ({ session, refreshToken }) => ending([session], () => ask(logOut, { refreshToken })),
    logOutEverywhere: (person, login) =>
      ending([...person.told.sessions], () => ask(logOutEverywhere, undefined, login)),
    endSession: (login, { session }) => ending([session], () => ask(endSession, { sessionId: session.id }, login)),
    async changePassword(person, login) {
      const input = { currentPassword: person.password, newPassword: `better horse ${randomUUID()}` };
      const others = person.told.sessions.filter((session) => session !== login.session);
      await ending(others, () => ask(changePassword, input, login));
      person.password = input.newPassword;
    },
    async reuse({ session, refreshToken }) {
      await ask(refresh, { refreshToken });
      await ending([session], () =>
        ask(refresh, { refreshToken }).catch((error: unknown) => {
          if (!(error instanceof RefusedByAuth) || error.code !== 'INVALID_REFRESH_TOKEN') throw error;
        }),
      );
    },
    async deleteAccount({ password, told: account }, login) {
      account.deletion ??= 'ASKED';
      await ask(deleteAccount, { password }, login);
      account.deletion = 'DONE';
    },
  };
}

interface Tokens {
  accessToken: string;
  refreshToken: string;
  user: { id: string };
}

const tokens = '{ accessToken refreshToken user { id } }';
const registration = `mutation ($input: RegisterInput!) { register(input: $input) ${tokens} }`;
const logIn = `mutation ($input: LoginInput!) { login(input: $input) ${tokens} }`;
const refresh = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) ${tokens} }`;
const logOut = 'mutation ($input: LogoutInput!) { logout(input: $input) { loggedOut } }';
const logOutEverywhere = 'mutation { logoutEverywhere { loggedOut } }';
const endSession = 'mutation ($input: EndSessionInput!) { endSession(input: $input) { loggedOut } }';
const changePassword = `mutation ($input: ChangePasswordInput!) { changePassword(input: $input) ${tokens} }`;
const deleteAccount = 'mutation ($input: DeleteAccountInput!) { deleteAccount(input: $input) { deletedUserId } }';
