import unhomoglyph from 'unhomoglyph';
import type { Skeleton, Skeletons } from '../storage/user.ts';
import { isTooLongToNormalise, normaliseUsername, usernameKey } from './usernames.ts';

/** Increment this with each change of the skeletons: the next start computes those of existing accounts again. */
export const skeletonVersion = 2;

/**
 * The scripts in common use (UAX 31, table 5) and the combinations in which scripts are written together, also with
 * Latin (UTS 39, sections 5.1 and 5.2). Combinations come first, as a name gets the first that fits. Latin comes before
 * all for names without a letter.
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
 * Marks that are easily overlooked: single dots above and below, all other marks below a letter, which the line under a
 * link hides, and strokes through it. Other marks above tell names apart in many languages.
 */
const faintMarks =
  /[\u0307\u0316-\u0319\u031C-\u033C\u0347-\u0349\u034D\u034E\u0353-\u0356\u0358-\u035A\u1AB5-\u1ABA\u1ABD\u1DC2\u1DCA\u1DCF\u1DD0\u1DF9\u1DFD-\u1DFF]/g;

/** Separators at the ends of a name, and those that repeat the one before. */
const spareSeparators = /^[._-]+(?=[^._-])|(?<=[^._-])[._-]+$|(?<=([._-]))\1+/g;

/**
 * Computes the skeletons that names confusable with this one share (UTS 39, section 4): as it is displayed, in lower and
 * in upper case. Names of different scripts are also compared letter by letter in whichever case resembles another
 * letter. That skeleton does not tell i from l, n from v and u from y, so it would exclude too much within one script.
 */
export function skeletonsOf(username: string): Skeletons {
  // No account can have such a name.
  if (isTooLongToNormalise(username)) return { version: skeletonVersion, list: [] };
  const displayed = normaliseUsername(username);
  const key = usernameKey(username);
  const script = scripts.find(({ pattern }) => pattern.test(key))?.name ?? '';
  const [shown, shownKey] = [displayed, key].map((text) => text.replace(spareSeparators, '')) as [string, string];
  // In upper case it is not folded: an 'I' would become an 'l', as an 'L' does.
  const texts = new Set([foldedSkeletonOf(shown), foldedSkeletonOf(shown.toLowerCase()), visibleSkeletonOf(shownKey)]);
  // '~' separates the skeleton in which 'u' became 'y' from the others. No other skeleton contains '~'.
  const inAnyCase: Skeleton = { text: `~${skeletonInAnyCase(key)}`, script };
  return { version: skeletonVersion, list: [inAnyCase, ...[...texts].map((text) => ({ text, script: '' }))] };
}

/** The skeleton as defined by UTS 39, section 4. */
function skeletonOf(text: string): string {
  return unhomoglyph(text.normalize('NFD')).normalize('NFD');
}

/** The skeleton without the marks that are easily overlooked. */
function visibleSkeletonOf(text: string): string {
  return skeletonOf(text).replace(faintMarks, '');
}

/** The skeleton in which case no longer matters, after an 'I' became an 'l', and a '0' an 'O'. */
function foldedSkeletonOf(text: string): string {
  return visibleSkeletonOf(visibleSkeletonOf(text).toLowerCase());
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
