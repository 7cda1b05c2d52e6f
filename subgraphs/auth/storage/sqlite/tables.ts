import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

const instant = (name: string) => integer(name, { mode: 'timestamp_ms' });

export const users = sqliteTable('users', {
  id: text().primaryKey(),
  username: text().notNull(),
  usernameKey: text('username_key').notNull().unique(),
  passwordHash: text('password_hash').notNull(),
  createdAt: instant('created_at').notNull(),
  /** Incremented with each new password, but not when the same password is rehashed. */
  passwordVersion: integer('password_version').notNull().default(1),
  /** The version of its skeletons. */
  skeletonVersion: integer('skeleton_version').notNull().default(1),
});

const ownerId = () =>
  text('user_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' });

/** Skeletons of usernames (UTS 39). Accounts without those of the present version get them at the next start. */
export const skeletons = sqliteTable(
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

/** Open sessions; ended ones are deleted. */
export const sessions = sqliteTable(
  'sessions',
  {
    id: text().primaryKey(),
    userId: ownerId(),
    createdAt: instant('created_at').notNull(),
    lastUsedAt: instant('last_used_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    /** When the session ends, however often it is used. */
    endsAt: instant('ends_at').notNull(),
    userAgent: text('user_agent'),
    /** SHA-256, in base64url, of the prefix that all its refresh tokens share. */
    tokenFamily: text('token_family').notNull().unique(),
  },
  (table) => [
    index('sessions_by_user').on(table.userId, table.lastUsedAt),
    index('sessions_by_expiry').on(table.expiresAt),
  ],
);

/**
 * Refresh tokens of open sessions: unused ones, used ones that may still be used again, and those that a change of the
 * password replaced. Used tokens need no row after that: their family tells that they were used.
 */
export const refreshTokens = sqliteTable(
  'refresh_tokens',
  {
    /** SHA-256 in base64url. */
    hash: text().primaryKey(),
    sessionId: text('session_id')
      .notNull()
      .references(() => sessions.id, { onDelete: 'cascade' }),
    /** The end of the grace period; null until the first use. */
    reusableUntil: instant('reusable_until'),
    /**
     * Until when it may be used after its grace period; null before its first use, and as soon as a token that came of it
     * is used.
     */
    retryableUntil: instant('retryable_until'),
    /** The token that it came of; null for the first of a session. */
    parentHash: text('parent_hash'),
    /** Replaced by a change of the password: can only end its session. */
    isReplaced: integer('is_replaced', { mode: 'boolean' }).notNull().default(false),
  },
  (table) => [index('refresh_tokens_by_session').on(table.sessionId)],
);

/** Personal access tokens; revoked ones are deleted. */
export const personalAccessTokens = sqliteTable(
  'personal_access_tokens',
  {
    id: text().primaryKey(),
    userId: ownerId(),
    name: text().notNull(),
    scopes: text({ mode: 'json' }).$type<string[]>().notNull(),
    /** SHA-256 in base64url. */
    hash: text().notNull().unique(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    /** To the minute. */
    lastUsedAt: instant('last_used_at'),
  },
  (table) => [
    index('personal_access_tokens_by_user').on(table.userId, table.createdAt),
    index('personal_access_tokens_by_expiry').on(table.expiresAt),
  ],
);

/** Security events that a subscriber has not accepted yet. */
export const outbox = sqliteTable(
  'outbox',
  {
    /** Sequence number, in the order of the events. */
    seq: integer().primaryKey({ autoIncrement: true }),
    jti: text().notNull(),
    /** By name, as its URL may change. */
    subscriber: text().notNull(),
    userId: text('user_id').notNull(),
    /** Null if the event concerns the whole account. */
    sessionId: text('session_id'),
    happenedAt: instant('happened_at').notNull(),
    attempts: integer().notNull().default(0),
    /** Null if an older event of the same user is pending. */
    dueAt: instant('due_at'),
  },
  (table) => [
    index('outbox_by_user').on(table.subscriber, table.userId, table.seq),
    index('outbox_by_due').on(table.subscriber, table.dueAt),
  ],
);
