import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSecret } from '../../../platform/process/secret-file.ts';
import { StartupError } from '../../../platform/process/startup-error.ts';
import { fileNameOf, type KeyName, readFileName } from './key-file-name.ts';
import { type KeyPair, readPrivateKey } from './private-key.ts';

/** A key in its file. */
export interface KeyFile extends KeyName, KeyPair {
  name: string;
}

/** What a folder of keys holds. */
export interface KeyFolder {
  /** In the order in which they sign. */
  keys: KeyFile[];
  /** Files that look like keys and cannot be used: name and what is wrong. */
  faults: ReadonlyMap<string, Error>;
}

/** Reads a folder of keys; of files that are known already only the names, as what they hold never changes. */
export function readKeyFolder(folder: string, known: readonly KeyFile[] = []): KeyFolder {
  const keys: KeyFile[] = [];
  const faults = new Map<string, Error>();
  // Names of drafts, and of what whoever mounts the folder puts there, are not ours to judge.
  for (const name of readdirSync(folder)
    .filter((each) => /^[^.].*\.pem$/.test(each))
    .sort()) {
    try {
      keys.push(known.find((key) => key.name === name) ?? readKeyFile(folder, name));
    } catch (error) {
      faults.set(name, error as Error);
    }
  }
  return { keys, faults };
}

function readKeyFile(folder: string, name: string): KeyFile {
  const file = join(folder, name);
  const named = readFileName(name);
  if (!named) throw new StartupError(`${file} is not named as a key: <when it signs, as 20261124T040000Z>.<kid>.pem.`);
  const pair = readSecret(file, readPrivateKey);
  if (pair.kid === named.kid) return { ...named, ...pair, name };
  throw new StartupError(`${file} holds another key than its name says: ${pair.kid}.`);
}

/** Puts a key into a folder, which is made where there is none; whole or not there, and readable by `mode`. */
export function addKey(folder: string, { signsFrom, pair, mode }: { signsFrom: Date; pair: KeyPair; mode: number }) {
  const named: KeyName = { signsFrom, kid: pair.kid };
  const draft = join(folder, `.${randomUUID()}.draft`);
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined) chmodSync(folder, folderMode(mode));
  try {
    writeFileSync(draft, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flush: true });
    chmodSync(draft, mode);
    renameSync(draft, join(folder, fileNameOf(named)));
  } finally {
    rmSync(draft, { force: true });
  }
  return named;
}

/** What a folder needs so that its files can be listed by whoever may read them, and written by its owner. */
function folderMode(fileMode: number): number {
  return 0o700 | fileMode | ((fileMode & 0o444) >> 2);
}

/** Who may read a file of the folder. */
export function modeOf(folder: string, { name }: KeyFile): number {
  return statSync(join(folder, name)).mode & 0o777;
}

/** Removes a key. */
export function removeKey(folder: string, { name }: KeyFile): void {
  rmSync(join(folder, name), { force: true });
}

/** Lets a key sign from another time on. */
export function moveKey(folder: string, { name, kid }: KeyFile, signsFrom: Date): void {
  renameSync(join(folder, name), join(folder, fileNameOf({ signsFrom, kid })));
}
