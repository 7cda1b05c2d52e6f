import { closeSync, openSync, writeSync } from 'node:fs';

/** The part of a connection that is needed. It may be another connection than the one that is to fail. */
interface Connection {
  name: string;
  pragma(source: string): unknown;
}

/**
 * Makes a database read-only for all programs by setting its write version above 2 (SQLite's file format, section
 * 1.3.3). The checkpoint makes open connections read the header again.
 */
export function markReadOnly(connection: Connection): void {
  connection.pragma('wal_checkpoint(TRUNCATE)');
  const file = openSync(connection.name, 'r+');
  writeSync(file, Buffer.from([3]), 0, 1, 18);
  closeSync(file);
}
