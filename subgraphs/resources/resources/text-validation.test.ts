import { describe, expect, test } from 'vitest';
import { characterIssues, descriptionIssues, titleIssues, trimTitle } from './text-validation.ts';

const illFormed = ['\ud800', 'half \udc00 pair', '\udc00\ud800', 'nul \0', '\0'];

describe('a title', () => {
  test.each(['', ' ', '\t\n', '\u00a0\u2003', '\ufeff'])('must not be blank: %j', (title) => {
    expect(titleIssues(trimTitle(title))).toEqual([{ field: 'title', message: expect.stringMatching(/at least one/) }]);
  });

  test.each([
    ['letters', 'x'],
    ['characters of two UTF-16 units', '😀'],
    ['both', 'x😀'],
  ])('may have 200 characters, not 201: %s', (_, unit) => {
    const characters = Array.from({ length: 201 }, (_, index) => [...unit][index % [...unit].length]);
    expect(titleIssues(characters.slice(1).join(''))).toEqual([]);
    expect(titleIssues(characters.join(''))).toEqual([
      { field: 'title', message: expect.stringMatching(/at most 200/) },
    ]);
  });

  test('is rejected quickly if it is very long', () => {
    expect(titleIssues('x'.repeat(1_000_000))).toHaveLength(1);
  });

  test.each(illFormed)('must be storable: %j', (title) => {
    expect(titleIssues(title)).toEqual([{ field: 'title', message: expect.stringMatching(/well-formed/) }]);
  });

  test('loses white space around it and keeps white space inside', () => {
    expect(trimTitle('\t\u00a0 a  b\n\u3000')).toBe('a  b');
  });

  test('is counted after trimming', () => {
    expect(titleIssues(trimTitle(` ${'x'.repeat(200)} `))).toEqual([]);
  });

  test.each<[string, string]>([
    ['zero-width spaces', '\u200b\u200b'],
    ['a zero-width joiner', '\u200d'],
    ['a zero-width non-joiner', '\u200c'],
    ['a soft hyphen', '\u00ad'],
    ['an object replacement character', '\ufffc'],
    ['a braille blank', '\u2800'],
    ['a Hangul filler', '\u3164'],
    ['other Hangul fillers', '\u115f\u1160\uffa0'],
    ['direction marks', '\u200e\u200f\u061c'],
    ['direction embeddings and isolates', '\u202a\u202e\u202c\u2066\u2069'],
    ['a word joiner and invisible operators', '\u2060\u2061\u2064'],
    ['a grapheme joiner', '\u034f'],
    ['a Mongolian vowel separator', '\u180e'],
    ['Khmer inherent vowels', '\u17b4\u17b5'],
    ['variation selectors', '\ufe0f\u{e0100}'],
    ['tags', '\u{e0001}\u{e0041}\u{e007f}'],
    ['annotation marks', '\ufff9\ufffa\ufffb'],
    ['a musical null note', '\u{1d159}'],
    ['shorthand format controls', '\u{1bca0}'],
    ['controls', '\u0001\u001b\u007f'],
    ['a next-line control', '\u0085'],
    ['noncharacters', '\ufffe\uffff\u{10ffff}'],
    ['invisible characters with white space among them', '\u200b \u00a0\u2003\u3000\u200b'],
  ])('must have a visible character, and not only %s', (_, title) => {
    const message = expect.stringMatching(/visible character.*add a letter/);
    expect(titleIssues(trimTitle(title))).toEqual([{ field: 'title', message }]);
    expect(titleIssues(trimTitle(`${title}x`))).toEqual([]);
  });

  test.each([
    'x',
    '0',
    '<b>',
    "'",
    '👩‍👩‍👧',
    'e\u0301',
    '\u200bx',
    '\u2066شعر\u2069',
    '❤\ufe0f',
    '⠃',
    '가',
    '\u{1f3f4}\u{e0067}\u{e007f}',
  ])('may be %j', (title) => {
    expect(titleIssues(title)).toEqual([]);
  });
});

describe('a description', () => {
  test.each(['x', '😀'])('may have 5,000 times %s, not one character more', (character) => {
    expect(descriptionIssues(character.repeat(5_000))).toEqual([]);
    expect(descriptionIssues(character.repeat(5_001))).toEqual([
      { field: 'description', message: expect.stringMatching(/at most 5000/) },
    ]);
  });

  test.each(illFormed)('must be storable: %j', (description) => {
    expect(descriptionIssues(description)).toEqual([
      { field: 'description', message: expect.stringMatching(/well-formed/) },
    ]);
  });

  test.each(['', ' ', 'one\ntwo', ' untrimmed '])('may be %j', (description) => {
    expect(descriptionIssues(description)).toEqual([]);
  });
});

describe('any text', () => {
  test.each(illFormed)('must be storable, or is an issue of the named field: %j', (text) => {
    expect(characterIssues('filter.search', text)).toEqual([
      { field: 'filter.search', message: expect.stringMatching(/well-formed/) },
    ]);
  });

  test.each(['', 'x', '😀', '\u0001', '\uffff', '\ufffd'])('may be %j', (text) => {
    expect(characterIssues('filter.search', text)).toEqual([]);
  });
});
