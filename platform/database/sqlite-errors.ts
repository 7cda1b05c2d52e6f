import { SqliteError } from 'better-sqlite3';

/** Another connection holds a lock; the same statement may succeed in a moment. */
export function isBusy(error: unknown): error is SqliteError {
  return error instanceof SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code);
}

/** A unique column has the value already. */
function isDuplicate(error: unknown): error is SqliteError {
  return error instanceof SqliteError && /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)$/.test(error.code);
}

/** Returns `instead` if a unique column already has a value that `run` writes. */
export function unlessDuplicate<Result>(run: () => Result, instead: Result): Result {
  try {
    return run();
  } catch (error) {
    if (isDuplicate(error)) return instead;
    throw error;
  }
}

/** The database cannot execute the statement now, which is no bug of the statement. */
export function isUnavailable(error: unknown): error is SqliteError {
  return (
    isBusy(error) ||
    (error instanceof SqliteError &&
      /^SQLITE_(FULL|READONLY|IOERR|CANTOPEN|NOMEM|PROTOCOL|CORRUPT|NOTADB)/.test(error.code))
  );
}
