import { randomBytes } from 'node:crypto';
import { constants, readdirSync, rmSync } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const TEMPORARY_SUFFIX = /\.[0-9a-f]{16}\.tmp$/;

/** Writes a file atomically: after a crash it has its old content (or is absent) or the new one. Resolves once durable. */
export async function writeAtomically(path: string, content: Buffer): Promise<void> {
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

/** Removes a file durably. Returns false if there is none. */
export async function removeDurably(path: string): Promise<boolean> {
  const existed = await undefinedIfMissing(rm(path).then(() => true));
  if (existed) await syncFolder(dirname(path));
  return existed ?? false;
}

/** Removes the temporary files of interrupted writes whose target matches. No write may be in progress. */
export function removeTemporaryFiles(folder: string, target: RegExp): void {
  const isTemporary = (name: string) => TEMPORARY_SUFFIX.test(name) && target.test(name.replace(TEMPORARY_SUFFIX, ''));
  for (const name of readdirSync(folder).filter(isTemporary)) rmSync(join(folder, name));
}

/** Returns the operation's result, or undefined if the file does not exist. */
export async function undefinedIfMissing<Result>(operation: Promise<Result>): Promise<Result | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Thrown for a folder, a named pipe, a socket or a device, which might never end. */
export class NotAFileError extends Error {
  constructor(path: string) {
    super(`${path} is not a file`);
    this.name = 'NotAFileError';
  }
}

/** Reads the first bytes of a file, `maxBytes` at most. Throws a `NotAFileError`. */
export function readHead(path: string, maxBytes: number): Promise<Buffer> {
  return withFile(openRegular(path), async (file) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
    return buffer.subarray(0, bytesRead);
  });
}

/** Reads a whole file. Throws a `NotAFileError`. */
export function readWhole(path: string): Promise<Buffer> {
  return withFile(openRegular(path), (file) => file.readFile());
}

/** To open a named pipe takes a thread for ever, unless somebody writes to it. */
async function openRegular(path: string): Promise<FileHandle> {
  if (!(await stat(path)).isFile()) throw new NotAFileError(path);
  return open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
}

function writeDurably(path: string, content: Buffer): Promise<void> {
  return withFile(open(path, 'wx', 0o600), async (file) => {
    await file.writeFile(content);
    await file.sync();
  });
}

// A rename or removal changes the folder; a crash can undo it until the folder is synced too.
async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders.
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
