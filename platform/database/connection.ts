import type Database from 'better-sqlite3';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { createBusyRetry, defaultMaxWaitMs, type LockWait } from './busy-retry.ts';
import { DatabaseUnavailableError } from './database-unavailable-error.ts';
import { isBusy, isUnavailable } from './sqlite-errors.ts';

/** Runs the statements of one storage method, all of them again after a wait for another process's lock. */
type Run = <Result>(run: () => Result | Promise<Result>) => Promise<Result>;

/** Reads the wall clock. */
export type Clock = () => Date;

export interface ConnectionSettings {
  /** Bounds of the waits for locks that other processes hold. */
  lockWait?: Partial<LockWait> | undefined;
  /** The system's clock by default. */
  now?: Clock | undefined;
}

/** Part of a readiness response. */
export interface DatabaseHealth {
  /** Present while reads answer and writes fail. */
  writes?: 'failing';
}

/**
 * A connection to a SQLite database. Its methods reject with DatabaseUnavailableError for driver errors that are no bug;
 * other errors pass unchanged. Reads and writes wait apart, so that a lock which only stops writers costs no read.
 */
export interface Connection {
  /** Drizzle, with better-sqlite3's connection as `$client` for statements that need its speed. */
  db: BetterSQLite3Database & { $client: Database.Database };
  /**
   * The time, for what is stored or compared with stored times. Read after every wait: inside `read`, or by a job, so that
   * times of writes follow the order in which they are committed.
   */
  now: Clock;
  read: Run;
  write: Run;
  /** Rejects unless reads answer. */
  checkReads(): Promise<void>;
  /** Rejects unless reads answer, and tells if writes fail. */
  checkHealth(): Promise<DatabaseHealth>;
  close(): void;
}

const defaultLockWait: LockWait = { maxWaitMs: defaultMaxWaitMs, maxWaiting: 64 };
/** Shorter than the time-out of common readiness probes, and longer than another process's transaction. */
const probeWait: LockWait = { maxWaitMs: 250, maxWaiting: 4 };

export function connect(
  client: Database.Database,
  { lockWait, now = () => new Date() }: ConnectionSettings = {},
): Connection {
  const bounds = { ...defaultLockWait, ...lockWait };
  const [retryRead, retryWrite, retryProbe] = [bounds, bounds, probeWait].map(createBusyRetry) as [Run, Run, Run];
  /** A write failed for another reason than a lock, which a probe would not find, and none has changed a row since. */
  let isFailing = false;

  const read: Run = (run) => retryRead(run).catch(throwUnavailable);
  const countChanges = () => client.prepare('SELECT total_changes()').pluck().get();
  // Takes the write lock, and gives it back without writing.
  const probe = client.transaction(() => {});

  const checkReads = async () => {
    await read(() => client.prepare('SELECT name FROM sqlite_schema LIMIT 1').get());
  };

  return {
    db: drizzle({ client }),
    now,
    read,
    checkReads,
    write: async (run) => {
      // One that changes nothing succeeds on a full disk, too.
      const before = isFailing ? countChanges() : undefined;
      try {
        const result = await retryWrite(run);
        if (before !== undefined && countChanges() !== before) isFailing = false;
        return result;
      } catch (error) {
        if (isUnavailable(error) && !isBusy(error)) isFailing = true;
        return throwUnavailable(error);
      }
    },
    async checkHealth() {
      await checkReads();
      const isWritable = await retryProbe(() => probe.immediate()).then(
        () => !isFailing,
        () => false,
      );
      return isWritable ? {} : { writes: 'failing' };
    },
    close: () => void client.close(),
  };
}

function throwUnavailable(error: unknown): never {
  throw isUnavailable(error) ? new DatabaseUnavailableError(error) : error;
}
