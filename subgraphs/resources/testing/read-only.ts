import { execFileSync } from 'node:child_process';

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
  setWriteVersion(connection.name, 3);
}

/** Restores the write version of a database with a write-ahead log. */
export function markWritable({ name }: Connection): void {
  setWriteVersion(name, 2);
}

/** Runs in another process, because this one would lose its locks on the file by closing it (fcntl(2)). */
const program = `
  const [, file, version] = process.argv;
  const { openSync, writeSync } = require('node:fs');
  writeSync(openSync(file, 'r+'), Buffer.from([version]), 0, 1, 18);`;

function setWriteVersion(file: string, version: number): void {
  execFileSync(process.execPath, ['-e', program, file, String(version)]);
}
