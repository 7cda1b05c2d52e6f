import { fileURLToPath } from 'node:url';
import { and, eq, sql } from 'drizzle-orm';
import { attempt, openSqlite } from '../../../runtime/sqlite.ts';
import type { ResourceStore, VersionedKey } from './resource-store.ts';
import { prepareLists } from './sqlite.lists.ts';
import { fromRow, toColumns, toRow } from './sqlite.rows.ts';
import { resources } from './sqlite.tables.ts';

const migrations = fileURLToPath(new URL('migrations/sqlite', import.meta.url));

/** Keeps resources in a SQLite file, which is created where there is none. */
export function openSqliteResourceStore(file: string): ResourceStore {
  const { db, ping, close } = openSqlite({ file, migrations });
  const lists = prepareLists(db);
  const byKey = db
    .select()
    .from(resources)
    .where(and(eq(resources.id, sql.placeholder('id')), eq(resources.ownerId, sql.placeholder('ownerId'))))
    .prepare();

  return {
    insert: async (resource) => {
      const insert = () => db.insert(resources).values(toRow(resource)).run().changes === 1;
      return attempt(insert, () => false);
    },
    find: async ({ ownerId, id }) => {
      const row = attempt(() => byKey.get({ ownerId, id }));
      return row && fromRow(row);
    },
    update: async (key, changes, updatedAt) => {
      const columns = { ...toColumns(changes), updatedAt, version: sql`${resources.version} + 1` };
      const [row] = attempt(() => db.update(resources).set(columns).where(matches(key)).returning().all());
      return row && fromRow(row);
    },
    delete: async (key) => {
      const [row] = attempt(() => db.delete(resources).where(matches(key)).returning().all());
      return row && fromRow(row);
    },
    range: async (list, range) => attempt(() => lists.range(list, range)).map(fromRow),
    count: async (list) => attempt(() => lists.count(list)),
    ping,
    close,
  };
}

/** One statement finds and changes a row, so that of two writers with one expected version exactly one wins. */
function matches({ ownerId, id, expectedVersion }: VersionedKey) {
  return and(
    eq(resources.id, id),
    eq(resources.ownerId, ownerId),
    expectedVersion === undefined ? undefined : eq(resources.version, expectedVersion),
  );
}
