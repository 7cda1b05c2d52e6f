import { fileURLToPath } from 'node:url';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { LockWait } from '../../../../platform/database/busy-retry.ts';
import { openSqlite } from '../../../../platform/database/sqlite.ts';
import type { ResourceStore } from '../resource-store.ts';
import { createSqliteOperations } from './operation-store.ts';
import { prepareChanges } from './resource-changes.ts';
import { prepareLists } from './resource-lists.ts';
import { fromValues, readColumns } from './resource-rows.ts';
import { createSqliteRevocations } from './revocation-store.ts';
import { resources } from './tables.ts';

const migrations = fileURLToPath(new URL('migrations', import.meta.url));

/** Opens the SQLite file of the resources; creates it if it does not exist. */
export function openSqliteResourceStore(file: string, settings: { lockWait?: Partial<LockWait> } = {}): ResourceStore {
  const sqlite = openSqlite({ file, migrations, ...settings });
  const { db, read, write, checkHealth, close } = sqlite;
  const lists = prepareLists(db);
  const changes = prepareChanges(db);
  // One statement for any number of ids.
  const ids = sql`(SELECT value FROM json_each(${sql.placeholder('ids')}))`;
  const byIds = db
    .select(readColumns)
    .from(resources)
    .where(and(inArray(resources.id, ids), eq(resources.ownerId, sql.placeholder('ownerId'))))
    .prepare();
  const findMany = (ownerId: string, requested: readonly string[]) =>
    read(() => byIds.values({ ownerId, ids: JSON.stringify(requested) }).map(fromValues));

  return {
    insert: async (resource) =>
      write(
        () => changes.insert(resource),
        () => false,
      ),
    find: async ({ ownerId, id }) => (await findMany(ownerId, [id]))[0],
    findMany,
    update: async (key, changed, updatedAt) => write(() => changes.update(key, changed, updatedAt)),
    range: async (list, range) => read(() => lists.range(list, range)),
    summaries: async (list, range) => read(() => lists.summaries(list, range)),
    count: async (list) => read(() => lists.count(list)),
    operations: createSqliteOperations(sqlite, changes),
    revocations: createSqliteRevocations(sqlite),
    checkHealth,
    close,
  };
}
