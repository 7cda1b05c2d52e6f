import { fileURLToPath } from 'node:url';
import { and, eq, getTableColumns, inArray, ne, notExists, sql } from 'drizzle-orm';
import { attempt, openSqlite, placeholders } from '../../../../platform/database/sqlite.ts';
import {
  type Confusable,
  type NewUser,
  type PasswordChange,
  type ProvenAccount,
  type UserStore,
  usernameTaken,
} from '../user-store.ts';
import { createAnnounce, createSqliteOutbox } from './outbox.ts';
import { createSessionChanges, createSqliteSessions, othersOf } from './session-store.ts';
import { confusables, users } from './tables.ts';

const migrations = fileURLToPath(new URL('migrations', import.meta.url));

export interface AccountSettings {
  /** Names of those who must be told what happens to accounts. */
  subscribers: readonly string[];
}

/** Keeps accounts in a SQLite file, which is created where there is none. */
export function openSqliteUserStore(file: string, { subscribers }: AccountSettings = { subscribers: [] }): UserStore {
  const { db, ping, close } = openSqlite({ file, migrations });
  const announce = createAnnounce(db, subscribers);
  const changes = createSessionChanges(db, announce);
  const inTransaction = <Result>(run: () => Result): Result => db.transaction(run, { behavior: 'immediate' });

  const { id, username, createdAt, usernameKey, passwordHash, passwordVersion } = users;
  const withPassword = { id, username, createdAt, usernameKey, passwordHash, passwordVersion };
  const isId = eq(id, sql.placeholder('id'));
  const isKey = eq(usernameKey, sql.placeholder('usernameKey'));
  const byId = db.select({ id, username, createdAt }).from(users).where(isId).prepare();
  const byIdWithPassword = db.select(withPassword).from(users).where(isId).prepare();
  const byUsernameKey = db.select(withPassword).from(users).where(isKey).prepare();
  const insert = db
    .insert(users)
    .values(placeholders(getTableColumns(users)))
    .prepare();

  const hasLookAlike = ({ skeletons, script }: Confusable): boolean => {
    const isOfAnother = script === '' ? undefined : ne(confusables.script, script);
    const looksAlike = and(inArray(confusables.skeleton, [...skeletons]), isOfAnother);
    return db.select({ id: confusables.userId }).from(confusables).where(looksAlike).get() !== undefined;
  };

  const insertLookAlike = (userId: string, { skeletons, script }: Confusable) => {
    for (const skeleton of new Set(skeletons)) db.insert(confusables).values({ userId, skeleton, script }).run();
  };

  const isProven = ({ userId, passwordVersion: version }: ProvenAccount) =>
    and(eq(id, userId), eq(passwordVersion, version));

  const keepNew = (user: NewUser) =>
    inTransaction(() => {
      if (hasLookAlike(user)) throw usernameTaken();
      insert.run({ ...user, passwordVersion: 1 });
      insertLookAlike(user.id, user);
    });

  const changePassword = ({ sessionId, renewed, passwordHash: hash, ...account }: PasswordChange) =>
    inTransaction(() => {
      const { userId } = account;
      if (!db.select({ id }).from(users).where(isProven(account)).get()) return 'CHANGED';
      const session = changes.renew({ id: sessionId, userId }, renewed);
      if (!session) return 'ENDED';
      changes.endWhere(othersOf(userId, sessionId), renewed.lastUsedAt);
      const set = { passwordHash: hash, passwordVersion: sql`${passwordVersion} + 1` };
      db.update(users).set(set).where(isProven(account)).run();
      return session;
    });

  return {
    insert: async (user) =>
      attempt(
        () => keepNew(user),
        (cause) => {
          throw usernameTaken(cause);
        },
      ),
    findById: async (wanted) => attempt(() => byId.get({ id: wanted })),
    findWithPassword: async (wanted) => attempt(() => byIdWithPassword.get({ id: wanted })),
    findByUsernameKey: async (wanted) => attempt(() => byUsernameKey.get({ usernameKey: wanted })),

    redoHash: async (userId, { old, redone }) =>
      attempt(() => {
        const isSame = and(eq(id, userId), eq(passwordHash, old));
        db.update(users).set({ passwordHash: redone }).where(isSame).run();
      }),

    changePassword: async (change) => attempt(() => changePassword(change)),

    remove: async (account, removedAt) =>
      attempt(() =>
        inTransaction(() => {
          // Its sessions and their tokens go with it.
          if (db.delete(users).where(isProven(account)).run().changes === 0) return false;
          announce([{ type: 'account-purged', userId: account.userId }], removedAt);
          return true;
        }),
      ),

    withoutConfusable: async (limit) =>
      attempt(() => {
        const completed = db.select().from(confusables).where(eq(confusables.userId, id));
        return db.select({ id, username }).from(users).where(notExists(completed)).limit(limit).all();
      }),
    setConfusables: async (wanted) =>
      attempt(() =>
        inTransaction(() => {
          for (const [userId, lookAlike] of wanted) {
            db.delete(confusables).where(eq(confusables.userId, userId)).run();
            insertLookAlike(userId, lookAlike);
          }
        }),
      ),

    sessions: createSqliteSessions(db, changes),
    outbox: createSqliteOutbox(db),
    ping,
    close,
  };
}
