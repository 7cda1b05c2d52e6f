import { randomUUID } from 'node:crypto';
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readSecret } from '../../../platform/process/secret-file.ts';
import { errorCode, folderFix, StartupError } from '../../../platform/process/startup-error.ts';
import { wholeSecond } from './key-file-name.ts';
import { addKey } from './key-folder.ts';
import { newKeyPair, readPrivateKey } from './key-pair.ts';

/**
 * Creates a folder with one key, which signs at once, unless the folder has a key. Processes that do so concurrently end
 * up with the same key. Existing files stay, even damaged ones: a new key would invalidate all tokens issued so far.
 */
export function ensureFirstKey(folder: string, mode: number): void {
  if (hasKey(folder)) return;
  const draft = `${folder}.${randomUUID()}.draft`;
  try {
    addKey(draft, { signsFrom: wholeSecond(Date.now()), pair: newKeyPair(), mode });
    renameSync(draft, folder);
  } catch (error) {
    if (!isAlreadyCreated(error)) throw unusable(folder, error);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * Moves the single key file of an earlier version into the folder, so that tokens it signed stay valid, and deletes the
 * file and its public key. Safe to repeat after an interruption at any point.
 */
export function migrateLegacyKey(folder: string, { file, mode }: { file: string; mode: number }): void {
  try {
    const { mtimeMs } = statSync(file);
    const pair = readSecret(file, readPrivateKey);
    addKey(folder, { signsFrom: wholeSecond(Math.min(mtimeMs, Date.now())), pair, mode });
  } catch (error) {
    if (isMissing(error)) return;
    throw error instanceof StartupError ? error : unusable(folder, error);
  }
  rmSync(join(dirname(file), 'verification-key.pem'), { force: true });
  rmSync(file, { force: true });
}

function hasKey(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => name.endsWith('.pem'));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw unusable(folder, error);
  }
}

/** Another process created the folder first. */
function isAlreadyCreated(error: unknown): boolean {
  return ['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '');
}

/** There is no legacy key, or another process has just migrated it. */
function isMissing(error: unknown): boolean {
  return errorCode(error) === 'ENOENT' || (error instanceof StartupError && errorCode(error.cause) === 'ENOENT');
}

function unusable(folder: string, error: unknown): StartupError {
  const reason = (error as Error).message;
  return new StartupError(`${folder} cannot be used (${reason}): ${folderFix(error)}.`, { cause: error });
}
