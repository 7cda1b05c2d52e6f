import { errorCode, folderFix, StartupError } from '../../../platform/process/startup-error.ts';
import { type KeyName, wholeSecond } from './key-file-name.ts';
import { addKey, type KeyFile, type KeyFolder, modeOf, readKeyFolder, removeKey, rescheduleKey } from './key-folder.ts';
import { type KeyLifetime, type KeyState, lifetimesOf, statesAt, type TokenTimes } from './key-lifetimes.ts';
import { newKeyPair } from './key-pair.ts';

/** A folder of keys, and the lifetime of the tokens that they sign. */
export interface RotationSettings extends TokenTimes {
  folder: string;
}

/** A key with its lifetime and its current state. */
export type ListedKey = KeyLifetime<KeyFile> & { state: KeyState | undefined };

const privateMode = 0o600;

/** Lists the keys of a folder and the files that cannot be used. A missing folder is empty. */
export function listKeys({ folder, ...times }: RotationSettings): { keys: ListedKey[]; errors: KeyFolder['errors'] } {
  const { keys, errors } = readOrEmpty(folder);
  const lifetimes = lifetimesOf(keys, times);
  const states = statesAt(lifetimes, Date.now());
  return { keys: lifetimes.map((lifetime, index) => ({ ...lifetime, state: states[index] })), errors };
}

/**
 * Adds the key that signs next, `signsInSeconds` from now, or at once if it is the first; then deletes expired keys.
 * Throws a StartupError if there is a next key already, as verifiers might not have fetched it yet.
 */
export function rotate({ signsInSeconds, ...settings }: RotationSettings & { signsInSeconds: number }) {
  const { keys } = listKeys(settings);
  const next = keys.find(({ state }) => state === 'next')?.key;
  if (next) {
    const message = `${next.kid} is the next key already, and signs from ${next.signsFrom.toISOString()} on.`;
    throw new StartupError(`${message} Wait for that, or remove it: retire ${next.kid} --compromised`);
  }
  const signing = keys.find(({ state }) => state === 'signing')?.key;
  // Same permissions, so that the processes that read the current key can read the next one.
  const mode = signing ? modeOf(settings.folder, signing) : privateMode;
  const signsFrom = signing ? startAfter(signing, signsInSeconds) : wholeSecond(Date.now());
  const added = addKey(settings.folder, { signsFrom, pair: newKeyPair(), mode });
  return { added, retired: retireExpired(settings) };
}

/**
 * One second later than requested, so that the next key never has the same second as the current one; and after the
 * current key even if that begins in the future by this clock. Otherwise the next key might sign before it is published.
 */
function startAfter({ signsFrom }: KeyName, seconds: number): Date {
  return wholeSecond(Math.max(Date.now(), signsFrom.getTime()) + (seconds + 1) * 1_000);
}

/** Deletes the keys whose tokens have all expired, and returns them. */
export function retireExpired(settings: RotationSettings): KeyName[] {
  const expired = listKeys(settings).keys.filter(({ state }) => state === 'expired');
  for (const { key } of expired) removeKey(settings.folder, key);
  return expired.map(({ key }) => key);
}

/**
 * Deletes a key at once, which invalidates all tokens that it signed. If it is the signing key, the next key takes its
 * place; throws a StartupError if there is none. Returns the key that signs now.
 */
export function retireCompromised(settings: RotationSettings, kid: string): KeyName {
  const { folder } = settings;
  const { keys } = listKeys(settings);
  const compromised = keys.filter(({ key }) => key.kid === kid);
  if (compromised.length === 0) throw new StartupError(`There is no key ${kid} in ${folder}: see list.`);
  const others = keys.filter(({ key }) => key.kid !== kid);
  const signing = compromised.some(({ state }) => state === 'signing') ? signNext(folder, others) : signingOf(keys);
  // Delete expired keys too: without its successor, an expired key would be accepted again.
  const expired = others.filter(({ state }) => state === 'expired');
  for (const { key } of [...expired, ...compromised]) removeKey(folder, key);
  return signing;
}

function signingOf(keys: readonly ListedKey[]): KeyName {
  const signing = keys.find(({ state }) => state === 'signing');
  if (!signing) throw new StartupError('No key signs.');
  return signing.key;
}

/** Lets the next key sign now. Called before the current key is deleted, so that there is always one. */
function signNext(folder: string, keys: readonly ListedKey[]): KeyName {
  const next = keys.find(({ state }) => state === 'next')?.key;
  if (!next) throw new StartupError('It is the signing key, and there is no next key: add one first, with rotate.');
  const signsFrom = wholeSecond(Date.now());
  rescheduleKey(folder, next, signsFrom);
  return { kid: next.kid, signsFrom };
}

function readOrEmpty(folder: string): KeyFolder {
  try {
    return readKeyFolder(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { keys: [], errors: new Map() };
    const reason = (error as Error).message;
    throw new StartupError(`${folder} cannot be used (${reason}): ${folderFix(error)}.`, { cause: error });
  }
}
