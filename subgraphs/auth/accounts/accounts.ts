import { randomUUID } from 'node:crypto';
import { throwIfInvalid } from '../../../platform/api-error.ts';
import type { Signal } from '../../../platform/async/signal.ts';
import type { ClientInfo } from '../../../platform/http/client-info.ts';
import type { Logger } from '../../../platform/process/logger.ts';
import type { Viewer } from '../../../platform/tokens/access-token.ts';
import { sessionEnded } from '../../../platform/tokens/token-errors.ts';
import type { Passwords } from '../passwords/passwords.ts';
import type { Throttle } from '../rate-limiting/throttle.ts';
import type { AuthResult, Sessions } from '../sessions/sessions.ts';
import type { User, UserWithPassword } from '../storage/user.ts';
import type { UserStore } from '../storage/user-store.ts';
import { skeletonsOf } from '../usernames/confusables.ts';
import { normaliseUsername, usernameKey, validateUsername } from '../usernames/usernames.ts';
import { invalidCredentials, usernameTaken, wrongPassword } from './errors.ts';

export interface Credentials {
  username: string;
  password: string;
}

export interface PasswordInput {
  currentPassword: string;
  newPassword: string;
}

/** The client that a rule runs for. */
export interface Caller extends ClientInfo {
  /** Aborts when nobody waits for the result any more. */
  abandoned?: Signal | undefined;
}

/**
 * The rules about accounts. Each method lists the codes of the ApiErrors that it throws; one with a password also throws
 * the reason of `abandoned`, before it has changed anything.
 */
export interface Accounts {
  /** BAD_USER_INPUT, USERNAME_TAKEN, RATE_LIMITED. */
  register(credentials: Credentials, caller: Caller): Promise<AuthResult>;
  /** INVALID_CREDENTIALS, RATE_LIMITED. */
  logIn(credentials: Credentials, caller: Caller): Promise<AuthResult>;
  /** UNAUTHENTICATED, INVALID_CREDENTIALS, BAD_USER_INPUT, RATE_LIMITED. */
  changePassword(viewer: Viewer, input: PasswordInput, caller: Caller): Promise<AuthResult>;
  /** UNAUTHENTICATED, INVALID_CREDENTIALS, RATE_LIMITED. */
  deleteAccount(viewer: Viewer, password: string, caller: Caller): Promise<void>;
  /** UNAUTHENTICATED if the account is gone. */
  me(viewerId: string): Promise<User>;
  /** Returns one entry per id, in the same order: undefined unless the account exists and is the viewer's own. */
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

  /** Verifies the viewer's password before `run`. */
  const withVerifiedPassword = async <Result>(
    viewer: Viewer,
    { password, caller }: { password: string; caller: Caller },
    run: (account: UserWithPassword) => Promise<Result>,
  ): Promise<Result> => {
    const account = await store.findWithPassword(viewer.id);
    if (!account) throw sessionEnded();
    return throttle.passwordAttempt({ account: account.usernameKey, address: caller.address }, async () => {
      if (!(await passwords.matches(password, account.passwordHash, caller))) throw wrongPassword();
      return run(account);
    });
  };

  /** The error if a concurrent request changed the password, or deleted the account, after it was verified. */
  const changedMeanwhile = async (viewerId: string) =>
    (await store.findById(viewerId)) ? wrongPassword() : sessionEnded();

  /** Rehashes a password after BCRYPT_COST was raised. A failure does not prevent the log-in. */
  const rehash = async ({ id, passwordHash: oldHash }: UserWithPassword, password: string, address: string) => {
    if (!passwords.needsRehash(oldHash)) return;
    try {
      await store.replaceHash(id, { oldHash, newHash: await passwords.hash(password, { address }) });
    } catch (err) {
      log.warn({ userId: id, err }, 'password could not be rehashed; trying again at the next log-in');
    }
  };

  return {
    async register({ username: typedUsername, password }, caller) {
      const { address, userAgent } = caller;
      const username = normaliseUsername(typedUsername);
      const passwordIssues = passwords.validate(password, { username, field: 'password' });
      throwIfInvalid([...validateUsername(username), ...passwordIssues]);
      return throttle.registration(address, async () => {
        const key = usernameKey(username);
        if (await store.findByUsernameKey(key)) throw usernameTaken();
        const passwordHash = await passwords.hash(password, caller);
        const user = { id: randomUUID(), username, usernameKey: key, passwordHash };
        const { session, refreshToken } = sessions.create(user.id, userAgent);
        const inserted = await store.insert({ ...user, skeletons: skeletonsOf(username) }, session);
        if (inserted === 'USERNAME_TAKEN') throw usernameTaken();
        return sessions.createResult(inserted.user, inserted.session, refreshToken);
      });
    },

    async logIn({ username, password }, caller) {
      const { address, userAgent } = caller;
      const key = usernameKey(username);
      return throttle.passwordAttempt({ account: key, address }, async () => {
        const account = await store.findByUsernameKey(key);
        const matches = await passwords.matches(password, account?.passwordHash, caller);
        if (!account || !matches) throw invalidCredentials();
        await rehash(account, password, address);
        const result = await sessions.open(account, userAgent);
        if (!result) throw invalidCredentials();
        return result;
      });
    },

    async changePassword(viewer, { currentPassword, newPassword }, caller) {
      const { username } = await findViewer(viewer.id);
      throwIfInvalid(passwords.validate(newPassword, { username, field: 'newPassword' }));
      return withVerifiedPassword(viewer, { password: currentPassword, caller }, async (account) => {
        const passwordHash = await passwords.hash(newPassword, caller);
        const { refreshToken, renewal } = sessions.createRenewal();
        const verified = { userId: account.id, passwordVersion: account.passwordVersion };
        const change = { ...verified, passwordHash, sessionId: viewer.sessionId, renewal };
        const session = await store.changePassword(change);
        if (session === 'SESSION_ENDED') throw sessionEnded();
        if (session === 'PASSWORD_CHANGED') throw await changedMeanwhile(viewer.id);
        return sessions.createResult(account, session, refreshToken);
      });
    },

    async deleteAccount(viewer, password, caller) {
      await withVerifiedPassword(viewer, { password, caller }, async ({ id: userId, passwordVersion }) => {
        if (!(await store.remove({ userId, passwordVersion }))) throw await changedMeanwhile(userId);
      });
    },

    me: findViewer,

    async findMany(viewerId, ids) {
      const own = ids.includes(viewerId) ? await store.findById(viewerId) : undefined;
      return ids.map((id) => (id === viewerId ? own : undefined));
    },
  };
}
