import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';

/** The list that `breached-passwords/make.ts` writes: case-folded passwords, sorted, one per line, compressed by Brotli. */
export const listFile = new URL('breached-passwords/most-common.txt.br', import.meta.url);

/** The form in which passwords are compared: equal for passwords that differ only in letter case or width. */
export function foldCaseAndWidth(password: string): string {
  return password.normalize('NFKC').toLowerCase();
}

/**
 * Tells whether a password, in any letter case, is one of the 100,000 most common in breaches: SecLists'
 * "10-million-password-list-top-100000" (source and licence in breached-passwords/LICENSE.md). The list leaves out
 * those shorter than 8 characters, which no setting allows; 38,452 remain.
 *
 * The list is searched as one string: a Set would take four times the memory and three times as long to load, to save
 * less than 0.2 ms beside a bcrypt hash.
 */
export function loadBreachedPasswords(): (password: string) => boolean {
  const list = `\n${brotliDecompressSync(readFileSync(listFile)).toString()}\n`;
  return (password) => {
    const folded = foldCaseAndWidth(password);
    return !folded.includes('\n') && list.includes(`\n${folded}\n`);
  };
}
