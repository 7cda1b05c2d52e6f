import unhomoglyph from 'unhomoglyph';
import { describe, expect, test } from 'vitest';
import { casedLetters, codesOf, lettersAndDigits } from '../testing/code-points.ts';
import { skeletonsOf } from './confusables.ts';
import { normaliseUsername, usernameKey, validateUsername } from './usernames.ts';

/** The skeletons that both names have. */
function sharedSkeletons(one: string, other: string) {
  const others = skeletonsOf(other).list;
  return skeletonsOf(one).list.flatMap((a) => others.filter((b) => a.text === b.text).map((b) => [a, b] as const));
}

/** The condition that the store checks. */
const areConfusable = (one: string, other: string): boolean =>
  sharedSkeletons(one, other).some(([a, b]) => a.script !== b.script || a.script === '');

describe('names are confusable', () => {
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
    ['capitals and mixed case', 'ТОМ', 'Tom'],
    ['all in Greek capitals', 'nina', 'ΝΙΝΑ'],
    ['all in Cherokee', 'cat', 'ᏟᎪᎢ'],
    ['a Cyrillic Н before Latin letters', 'Harry', 'НARRY'],
    ['a Cyrillic І that resembles l', 'lily', '\u0406ily'],
    ['a Cyrillic І that resembles a capital i', 'ilya', '\u0406lya'],
    ['a Cyrillic м that resembles rn', 'modern', '\u043Codem'],
    ['both mixing scripts', 'p\u0430ypal', 'paypa\u04CF'],
    ['digits and Cyrillic letters', '000', 'ООО'],
    ['digits and Arabic digits', '111', '١١١'],
    ['with accents', 'Amélie', '\u0410m\u0435\u0301lie'],
    ['with punctuation', 'a.d_a-l', '\u0430.d_\u0430-l'],
    ['a Cyrillic Н and г, which resemble Latin letters in different cases', 'hero', '\u041De\u0433o'],
    ['a ß and a Greek β', 'weiß', 'wei\u03B2'],
    ['a ß and a Greek β, after a capital', 'Straße', 'Stra\u03B2e'],
    ['a ß and a Greek β, among capitals', 'STRAßE', 'Stra\u03B2e'],
    ['a ß and a Greek β, after an l and a capital i', 'lWeiß', 'IWei\u03B2'],
    ['a capital ẞ and a Greek β', 'WEIẞ', 'wei\u03B2'],
    ['a Cyrillic Г and a Greek Γ', 'ГРОМ', '\u0393РОМ'],
    ['a Cyrillic г and a Greek Γ', 'гром', '\u0393РОМ'],
    ['a Cyrillic є and a Greek ε', 'єва', '\u03B5ва'],
    ['a Latin tone letter and a Cyrillic ѕ', '\u01BDam', '\u0455am'],
    ['a capital that resembles a small letter', 'Bear', '\u042Cear'],
    ['a capital i as an l', 'paypalqqs', 'paypaIqqs'],
    ['a 1 as an l', 'paypalqqs', 'paypa1qqs'],
    ['a 1 as a capital i', 'LUIGI', 'luig1'],
    ['a capital i at the start', 'llya', 'Ilya'],
    ['a 0 as an o', 'google', 'g00gle'],
    ['a capital O as a 0, among others', 'paypalo', 'paypaI0'],
    ['only digits as letters', 'ooo', '000'],
    ['a capital O as a 0, among capitals', 'BOB', 'b0b'],
    ['a Latin alpha', 'paypalqqs', 'p\u0251ypalqqs'],
    ['a script g', 'google', 'goo\u0261le'],
    ['rn as m', 'modem', 'modern'],
    ['rn as a capital M', 'Modem', 'rnodem'],
    ['rn as m beside a capital i as an l', 'mailmal', 'MaiImal'],
    ['a dot below', 'paypalqqs', 'p\u1EA1ypalqqs'],
    ['a dot above', 'paypalqqs', 'pay\u1E57alqqs'],
    ['a dotted capital i', 'ilhan', '\u0130lhan'],
    ['a cedilla', 'francois', 'fran\u00E7ois'],
    ['a line below', 'paypalqqs', 'paypa\u1E3Bqqs'],
    ['a stroke', 'paypalqqs', 'paypa\u0142qqs'],
    ['a dot below and an accent, of one with the accent', 'Ol\u00E1', '\u1ECCl\u00E1'],
    ['two dots below', 'paypalqqs', 'p\u1EA1ypa\u1E37qqs'],
    ['a dot at the end', 'paypalqqs', 'paypalqqs.'],
    ['a dot at the start', 'paypalqqs', '.paypalqqs'],
    ['underscores at both ends', 'paypalqqs', '__paypalqqs_'],
    ['different separators at the end', 'paypalqqs-', 'paypalqqs._'],
    ['a repeated separator', 'ada_lovelace', 'ada__lovelace'],
    ['only dots', '...', '....'],
    ['a dot at the end and a capital i', 'paypalqqs', 'PaypaIqqs.'],
    ['katakana and a Chinese character', 'ニニニ', '二二二'],
    ['a Cyrillic palochka as an l', '\u0430\u04CFма', '\u0430\u0406ма'],
  ])('%s', (_, name, other) => {
    expect(usernameKey(name)).not.toBe(usernameKey(other));
    expect(areConfusable(name, other)).toBe(true);
    expect(areConfusable(other, name)).toBe(true);
  });
});

describe('names are not confusable', () => {
  test.each([
    ['a small i and an l', 'ilya', 'llya'],
    ['a small i and an l, in other cases', 'Ali', 'All'],
    ['n and v, which are confusable in other scripts', 'nina', 'vina'],
    ['u and y, which are confusable in other scripts', 'luca', 'lyca'],
    ['a number and a longer one', 'user-1', 'user-11'],
    ['a number and a longer one, in Arabic digits', 'علي١', 'علي١٠'],
    ['two separators inside', 'ada.l', 'ada-l'],
    ['a separator inside and none', 'ada.l', 'adal'],
    ['separators only', '...', '___'],
    ['Greek and its translation', 'Οδυσσεύς', 'Odysseus'],
    ['Russian and its translation', 'Софья', 'Sofya'],
    ['other letters', 'ada', 'adb'],
    ['accents', 'resume', 'résumé'],
    ['names in Korean and Latin letters', '김vic', '김nic'],
    ['names in Japanese and Latin letters', '田中yo', '田中uo'],
    ['names in Chinese and Latin letters', '李van', '李nan'],
    ['a letter that resembles y, which u is equivalent to', 'guru', 'g\u{118DC}r\u{118DC}'],
  ])('%s', (_, name, other) => {
    expect(areConfusable(name, other)).toBe(false);
    expect(areConfusable(other, name)).toBe(false);
  });
});

describe('skeletonsOf finds the script', () => {
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
    expect(skeletonsOf(name).list[0]?.script).toBe(script);
  });

  test.each([
    ['Latin and Cyrillic', 'adaя'],
    ['Latin and Greek', 'adaω'],
    ['Korean and Japanese', '세종さん'],
    ['Cyrillic, Latin and Chinese', 'adaя李'],
    ['Latin and Arabic digits', 'ada١'],
    ['Cherokee, a script of limited use', 'ᏣᎳᎩ'],
  ])('none for %s', (_, name) => {
    expect(skeletonsOf(name).list[0]?.script).toBe('');
  });
});

/** Groups names that share a skeleton (UTS 39, section 4) as written, in lower case or in upper case. */
function groupBySkeleton(names: string[]): string[][] {
  const alike = new Map<string, Set<string>>();
  for (const name of names) {
    for (const written of [name, name.toLowerCase(), name.toUpperCase()]) {
      const skeleton = unhomoglyph(written.normalize('NFD')).normalize('NFD');
      alike.set(skeleton, (alike.get(skeleton) ?? new Set()).add(name));
    }
  }
  return [...alike.values()].map((group) => [...group]);
}

function pairsOf(names: string[]): [string, string][] {
  return names.flatMap((name, i) => names.slice(i + 1).map((other): [string, string] => [name, other]));
}

describe('the skeletons of a name', () => {
  const skeletonInAnyCase = (name: string) => skeletonsOf(name).list[0]?.text;

  test('ignore case', () => {
    const different = casedLetters.filter((letter) =>
      [letter.toLowerCase(), letter.toUpperCase()].some(
        (other) => skeletonInAnyCase(other) !== skeletonInAnyCase(letter),
      ),
    );
    expect(codesOf(different)).toEqual([]);
  });

  // Warang Citi and a Latin tone letter resemble different letters or digits in upper and lower case.
  const exceptions = /[Ƽƽ\u{118A0}-\u{118DF}]/u;

  test('equal those of the ASCII letter or digit that each letter resembles, in both cases', () => {
    const letters = lettersAndDigits.filter((letter) => letter.normalize('NFKD') === letter);
    const different = letters.filter((letter) =>
      [letter.toLowerCase(), letter.toUpperCase()].some((form) => {
        const like = unhomoglyph(form);
        return /^[a-z0-9]+$/i.test(like) && skeletonInAnyCase(like) !== skeletonInAnyCase(letter);
      }),
    );
    expect(codesOf(different.filter((letter) => !exceptions.test(letter)))).toEqual([]);
  });

  test('keep other ASCII letters and digits apart', () => {
    const skeletons = [...'abcdefghijklmnopqrstuvwxyz0123456789'].map(skeletonInAnyCase);
    expect(new Set(skeletons).size).toBe(36 - 'il1'.length - 'nv'.length - 'uy'.length - 'o0'.length + 4);
  });

  test('are shared by any two names that are confusable by UTS 39, as written, in lower or in upper case', () => {
    const letters = lettersAndDigits.filter((it) => it.normalize('NFKC') === it);
    const names = letters
      .map((letter) => `${letter}da`)
      .filter((name) => validateUsername(normaliseUsername(name)).length === 0);
    const pairs = groupBySkeleton(names).flatMap(pairsOf);
    expect(pairs.length).toBeGreaterThan(7_000);
    expect(pairs.filter(([name, other]) => sharedSkeletons(name, other).length === 0)).toEqual([]);
  });

  test('are unique', () => {
    expect(skeletonsOf('bob').list).toHaveLength(3);
    expect(skeletonsOf('李清照').list).toHaveLength(2);
  });

  test('are none for text that is too long', () => {
    expect(skeletonsOf(`a${'\u0301\u0316'.repeat(250_000)}`).list).toEqual([]);
  });
});
