import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

const instant = (name: string) => integer(name, { mode: 'timestamp_ms' });

export const users = sqliteTable(
  'users',
  {
    id: text().primaryKey(),
    username: text().notNull(),
    usernameKey: text('username_key').notNull().unique(),
    passwordHash: text('password_hash').notNull(),
    createdAt: instant('created_at').notNull(),
    /** Grows with each password, and not with another hash of the same. */
    passwordVersion: integer('password_version').notNull().default(1),
    /** Null in accounts of before there were look-alikes, until the next start. */
    skeleton: text(),
    script: text(),
  },
  (table) => [index('users_by_skeleton').on(table.skeleton)],
);

const ownerId = () =>
  text('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' });

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
  },
  (table) => [
    index('sessions_by_user').on(table.userId, table.lastUsedAt),
    index('sessions_by_expiry').on(table.expiresAt),
  ],
);

/** All that were ever given to an open session, as a second use of one tells that it was stolen. */
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
    dueAt: instant('due_at').notNull(),
  },
  (table) => [
    index('outbox_by_seq').on(table.subscriber, table.seq),
    index('outbox_by_user').on(table.subscriber, table.userId, table.seq),
  ],
);
