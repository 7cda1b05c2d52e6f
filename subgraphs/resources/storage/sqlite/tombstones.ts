import { eq, type SQLWrapper, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { tombstones } from './tables.ts';

/** Whether an account is purged. Within an immediate transaction it stays as it was answered. */
export function prepareIsPurged(db: BetterSQLite3Database): (userId: string) => boolean {
  const one = db
    .select({ isPending: tombstones.isPending })
    .from(tombstones)
    .where(eq(tombstones.userId, sql.placeholder('userId')))
    .prepare();
  return (userId) => one.get({ userId }) !== undefined;
}

/** The fence inside a statement: nothing is written of an owner whose account is purged. */
export const isOwnerLeft = (ownerId: SQLWrapper) =>
  sql`NOT EXISTS (SELECT 1 FROM tombstones WHERE tombstones.user_id = ${ownerId})`;
