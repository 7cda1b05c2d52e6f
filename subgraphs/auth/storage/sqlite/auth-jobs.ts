import type { Clock } from '../../../../platform/database/connection.ts';
import { type ConnectedJobs, unbounded } from '../../../../platform/database/writer/job-server.ts';
import { createAccountJobs } from './account-jobs.ts';
import { createCounterJobs, openCounters, withCleanup } from './limit-store.ts';
import { openAccounts } from './user-store.ts';

/** Settings of the writer thread of auth's database. */
export interface AuthWriterSettings {
  file: string;
  subscribers: readonly string[];
}

/** Opens the connections of a writer thread, and creates the jobs that it runs: accounts in groups, and counters. */
export function openAuthJobs(
  { file, subscribers }: AuthWriterSettings,
  now?: Clock,
): Record<'grouped' | 'single', ConnectedJobs> {
  const accounts = openAccounts(file, { lockWait: unbounded, now });
  const counters = withCleanup(openCounters(file, { lockWait: unbounded }));
  return {
    grouped: { sqlite: accounts, jobs: createAccountJobs(accounts, subscribers) },
    single: { sqlite: counters, jobs: createCounterJobs(counters.db) },
  };
}
