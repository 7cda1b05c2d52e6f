import { and, eq, getTableColumns, ne, or, sql } from 'drizzle-orm';
import type { Connection } from '../../../../platform/database/connection.ts';
import { placeholders } from '../../../../platform/database/sqlite.ts';
import type { NewSession, Session } from '../session-store.ts';
import type { NewUser, Skeletons, VerifiedAccount } from '../user.ts';
import type { NewAccount, PasswordChange } from '../user-store.ts';
import { createEnqueue, createOutboxJobs } from './outbox.ts';
import { createPersonalAccessTokenJobs } from './personal-access-tokens.ts';
import { createSessionChanges, createSessionJobs, otherSessionsOf } from './session-store.ts';
import { skeletons, users } from './tables.ts';

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

  const hasConfusable = ({ list }: Skeletons): boolean => {
    const shares = list.map(({ text, script }) =>
      and(eq(skeletons.skeleton, text), script === '' ? undefined : ne(skeletons.script, script)),
    );
    return (
      shares.length > 0 &&
      db
        .select()
        .from(skeletons)
        .where(or(...shares))
        .get() !== undefined
    );
  };

  const insertSkeletons = (userId: string, { list }: Skeletons) => {
    const rows = list.map(({ text: skeleton, script }) => ({ userId, skeleton, script }));
    if (rows.length > 0) db.insert(skeletons).values(rows).run();
  };

  const isVerified = ({ userId, passwordVersion: version }: VerifiedAccount) =>
    and(eq(id, userId), eq(passwordVersion, version));

  return {
    ...createSessionJobs(connection, sessionChanges),
    ...createOutboxJobs(connection),
    ...createPersonalAccessTokenJobs(connection, enqueue),

    insert(user: NewUser, firstSession: NewSession): NewAccount | 'USERNAME_TAKEN' {
      const isTaken = selectByUsernameKey.get({ usernameKey: user.usernameKey }) !== undefined;
      if (isTaken || hasConfusable(user.skeletons)) return 'USERNAME_TAKEN';
      const createdAt = now();
      insertUser.run({ ...user, createdAt, passwordVersion: 1, skeletonVersion: user.skeletons.version });
      insertSkeletons(user.id, user.skeletons);
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
      // Foreign keys cascade to its sessions, refresh tokens and personal access tokens.
      if (db.delete(users).where(isVerified(account)).run().changes === 0) return false;
      enqueue([{ type: 'account-purged', userId: account.userId }]);
      return true;
    },

    setSkeletons(byUserId: ReadonlyMap<string, Skeletons>): void {
      for (const [userId, computed] of byUserId) {
        db.delete(skeletons).where(eq(skeletons.userId, userId)).run();
        const { changes } = db.update(users).set({ skeletonVersion: computed.version }).where(eq(id, userId)).run();
        // The account may have been deleted since it was found.
        if (changes === 1) insertSkeletons(userId, computed);
      }
    },
  };
}
