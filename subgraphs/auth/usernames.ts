import type { Problem } from '../../runtime/refusal.ts';

/**
 * Letters and digits of any script as PRECIS counts them (RFC 8264, section 9.1: with the marks that many scripts write
 * vowels with, each after what it marks), '.', '_' and '-'.
 */
const allowed = /^([\p{L}\p{Nd}][\p{Mn}\p{Mc}]*|[._-])*$/u;
/** What nobody sees, whatever its category, would make two names look like one (RFC 8264, section 9.13). */
const unseen = /\p{Default_Ignorable_Code_Point}/u;
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
  // No account has the key of what is too long to be a name.
  if (username.length > maxLengthAsWritten) return '';
  // By way of lower case, as ẞ has no other capital and ß has SS.
  return normaliseUsername(username).toLowerCase().toUpperCase().normalize('NFKC');
}

/** What keeps a normalised name from being an account's. */
export function usernameProblems(username: string): Problem[] {
  const characters = username.length > maxLengthAsWritten ? Number.POSITIVE_INFINITY : [...username].length;
  const problem = (message: string) => ({ field: 'username', message });
  if (characters < minCharacters || characters > maxCharacters) {
    return [problem(`A username has ${minCharacters} to ${maxCharacters} characters.`)];
  }
  return allowed.test(username) && !unseen.test(username)
    ? []
    : [problem("A username holds letters, digits, '.', '_' and '-' only.")];
}
