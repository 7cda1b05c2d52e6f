import { closeSync, openSync, writeSync } from 'node:fs';

/** What of a connection to the database is needed; it need not be the one that is to fail. */
interface Connection {
  name: string;
  pragma(source: string): unknown;
}

/**
 * Marks a database as one that programs may only read: its format's write version is above 2 (SQLite's file format,
 * section 1.3.3). Connections that are open heed it too, since the checkpoint makes them read the header anew.
 */
export function markReadOnly(connection: Connection): void {
  connection.pragma('wal_checkpoint(TRUNCATE)');
  const file = openSync(connection.name, 'r+');
  writeSync(file, Buffer.from([3]), 0, 1, 18);
  closeSync(file);
}
