import { serveJobs } from '../../../../../platform/database/writer/job-server.ts';
import { clockIn } from '../../../../../platform/testing/test-clock.ts';
import { type AuthWriterSettings, openAuthJobs } from '../auth-jobs.ts';

/** Settings of auth's writer thread with the clock of a test. */
export interface ClockedWriterSettings extends AuthWriterSettings {
  clock: SharedArrayBuffer;
}

serveJobs(({ clock, ...settings }: ClockedWriterSettings) => openAuthJobs(settings, clockIn(clock)));
