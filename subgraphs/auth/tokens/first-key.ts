import { randomUUID } from 'node:crypto';
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readSecret } from '../../../platform/process/secret-file.ts';
import { errorCode, StartupError } from '../../../platform/process/startup-error.ts';
import { wholeSecond } from './key-file-name.ts';
import { addKey } from './key-folder.ts';
import { newKeyPair, readPrivateKey } from './private-key.ts';

/**
 * Makes a folder with a key that signs at once, where there is none; whoever does so at the same moment gets the same key.
 * What is there stays as it is, also where it is damaged: a new key would end every token issued so far.
 */
export function ensureFirstKey(folder: string, mode: number): void {
  if (holdsAny(folder)) return;
  const draft = `${folder}.${randomUUID()}.draft`;
  try {
    addKey(draft, { signsFrom: wholeSecond(Date.now()), pair: newKeyPair(), mode });
    renameSync(draft, folder);
  } catch (error) {
    if (!isTaken(error)) throw unusable(folder, error);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * Takes over the one key of a version that had no folder, so that what it signed still holds, and removes its file and
 * that of its public key. Interrupted at any point, it is done again.
 */
export function migrateLegacyKey(folder: string, { file, mode }: { file: string; mode: number }): void {
  try {
    const { mtimeMs } = statSync(file);
    const pair = readSecret(file, readPrivateKey);
    addKey(folder, { signsFrom: wholeSecond(Math.min(mtimeMs, Date.now())), pair, mode });
  } catch (error) {
    if (isGone(error)) return;
    throw error instanceof StartupError ? error : unusable(folder, error);
  }
  rmSync(join(dirname(file), 'verification-key.pem'), { force: true });
  rmSync(file, { force: true });
}

function holdsAny(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => name.endsWith('.pem'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw unusable(folder, error);
  }
}

/** Somebody else was faster. */
function isTaken(error: unknown): boolean {
  return ['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '');
}

/** There was none, or somebody else has just taken it over. */
function isGone(error: unknown): boolean {
  return errorCode(error) === 'ENOENT' || (error instanceof StartupError && errorCode(error.cause) === 'ENOENT');
}

function unusable(folder: string, error: unknown): StartupError {
  return new StartupError(`${folder} cannot be used (${(error as Error).message}): mend its rights.`, { cause: error });
}
