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

  test.each(['x', '0', '<b>', "'", '\u200b', '👩‍👩‍👧', 'e\u0301'])('may be %j', (title) => {
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
