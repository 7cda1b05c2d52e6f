import { serveJobs } from '../../../../../platform/database/writer/job-server.ts';
import { clockIn } from '../../../../../platform/testing/test-clock.ts';
import { openResourceJobs, type ResourceWriterSettings } from '../resource-jobs.ts';

/** Settings of the writer thread of the resources with the clock of a test. */
export interface ClockedWriterSettings extends ResourceWriterSettings {
  clock: SharedArrayBuffer;
}

serveJobs(({ clock, ...settings }: ClockedWriterSettings) => openResourceJobs(settings, clockIn(clock)));
