import { and, eq, getTableColumns, inArray, ne, sql } from 'drizzle-orm';
import type { Connection } from '../../../../platform/database/connection.ts';
import { placeholders } from '../../../../platform/database/sqlite.ts';
import type { NewSession, Session } from '../session-store.ts';
import type { Confusable, NewUser, VerifiedAccount } from '../user.ts';
import type { NewAccount, PasswordChange } from '../user-store.ts';
import { createEnqueue, createOutboxJobs } from './outbox.ts';
import { createSessionChanges, createSessionJobs, otherSessionsOf } from './session-store.ts';
import { confusables, users } from './tables.ts';

export type AccountJobs = ReturnType<typeof createAccountJobs>;

/** Creates all writes of accounts, their sessions and the outbox for these subscribers. */
export function createAccountJobs(connection: Connection, subscribers: readonly string[]) {
  const { db, now } = connection;
  const enqueue = createEnqueue(connection, subscribers);
  const sessionChanges = createSessionChanges(connection, enqueue);

  const { id, usernameKey, passwordHash, passwordVersion } = users;
  const selectByUsernameKey = db
    .select({ id })
    .from(users)
    .where(eq(usernameKey, sql.placeholder('usernameKey')))
    .prepare();
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

  return {
    ...createSessionJobs(connection, sessionChanges),
    ...createOutboxJobs(connection),

    insert(user: NewUser, firstSession: NewSession): NewAccount | 'USERNAME_TAKEN' {
      const isTaken = selectByUsernameKey.get({ usernameKey: user.usernameKey }) !== undefined;
      if (isTaken || hasConfusable(user)) return 'USERNAME_TAKEN';
      const createdAt = now();
      insertUser.run({ ...user, createdAt, passwordVersion: 1 });
      insertConfusables(user.id, user);
      const session = sessionChanges.insert(firstSession);
      return { user: { id: user.id, username: user.username, createdAt }, session };
    },

    changePassword(change: PasswordChange): Session | 'PASSWORD_CHANGED' | 'SESSION_ENDED' {
      const { sessionId, renewal, passwordHash: newHash, ...account } = change;
      const { userId } = account;
      if (!db.select({ id }).from(users).where(isVerified(account)).get()) return 'PASSWORD_CHANGED';
      const session = sessionChanges.renew({ id: sessionId, userId }, renewal);
      if (!session) return 'SESSION_ENDED';
      sessionChanges.endWhere(otherSessionsOf(userId, sessionId));
      const changed = { passwordHash: newHash, passwordVersion: sql`${passwordVersion} + 1` };
      db.update(users).set(changed).where(isVerified(account)).run();
      return session;
    },

    replaceHash(userId: string, { oldHash, newHash }: { oldHash: string; newHash: string }): void {
      const isUnchanged = and(eq(id, userId), eq(passwordHash, oldHash));
      db.update(users).set({ passwordHash: newHash }).where(isUnchanged).run();
    },

    remove(account: VerifiedAccount): boolean {
      // Foreign keys cascade to its sessions and refresh tokens.
      if (db.delete(users).where(isVerified(account)).run().changes === 0) return false;
      enqueue([{ type: 'account-purged', userId: account.userId }]);
      return true;
    },

    setConfusables(byUserId: ReadonlyMap<string, Confusable>): void {
      for (const [userId, confusable] of byUserId) {
        db.delete(confusables).where(eq(confusables.userId, userId)).run();
        insertConfusables(userId, confusable);
      }
    },
  };
}
