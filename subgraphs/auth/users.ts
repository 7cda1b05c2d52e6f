import { randomUUID } from 'node:crypto';
import { Refusal, refuseProblems } from '../../runtime/refusal.ts';
import { type Passwords, passwordProblems } from './passwords.ts';
import { type User, type UserStore, usernameTaken } from './storage/user-store.ts';
import type { AccessToken, IssueToken } from './tokens.ts';
import { normaliseUsername, usernameKey, usernameProblems } from './usernames.ts';

export interface Credentials {
  username: string;
  password: string;
}

/** An account that was logged in. */
export interface LoggedIn extends AccessToken {
  user: User;
}

/** The rules about accounts. */
export interface Users {
  /** BAD_USER_INPUT, USERNAME_TAKEN. */
  register(credentials: Credentials): Promise<LoggedIn>;
  /** INVALID_CREDENTIALS. */
  logIn(credentials: Credentials): Promise<LoggedIn>;
  /** UNAUTHENTICATED where the account that the token speaks for is gone. */
  me(viewerId: string): Promise<User>;
  /** One for each id and in their order: undefined where there is none by that id or it is somebody else's. */
  findMany(viewerId: string, ids: readonly string[]): Promise<(User | undefined)[]>;
}

export function createUsers({
  store,
  passwords,
  issueToken,
}: {
  store: UserStore;
  passwords: Passwords;
  issueToken: IssueToken;
}): Users {
  const logInAs = (user: User): LoggedIn => ({ ...issueToken(user), user });

  return {
    async register({ username: asWritten, password }) {
      const username = normaliseUsername(asWritten);
      refuseProblems([...usernameProblems(username), ...passwordProblems(password)]);
      const key = usernameKey(username);
      if (await store.findByUsernameKey(key)) throw usernameTaken();
      const user = { id: randomUUID(), username, createdAt: new Date() };
      await store.insert({ ...user, usernameKey: key, passwordHash: await passwords.hash(password) });
      return logInAs(user);
    },

    async logIn({ username, password }) {
      const found = await store.findByUsernameKey(usernameKey(username));
      const matches = await passwords.matches(password, found?.passwordHash);
      if (!found || !matches) throw invalidCredentials();
      const { passwordHash, ...user } = found;
      return logInAs(user);
    },

    async me(viewerId) {
      const user = await store.findById(viewerId);
      if (!user) throw accountGone();
      return user;
    },

    async findMany(viewerId, ids) {
      const own = ids.includes(viewerId) ? await store.findById(viewerId) : undefined;
      return ids.map((id) => (id === viewerId ? own : undefined));
    },
  };
}

function invalidCredentials(): Refusal {
  return new Refusal({ code: 'INVALID_CREDENTIALS' }, 'The username or the password is wrong.');
}

function accountGone(): Refusal {
  const message = 'The account of this access token is gone: register, or log in to another.';
  return new Refusal({ code: 'UNAUTHENTICATED', reason: 'INVALID' }, message);
}
