import type { ValidationIssue } from '../../../platform/api-error.ts';

/**
 * Letters and digits of any script as in PRECIS (RFC 8264, section 9.1), each followed by any number of combining marks,
 * and '.', '_' and '-'.
 */
const allowed = /^([\p{L}\p{Nd}][\p{Mn}\p{Mc}]*|[._-])*$/u;
/** Invisible characters would make different names look the same (RFC 8264, section 9.13). */
const invisible = /\p{Default_Ignorable_Code_Point}/u;
/**
 * Characters that keyboards and the clipboard add around a name: white space, also no-break spaces and line ends;
 * invisible characters such as direction marks; U+FFFC, which dictation adds on iOS; and what titles of resources take
 * for invisible: annotation and hieroglyph controls, and the blank symbols of braille and music. Other controls and
 * noncharacters are never typed, so they are rejected.
 */
const padding = String.raw`[\p{White_Space}\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFC\u{13430}-\u{1343F}\u2800\u{1D159}]+`;
const surroundingPadding = new RegExp(`^${padding}|${padding}$`, 'gu');
const minCharacters = 3;
const maxCharacters = 32;
/** In UTF-16 units. No longer text can become short enough by NFKC, and normalising a very long one blocks the process. */
const maxLengthBeforeNormalisation = 18 * maxCharacters;

export function isTooLongToNormalise(username: string): boolean {
  return username.length > maxLengthBeforeNormalisation;
}

/**
 * The form in which a name is stored and shown: NFKC, without white space and invisible characters around it. Text that
 * is too long for any name is returned unchanged.
 */
export function normaliseUsername(username: string): string {
  // Trimmed first: NFKC makes a space and a combining mark of some letters, such as U+00B4.
  return isTooLongToNormalise(username) ? username : username.replace(surroundingPadding, '').normalize('NFKC');
}

/** The case-folded form of a name: equal for names that differ only in case. '' if it is too long for any name. */
export function usernameKey(username: string): string {
  if (isTooLongToNormalise(username)) return '';
  // Lower case first, because ẞ is its own upper case while ß becomes SS.
  return normaliseUsername(username).toLowerCase().toUpperCase().normalize('NFKC');
}

/** Checks a normalised name against the rules for new accounts. */
export function validateUsername(username: string): ValidationIssue[] {
  const issue = (message: string) => ({ field: 'username', message });
  const characters = isTooLongToNormalise(username) ? Number.POSITIVE_INFINITY : [...username].length;
  if (characters < minCharacters || characters > maxCharacters) {
    return [issue(`A username has ${minCharacters} to ${maxCharacters} characters.`)];
  }
  return allowed.test(username) && !invisible.test(username)
    ? []
    : [issue("A username holds letters, digits, '.', '_' and '-' only.")];
}
