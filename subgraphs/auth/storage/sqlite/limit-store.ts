import { fileURLToPath } from 'node:url';
import { RateLimiterSQLite } from 'rate-limiter-flexible';
import { attempt, openSqlite } from '../../../../platform/database/sqlite.ts';
import type { LimitStore } from '../limit-store.ts';

const migrations = fileURLToPath(new URL('migrations', import.meta.url));

/**
 * As rate-limiter-flexible has it. No migration, as the columns are that library's and what they hold may be thrown away at
 * any time; and WITHOUT ROWID, one tree instead of two to write, is nothing that drizzle knows.
 */
const table = `CREATE TABLE IF NOT EXISTS limits (
  key TEXT PRIMARY KEY NOT NULL, points INTEGER NOT NULL, expire INTEGER NOT NULL
) WITHOUT ROWID`;

const everyMs = 60_000;
/** Few enough to hold up nobody. */
const batch = 1_000;
const nextBatchMs = 50;

/** Keeps counters in the accounts' SQLite file, which is created where there is none. */
export function openSqliteLimitStore(file: string): LimitStore {
  const { db, close } = openSqlite({ file, migrations });
  const client = db.$client;
  // A connection of its own, as accounts are synced at each commit: a counter is not worth that.
  client.pragma('synchronous = NORMAL');
  client.exec(table);

  // It only counts, each time with a duration of its own; how many are too many is for the rules.
  const none = { points: 0, duration: 0, keyPrefix: '' };
  const limiter = new RateLimiterSQLite({
    ...none,
    storeClient: client,
    storeType: 'better-sqlite3',
    tableName: 'limits',
    tableCreated: true,
  });
  const removal = startRemoval(() => {
    const isExpired = 'SELECT key FROM limits WHERE expire <= ? LIMIT ?';
    return client.prepare(`DELETE FROM limits WHERE key IN (${isExpired})`).run(Date.now(), batch).changes;
  });

  // The limiter's own reward would count from none to minus one, and keep what counts nothing.
  const remove = client.prepare('DELETE FROM limits WHERE key = ? AND points <= 1');
  const subtract = client.prepare('UPDATE limits SET points = points - 1 WHERE key = ? AND expire > ?');
  const takeBack = client.transaction((key: string) => {
    if (remove.run(key).changes === 0) subtract.run(key, Date.now());
  });

  return {
    read: async (key) => {
      const found = await trying(() => limiter.get(key));
      return found ? countFrom(found) : undefined;
    },
    add: async (key, durationMs) => {
      const options = { customDuration: durationMs / 1_000 };
      return countFrom(await trying(() => limiter.penalty(key, 1, options)));
    },
    takeBack: async (key) => attempt(() => takeBack(key)),
    set: async (key, points, durationMs) => void (await trying(() => limiter.set(key, points, durationMs / 1_000))),
    clear: async (key) => void (await trying(() => limiter.delete(key))),
    close() {
      removal.stop();
      close();
    },
  };
}

function countFrom({ consumedPoints, msBeforeNext }: { consumedPoints: number; msBeforeNext: number }) {
  return { points: consumedPoints, endsAt: Date.now() + msBeforeNext };
}

async function trying<Result>(run: () => Promise<Result>): Promise<Result> {
  return run().catch((error: unknown) =>
    attempt<Result>(() => {
      throw error;
    }),
  );
}

/** The limiter's own timer can be stopped by nobody, and its failure would be the end of the process. */
function startRemoval(removeBatch: () => number) {
  let timer: NodeJS.Timeout | undefined;
  const run = () => {
    let removed = 0;
    try {
      removed = removeBatch();
    } catch {
      // Whoever counts meets the same trouble and tells it; these expired rows can wait.
    }
    timer = setTimeout(run, removed === batch ? nextBatchMs : everyMs).unref();
  };
  run();
  return { stop: () => clearTimeout(timer) };
}
