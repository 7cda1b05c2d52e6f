import { fileURLToPath } from 'node:url';
import type { Clock, Connection, ConnectionSettings } from '../../../../platform/database/connection.ts';
import { openSqlite } from '../../../../platform/database/sqlite.ts';
import { unlessDuplicate } from '../../../../platform/database/sqlite-errors.ts';
import { type ConnectedJobs, unbounded } from '../../../../platform/database/writer/job-server.ts';
import type { Resource } from '../resource.ts';
import { createOperationJobs } from './operation-jobs.ts';
import { prepareChanges } from './resource-changes.ts';
import { createRevocationJobs } from './revocation-store.ts';

const migrations = fileURLToPath(new URL('migrations', import.meta.url));

/** Opens a connection to the resources, for reads or for jobs. */
export const openResources = (file: string, settings: ConnectionSettings = {}): Connection =>
  openSqlite({ ...settings, file, migrations });

export type ResourceJobs = ReturnType<typeof createResourceJobs>;

/** Creates all writes of the database. */
export function createResourceJobs(connection: Connection) {
  const changes = prepareChanges(connection);
  return {
    insert: (resource: Resource): boolean => unlessDuplicate(() => changes.insert(resource), false),
    update: changes.update,
    ...createOperationJobs(connection, changes),
    ...createRevocationJobs(connection),
  };
}

/** Settings of the writer thread of the resources. */
export interface ResourceWriterSettings {
  file: string;
}

/** Opens the connection of a writer thread, and creates the jobs that it runs. */
export function openResourceJobs({ file }: ResourceWriterSettings, now?: Clock): { grouped: ConnectedJobs } {
  const sqlite = openResources(file, { lockWait: unbounded, now });
  return { grouped: { sqlite, jobs: createResourceJobs(sqlite) } };
}
