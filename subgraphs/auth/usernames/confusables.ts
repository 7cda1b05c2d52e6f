import unhomoglyph from 'unhomoglyph';
import type { Confusable } from '../storage/user.ts';
import { isTooLongToNormalise, normaliseUsername, usernameKey } from './usernames.ts';

/**
 * The scripts in common use (UAX 31, table 5) and the combinations in which scripts are written together, also with
 * Latin (UTS 39, sections 5.1 and 5.2). Combinations come first, as a name gets the first that fits. Latin comes before
 * all for names without a letter: '000' is Latin and so confusable with Cyrillic 'ООО'.
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
].map(toScriptPattern);

/** ASCII letters that one character resembles in upper and lower case: 'I' i/l, Greek 'Ν'/'ν' n/v, 'Υ'/'υ' y/u. */
const equivalentLetters: Record<string, string> = { i: 'l', v: 'n', u: 'y' };

/**
 * Computes what names confusable with this one share (UTS 39, section 4). Names are compared in every case: as written,
 * in lower case, in upper case, and letter by letter in whichever case resembles another letter. Names within one
 * script are never confusable, even 'modem' and 'modern'.
 */
export function confusableOf(username: string): Confusable {
  // No account can have such a name.
  if (isTooLongToNormalise(username)) return { skeletons: [], script: '' };
  const displayed = normaliseUsername(username);
  const key = usernameKey(username);
  // '~' separates the case-insensitive skeletons, where 'u' became 'y', from the plain ones. No skeleton contains '~'.
  const skeletons = [`~${skeletonInAnyCase(key)}`, ...[displayed, displayed.toLowerCase(), key].map(skeletonOf)];
  return { skeletons: [...new Set(skeletons)], script: scripts.find(({ pattern }) => pattern.test(key))?.name ?? '' };
}

/** The skeleton as defined by UTS 39, section 4. */
function skeletonOf(text: string): string {
  return unhomoglyph(text.normalize('NFD')).normalize('NFD');
}

/**
 * A skeleton computed letter by letter, because a name can mix cases: 'Нeгo' with a Cyrillic Н and г resembles 'hero'
 * neither in lower nor in upper case. Takes the skeleton of each capital, or of the small letter if only that resembles
 * ASCII ('г' resembles 'r').
 */
function skeletonInAnyCase(key: string): string {
  const letters = [...key.normalize('NFD')].map(skeletonOfLetter).join('');
  return letters.replace(/[ivu]/g, (letter) => equivalentLetters[letter] ?? letter).normalize('NFD');
}

function skeletonOfLetter(capital: string): string {
  const ofCapital = skeletonOf(capital);
  const ofSmall = skeletonOf(capital.toLowerCase());
  return isAscii(ofSmall) && !isAscii(ofCapital) ? ofSmall : skeletonOf(ofCapital.toLowerCase());
}

function isAscii(text: string): boolean {
  return /^\p{ASCII}+$/u.test(text);
}

/** Parses a name and the scripts that it combines, if any; characters common to all scripts always fit. */
function toScriptPattern(definition: string): { name: string; pattern: RegExp } {
  const [name = '', ...combined] = definition.split(' ');
  const members = [...(combined.length > 0 ? combined : [name]), 'Zyyy', 'Zinh'];
  return { name, pattern: new RegExp(`^[${members.map((script) => `\\p{scx=${script}}`).join('')}]*$`, 'u') };
}
