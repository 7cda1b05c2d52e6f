import { randomUUID } from 'node:crypto';
import { sessionEnded, throwIfInvalid } from '../../../platform/api-error.ts';
import type { ClientInfo } from '../../../platform/http/client-info.ts';
import type { Logger } from '../../../platform/process/logger.ts';
import type { Viewer } from '../../../platform/tokens/access-token.ts';
import { invalidCredentials, wrongPassword } from '../errors.ts';
import type { Passwords } from '../passwords/passwords.ts';
import type { Throttle } from '../rate-limiting/throttle.ts';
import type { LoggedIn, Sessions } from '../sessions/sessions.ts';
import { type User, type UserStore, type UserWithPassword, usernameTaken } from '../storage/user-store.ts';
import { confusableOf, normaliseUsername, usernameKey, usernameProblems } from './usernames.ts';

export interface Credentials {
  username: string;
  password: string;
}

export interface PasswordInput {
  currentPassword: string;
  newPassword: string;
}

/** The rules about accounts. */
export interface Accounts {
  /** BAD_USER_INPUT, USERNAME_TAKEN, RATE_LIMITED. */
  register(credentials: Credentials, client: ClientInfo): Promise<LoggedIn>;
  /** INVALID_CREDENTIALS, RATE_LIMITED. */
  logIn(credentials: Credentials, client: ClientInfo): Promise<LoggedIn>;
  /** UNAUTHENTICATED, INVALID_CREDENTIALS, BAD_USER_INPUT, RATE_LIMITED. */
  changePassword(viewer: Viewer, input: PasswordInput, client: ClientInfo): Promise<LoggedIn>;
  /** UNAUTHENTICATED, INVALID_CREDENTIALS, RATE_LIMITED. */
  deleteAccount(viewer: Viewer, password: string, client: ClientInfo): Promise<void>;
  /** UNAUTHENTICATED where the account is gone. */
  me(viewerId: string): Promise<User>;
  /** One for each id and in their order: undefined where there is none by that id or it is somebody else's. */
  findMany(viewerId: string, ids: readonly string[]): Promise<(User | undefined)[]>;
}

export interface AccountsParts {
  store: UserStore;
  sessions: Sessions;
  passwords: Passwords;
  throttle: Throttle;
  log: Logger;
}

export function createAccounts({ store, sessions, passwords, throttle, log }: AccountsParts): Accounts {
  const findViewer = async (viewerId: string): Promise<User> => {
    const user = await store.findById(viewerId);
    if (!user) throw sessionEnded();
    return user;
  };

  /** Runs what only the owner of an account may do. */
  const asOwner = async <Result>(
    viewer: Viewer,
    { password, address }: { password: string; address: string },
    run: (account: UserWithPassword) => Promise<Result>,
  ): Promise<Result> => {
    const account = await store.findWithPassword(viewer.id);
    if (!account) throw sessionEnded();
    return throttle.guess({ account: account.usernameKey, address }, async () => {
      if (!(await passwords.matches(password, account.passwordHash, address))) throw wrongPassword();
      return run(account);
    });
  };

  /** What an account is refused with that was not, any more, what it was when its password was proven. */
  const overtaken = async (viewerId: string) => ((await store.findById(viewerId)) ? wrongPassword() : sessionEnded());

  /** Where each hash shall cost more than it did. What keeps it from being redone keeps nobody from logging in. */
  const redoHash = async ({ id, passwordHash: old }: UserWithPassword, password: string, address: string) => {
    if (!passwords.isOutdated(old)) return;
    try {
      await store.redoHash(id, { old, redone: await passwords.hash(password, address) });
    } catch (err) {
      log.warn({ userId: id, err }, 'hash not redone yet');
    }
  };

  return {
    async register({ username: asWritten, password }, { address, userAgent }) {
      const username = normaliseUsername(asWritten);
      const about = { username, field: 'password' };
      throwIfInvalid([...usernameProblems(username), ...passwords.problems(password, about)]);
      return throttle.registration(address, async () => {
        const key = usernameKey(username);
        if (await store.findByUsernameKey(key)) throw usernameTaken();
        const passwordHash = await passwords.hash(password, address);
        const user = { id: randomUUID(), username, createdAt: new Date(), usernameKey: key, passwordHash };
        await store.insert({ ...user, ...confusableOf(username) });
        const loggedIn = await sessions.open({ ...user, passwordVersion: 1 }, userAgent);
        if (!loggedIn) throw invalidCredentials();
        return loggedIn;
      });
    },

    async logIn({ username, password }, { address, userAgent }) {
      const account = usernameKey(username);
      return throttle.guess({ account, address }, async () => {
        const found = await store.findByUsernameKey(account);
        const matches = await passwords.matches(password, found?.passwordHash, address);
        if (!found || !matches) throw invalidCredentials();
        await redoHash(found, password, address);
        const loggedIn = await sessions.open(found, userAgent);
        if (!loggedIn) throw invalidCredentials();
        return loggedIn;
      });
    },

    async changePassword(viewer, { currentPassword, newPassword }, { address }) {
      const { username } = await findViewer(viewer.id);
      throwIfInvalid(passwords.problems(newPassword, { username, field: 'newPassword' }));
      return asOwner(viewer, { password: currentPassword, address }, async (account) => {
        const passwordHash = await passwords.hash(newPassword, address);
        const { refreshToken, renewed } = sessions.renewal();
        const proven = { userId: account.id, passwordVersion: account.passwordVersion };
        const change = { ...proven, passwordHash, sessionId: viewer.sessionId, renewed };
        const session = await store.changePassword(change);
        if (session === 'ENDED') throw sessionEnded();
        if (session === 'CHANGED') throw await overtaken(viewer.id);
        return sessions.loggedIn(account, session, refreshToken);
      });
    },

    async deleteAccount(viewer, password, { address }) {
      await asOwner(viewer, { password, address }, async ({ id: userId, passwordVersion }) => {
        if (!(await store.remove({ userId, passwordVersion }, new Date()))) throw await overtaken(userId);
      });
    },

    me: findViewer,

    async findMany(viewerId, ids) {
      const own = ids.includes(viewerId) ? await store.findById(viewerId) : undefined;
      return ids.map((id) => (id === viewerId ? own : undefined));
    },
  };
}
