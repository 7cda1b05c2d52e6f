import { serveJobs, unbounded } from '../../../../platform/database/writer/job-server.ts';
import { createResourceJobs, openResources } from './resource-jobs.ts';

/** Settings of the writer thread of the resources. */
export interface ResourceWriterSettings {
  file: string;
}

serveJobs(({ file }: ResourceWriterSettings) => {
  const sqlite = openResources(file, { lockWait: unbounded });
  return { grouped: { sqlite, jobs: createResourceJobs(sqlite) } };
});
