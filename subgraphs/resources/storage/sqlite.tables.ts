import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

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
  // One for each order: a page is read from it wherever the page lies.
  (table) => [
    index('resources_by_creation').on(table.ownerId, table.createdAt, table.id),
    index('resources_by_update').on(table.ownerId, table.updatedAt, table.id),
    index('resources_by_title').on(table.ownerId, table.titleKey, table.id),
  ],
);
