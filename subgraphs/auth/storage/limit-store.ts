import type { DatabaseHealth } from '../../../platform/database/connection.ts';

export interface Counter {
  points: number;
  /** When the counter is deleted, in milliseconds since 1970. */
  endsAt: number;
}

/**
 * Stores counters that expire. All processes on one database share them, and they survive the end of a process; a power
 * cut may lose the latest changes. Every engine passes limit-store.contract.ts. Temporary database errors reject with
 * DatabaseUnavailableError.
 */
export interface LimitStore {
  read(key: string): Promise<Counter | undefined>;
  /** Adds 1 atomically. `durationMs` applies only to a counter that starts at 0: later increments do not extend it. */
  increment(key: string, durationMs: number): Promise<Counter>;
  /** Subtracts 1, but not below 0. */
  decrement(key: string): Promise<void>;
  /** Replaces the counter, which lasts so long from when it is stored. */
  set(key: string, points: number, durationMs: number): Promise<Counter>;
  delete(key: string): Promise<void>;
  /** Rejects unless reads answer, and tells if writes fail. */
  checkHealth(): Promise<DatabaseHealth>;
  close(): void;
}
