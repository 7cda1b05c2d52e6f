/**
 * Thrown by storage when the database is locked, full, read-only, damaged or out of reach: a retry may help. Subgraphs
 * answer it with SERVICE_UNAVAILABLE (`buildSchema`). Its `cause` is the driver's error.
 */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';

  constructor(cause: unknown) {
    super('The database cannot execute this statement now.', { cause });
  }
}
