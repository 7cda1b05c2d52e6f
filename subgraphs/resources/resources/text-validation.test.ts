import { describe, expect, test } from 'vitest';
import { characterIssues, descriptionIssues, titleIssues, trimTitle } from './text-validation.ts';

const illFormed = ['\ud800', 'half \udc00 pair', '\udc00\ud800', 'nul \0', '\0'];

describe('a title', () => {
  test.each(['', ' ', '\t\n', '\u00a0\u2003', '\ufeff'])('that is blank, as %j, is none', (title) => {
    expect(titleIssues(trimTitle(title))).toEqual([{ field: 'title', message: expect.stringMatching(/at least one/) }]);
  });

  test.each([
    ['letters', 'x'],
    ['characters of two UTF-16 units', '😀'],
    ['both', 'x😀'],
  ])('of 200 characters is one, of 201 is not: %s', (_, unit) => {
    const characters = Array.from({ length: 201 }, (_, index) => [...unit][index % [...unit].length]);
    expect(titleIssues(characters.slice(1).join(''))).toEqual([]);
    expect(titleIssues(characters.join(''))).toEqual([
      { field: 'title', message: expect.stringMatching(/at most 200/) },
    ]);
  });

  test('far longer than allowed is none', () => {
    expect(titleIssues('x'.repeat(1_000_000))).toHaveLength(1);
  });

  test.each(illFormed)('that no database could keep, as %j, is none', (title) => {
    expect(titleIssues(title)).toEqual([{ field: 'title', message: expect.stringMatching(/well-formed/) }]);
  });

  test('loses the white space around it and keeps that within', () => {
    expect(trimTitle('\t\u00a0 a  b\n\u3000')).toBe('a  b');
  });

  test('is counted after trimming', () => {
    expect(titleIssues(trimTitle(` ${'x'.repeat(200)} `))).toEqual([]);
  });

  test.each(['x', '0', '<b>', "'", '\u200b', '👩‍👩‍👧', 'e\u0301'])('may be %j', (title) => {
    expect(titleIssues(title)).toEqual([]);
  });
});

describe('a description', () => {
  test.each(['x', '😀'])('of 5,000 times %s is one, with one more it is not', (character) => {
    expect(descriptionIssues(character.repeat(5_000))).toEqual([]);
    expect(descriptionIssues(character.repeat(5_001))).toEqual([
      { field: 'description', message: expect.stringMatching(/at most 5000/) },
    ]);
  });

  test.each(illFormed)('that no database could keep, as %j, is none', (description) => {
    expect(descriptionIssues(description)).toEqual([
      { field: 'description', message: expect.stringMatching(/well-formed/) },
    ]);
  });

  test.each(['', ' ', 'one\ntwo', ' untrimmed '])('may be %j', (description) => {
    expect(descriptionIssues(description)).toEqual([]);
  });
});

describe('any text', () => {
  test.each(illFormed)('that no database could keep, as %j, is a problem of the field that is named', (text) => {
    expect(characterIssues('filter.search', text)).toEqual([
      { field: 'filter.search', message: expect.stringMatching(/well-formed/) },
    ]);
  });

  test.each(['', 'x', '😀', '\u0001', '\uffff', '\ufffd'])('may be %j', (text) => {
    expect(characterIssues('filter.search', text)).toEqual([]);
  });
});
