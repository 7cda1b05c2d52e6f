import { serveJobs, unbounded } from '../../../../platform/database/writer/job-server.ts';
import { createAccountJobs } from './account-jobs.ts';
import { createCounterJobs, openCounters, withCleanup } from './limit-store.ts';
import { openAccounts } from './user-store.ts';

/** Settings of the writer thread of auth's database. */
export interface AuthWriterSettings {
  file: string;
  subscribers: readonly string[];
}

serveJobs(({ file, subscribers }: AuthWriterSettings) => {
  const accounts = openAccounts(file, unbounded);
  const counters = withCleanup(openCounters(file, unbounded));
  return {
    grouped: { sqlite: accounts, jobs: createAccountJobs(accounts.db, subscribers) },
    single: { sqlite: counters, jobs: createCounterJobs(counters.db) },
  };
});
