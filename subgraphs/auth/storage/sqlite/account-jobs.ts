import { and, eq, getTableColumns, inArray, ne, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { placeholders } from '../../../../platform/database/sqlite.ts';
import type { NewSession, Session } from '../session-store.ts';
import type { Confusable, NewUser, VerifiedAccount } from '../user.ts';
import type { PasswordChange } from '../user-store.ts';
import { createEnqueue, createOutboxJobs } from './outbox.ts';
import { createSessionChanges, createSessionJobs, otherSessionsOf } from './session-store.ts';
import { confusables, users } from './tables.ts';

export type AccountJobs = ReturnType<typeof createAccountJobs>;

/** Creates all writes of accounts, their sessions and the outbox for these subscribers. */
export function createAccountJobs(db: BetterSQLite3Database, subscribers: readonly string[]) {
  const enqueue = createEnqueue(db, subscribers);
  const sessionChanges = createSessionChanges(db, enqueue);

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
    ...createSessionJobs(db, sessionChanges),
    ...createOutboxJobs(db),

    insert(user: NewUser, firstSession: NewSession): 'INSERTED' | 'USERNAME_TAKEN' {
      const isTaken = selectByUsernameKey.get({ usernameKey: user.usernameKey }) !== undefined;
      if (isTaken || hasConfusable(user)) return 'USERNAME_TAKEN';
      insertUser.run({ ...user, passwordVersion: 1 });
      insertConfusables(user.id, user);
      sessionChanges.insert(firstSession);
      return 'INSERTED';
    },

    changePassword(change: PasswordChange): Session | 'PASSWORD_CHANGED' | 'SESSION_ENDED' {
      const { sessionId, renewed, passwordHash: newHash, ...account } = change;
      const { userId } = account;
      if (!db.select({ id }).from(users).where(isVerified(account)).get()) return 'PASSWORD_CHANGED';
      const session = sessionChanges.renew({ id: sessionId, userId }, renewed);
      if (!session) return 'SESSION_ENDED';
      sessionChanges.endWhere(otherSessionsOf(userId, sessionId), renewed.lastUsedAt);
      const changed = { passwordHash: newHash, passwordVersion: sql`${passwordVersion} + 1` };
      db.update(users).set(changed).where(isVerified(account)).run();
      return session;
    },

    replaceHash(userId: string, { oldHash, newHash }: { oldHash: string; newHash: string }): void {
      const isUnchanged = and(eq(id, userId), eq(passwordHash, oldHash));
      db.update(users).set({ passwordHash: newHash }).where(isUnchanged).run();
    },

    remove(account: VerifiedAccount, removedAt: Date): boolean {
      // Foreign keys cascade to its sessions and refresh tokens.
      if (db.delete(users).where(isVerified(account)).run().changes === 0) return false;
      enqueue([{ type: 'account-purged', userId: account.userId }], removedAt);
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
