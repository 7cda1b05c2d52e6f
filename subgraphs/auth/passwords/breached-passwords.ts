import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';

/** Where `breached-passwords/make.ts` puts the list: commonForm of each, sorted, a line each, brotli. */
export const listFile = new URL('breached-passwords/most-common.txt.br', import.meta.url);

/** What a password has in common with those that differ from it in letter case or width only. */
export function commonForm(password: string): string {
  return password.normalize('NFKC').toLowerCase();
}

/**
 * Tells whether a password is one of the 100,000 most common that breaches have brought to light, in whatever letter
 * case: SecLists' "10-million-password-list-top-100000", licence and source in breached-passwords/LICENSE.md. The list
 * has those of at least 8 characters, 38,452; no setting lets a shorter one be asked for. It is one text that is
 * searched from its start: a Set of it would take four times the memory and three times the start, to save less than
 * 0.2 ms beside a bcrypt hash.
 */
export function loadBreachedPasswords(): (password: string) => boolean {
  const list = `\n${brotliDecompressSync(readFileSync(listFile)).toString()}\n`;
  return (password) => {
    const form = commonForm(password);
    return !form.includes('\n') && list.includes(`\n${form}\n`);
  };
}
