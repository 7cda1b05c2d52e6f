import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Connection } from '../../../../platform/database/connection.ts';
import { placeholders } from '../../../../platform/database/sqlite.ts';
import type { Resource, ResourceChanges, VersionedKey } from '../resource.ts';
import { ownerExists } from './purged-accounts.ts';
import { fromValues, readColumns, toColumns, toRow } from './resource-rows.ts';
import { createStatementCache } from './statement-cache.ts';
import { resources } from './tables.ts';

export type Changes = ReturnType<typeof prepareChanges>;

/** Creates the statements that change resources, one for each set of columns, with and without a version condition. */
export function prepareChanges({ db, now }: Connection) {
  const insert = prepareInsert(db);
  const updates = createStatementCache((shape: UpdateShape) => prepareUpdate(db, shape));
  const deletes = createStatementCache((shape: KeyShape) => prepareDelete(db, shape));
  return {
    /** False if the owner's account is purged. */
    insert: (resource: Resource): boolean => insert.run(toRow(resource)).changes === 1,
    update(key: VersionedKey, changes: ResourceChanges): Resource | undefined {
      const values = { ...toColumns(changes), updatedAt: now() };
      const statement = updates({ names: Object.keys(values) as ColumnName[], ...shapeOf(key) });
      return statement.values({ ...values, ...keyValues(key) }).map(fromValues)[0];
    },
    delete: (key: VersionedKey): Resource | undefined =>
      deletes(shapeOf(key)).values(keyValues(key)).map(fromValues)[0],
  };
}

const columns = getTableColumns(resources);

type ColumnName = keyof typeof columns;

interface KeyShape {
  isVersioned: boolean;
}

interface UpdateShape extends KeyShape {
  names: ColumnName[];
}

function prepareInsert(db: BetterSQLite3Database) {
  const values: Record<ColumnName, SQL> = placeholders(columns);
  const row = sql`SELECT ${sql.join(Object.values(values), sql`, `)} WHERE ${ownerExists(values.ownerId)}`;
  return db.insert(resources).select(row).prepare();
}

function prepareUpdate(db: BetterSQLite3Database, { names, isVersioned }: UpdateShape) {
  const set = Object.fromEntries(names.map((name) => [name, columns[name]]));
  return db
    .update(resources)
    .set({ ...placeholders(set), version: sql`${resources.version} + 1` })
    .where(and(matches(isVersioned), isNotLocked, ownerExists(resources.ownerId)))
    .returning(readColumns)
    .prepare();
}

function prepareDelete(db: BetterSQLite3Database, { isVersioned }: KeyShape) {
  return db.delete(resources).where(matches(isVersioned)).returning(readColumns).prepare();
}

/** Finds and changes a row in one statement, so that of two writers with the same expected version only one succeeds. */
function matches(isVersioned: boolean) {
  return and(
    eq(resources.id, sql.placeholder('keyId')),
    eq(resources.ownerId, sql.placeholder('keyOwnerId')),
    isVersioned ? eq(resources.version, sql.placeholder('expectedVersion')) : undefined,
  );
}

/** No update may increment the version while an image is being replaced on the condition of that version. */
const isNotLocked = sql`NOT EXISTS (
  SELECT 1 FROM operations
  WHERE operations.resource_id = resources.id AND operations.state in ('REPLACING', 'LANDING') AND operations.is_versioned
)`;

const shapeOf = ({ expectedVersion }: VersionedKey): KeyShape => ({ isVersioned: expectedVersion !== undefined });

const keyValues = ({ id, ownerId, expectedVersion }: VersionedKey) => ({
  keyId: id,
  keyOwnerId: ownerId,
  expectedVersion,
});
