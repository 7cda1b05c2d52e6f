import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A database's write lock, held by another process. */
export interface DatabaseLock {
  /** Rolls back, and ends the process. */
  release(): Promise<void>;
}

const holder = `
  const db = new (require('better-sqlite3'))(process.argv[1]);
  db.exec('BEGIN IMMEDIATE');
  console.log('locked');
  process.stdin.on('end', () => db.exec('ROLLBACK')).resume();
`;

/** Takes the write lock of a database in a process of its own. Resolves when it is held. */
export async function lockDatabase(file: string): Promise<DatabaseLock> {
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const child = spawn(process.execPath, ['--eval', holder, file], { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit').then(([code]) => {
    if (code !== 0) throw new Error(`The process that locks ${file} ended with code ${code}.`);
  });
  await Promise.race([once(child.stdout, 'data'), exited]);
  return {
    release: () => {
      child.stdin.end();
      return exited;
    },
  };
}
