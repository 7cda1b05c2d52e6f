import { startThreadWriter } from '../../../../platform/database/writer/thread-writer.ts';
import type { WriterKind } from '../../../../platform/database/writer/writer.ts';
import type { LimitStore } from '../limit-store.ts';
import type { UserStore } from '../user-store.ts';
import type { AccountJobs } from './account-jobs.ts';
import type { AuthWriterSettings } from './auth-jobs.ts';
import { type CounterJobs, createSqliteLimitStore, openCounters, openSqliteLimitStore } from './limit-store.ts';
import { createSqliteUserStore, openAccounts, openSqliteUserStore } from './user-store.ts';

export interface AuthStores {
  store: UserStore;
  counters: LimitStore;
}

/** Opens the accounts and the counters, which are in one SQLite file; with a writer thread, they share it. */
export function openSqliteAuthStores(
  file: string,
  { subscribers, writer }: { subscribers: readonly string[]; writer: WriterKind },
): AuthStores {
  if (writer === 'inline') {
    return { store: openSqliteUserStore(file, { subscribers }), counters: openSqliteLimitStore(file) };
  }
  const [accounts, counters] = [openAccounts(file), openCounters(file)];
  const settings: AuthWriterSettings = { file, subscribers };
  const thread = startThreadWriter<AccountJobs & CounterJobs>({
    reads: accounts,
    module: new URL('writer-thread.ts', import.meta.url),
    settings,
  });
  return { store: createSqliteUserStore(accounts, thread), counters: createSqliteLimitStore(counters, thread) };
}
