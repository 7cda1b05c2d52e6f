import { closeSync, mkdirSync, openSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database, { SqliteError } from 'better-sqlite3';
import { type Column, type SQL, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { errorCode, StartupError } from '../process/startup-error.ts';
import { type Connection, type ConnectionSettings, connect } from './connection.ts';
import { rejectWhenReplaced } from './replaced-files.ts';

export interface SqliteSettings extends ConnectionSettings {
  file: string;
  /** Folder of Drizzle's migrations. */
  migrations: string;
  /** Sets up what is no migration: settings of the connection, and tables that it alone uses. */
  setUp?: (client: Database.Database) => void;
}

/** Only for opening, which blocks the event loop anyway. */
const openingTimeoutMs = 2_000;

/** Opens a database file, creates it if missing, and applies migrations. Throws a StartupError that names the file. */
export function openSqlite({ file, migrations, setUp, ...settings }: SqliteSettings): Connection {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    createForOwnerOnly(file);
    const client = new Database(file, { timeout: openingTimeoutMs });
    retryWhileBusy(() => client.pragma('journal_mode = WAL'));
    client.pragma('synchronous = FULL');
    client.pragma('foreign_keys = ON');
    // Overwrites deleted rows, which would otherwise stay readable in free pages of the file.
    client.pragma('secure_delete = ON');
    retryWhileBusy(() => migrate(drizzle({ client }), { migrationsFolder: migrations }));
    if (setUp) retryWhileBusy(() => setUp(client));
    // From here on, SQLite's own waiting would block requests.
    client.pragma('busy_timeout = 0');
    return rejectWhenReplaced(connect(client, settings), file);
  } catch (error) {
    const reason = (error as Error).message;
    throw new StartupError(
      `The database ${file} cannot be opened (${reason}): correct the permissions of its folder, or restore it from a backup.`,
      { cause: error },
    );
  }
}

/**
 * Creates the file with mode 0600, which SQLite copies to its -wal and -shm files. An existing file is never opened:
 * closing any descriptor of a file drops all POSIX locks of the process on it (fcntl(2)), also those of open connections.
 * Without locks, another process that closes the database deletes the write-ahead log in use.
 */
function createForOwnerOnly(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    if (leadsNowhere(file)) createForOwnerOnly(resolve(realpathSync(dirname(file)), readlinkSync(file)));
  }
}

/** Tells if the path is a symbolic link whose target does not exist. SQLite would create it, with the umask's mode. */
function leadsNowhere(path: string): boolean {
  try {
    statSync(path);
    return false;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return true;
    throw error;
  }
}

const maxAttempts = 20;
const retryAfterMs = 100;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Retries a step of opening that another process does at the same moment. Of several processes that start together, one
 * converts and migrates the file; the others fail at once, whatever their busy timeout, and then find it done.
 */
function retryWhileBusy<Result>(run: () => Result, attempts = 1): Result {
  try {
    return run();
  } catch (error) {
    if (attempts === maxAttempts || !mayBeConcurrentStart(error)) throw error;
    Atomics.wait(sleeper, 0, 0, retryAfterMs);
    return retryWhileBusy(run, attempts + 1);
  }
}

/** Tells if the file is locked, or the table that was to be created exists (SQLITE_ERROR). */
function mayBeConcurrentStart(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return cause instanceof SqliteError && /^SQLITE_(BUSY|LOCKED|ERROR)/.test(cause.code);
}

/** Creates a placeholder for each column, under its name, for prepared statements. Values are encoded as the column's. */
export function placeholders<Columns extends Record<string, Column>>(columns: Columns): Record<keyof Columns, SQL> {
  const entries = Object.entries(columns).map(([name, column]) => [
    name,
    sql`${sql.param(sql.placeholder(name), column)}`,
  ]);
  return Object.fromEntries(entries) as Record<keyof Columns, SQL>;
}
