import { fileURLToPath } from 'node:url';
import { RateLimiterSQLite } from 'rate-limiter-flexible';
import type { Connection, ConnectionSettings } from '../../../../platform/database/connection.ts';
import { openSqlite } from '../../../../platform/database/sqlite.ts';
import { createSingleWriter } from '../../../../platform/database/writer/inline-writer.ts';
import { jobMethods, type Writer } from '../../../../platform/database/writer/writer.ts';
import type { Counter, LimitStore } from '../limit-store.ts';

const migrations = fileURLToPath(new URL('migrations', import.meta.url));

/**
 * The columns that rate-limiter-flexible expects. Not a migration, because the library owns them, the counters may be
 * deleted at any time, and drizzle has no WITHOUT ROWID, which saves a second B-tree.
 */
const table = `CREATE TABLE IF NOT EXISTS limits (
  key TEXT PRIMARY KEY NOT NULL, points INTEGER NOT NULL, expire INTEGER NOT NULL
) WITHOUT ROWID`;

const cleanupIntervalMs = 60_000;
/** Small enough not to block other writers noticeably. */
const batchSize = 1_000;
const nextBatchMs = 50;

/** Opens a connection of its own: accounts are synced to disk at each commit, which counters do not need. */
export const openCounters = (file: string, settings: ConnectionSettings = {}): Connection =>
  openSqlite({
    ...settings,
    file,
    migrations,
    setUp(client) {
      client.pragma('synchronous = NORMAL');
      client.exec(table);
    },
  });

/** Only counts: durations come with each call, and the limits are in rate-limiting/. */
const createLimiter = (storeClient: Connection['db']['$client']) =>
  new RateLimiterSQLite({
    ...{ points: 0, duration: 0, keyPrefix: '' },
    ...{ storeClient, storeType: 'better-sqlite3', tableName: 'limits', tableCreated: true },
  });

export type CounterJobs = ReturnType<typeof createCounterJobs>;

/** Creates all writes of counters. The library awaits between its statements. */
export function createCounterJobs({ $client: client }: Connection['db']) {
  const limiter = createLimiter(client);
  // The limiter's own `reward` would go below 0 and keep counters at 0.
  const remove = client.prepare('DELETE FROM limits WHERE key = ? AND points <= 1');
  const subtract = client.prepare('UPDATE limits SET points = points - 1 WHERE key = ? AND expire > ?');
  const decrement = client.transaction((key: string) => {
    if (remove.run(key).changes === 0) subtract.run(key, Date.now());
  });
  return {
    increment: async (key: string, durationMs: number): Promise<Counter> =>
      toCounter(await limiter.penalty(key, 1, { customDuration: durationMs / 1_000 })),
    decrement: (key: string): void => decrement.immediate(key),
    set: async (key: string, points: number, durationMs: number): Promise<Counter> =>
      toCounter(await limiter.set(key, points, durationMs / 1_000)),
    delete: async (key: string): Promise<void> => void (await limiter.delete(key)),
  };
}

/** Opens the counters in the SQLite file of the accounts, creates it if it is missing, and writes in this thread. */
export function openSqliteLimitStore(file: string, settings: ConnectionSettings = {}): LimitStore {
  const connection = withCleanup(openCounters(file, settings));
  return createSqliteLimitStore(connection, createSingleWriter(connection, createCounterJobs(connection.db)));
}

/** Creates the limit store: its reads on this connection, and its writes as jobs. */
export function createSqliteLimitStore({ db, read, close }: Connection, writer: Writer<CounterJobs>): LimitStore {
  const limiter = createLimiter(db.$client);
  return {
    ...jobMethods(writer, 'increment', 'decrement', 'set', 'delete'),
    read: async (key) => {
      const found = await read(() => limiter.get(key));
      return found ? toCounter(found) : undefined;
    },
    checkHealth: writer.checkHealth,
    close,
  };
}

function toCounter({ consumedPoints, msBeforeNext }: { consumedPoints: number; msBeforeNext: number }): Counter {
  return { points: consumedPoints, endsAt: Date.now() + msBeforeNext };
}

/** Deletes expired counters until the connection is closed. */
export function withCleanup(connection: Connection): Connection {
  const expired = 'SELECT key FROM limits WHERE expire <= ? LIMIT ?';
  const removeBatch = connection.db.$client.prepare(`DELETE FROM limits WHERE key IN (${expired})`);
  const cleanup = startCleanup(() => removeBatch.run(Date.now(), batchSize).changes);
  return {
    ...connection,
    close() {
      cleanup.stop();
      connection.close();
    },
  };
}

/** Replaces the limiter's own timer, which cannot be stopped and whose errors would end the process. */
function startCleanup(removeBatch: () => number) {
  let timer: NodeJS.Timeout | undefined;
  const run = () => {
    let removed = 0;
    try {
      removed = removeBatch();
    } catch {
      // Requests meet and report the same error; expired rows can be removed later.
    }
    timer = setTimeout(run, removed === batchSize ? nextBatchMs : cleanupIntervalMs).unref();
  };
  run();
  return { stop: () => clearTimeout(timer) };
}
