import { fileURLToPath } from 'node:url';
import { RateLimiterSQLite } from 'rate-limiter-flexible';
import type { LockWait } from '../../../../platform/database/busy-retry.ts';
import { openSqlite } from '../../../../platform/database/sqlite.ts';
import type { LimitStore } from '../limit-store.ts';

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

/** Opens the counters in the SQLite file of the accounts and creates the file if it is missing. */
export function openSqliteLimitStore(file: string, settings: { lockWait?: Partial<LockWait> } = {}): LimitStore {
  const { db, read, write, close } = openSqlite({
    file,
    migrations,
    ...settings,
    setUp(connection) {
      // A separate connection: accounts are synced to disk at each commit, which counters do not need.
      connection.pragma('synchronous = NORMAL');
      connection.exec(table);
    },
  });
  const client = db.$client;

  // The library only counts: durations come with each call, and the limits are in rate-limiting/.
  const noLimits = { points: 0, duration: 0, keyPrefix: '' };
  const limiter = new RateLimiterSQLite({
    ...noLimits,
    storeClient: client,
    storeType: 'better-sqlite3',
    tableName: 'limits',
    tableCreated: true,
  });
  const cleanup = startCleanup(() => {
    const expired = 'SELECT key FROM limits WHERE expire <= ? LIMIT ?';
    return client.prepare(`DELETE FROM limits WHERE key IN (${expired})`).run(Date.now(), batchSize).changes;
  });

  // The limiter's own `reward` would go below 0 and keep counters at 0.
  const remove = client.prepare('DELETE FROM limits WHERE key = ? AND points <= 1');
  const subtract = client.prepare('UPDATE limits SET points = points - 1 WHERE key = ? AND expire > ?');
  const decrement = client.transaction((key: string) => {
    if (remove.run(key).changes === 0) subtract.run(key, Date.now());
  });

  return {
    read: async (key) => {
      const found = await read(() => limiter.get(key));
      return found ? toCounter(found) : undefined;
    },
    increment: async (key, durationMs) => {
      const options = { customDuration: durationMs / 1_000 };
      return toCounter(await write(() => limiter.penalty(key, 1, options)));
    },
    decrement: async (key) => write(() => decrement(key)),
    set: async (key, points, durationMs) => void (await write(() => limiter.set(key, points, durationMs / 1_000))),
    delete: async (key) => void (await write(() => limiter.delete(key))),
    close() {
      cleanup.stop();
      close();
    },
  };
}

function toCounter({ consumedPoints, msBeforeNext }: { consumedPoints: number; msBeforeNext: number }) {
  return { points: consumedPoints, endsAt: Date.now() + msBeforeNext };
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
