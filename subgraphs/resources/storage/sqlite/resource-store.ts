import { and, eq, inArray, sql } from 'drizzle-orm';
import { createYieldToEventLoop } from '../../../../platform/async/yield-to-event-loop.ts';
import type { Connection, ConnectionSettings } from '../../../../platform/database/connection.ts';
import { createInlineWriter } from '../../../../platform/database/writer/inline-writer.ts';
import { startThreadWriter } from '../../../../platform/database/writer/thread-writer.ts';
import { jobMethods, type Writer, type WriterKind } from '../../../../platform/database/writer/writer.ts';
import type { ResourceList, ResourceStore } from '../resource-store.ts';
import { createSqliteOperations } from './operation-store.ts';
import { createResourceJobs, openResources, type ResourceJobs, type ResourceWriterSettings } from './resource-jobs.ts';
import { prepareLists } from './resource-lists.ts';
import { fromValues, readColumns } from './resource-rows.ts';
import { createSqliteRevocations } from './revocation-store.ts';
import { createSteppedSearch, defaultResourcesPerStep } from './stepped-search.ts';
import { resources } from './tables.ts';

/** Settings of the connection apply to reads, and to inline writes. */
export interface ResourceStoreSettings extends ConnectionSettings {
  /** `inline` by default. */
  writer?: WriterKind;
  /** Resources that a search reads without a pause; `defaultResourcesPerStep` if omitted. */
  resourcesPerStep?: number;
}

/** Opens the SQLite file of the resources; creates it if it does not exist. */
export function openSqliteResourceStore(file: string, settings: ResourceStoreSettings = {}): ResourceStore {
  const { writer = 'inline', resourcesPerStep, ...connectionSettings } = settings;
  const sqlite = openResources(file, connectionSettings);
  const isInline = writer === 'inline';
  return createSqliteResourceStore(
    sqlite,
    isInline ? createInlineWriter(sqlite, createResourceJobs(sqlite)) : startThread(file, sqlite),
    resourcesPerStep,
  );
}

/** Creates the store: its reads on this connection, and its writes as jobs. */
export function createSqliteResourceStore(
  sqlite: Connection,
  writer: Writer<ResourceJobs>,
  resourcesPerStep = defaultResourcesPerStep,
): ResourceStore {
  const { db, read } = sqlite;
  const lists = prepareLists(db);
  const search = createSteppedSearch({ read, lists, yieldToEventLoop: createYieldToEventLoop(), resourcesPerStep });
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
    ...jobMethods(writer, 'insert', 'update'),
    find: async ({ ownerId, id }) => (await findMany(ownerId, [id]))[0],
    findMany,
    range: (list, range, signal) =>
      isSearch(list) ? search.range({ list, signal }, range, lists.range) : read(() => lists.range(list, range)),
    summaries: (list, range, signal) =>
      isSearch(list)
        ? search.range({ list, signal }, range, lists.summaries)
        : read(() => lists.summaries(list, range)),
    count: (list, signal) => (isSearch(list) ? search.count({ list, signal }) : read(() => lists.count(list))),
    operations: createSqliteOperations(sqlite, writer),
    revocations: createSqliteRevocations(sqlite, writer),
    checkHealth: writer.checkHealth,
    close: writer.close,
  };
}

const isSearch = ({ filter }: ResourceList) => filter.search !== undefined;

function startThread(file: string, reads: Connection): Writer<ResourceJobs> {
  const settings: ResourceWriterSettings = { file };
  return startThreadWriter({ reads, module: new URL('writer-thread.ts', import.meta.url), settings });
}
