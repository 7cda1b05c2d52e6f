import { createHash } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError, withFileLock, writePrivately } from '../account/private-files.ts';

/** Remembers which file became which resource, for one account on this machine. */
export interface Journal {
  isEmpty: boolean;
  /** The id of the resource that was created of a file, or undefined. */
  find(identity: string): string | undefined;
  /** Survives the end of the process; after a power failure, the last ones may be missing. */
  add(identity: string, id: string): Promise<void>;
}

/** 100,000 lines of about 100 bytes. */
const maxLines = 100_000;

const linePattern = /^([0-9a-f]{64}) (\S{1,100})$/;

/** Opens the journal of an account. When it has too many lines, the older half is forgotten. */
export async function openJournal(folder: string, { url, userId }: { url: string; userId: string }): Promise<Journal> {
  const name = createHash('sha256').update(`${url} ${userId}`).digest('hex').slice(0, 32);
  const path = join(folder, 'uploads', `${name}.txt`);
  const lock = <Result>(run: () => Promise<Result>) => withFileLock(`${path}.lock`, run);

  const lines = await lock(async () => {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (isSystemError(error, 'ENOENT')) return '';
      throw error;
    });
    // A line that a power failure has cut off is none.
    const all = text.split('\n').flatMap((line) => [linePattern.exec(line)].filter((match) => match !== null));
    if (all.length <= maxLines) {
      if (text !== '' && !text.endsWith('\n')) await appendFile(path, '\n');
      return all;
    }
    const newer = all.slice(-maxLines / 2);
    await writePrivately(path, newer.map(([line]) => `${line}\n`).join(''));
    return newer;
  });
  const ids = new Map(lines.map(([, identity = '', id = '']) => [identity, id]));

  return {
    isEmpty: ids.size === 0,
    find: (identity) => ids.get(identity),
    async add(identity, id) {
      ids.set(identity, id);
      await lock(() => appendFile(path, `${identity} ${id}\n`, { mode: 0o600 }));
    },
  };
}
