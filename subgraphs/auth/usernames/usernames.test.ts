import { describe, expect, test } from 'vitest';
import { casedLetters, codePoints, codesOf } from '../testing/code-points.ts';
import { normaliseUsername, usernameKey, validateUsername } from './usernames.ts';

const issuesOf = (username: string) => validateUsername(normaliseUsername(username));
const wrongLength = [{ field: 'username', message: 'A username has 3 to 32 characters.' }];
const wrongCharacter = [{ field: 'username', message: "A username holds letters, digits, '.', '_' and '-' only." }];

describe('validateUsername rejects the length of', () => {
  test.each([
    ['the empty text', ''],
    ['two letters', 'ab'],
    ['two letters of two UTF-16 units each', '𐐷𐐷'],
    ['two characters after composition', 'ae\u0301'],
    ['33 letters', 'a'.repeat(33)],
    ['33 letters of two UTF-16 units each', '𐐷'.repeat(33)],
    ['17 ligatures that become 34 letters', 'ﬁ'.repeat(17)],
    ['two ligatures that become 36 characters', 'ﷺ'.repeat(2)],
    ['white space alone', ' \t\n\u00A0\u3000'],
    ['invisible characters alone', '\u200B\u200E\u2060\uFEFF\u3164'],
    ['two letters between spaces', ' ab '],
    ['more white space than any name has', `ada${' '.repeat(1_000)}`],
    ['a million spaces inside a name', `ada${' '.repeat(1_000_000)}l`],
    ['a million letters', 'a'.repeat(1_000_000)],
    ['a million combining marks', `a${'\u0301'.repeat(1_000_000)}`],
  ])('%s', (_, name) => {
    expect(issuesOf(name)).toEqual(wrongLength);
  });
});

describe('validateUsername rejects', () => {
  test.each([
    ['a space', 'ada lovelace'],
    ['a no-break space', 'ada\u00A0l'],
    ['a line break', 'ada\nl'],
    ['a tab', 'ada\tl'],
    ['NUL', 'ada\0'],
    ['an at sign', 'ada@example'],
    ['a slash', 'ada/l'],
    ['HTML', '<b>ada'],
    ['an apostrophe', "o'brien"],
    ['an emoji', 'ada😀'],
    ['only emoji', '👩‍💻👩‍💻👩‍💻'],
    ['a currency sign', 'ada€'],
    ['a sum sign, which is not the letter sigma', '∑∑∑'],
    ['an unassigned code point', 'ada\u0378'],
    ['a private-use code point', 'ada\uE000'],
    ['a lone surrogate', 'ada\uD83D'],
    ['a fraction', 'ada½'],
    ['a Roman numeral without decomposition', 'adaↀ'],
    ['an enclosing mark', 'ada\u20DD'],
    ['a leading combining mark', '\u0301ada'],
    ['a combining mark after a dot', 'ada.\u0301x'],
    ['a combining mark after an underscore', 'ada_\u0308x'],
  ])('%s', (_, name) => {
    expect(issuesOf(name)).toEqual(wrongCharacter);
  });

  // PRECIS disallows them (RFC 8264, section 9.13), because two names would look the same.
  test('every default-ignorable code point', () => {
    const invisible = codePoints(/\p{Default_Ignorable_Code_Point}/u);
    expect(codesOf(invisible.filter((it) => issuesOf(`ada${it}l`).length === 0))).toEqual([]);
  });
});

describe('validateUsername accepts a name', () => {
  test.each([
    ['of 3 letters', 'ada'],
    ['of 32 letters', 'a'.repeat(32)],
    ['of 3 letters of two UTF-16 units each', '𐐷𐐷𐐷'],
    ['of 32 letters of two UTF-16 units each', '𐐷'.repeat(32)],
    ['of digits', '007'],
    ['of punctuation', '._-'],
    ['with punctuation', 'ada.love_lace-1815'],
    ['in German', 'Müßiggänger'],
    ['in Greek', 'Οδυσσεύς'],
    ['in Russian', 'Софья'],
    ['in Hindi, with vowel signs and a virama', 'प्रेमचंद'],
    ['in Tamil', 'சுப்பிரமணிய'],
    ['in Thai, with tone marks', 'สมศักดิ์'],
    ['in Thai, with sara am', 'อำนาจ'],
    ['in Arabic', 'محمد'],
    ['in Arabic, with vowels', 'مُحَمَّد'],
    ['in Arabic digits', '١٢٣'],
    ['in Hebrew, with points', 'שָׁלוֹם'],
    ['in Chinese', '李清照'],
    ['in Japanese', 'みゆきー'],
    ['in Korean', '세종대왕'],
    ['in Yoruba, with a dot below and an accent', 'Ọlá́yínká'],
  ])('%s', (_, name) => {
    expect(issuesOf(name)).toEqual([]);
  });
});

describe('normaliseUsername', () => {
  test.each([
    ['Ａｄａ', 'Ada'],
    ['ﬁona', 'fiona'],
    ['Ame\u0301lie', 'Amélie'],
    ['ada①', 'ada1'],
    ['𝕬𝖉𝖆', 'Ada'],
    ['ℵleph', 'אleph'],
  ])('normalises %s to %s', (written, stored) => {
    expect(normaliseUsername(written)).toBe(stored);
  });

  test.each([
    ['a space', ' '],
    ['several spaces', '   '],
    ['a line end', '\n'],
    ['a line end of Windows', '\r\n'],
    ['a tab', '\t'],
    ['a no-break space', '\u00A0'],
    ['a narrow no-break space', '\u202F'],
    ['an ideographic space', '\u3000'],
    ['a line separator', '\u2028'],
    ['NEL', '\u0085'],
    ['a zero-width space', '\u200B'],
    ['a zero-width non-joiner', '\u200C'],
    ['a byte order mark', '\uFEFF'],
    ['a right-to-left mark', '\u200F'],
    ['the end of an isolate', '\u2069'],
    ['an object replacement character', '\uFFFC'],
    ['a braille blank', '\u2800'],
    ['a musical null note', '\u{1D159}'],
    ['annotation marks', '\uFFF9\uFFFA\uFFFB'],
    ['hieroglyph controls', '\u{13430}\u{1343F}'],
    ['several of them', '\u200E \u00A0\n'],
  ])('removes %s around a name', (_, padding) => {
    const padded = [`${padding}Ada`, `Ada${padding}`, `${padding}Ada${padding}`];
    expect(padded.map(normaliseUsername)).toEqual(['Ada', 'Ada', 'Ada']);
    expect(padded.map(usernameKey)).toEqual(['ADA', 'ADA', 'ADA']);
    expect(issuesOf(`ada${padding}lovelace`)).toEqual(wrongCharacter);
  });

  test('removes every white space character', () => {
    const spaces = codePoints(/\p{White_Space}/u);
    expect(spaces.length).toBeGreaterThanOrEqual(25);
    expect(codesOf(spaces.filter((space) => normaliseUsername(`${space}ada${space}`) !== 'ada'))).toEqual([]);
  });

  test.each([
    ['NUL', '\0'],
    ['an acute accent, which NFKC makes a space and a mark', '\u00B4'],
    ['a dot', '.'],
  ])('keeps %s around a name', (_, kept) => {
    expect(normaliseUsername(`${kept}ada`)).toBe(`${kept}ada`.normalize('NFKC'));
    expect(normaliseUsername(`ada${kept}`)).toBe(`ada${kept}`.normalize('NFKC'));
  });

  test('composes before the length is checked', () => {
    expect(issuesOf('e\u0301'.repeat(32))).toEqual([]);
  });

  test('returns text that is too long unchanged', () => {
    const huge = 'ﬁ'.repeat(1_000_000);
    expect(normaliseUsername(huge)).toBe(huge);
  });
});

describe('usernameKey is equal for', () => {
  test.each([
    ['ada', 'ADA'],
    ['Ada', 'Ａｄａ'],
    ['Amélie', 'AME\u0301LIE'],
    ['straße', 'STRASSE'],
    ['straße', 'STRAẞE'],
    ['ὀδυσσεύς', 'ὈΔΥΣΣΕΎΣ'],
    ['σίσυφος', 'σίσυφοσ'],
    ['ᾳδης', 'ΑΙΔΗΣ'],
    ['ılhan', 'ILHAN'],
    ['ilhan', 'ILHAN'],
    ['İlhan', 'i̇lhan'],
    ['Ǆungla', 'ǆungla'],
    ['ﬁona', 'FIONA'],
    ['ſusan', 'SUSAN'],
    ['ᏣᎳᎩ', 'ꮳꮃꭹ'],
    ['𐐷𐐷𐐷', '𐐏𐐏𐐏'],
    ['თამარი', 'ᲗᲐᲛᲐᲠᲘ'],
    ['ոսկեև', 'ՈՍԿԵԵՒ'],
  ])('%s and %s', (name, other) => {
    expect(usernameKey(other)).toBe(usernameKey(name));
  });

  test('every letter in lower and upper case', () => {
    const different = casedLetters.filter((letter) => {
      const key = usernameKey(letter);
      return [letter.toLowerCase(), letter.toUpperCase()].some((other) => usernameKey(other) !== key);
    });
    expect(codesOf(different)).toEqual([]);
  });
});

describe('usernameKey differs for', () => {
  test.each([
    ['ada', 'adá'],
    ['ada', 'аda'],
    ['ada', 'ada.'],
    ['İlhan', 'ilhan'],
    ['ada1', 'ada١'],
  ])('%s and %s', (name, other) => {
    expect(usernameKey(other)).not.toBe(usernameKey(name));
  });
});

// Normalising so many combining marks of two classes would take minutes.
test('usernameKey does not normalise text that is too long', () => {
  expect(usernameKey(`ada${'\u0301\u0316'.repeat(250_000)}`)).toBe('');
});
