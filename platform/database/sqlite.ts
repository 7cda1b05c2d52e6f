import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database, { SqliteError } from 'better-sqlite3';
import { type Column, type SQL, sql } from 'drizzle-orm';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { ApiError } from '../api-error.ts';
import { StartupError } from '../process/startup-error.ts';

/** An open database with its migrations applied. */
export interface Sqlite {
  /** With the driver's own connection, for the few statements that are worth it. */
  db: BetterSQLite3Database & { $client: Database.Database };
  /** Throws unless the database answers. */
  ping(): void;
  close(): void;
}

/** How long a statement waits for a writer of another process, which blocks this process too. */
const busyTimeoutMs = 2_000;

/** Opens the file, which is created where there is none, and brings its tables up to date. */
export function openSqlite({ file, migrations }: { file: string; migrations: string }): Sqlite {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // For its owner alone; SQLite gives the files that it makes beside it the same rights.
    closeSync(openSync(file, 'a', 0o600));
    const client = new Database(file, { timeout: busyTimeoutMs });
    amongOthers(() => client.pragma('journal_mode = WAL'));
    client.pragma('synchronous = FULL');
    client.pragma('foreign_keys = ON');
    // What is deleted is overwritten: pages that are free would keep it for as long as nothing else needs them.
    client.pragma('secure_delete = ON');
    const db = drizzle({ client });
    amongOthers(() => migrate(db, { migrationsFolder: migrations }));
    // A table that every database has.
    const ping = client.prepare('SELECT id FROM __drizzle_migrations LIMIT 1');
    return { db, ping: () => void ping.get(), close: () => client.close() };
  } catch (error) {
    const reason = (error as Error).message;
    throw new StartupError(
      `The database ${file} cannot be opened (${reason}): mend its folder's rights, or restore it.`,
      {
        cause: error,
      },
    );
  }
}

const attempts = 20;
const pauseMs = 100;
const clock = new Int32Array(new SharedArrayBuffer(4));

/**
 * Of processes that start at once one turns the file into what it is to be, and the others fail at that, however long they
 * would wait for a lock: they find it done when they try again.
 */
function amongOthers<Result>(run: () => Result, attempt = 1): Result {
  try {
    return run();
  } catch (error) {
    if (attempt === attempts || !isOthersDoing(error)) throw error;
    Atomics.wait(clock, 0, 0, pauseMs);
    return amongOthers(run, attempt + 1);
  }
}

/** Locked just now, or there already what was to be made. */
function isOthersDoing(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return cause instanceof SqliteError && /^SQLITE_(BUSY|LOCKED|ERROR)/.test(cause.code);
}

/**
 * Runs a statement so that no passing trouble of the driver's leaves the store but as SERVICE_UNAVAILABLE; `onDuplicate`
 * says what follows where a unique column has the value already.
 */
export function attempt<Result>(run: () => Result, onDuplicate?: (cause: unknown) => Result): Result {
  try {
    return run();
  } catch (error) {
    if (onDuplicate && isDuplicate(error)) return onDuplicate(error);
    if (isPassing(error)) throw unavailable(error);
    throw error;
  }
}

function isDuplicate(error: unknown): boolean {
  return error instanceof SqliteError && /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)$/.test(error.code);
}

/** Locked, full, read-only, damaged or out of reach: not a bug of ours. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof SqliteError &&
    /^SQLITE_(BUSY|LOCKED|FULL|READONLY|IOERR|CANTOPEN|NOMEM|PROTOCOL|CORRUPT|NOTADB)/.test(error.code)
  );
}

function unavailable(cause: unknown): ApiError {
  return new ApiError({ code: 'SERVICE_UNAVAILABLE' }, 'The database cannot take this just now: try again.', { cause });
}

/** A placeholder of its name for each column, for statements that are prepared once; values are written as the column's are. */
export function placeholders<Columns extends Record<string, Column>>(columns: Columns): Record<keyof Columns, SQL> {
  const named = Object.entries(columns).map(([name, column]) => [
    name,
    sql`${sql.param(sql.placeholder(name), column)}`,
  ]);
  return Object.fromEntries(named) as Record<keyof Columns, SQL>;
}
