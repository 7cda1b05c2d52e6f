import { errorCode, StartupError } from '../../../platform/process/startup-error.ts';
import { type KeyName, wholeSecond } from './key-file-name.ts';
import { addKey, type KeyFile, modeOf, moveKey, readKeyFolder, removeKey } from './key-folder.ts';
import { type KeyLifetime, lifetimesOf, statesAt, type TokenTimes } from './key-lifetimes.ts';
import { newKeyPair } from './private-key.ts';

/** A folder of keys, and how long the tokens live that they sign. */
export interface KeysAt extends TokenTimes {
  folder: string;
}

const privateMode = 0o600;

/** The keys of a folder with what each of them is just now, and the files that cannot be used. */
export function listKeys({ folder, ...times }: KeysAt) {
  const { keys, faults } = readOrEmpty(folder);
  const lifetimes = lifetimesOf(keys, times);
  const states = statesAt(lifetimes, Date.now());
  return { keys: lifetimes.map((lifetime, index) => ({ ...lifetime, state: states[index] })), faults };
}

/**
 * Adds the key that signs next, `signsInSeconds` from now, or at once where there is no other; and retires what has
 * expired. A StartupError where an earlier one has not begun to sign: who verifies might not know that one yet.
 */
export function rotate({ signsInSeconds, ...at }: KeysAt & { signsInSeconds: number }) {
  const { keys } = listKeys(at);
  const next = keys.find(({ state }) => state === 'next')?.key;
  if (next) {
    const message = `${next.kid} is the next key already, and signs from ${next.signsFrom.toISOString()} on.`;
    throw new StartupError(`${message} Wait for that, or remove it: retire ${next.kid} --compromised`);
  }
  const signing = keys.find(({ state }) => state === 'signing')?.key;
  // Who reads this key reads the next one, too.
  const mode = signing ? modeOf(at.folder, signing) : privateMode;
  const signsFrom = signing ? afterwards(signing, signsInSeconds) : wholeSecond(Date.now());
  const added: KeyName = addKey(at.folder, { signsFrom, pair: newKeyPair(), mode });
  return { added, retired: retireExpired(at) };
}

/**
 * Not in the second that has begun, in which the key before may have been made; and not before that one, whose time may
 * not have come by this clock: whoever came first would sign at once, and nobody knows it yet.
 */
function afterwards({ signsFrom }: KeyName, seconds: number): Date {
  return wholeSecond(Math.max(Date.now(), signsFrom.getTime()) + (seconds + 1) * 1_000);
}

/** Removes the keys whose tokens have all expired; gives what it removed. */
export function retireExpired(at: KeysAt): KeyName[] {
  const expired = listKeys(at).keys.filter(({ state }) => state === 'expired');
  for (const { key } of expired) removeKey(at.folder, key);
  return expired.map(({ key }) => key);
}

/**
 * Removes a key at once, and every token that it signed with it. Where it signs, the next one signs from now on; a
 * StartupError where there is none. Gives the key that signs now.
 */
export function retireCompromised(at: KeysAt, kid: string): KeyName {
  const { keys } = listKeys(at);
  const compromised = keys.filter(({ key }) => key.kid === kid);
  if (compromised.length === 0) throw new StartupError(`There is no key ${kid} in ${at.folder}: see list.`);
  const others = keys.filter(({ key }) => key.kid !== kid);
  const signing = compromised.some(({ state }) => state === 'signing') ? signNext(at.folder, others) : signingOf(keys);
  // One that has expired would be accepted once more when the key that succeeded it is gone.
  const expired = others.filter(({ state }) => state === 'expired');
  for (const { key } of [...expired, ...compromised]) removeKey(at.folder, key);
  return signing;
}

type Listed = KeyLifetime<KeyFile> & { state: string | undefined };

function signingOf(keys: readonly Listed[]): KeyName {
  const signing = keys.find(({ state }) => state === 'signing');
  if (!signing) throw new StartupError('No key signs.');
  return signing.key;
}

/** Before the other is removed: at no moment is there no key. */
function signNext(folder: string, keys: readonly Listed[]): KeyName {
  const next = keys.find(({ state }) => state === 'next')?.key;
  if (!next) throw new StartupError('It is the one that signs, and there is no next: add one first, with rotate.');
  const signsFrom = wholeSecond(Date.now());
  moveKey(folder, next, signsFrom);
  return { kid: next.kid, signsFrom };
}

function readOrEmpty(folder: string) {
  try {
    return readKeyFolder(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { keys: [], faults: new Map<string, Error>() };
    throw new StartupError(`${folder} cannot be used (${(error as Error).message}): mend its rights.`, {
      cause: error,
    });
  }
}
