import { spawnSync } from 'node:child_process';

/**
 * Python's sqlite3 behaves as the command line of SQLite: closing the last connection that holds a lock deletes the
 * write-ahead log, which better-sqlite3 leaves where it is. Building better-sqlite3 needs Python anyway.
 */
export const hasPython = spawnSync('python3', ['-c', 'import sqlite3']).status === 0;
