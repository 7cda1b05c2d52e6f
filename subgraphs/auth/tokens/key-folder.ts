import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSecret } from '../../../platform/process/secret-file.ts';
import { StartupError } from '../../../platform/process/startup-error.ts';
import { formatKeyFileName, type KeyName, parseKeyFileName } from './key-file-name.ts';
import { type KeyPair, readPrivateKey } from './key-pair.ts';

/** A key and the name of its file. */
export interface KeyFile extends KeyName, KeyPair {
  name: string;
}

/** The contents of a folder of keys. */
export interface KeyFolder {
  /** In the order in which they sign. */
  keys: KeyFile[];
  /** Files that look like keys but cannot be used, by name. */
  errors: ReadonlyMap<string, Error>;
}

/** Reads a folder of keys. Files in `cached` are not read again, because the content of a key file never changes. */
export function readKeyFolder(folder: string, cached: readonly KeyFile[] = []): KeyFolder {
  const keys: KeyFile[] = [];
  const errors = new Map<string, Error>();
  // Ignores hidden files: drafts, and what container platforms put into mounted folders.
  for (const name of readdirSync(folder)
    .filter((each) => /^[^.].*\.pem$/.test(each))
    .sort()) {
    try {
      keys.push(cached.find((key) => key.name === name) ?? readKeyFile(folder, name));
    } catch (error) {
      errors.set(name, error as Error);
    }
  }
  return { keys, errors };
}

function readKeyFile(folder: string, name: string): KeyFile {
  const file = join(folder, name);
  const expected = parseKeyFileName(name);
  if (!expected) {
    throw new StartupError(`${file} is not named as a key: <when it signs, as 20261124T040000Z>.<kid>.pem.`);
  }
  const pair = readSecret(file, readPrivateKey);
  if (pair.kid === expected.kid) return { ...expected, ...pair, name };
  throw new StartupError(`${file} holds another key than its name says: ${pair.kid}.`);
}

/** Writes a key atomically into a folder, which is created if it is missing. `mode` is the mode of the file. */
export function addKey(folder: string, { signsFrom, pair, mode }: { signsFrom: Date; pair: KeyPair; mode: number }) {
  const added: KeyName = { signsFrom, kid: pair.kid };
  const draft = join(folder, `.${randomUUID()}.draft`);
  const created = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (created !== undefined) chmodSync(folder, folderMode(mode));
  try {
    writeFileSync(draft, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flush: true });
    chmodSync(draft, mode);
    renameSync(draft, join(folder, formatKeyFileName(added)));
  } finally {
    rmSync(draft, { force: true });
  }
  return added;
}

/** Full access for the owner; whoever may read the files may also list the folder. */
function folderMode(fileMode: number): number {
  return 0o700 | fileMode | ((fileMode & 0o444) >> 2);
}

/** The permissions of a key's file. */
export function modeOf(folder: string, { name }: KeyFile): number {
  return statSync(join(folder, name)).mode & 0o777;
}

export function removeKey(folder: string, { name }: KeyFile): void {
  rmSync(join(folder, name), { force: true });
}

/** Changes when a key begins to sign. */
export function rescheduleKey(folder: string, { name, kid }: KeyFile, signsFrom: Date): void {
  renameSync(join(folder, name), join(folder, formatKeyFileName({ signsFrom, kid })));
}
