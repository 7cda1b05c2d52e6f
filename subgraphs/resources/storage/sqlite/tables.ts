import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

export const resources = sqliteTable(
  'resources',
  {
    id: text().primaryKey(),
    ownerId: text('owner_id').notNull(),
    title: text().notNull(),
    titleKey: text('title_key').notNull(),
    description: text(),
    descriptionKey: text('description_key'),
    imageId: text('image_id').notNull().unique(),
    imageUrl: text('image_url').notNull(),
    contentType: text('content_type').notNull(),
    width: integer().notNull(),
    height: integer().notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    sha256: text().notNull(),
    createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
    updatedAt: integer('updated_at', { mode: 'timestamp_ms' }).notNull(),
    version: integer().notNull(),
  },
  // One index for each order, from which any page is read directly.
  (table) => [
    index('resources_by_creation').on(table.ownerId, table.createdAt, table.id),
    index('resources_by_update').on(table.ownerId, table.updatedAt, table.id),
    index('resources_by_title').on(table.ownerId, table.titleKey, table.id),
  ],
);

/** Conditions of partial indexes. SQLite uses such an index only for statements with the same condition. */
export const isOpen = sql`state <> 'ENDED'`;
export const hasEnded = sql`state = 'ENDED'`;
export const hasNewImage = sql`state in ('RESERVED', 'DELETING')`;
export const locksImage = sql`state in ('REPLACING', 'LANDING')`;

/** Open operations. Ended operations are deleted, except creates with an idempotency key until the key expires. */
export const operations = sqliteTable(
  'operations',
  {
    id: text().primaryKey(),
    state: text({
      enum: ['RESERVING', 'SEARCHING', 'RESERVED', 'REPLACING', 'DELETING', 'LANDING', 'ENDED'],
    }).notNull(),
    ownerId: text('owner_id').notNull(),
    /** The resource of a replacement or a deletion, or the result of an ended create. */
    resourceId: text('resource_id'),
    idempotencyKey: text('idempotency_key'),
    inputSha256: text('input_sha256'),
    reservationSha256: text('reservation_sha256'),
    imageId: text('image_id'),
    imageUrl: text('image_url'),
    oldSha256: text('old_sha256'),
    /** The new resource of a create, or the changes of a replacement. */
    content: text({ mode: 'json' }).$type<object>(),
    /** True if a replacement has an expected version: then no other update may increment the version. */
    isVersioned: integer('is_versioned', { mode: 'boolean' }).notNull().default(false),
    startedAt: integer('started_at', { mode: 'timestamp_ms' }).notNull(),
    settlesAt: integer('settles_at', { mode: 'timestamp_ms' }).notNull(),
    leaseToken: text('lease_token').notNull(),
    leaseUntil: integer('lease_until', { mode: 'timestamp_ms' }).notNull(),
    dueAt: integer('due_at', { mode: 'timestamp_ms' }).notNull(),
    attempts: integer().notNull().default(0),
    unresolved: text({ enum: ['NO_LISTING', 'UNKNOWN_BYTES'] }),
  },
  (table) => [
    uniqueIndex('operations_by_key').on(table.ownerId, table.idempotencyKey),
    uniqueIndex('operations_by_new_image').on(table.imageId).where(hasNewImage),
    uniqueIndex('operations_by_lock').on(table.resourceId).where(locksImage),
    index('operations_by_due').on(table.dueAt).where(isOpen),
    index('operations_by_start').on(table.startedAt).where(hasEnded),
  ],
);

/** Hashes of all reservations ever made. Never deleted: they are the only proof that an image is ours. */
export const reservations = sqliteTable('reservations', { sha256: text().primaryKey() });

/** Revoked sessions, until all their access tokens have expired. */
export const revokedSessions = sqliteTable(
  'revoked_sessions',
  {
    sessionId: text('session_id').primaryKey(),
    expiresAt: integer('forget_at', { mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [index('revoked_sessions_by_end').on(table.expiresAt)],
);

/** Condition of a partial index, like those above. */
export const isPending = sql`is_pending`;

/** Purged accounts. Never deleted: no late write may bring back anything of the account. */
export const tombstones = sqliteTable(
  'tombstones',
  {
    userId: text('user_id').primaryKey(),
    purgedAt: integer('purged_at', { mode: 'timestamp_ms' }).notNull(),
    /** True if rows of the account may remain. */
    isPending: integer('is_pending', { mode: 'boolean' }).notNull(),
  },
  (table) => [index('tombstones_pending').on(table.purgedAt).where(isPending)],
);

/** Accepted security events, so that a repeated delivery has no effect. */
export const securityEvents = sqliteTable(
  'security_events',
  {
    jti: text().primaryKey(),
    expiresAt: integer('forget_at', { mode: 'timestamp_ms' }).notNull(),
  },
  (table) => [index('security_events_by_end').on(table.expiresAt)],
);
