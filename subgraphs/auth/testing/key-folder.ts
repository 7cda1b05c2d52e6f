import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { folderOfTest } from '../../../tests/support/files.ts';
import { addKey } from '../tokens/key-folder.ts';
import { type KeyPair, newKeyPair } from '../tokens/private-key.ts';

const made: KeyPair[] = [];

/** A few pairs, made once for all tests of a file. */
function pairs(count: number): KeyPair[] {
  while (made.length < count) made.push(newKeyPair());
  return made.slice(0, count);
}

/** A folder with a key for each of these moments, from which on it signs; gives the names of the keys, too. */
export function folderWith(...signsFrom: string[]): { folder: string; kids: string[] } {
  const folder = join(folderOfTest(), 'signing-keys');
  const keys = pairs(signsFrom.length);
  for (const [index, pair] of keys.entries()) {
    addKey(folder, { signsFrom: new Date(signsFrom[index] ?? ''), pair, mode: 0o600 });
  }
  return { folder, kids: keys.map(({ kid }) => kid) };
}

/** What lies in a folder, in order. */
export const namesIn = (folder: string): string[] => readdirSync(folder).sort();

/** Sets the clock until the test is over; gives what sets it again. */
export function clockAt(moment: string): (moment: string) => void {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(moment) });
  onTestFinished(() => void vi.useRealTimers());
  return (next) => void vi.setSystemTime(new Date(next));
}
