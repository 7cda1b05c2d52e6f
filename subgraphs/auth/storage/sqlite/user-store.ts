import { fileURLToPath } from 'node:url';
import { and, eq, getTableColumns, inArray, ne, notExists, sql } from 'drizzle-orm';
import type { LockWait } from '../../../../platform/database/busy-retry.ts';
import { openSqlite, placeholders } from '../../../../platform/database/sqlite.ts';
import type { NewSession } from '../session-store.ts';
import type { Confusable, NewUser, VerifiedAccount } from '../user.ts';
import type { PasswordChange, UserStore } from '../user-store.ts';
import { createEnqueue, createSqliteOutbox } from './outbox.ts';
import { createSessionChanges, createSqliteSessions, otherSessionsOf } from './session-store.ts';
import { confusables, users } from './tables.ts';

const migrations = fileURLToPath(new URL('migrations', import.meta.url));

export interface UserStoreSettings {
  /** Names of the subscribers for which security events are written into the outbox; none by default. */
  subscribers?: readonly string[];
  lockWait?: Partial<LockWait>;
}

/** Opens the SQLite file of the accounts and creates it if it is missing. */
export function openSqliteUserStore(file: string, settings: UserStoreSettings = {}): UserStore {
  const { subscribers = [], lockWait } = settings;
  const sqlite = openSqlite({ file, migrations, lockWait });
  const { db, read, write, checkHealth, close } = sqlite;
  const enqueue = createEnqueue(db, subscribers);
  const sessionChanges = createSessionChanges(db, enqueue);
  const inTransaction = <Result>(run: () => Result): Result => db.transaction(run, { behavior: 'immediate' });

  const { id, username, createdAt, usernameKey, passwordHash, passwordVersion } = users;
  const withPassword = { id, username, createdAt, usernameKey, passwordHash, passwordVersion };
  const matchesId = eq(id, sql.placeholder('id'));
  const matchesKey = eq(usernameKey, sql.placeholder('usernameKey'));
  const selectById = db.select({ id, username, createdAt }).from(users).where(matchesId).prepare();
  const selectByIdWithPassword = db.select(withPassword).from(users).where(matchesId).prepare();
  const selectByUsernameKey = db.select(withPassword).from(users).where(matchesKey).prepare();
  const insertUser = db
    .insert(users)
    .values(placeholders(getTableColumns(users)))
    .prepare();

  const hasConfusable = ({ skeletons, script }: Confusable): boolean => {
    const otherScript = script === '' ? undefined : ne(confusables.script, script);
    const isConfusable = and(inArray(confusables.skeleton, [...skeletons]), otherScript);
    return db.select({ id: confusables.userId }).from(confusables).where(isConfusable).get() !== undefined;
  };

  const insertConfusables = (userId: string, { skeletons, script }: Confusable) => {
    for (const skeleton of new Set(skeletons)) db.insert(confusables).values({ userId, skeleton, script }).run();
  };

  const isVerified = ({ userId, passwordVersion: version }: VerifiedAccount) =>
    and(eq(id, userId), eq(passwordVersion, version));

  const insert = (user: NewUser, firstSession: NewSession) =>
    inTransaction(() => {
      const isTaken = selectByUsernameKey.get({ usernameKey: user.usernameKey }) !== undefined;
      if (isTaken || hasConfusable(user)) return 'USERNAME_TAKEN';
      insertUser.run({ ...user, passwordVersion: 1 });
      insertConfusables(user.id, user);
      sessionChanges.insert(firstSession);
      return 'INSERTED';
    });

  const changePassword = ({ sessionId, renewed, passwordHash: newHash, ...account }: PasswordChange) =>
    inTransaction(() => {
      const { userId } = account;
      if (!db.select({ id }).from(users).where(isVerified(account)).get()) return 'PASSWORD_CHANGED';
      const session = sessionChanges.renew({ id: sessionId, userId }, renewed);
      if (!session) return 'SESSION_ENDED';
      sessionChanges.endWhere(otherSessionsOf(userId, sessionId), renewed.lastUsedAt);
      const changed = { passwordHash: newHash, passwordVersion: sql`${passwordVersion} + 1` };
      db.update(users).set(changed).where(isVerified(account)).run();
      return session;
    });

  return {
    insert: async (user, firstSession) => write(() => insert(user, firstSession)),
    findById: async (wanted) => read(() => selectById.get({ id: wanted })),
    findWithPassword: async (wanted) => read(() => selectByIdWithPassword.get({ id: wanted })),
    findByUsernameKey: async (wanted) => read(() => selectByUsernameKey.get({ usernameKey: wanted })),

    replaceHash: async (userId, { oldHash, newHash }) =>
      write(() => {
        const isUnchanged = and(eq(id, userId), eq(passwordHash, oldHash));
        db.update(users).set({ passwordHash: newHash }).where(isUnchanged).run();
      }),

    changePassword: async (change) => write(() => changePassword(change)),

    remove: async (account, removedAt) =>
      write(() =>
        inTransaction(() => {
          // Foreign keys cascade to its sessions and refresh tokens.
          if (db.delete(users).where(isVerified(account)).run().changes === 0) return false;
          enqueue([{ type: 'account-purged', userId: account.userId }], removedAt);
          return true;
        }),
      ),

    findWithoutConfusables: async (limit) =>
      read(() => {
        const ofUser = db.select().from(confusables).where(eq(confusables.userId, id));
        return db.select({ id, username }).from(users).where(notExists(ofUser)).limit(limit).all();
      }),
    setConfusables: async (byUserId) =>
      write(() =>
        inTransaction(() => {
          for (const [userId, confusable] of byUserId) {
            db.delete(confusables).where(eq(confusables.userId, userId)).run();
            insertConfusables(userId, confusable);
          }
        }),
      ),

    sessions: createSqliteSessions(sqlite, sessionChanges),
    outbox: createSqliteOutbox(sqlite),
    checkHealth,
    close,
  };
}
