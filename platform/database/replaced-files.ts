import { realpathSync, statSync } from 'node:fs';
import type { Connection } from './connection.ts';
import { DatabaseUnavailableError } from './database-unavailable-error.ts';

/**
 * Makes a connection reject writes and health checks from when a file of its database is removed or replaced. SQLite goes
 * on with the files that it has open, but no other process sees them, and they are deleted when this process ends.
 */
export function rejectWhenReplaced(connection: Connection, database: string): Connection {
  // SQLite puts the other two beside the file that a symbolic link leads to.
  const target = realpathSync(database);
  const opened = [database, `${target}-wal`, `${target}-shm`].map((path) => ({ path, identity: identityOf(path) }));

  const requireOpened = () => {
    const changed = opened.find(({ path, identity }) => identityOf(path) !== identity);
    if (!changed) return;
    const message = `${changed.path} was removed or replaced while it was open: restart this process.`;
    throw new DatabaseUnavailableError(new Error(message));
  };

  return {
    ...connection,
    async write(run) {
      requireOpened();
      const result = await connection.write(run);
      requireOpened();
      return result;
    },
    async checkHealth() {
      requireOpened();
      return connection.checkHealth();
    },
  };
}

/** Device and inode, read without opening the file: closing it would drop SQLite's locks on it (fcntl(2)). */
function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
