import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Only Linux lists the locks of processes (proc(5)). */
export const canListLocks = existsSync('/proc/locks');

/**
 * Lists a database's files on which a process holds no lock. As long as a connection is open, SQLite holds one on the file
 * and one on its -shm. A process that opens and closes a file beside SQLite loses its locks on it for good (fcntl(2)).
 */
export function unlockedFilesOf(pid: number, database: string): string[] {
  const locks = readFileSync('/proc/locks', 'utf8');
  const isLocked = (file: string) => new RegExp(` ${pid} [^ ]+:${statSync(file).ino} `).test(locks);
  return [database, `${database}-shm`].filter((file) => !isLocked(file));
}

/** Lists files that a process has open although they are deleted. */
export function deletedFilesOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  const open = readdirSync(folder).flatMap((descriptor) => {
    try {
      return readlinkSync(join(folder, descriptor));
    } catch {
      // Closed since the folder was read.
      return [];
    }
  });
  return open.filter((path) => path.endsWith(' (deleted)'));
}
