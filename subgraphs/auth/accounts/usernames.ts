import unhomoglyph from 'unhomoglyph';
import type { ValidationIssue } from '../../../platform/api-error.ts';

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
const twoFaced: Record<string, string> = { i: 'l', v: 'n', u: 'y' };
/**
 * The scripts in common use (UAX 31, table 5), those first that are written together, with Latin letters too (UTS 39,
 * sections 5.1 and 5.2): nobody takes one of these for another script. Latin before all, for names without a letter:
 * '000' is not 'ООО' in Cyrillic. A name in any other script has ''.
 */
const scripts = [
  'Latn',
  'Jpan Hani Hira Kana',
  'Kore Hani Hang',
  'Hanb Hani Bopo',
  'LatnJpan Latn Hani Hira Kana',
  'LatnKore Latn Hani Hang',
  'LatnHanb Latn Hani Bopo',
  ...'Arab Armn Beng Cyrl Deva Ethi Geor Grek Gujr Guru Hebr Khmr Knda Laoo Mlym Mymr Orya Sinh Taml Telu Thaa Thai Tibt'.split(
    ' ',
  ),
].map(scriptOf);

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
export function usernameProblems(username: string): ValidationIssue[] {
  const characters = username.length > maxLengthAsWritten ? Number.POSITIVE_INFINITY : [...username].length;
  const problem = (message: string) => ({ field: 'username', message });
  if (characters < minCharacters || characters > maxCharacters) {
    return [problem(`A username has ${minCharacters} to ${maxCharacters} characters.`)];
  }
  return allowed.test(username) && !unseen.test(username)
    ? []
    : [problem("A username holds letters, digits, '.', '_' and '-' only.")];
}

/**
 * What tells whether two names are mixed-script confusables (UTS 39, section 4): they share a skeleton, and the scripts
 * differ or are ''.
 */
export interface Confusable {
  /** For comparison alone, as nobody can read them. */
  skeletons: string[];
  /** The one script that a name is written in, '' where it takes more; digits and '.', '_' and '-' are of any. */
  script: string;
}

/**
 * As names are one whatever the case, and are shown as they were written, two look alike where one looks in some case
 * like the other in some case: as it was written, in small letters or in capitals, or with each letter as it may be.
 * Names of one script may still be as alike as 'modem' and 'modern'.
 */
export function confusableOf(username: string): Confusable {
  // No account looks like what is too long to be a name.
  if (username.length > maxLengthAsWritten) return { skeletons: [], script: '' };
  const shown = normaliseUsername(username);
  const key = usernameKey(username);
  // No letter has a skeleton with '~': what 'u' becomes in the first must not be the 'y' of the others.
  const skeletons = [`~${skeletonInAnyCase(key)}`, ...[shown, shown.toLowerCase(), key].map(skeletonOf)];
  return { skeletons: [...new Set(skeletons)], script: scripts.find(({ pattern }) => pattern.test(key))?.name ?? '' };
}

/** The skeleton of UTS 39. */
function skeletonOf(text: string): string {
  return unhomoglyph(text.normalize('NFD')).normalize('NFD');
}

/**
 * Made letter by letter, as a name may mix cases: 'Нeгo' with a Cyrillic Н and г is 'hero', though neither in small
 * letters nor in capitals. It is of what each letter's capital looks like, or of its small form where only that is like
 * a letter of ASCII ('г' like 'r'). What looks like two letters of ASCII makes these one: 'i' and 'l' ('I'), 'n' and
 * 'v' (Greek 'Ν' and 'ν'), 'u' and 'y' ('υ' and 'Υ').
 */
function skeletonInAnyCase(key: string): string {
  const letters = [...key.normalize('NFD')].map(skeletonOfLetter).join('');
  return letters.replace(/[ivu]/g, (letter) => twoFaced[letter] ?? letter).normalize('NFD');
}

function skeletonOfLetter(capital: string): string {
  const asCapital = skeletonOf(capital);
  const asSmall = skeletonOf(capital.toLowerCase());
  return isAscii(asSmall) && !isAscii(asCapital) ? asSmall : skeletonOf(asCapital.toLowerCase());
}

function isAscii(text: string): boolean {
  return /^\p{ASCII}+$/u.test(text);
}

function scriptOf(names: string): { name: string; pattern: RegExp } {
  const [name = '', ...parts] = names.split(' ');
  const scripts = [...(parts.length > 0 ? parts : [name]), 'Zyyy', 'Zinh'];
  return { name, pattern: new RegExp(`^[${scripts.map((it) => `\\p{scx=${it}}`).join('')}]*$`, 'u') };
}
