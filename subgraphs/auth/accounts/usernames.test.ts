import unhomoglyph from 'unhomoglyph';
import { describe, expect, test } from 'vitest';
import { confusableOf, normaliseUsername, usernameKey, usernameProblems } from './usernames.ts';

const problemsOf = (username: string) => usernameProblems(normaliseUsername(username));
const wrongLength = [{ field: 'username', message: 'A username has 3 to 32 characters.' }];
const wrongCharacter = [{ field: 'username', message: "A username holds letters, digits, '.', '_' and '-' only." }];

/** Every code point that `pattern` matches. */
function codePoints(pattern: RegExp): string[] {
  const all: string[] = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    if (pattern.test(character)) all.push(character);
  }
  return all;
}

const named = (characters: string[]) => characters.map((it) => `U+${it.codePointAt(0)?.toString(16).padStart(4, '0')}`);

describe('a name is refused for its length', () => {
  test.each([
    ['nothing', ''],
    ['two letters', 'ab'],
    ['two letters of two units each', '𐐷𐐷'],
    ['a letter and a mark that become one', 'ae\u0301'],
    ['33 letters', 'a'.repeat(33)],
    ['33 letters of two units each', '𐐷'.repeat(33)],
    ['17 ligatures that become 34 letters', 'ﬁ'.repeat(17)],
    ['one sign that becomes 18 characters, twice', 'ﷺ'.repeat(2)],
    ['a million letters', 'a'.repeat(1_000_000)],
    ['a million marks', `a${'\u0301'.repeat(1_000_000)}`],
  ])('%s', (_, name) => {
    expect(problemsOf(name)).toEqual(wrongLength);
  });
});

describe('a name is refused for a character', () => {
  test.each([
    ['a space', 'ada lovelace'],
    ['a space before it', ' ada'],
    ['a space after it', 'ada '],
    ['a space that does not break', 'ada\u00A0l'],
    ['a line break', 'ada\nl'],
    ['a tab', 'ada\tl'],
    ['NUL', 'ada\0'],
    ['an at sign', 'ada@example'],
    ['a slash', 'ada/l'],
    ['a tag', '<b>ada'],
    ['an apostrophe', "o'brien"],
    ['an emoji', 'ada😀'],
    ['an emoji alone', '👩‍💻👩‍💻👩‍💻'],
    ['a currency sign', 'ada€'],
    ['a sum sign, which is no sigma', '∑∑∑'],
    ['a letter that nobody has assigned', 'ada\u0378'],
    ['a letter of private use', 'ada\uE000'],
    ['half a character', 'ada\uD83D'],
    ['a number that is no digit', 'ada½'],
    ['a Roman numeral of its own', 'adaↀ'],
    ['a mark that encloses', 'ada\u20DD'],
    ['a mark before every letter', '\u0301ada'],
    ['a mark that has no letter before it, but a dot', 'ada.\u0301x'],
    ['a mark that has no letter before it, but a line', 'ada_\u0308x'],
  ])('%s', (_, name) => {
    expect(problemsOf(name)).toEqual(wrongCharacter);
  });

  test.each([
    ['a space of no width', '\u200B'],
    ['a joiner', '\u200D'],
    ['a non-joiner', '\u200C'],
    ['a byte order mark', '\uFEFF'],
    ['a soft hyphen', '\u00AD'],
    ['a turn to the right', '\u202E'],
    ['a mark of direction', '\u200E'],
    ['an isolate', '\u2066'],
    ['a tag letter', '\u{E0061}'],
  ])('%s, which nobody sees', (_, character) => {
    expect(problemsOf(`ada${character}l`)).toEqual(wrongCharacter);
  });

  // RFC 8264, section 9.13: PRECIS disallows them, whatever their category. Two names would look the same.
  test('any that is ignored when it is shown', () => {
    const unseen = codePoints(/\p{Default_Ignorable_Code_Point}/u);
    expect(named(unseen.filter((it) => problemsOf(`ada${it}l`).length === 0))).toEqual([]);
  });
});

describe('a name is taken', () => {
  test.each([
    ['of 3 letters', 'ada'],
    ['of 32 letters', 'a'.repeat(32)],
    ['of 3 letters of two units each', '𐐷𐐷𐐷'],
    ['of 32 letters of two units each', '𐐷'.repeat(32)],
    ['of digits', '007'],
    ['of signs', '._-'],
    ['with signs', 'ada.love_lace-1815'],
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
    expect(problemsOf(name)).toEqual([]);
  });
});

describe('a name is kept as NFKC has it', () => {
  test.each([
    ['Ａｄａ', 'Ada'],
    ['ﬁona', 'fiona'],
    ['Ame\u0301lie', 'Amélie'],
    ['ada①', 'ada1'],
    ['𝕬𝖉𝖆', 'Ada'],
    ['ℵleph', 'אleph'],
  ])('%s as %s', (written, kept) => {
    expect(normaliseUsername(written)).toBe(kept);
  });

  test('32 letters that take 64 to write are 32', () => {
    expect(problemsOf('e\u0301'.repeat(32))).toEqual([]);
  });

  test('what is far too long is left as it is', () => {
    const huge = 'ﬁ'.repeat(1_000_000);
    expect(normaliseUsername(huge)).toBe(huge);
  });
});

describe('two names are one', () => {
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

  test('any that differ in case alone, letter by letter', () => {
    const letters = codePoints(/\p{L}/u);
    const apart = letters.filter((letter) => {
      const key = usernameKey(letter);
      return [letter.toLowerCase(), letter.toUpperCase()].some((other) => usernameKey(other) !== key);
    });
    expect(named(apart)).toEqual([]);
  });
});

describe('two names are two', () => {
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

// To put so many marks of two classes in order takes a normalisation many seconds, in which nobody else is answered.
test("the key of what is far too long costs nothing, and is nobody's", () => {
  expect(usernameKey(`ada${'\u0301\u0316'.repeat(60_000)}`)).not.toBe(usernameKey('ada'));
}, 2_000);

function shareSkeleton(one: string, other: string): boolean {
  const { skeletons } = confusableOf(other);
  return confusableOf(one).skeletons.some((it) => skeletons.includes(it));
}

/** What the store asks. */
function areMixedUp(one: string, other: string): boolean {
  const [a, b] = [confusableOf(one), confusableOf(other)];
  return shareSkeleton(one, other) && (a.script !== b.script || a.script === '');
}

describe('two names cannot be told apart', () => {
  test.each([
    ['with a Cyrillic а', 'paypal', 'p\u0430ypal'],
    ['with a Greek ο', 'google', 'go\u03BFgle'],
    ['with a Greek ν', 'ivan', 'i\u03BDan'],
    ['with a Greek υ', 'luca', 'l\u03C5ca'],
    ['with a Greek σ', 'noah', 'n\u03C3ah'],
    ['with a Cyrillic г', 'rob', '\u0433ob'],
    ['with an Armenian ս', 'luca', 'l\u057Dca'],
    ['all in Cyrillic', 'scope', 'ѕсоре'],
    ['all in Cyrillic capitals', 'tom', 'ТОМ'],
    ['all in Cyrillic capitals, the other way round', 'ТОМ', 'Tom'],
    ['all in Greek capitals', 'nina', 'ΝΙΝΑ'],
    ['all in Cherokee', 'cat', 'ᏟᎪᎢ'],
    ['a Cyrillic Н before Latin letters', 'Harry', 'НARRY'],
    ['a Cyrillic І, like an l', 'lily', '\u0406ily'],
    ['a Cyrillic І, like a capital i', 'ilya', '\u0406lya'],
    ['a Cyrillic м, like r and n', 'modern', '\u043Codem'],
    ['two that mix scripts', 'p\u0430ypal', 'paypa\u04CF'],
    ['digits, and Cyrillic letters', '000', 'ООО'],
    ['digits, and Arabic ones', '111', '١١١'],
    ['with accents', 'Amélie', '\u0410m\u0435\u0301lie'],
    ['with dots and lines', 'a.d_a-l', '\u0430.d_\u0430-l'],
    ['a Cyrillic Н and г, alike in different cases', 'hero', '\u041De\u0433o'],
    ['a ß and a Greek β', 'weiß', 'wei\u03B2'],
    ['a ß and a Greek β, after a capital', 'Straße', 'Stra\u03B2e'],
    ['a ß and a Greek β, among capitals', 'STRAßE', 'Stra\u03B2e'],
    ['a ß and a Greek β, after an l and a capital i', 'lWeiß', 'IWei\u03B2'],
    ['a capital ẞ and a Greek β', 'WEIẞ', 'wei\u03B2'],
    ['a Cyrillic Г and a Greek Γ', 'ГРОМ', '\u0393РОМ'],
    ['a Cyrillic г and a Greek Γ', 'гром', '\u0393РОМ'],
    ['a Cyrillic є and a Greek ε', 'єва', '\u03B5ва'],
    ['a Latin tone letter and a Cyrillic ѕ', '\u01BDam', '\u0455am'],
    ['a letter that is in capitals as another is small', 'Bear', '\u042Cear'],
  ])('%s', (_, name, other) => {
    expect(usernameKey(name)).not.toBe(usernameKey(other));
    expect(areMixedUp(name, other)).toBe(true);
    expect(areMixedUp(other, name)).toBe(true);
  });
});

describe('two names may stand side by side', () => {
  test.each([
    ['both in Latin letters', 'modem', 'modern'],
    ['an l and a digit', 'paul', 'pau1'],
    ['a capital i and an l', 'Ilya', 'llya'],
    ['digits, and Latin letters', '000', 'ooo'],
    ['katakana and a Chinese character', 'ニニニ', '二二二'],
    ['Greek and its translation', 'Οδυσσεύς', 'Odysseus'],
    ['Russian and its translation', 'Софья', 'Sofya'],
    ['other letters', 'ada', 'adb'],
    ['accents', 'resume', 'résumé'],
    ['names in Korean and Latin letters', '김vic', '김nic'],
    ['names in Japanese and Latin letters', '田中yo', '田中uo'],
    ['names in Chinese and Latin letters', '李van', '李nan'],
    ['a letter like u in no case, but like the y that u becomes', 'guru', 'g\u{118DC}r\u{118DC}'],
  ])('%s', (_, name, other) => {
    expect(areMixedUp(name, other)).toBe(false);
    expect(areMixedUp(other, name)).toBe(false);
  });
});

describe('a name is in one script', () => {
  test.each([
    ['Latn', 'ada.love_lace-1815'],
    ['Latn', 'Ọlá́yínká'],
    ['Latn', 'ax\u0332el'],
    ['Latn', '007'],
    ['Latn', '._-'],
    ['Cyrl', 'Софья2'],
    ['Grek', 'Οδυσσεύς'],
    ['Arab', 'مُحَمَّد'],
    ['Arab', '١٢٣'],
    ['Deva', 'प्रेमचंद'],
    ['LatnJpan', 'ada李'],
    ['LatnKore', 'ada세종'],
    ['Thai', 'สมศักดิ์'],
    ['Jpan', '李清照'],
    ['Jpan', 'みゆきー'],
    ['Jpan', '山田タロウさん'],
    ['Kore', '세종대왕'],
    ['Kore', '世宗대왕'],
    ['Hanb', 'ㄅㄆㄇ李'],
  ])('%s: %s', (script, name) => {
    expect(confusableOf(name).script).toBe(script);
  });

  test.each([
    ['Latin and Cyrillic', 'adaя'],
    ['Latin and Greek', 'adaω'],
    ['Korean and Japanese', '세종さん'],
    ['Cyrillic, Latin and Chinese', 'adaя李'],
    ['Latin and Arabic digits', 'ada١'],
    ['Cherokee, which is not in common use', 'ᏣᎳᎩ'],
  ])('or in none: %s', (_, name) => {
    expect(confusableOf(name).script).toBe('');
  });
});

/** The names that have, in a way to write them, one skeleton of UTS 39, section 4. */
function alikeByTr39(names: string[]): string[][] {
  const alike = new Map<string, Set<string>>();
  for (const name of names) {
    for (const written of [name, name.toLowerCase(), name.toUpperCase()]) {
      const skeleton = unhomoglyph(written.normalize('NFD')).normalize('NFD');
      alike.set(skeleton, (alike.get(skeleton) ?? new Set()).add(name));
    }
  }
  return [...alike.values()].map((them) => [...them]);
}

function pairsOf(names: string[]): [string, string][] {
  return names.flatMap((name, i) => names.slice(i + 1).map((other): [string, string] => [name, other]));
}

describe('a skeleton', () => {
  const skeletonInAnyCase = (name: string) => confusableOf(name).skeletons[0];

  test('is one for names that differ in case only', () => {
    const letters = codePoints(/\p{L}/u).filter((letter) =>
      [letter.toLowerCase(), letter.toUpperCase()].some(
        (other) => skeletonInAnyCase(other) !== skeletonInAnyCase(letter),
      ),
    );
    expect(named(letters)).toEqual([]);
  });

  // Warang Citi and a Latin tone letter, which look like another digit or letter in capitals than in small letters.
  const twoFacedStill = /[Ƽƽ\u{118A0}-\u{118DF}]/u;

  test('is that of the Latin letter or digit that a letter looks like, in capitals and in small letters', () => {
    const letters = codePoints(/[\p{L}\p{Nd}]/u).filter((letter) => letter.normalize('NFKD') === letter);
    const apart = letters.filter((letter) =>
      [letter.toLowerCase(), letter.toUpperCase()].some((form) => {
        const like = unhomoglyph(form);
        return /^[a-z0-9]+$/i.test(like) && skeletonInAnyCase(like) !== skeletonInAnyCase(letter);
      }),
    );
    expect(named(apart.filter((letter) => !twoFacedStill.test(letter)))).toEqual([]);
  });

  test('leaves the other letters and digits of ASCII apart', () => {
    const skeletons = [...'abcdefghijklmnopqrstuvwxyz0123456789'].map(skeletonInAnyCase);
    expect(new Set(skeletons).size).toBe(36 - 'il1'.length - 'nv'.length - 'uy'.length - 'o0'.length + 4);
  });

  test('is shared by any two names that TR 39 has alike, be it as written, in small letters or in capitals', () => {
    const letters = codePoints(/[\p{L}\p{Nd}]/u).filter((it) => it.normalize('NFKC') === it);
    const names = letters.map((letter) => `${letter}da`).filter((name) => problemsOf(name).length === 0);
    const pairs = alikeByTr39(names).flatMap(pairsOf);
    expect(pairs.length).toBeGreaterThan(7_000);
    expect(pairs.filter(([name, other]) => !shareSkeleton(name, other))).toEqual([]);
  });

  test('is there once', () => {
    expect(confusableOf('bob').skeletons).toHaveLength(3);
    expect(confusableOf('李清照').skeletons).toHaveLength(2);
  });

  test('of what is far too long costs nothing, and is none', () => {
    expect(confusableOf('a'.repeat(1_000_000)).skeletons).toEqual([]);
  }, 2_000);
});
