import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pause } from '../../async.ts';

/** Windows has no such permissions: there, a user's folders are closed to others by their access lists. */
const hasModes = process.platform !== 'win32';

/** Creates a folder that only its user can enter, or closes it to others. */
export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (hasModes && ((await stat(path)).mode & 0o077) !== 0) await chmod(path, 0o700);
}

/** Closes a file to other users. Resolves to true if it was open to any. */
export async function closeToOthers(path: string): Promise<boolean> {
  if (!hasModes || ((await stat(path)).mode & 0o077) === 0) return false;
  await chmod(path, 0o600);
  return true;
}

/** Writes a file that only its user can read. Readers see the former content or the new one, also after a crash. */
export async function writePrivately(path: string, content: string): Promise<void> {
  await makePrivateFolder(dirname(path));
  const temporary = `${path}.${randomUUID()}`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A lock whose process does not renew it for so long is left over from a crash. */
const staleMs = 10_000;
const renewalMs = 1_000;
const retryMs = 20;

/**
 * Runs while no other process runs with the same path, which is a file that exists meanwhile. A process that was stopped
 * for ten seconds loses its lock to the next one.
 */
export async function withFileLock<Result>(path: string, run: () => Promise<Result>): Promise<Result> {
  await makePrivateFolder(dirname(path));
  while (!(await acquire(path))) await pause(retryMs, undefined);
  const renewal = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), renewalMs);
  try {
    return await run();
  } finally {
    clearInterval(renewal);
    await rm(path, { force: true });
  }
}

async function acquire(path: string): Promise<boolean> {
  try {
    await (await open(path, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  }
  const renewedAt = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
  // By renaming: of several processes, one removes it.
  if (renewedAt !== undefined && Date.now() - renewedAt > staleMs) {
    const stale = `${path}.${randomUUID()}`;
    await rename(path, stale).catch(() => {});
    await rm(stale, { force: true });
  }
  return false;
}

/** True if the operating system has rejected an operation, for one of these reasons if any are passed. */
export const isSystemError = (error: unknown, ...codes: string[]): error is NodeJS.ErrnoException =>
  error instanceof Error &&
  'syscall' in error &&
  'code' in error &&
  (codes.length === 0 || codes.includes(String(error.code)));
