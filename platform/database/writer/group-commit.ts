import type Database from 'better-sqlite3';
import { DatabaseUnavailableError } from '../database-unavailable-error.ts';
import { isUnavailable } from '../sqlite-errors.ts';

/** The result of a job, or what it threw, which rolled back the job alone. */
export type Outcome = { result: unknown } | { error: unknown };

/** Runs jobs in one transaction and commits it. Throws if that fails: then nothing of any of them is stored. */
export type CommitTogether = (jobs: readonly (() => unknown)[]) => Outcome[];

export function createGroupCommit(client: Database.Database): CommitTogether {
  const prepare = (sql: string) => client.prepare<[]>(sql);
  const [begin, commit, rollback] = [prepare('BEGIN IMMEDIATE'), prepare('COMMIT'), prepare('ROLLBACK')] as const;
  const [save, undo, release] = [prepare('SAVEPOINT job'), prepare('ROLLBACK TO job'), prepare('RELEASE job')] as const;

  const runInSavepoint = (job: () => unknown): Outcome => {
    save.run();
    try {
      const result = job();
      release.run();
      return { result };
    } catch (error) {
      // SQLite itself may roll back the transaction when the disk is full or fails, or memory is short. What ran after
      // that would be committed by itself.
      if (!client.inTransaction || isUnavailable(error)) throw error;
      undo.run();
      release.run();
      return { error };
    }
  };

  const commitOrThrow = () => {
    try {
      commit.run();
    } catch (error) {
      throw isUnavailable(error) ? error : new DatabaseUnavailableError(error);
    }
  };

  return (jobs) => {
    begin.run();
    try {
      const outcomes = jobs.map(runInSavepoint);
      commitOrThrow();
      return outcomes;
    } catch (error) {
      if (client.inTransaction) rollback.run();
      throw error;
    }
  };
}
