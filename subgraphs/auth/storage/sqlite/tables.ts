import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

const instant = (name: string) => integer(name, { mode: 'timestamp_ms' });

export const users = sqliteTable('users', {
  id: text().primaryKey(),
  username: text().notNull(),
  usernameKey: text('username_key').notNull().unique(),
  passwordHash: text('password_hash').notNull(),
  createdAt: instant('created_at').notNull(),
  /** Grows with each password, and not with another hash of the same. */
  passwordVersion: integer('password_version').notNull().default(1),
});

const ownerId = () =>
  text('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' });

/** What names are told apart by at sight. Accounts of before there was any have none until the next start. */
export const confusables = sqliteTable(
  'look_alikes',
  {
    userId: ownerId(),
    skeleton: text().notNull(),
    script: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.skeleton] }),
    index('look_alikes_by_skeleton').on(table.skeleton, table.script),
  ],
);

/** Open sessions; one that has ended is gone. */
export const sessions = sqliteTable(
  'sessions',
  {
    id: text().primaryKey(),
    userId: ownerId(),
    createdAt: instant('created_at').notNull(),
    lastUsedAt: instant('last_used_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    /** However often it is used. */
    endsAt: instant('ends_at').notNull(),
    userAgent: text('user_agent'),
    /** SHA-256 in base64url of what all its refresh tokens begin with. */
    tokenFamily: text('token_family').notNull().unique(),
  },
  (table) => [
    index('sessions_by_user').on(table.userId, table.lastUsedAt),
    index('sessions_by_expiry').on(table.expiresAt),
  ],
);

/**
 * Of each open session the refresh tokens that may still be used, those used that may be used again, and those that a
 * change of the password replaced. That another one of its family was used before needs no row.
 */
export const refreshTokens = sqliteTable(
  'refresh_tokens',
  {
    /** SHA-256 in base64url. */
    hash: text().primaryKey(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    /** Null until it is used. */
    reusableUntil: instant('reusable_until'),
    /** By a new password: it is only good for ending its session. */
    isReplaced: integer('is_replaced', { mode: 'boolean' }).notNull().default(false),
  },
  (table) => [index('refresh_tokens_by_session').on(table.sessionId)],
);

/** Security events that a subscriber has not accepted yet. */
export const outbox = sqliteTable(
  'outbox',
  {
    /** In the order in which things happened. */
    seq: integer().primaryKey({ autoIncrement: true }),
    jti: text().notNull(),
    /** By name: it may move while it is away. */
    subscriber: text().notNull(),
    userId: text('user_id').notNull(),
    /** Null where it is about the whole account. */
    sessionId: text('session_id'),
    happenedAt: instant('happened_at').notNull(),
    attempts: integer().notNull().default(0),
    /** Null where another of the same user stands before it. */
    dueAt: instant('due_at'),
  },
  (table) => [
    index('outbox_by_user').on(table.subscriber, table.userId, table.seq),
    index('outbox_by_due').on(table.subscriber, table.dueAt),
  ],
);
