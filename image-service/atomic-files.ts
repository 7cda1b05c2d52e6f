import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const TEMPORARY_ENDING = /\.[0-9a-f]{16}\.tmp$/;

/**
 * Puts a file in place so that, whenever the machine stops, it is either whole or as it was before (which may be
 * absent). Once this resolves, it is on the disk.
 */
export async function writeWhole(path: string, content: Buffer): Promise<void> {
  const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`;
  try {
    await writeDurably(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Takes a file away for good, and answers whether there was one. */
export async function removeWhole(path: string): Promise<boolean> {
  const wasThere = await unlessMissing(rm(path).then(() => true));
  if (wasThere) await syncFolder(dirname(path));
  return wasThere ?? false;
}

/** Removes what writes that never ended have left of files that are `ours`. Nothing may be writing there meanwhile. */
export function removeLeftovers(folder: string, ours: RegExp): void {
  const isLeftover = (name: string) => TEMPORARY_ENDING.test(name) && ours.test(name.replace(TEMPORARY_ENDING, ''));
  for (const name of readdirSync(folder).filter(isLeftover)) rmSync(join(folder, name));
}

/** What the operation gives, or undefined where the file does not exist. */
export async function unlessMissing<Result>(operation: Promise<Result>): Promise<Result | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The first bytes of a file, at most `maxBytes` of them. */
export function readHead(path: string, maxBytes: number): Promise<Buffer> {
  return withFile(open(path, 'r'), async (file) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
    return buffer.subarray(0, bytesRead);
  });
}

function writeDurably(path: string, content: Buffer): Promise<void> {
  return withFile(open(path, 'wx', 0o600), async (file) => {
    await file.writeFile(content);
    await file.sync();
  });
}

// A rename or removal is a change to the folder: until that is on the disk as well, a crash can undo it.
async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder.
  if (process.platform === 'win32') return;
  await withFile(open(folder, 'r'), (opened) => opened.sync());
}

async function withFile<Result>(opening: Promise<FileHandle>, work: (file: FileHandle) => Promise<Result>) {
  const file = await opening;
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}
