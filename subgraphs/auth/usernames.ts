import type { Problem } from '../../runtime/refusal.ts';

/**
 * Letters and digits of any script as PRECIS counts them (RFC 8264, section 9.1: with the marks that many scripts write
 * vowels with), '.', '_' and '-'; a mark needs a letter before it.
 */
const allowed = /^(?!\p{M})[\p{L}\p{Nd}\p{Mn}\p{Mc}._-]*$/u;
const minCharacters = 3;
const maxCharacters = 32;
/** In UTF-16 units, before normalisation, which could cost much and can shorten no name to the limit from here. */
const maxLengthAsWritten = 18 * maxCharacters;

/** A name as it is kept and shown: NFKC-normalised. */
export function normaliseUsername(username: string): string {
  return username.length > maxLengthAsWritten ? username : username.normalize('NFKC');
}

/** The form that two names share where they differ in case only. */
export function usernameKey(username: string): string {
  return normaliseUsername(username).toUpperCase().normalize('NFKC');
}

/** What keeps a normalised name from being an account's. */
export function usernameProblems(username: string): Problem[] {
  const characters = username.length > maxLengthAsWritten ? Number.POSITIVE_INFINITY : [...username].length;
  const problem = (message: string) => ({ field: 'username', message });
  if (characters < minCharacters || characters > maxCharacters) {
    return [problem(`A username has ${minCharacters} to ${maxCharacters} characters.`)];
  }
  return allowed.test(username) ? [] : [problem("A username holds letters, digits, '.', '_' and '-' only.")];
}
