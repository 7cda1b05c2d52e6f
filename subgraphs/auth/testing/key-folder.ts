import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { folderOfTest } from '../../../tests/support/files.ts';
import { addKey } from '../tokens/key-folder.ts';
import { type KeyPair, newKeyPair } from '../tokens/key-pair.ts';

const pairs: KeyPair[] = [];

/** The key pair with this index. All tests of a file share them, because generating one takes long. */
export function sharedPair(index: number): KeyPair {
  while (pairs.length <= index) pairs.push(newKeyPair());
  return pairs[index] as KeyPair;
}

/** Creates a folder with one key for each of these times, from which on it signs. */
export function folderWith(...signsFrom: string[]): { folder: string; kids: string[] } {
  const folder = join(folderOfTest(), 'signing-keys');
  const keys = signsFrom.map((_, index) => sharedPair(index));
  for (const [index, pair] of keys.entries()) {
    addKey(folder, { signsFrom: new Date(signsFrom[index] ?? ''), pair, mode: 0o600 });
  }
  return { folder, kids: keys.map(({ kid }) => kid) };
}

/** The file names in a folder, sorted. */
export const namesIn = (folder: string): string[] => readdirSync(folder).sort();

/** Stops the clock at a time until the test ends; returns a function that sets it. */
export function clockAt(time: string): (time: string) => void {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(time) });
  onTestFinished(() => void vi.useRealTimers());
  return (next) => void vi.setSystemTime(new Date(next));
}
