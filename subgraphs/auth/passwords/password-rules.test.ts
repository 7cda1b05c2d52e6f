import { describe, expect, test } from 'vitest';
import { createPasswordRules } from './password-rules.ts';

const rules = createPasswordRules({ minCharacters: 8 });
const problemsOf = (password: string, username = 'ada') => rules(password, { username, field: 'password' });
const problem = (message: string) => ({ field: 'password', message });
const tooLong = problem('A password has at most 72 bytes of UTF-8.');
const tooShort = problem('A password has at least 8 characters.');
const notText = problem('A password is well-formed text without NUL.');
const breached = problem('A password is none of the 100,000 that breaches have made known best: choose another.');
const hasUsername = problem('A password does not hold the username: leave it out.');
const hasProduct = problem('A password does not hold image-supergraph, the name of this product: leave it out.');

describe('what is no password', () => {
  test.each([
    ['nothing', '', tooShort],
    ['7 letters', 'abcdefg', tooShort],
    ['7 characters of two units each', '😀'.repeat(7), tooShort],
    ['4 letters, each with a mark that it becomes one with', 'e\u0301'.repeat(4), tooShort],
    ['73 letters', 'a'.repeat(73), tooLong],
    ['37 letters of two bytes each', 'é'.repeat(37), tooLong],
    ['36 letters of two bytes and one of one', `${'é'.repeat(36)}a`, tooLong],
    ['25 letters of three bytes each', '李'.repeat(25), tooLong],
    ['19 characters of four bytes each', '😀'.repeat(19), tooLong],
    ['a megabyte', 'a'.repeat(1_000_000), tooLong],
    ['NUL, where C ends a text', 'secret\0secret', notText],
    ['NUL alone', '\0'.repeat(8), notText],
    ['the first half of a character', 'passwort\uD83D', notText],
    ['the second half of a character', '\uDE00passwort', notText],
    ['two halves the wrong way round', 'passwort\uDE00\uD83D', notText],
    ['a common one', '12345678', breached],
    ['a common one in capitals', 'PASSWORD1', breached],
  ])('%s', (_, password, expected) => {
    expect(problemsOf(password)).toEqual([expected]);
  });

  test('a megabyte of marks, which is not normalised to find that out', () => {
    expect(problemsOf(`a${'\u0301\u0316'.repeat(250_000)}`)).toEqual([tooLong]);
  }, 2_000);
});

describe('what is a password', () => {
  test.each([
    ['8 letters', 'abdcefhg'],
    ['8 spaces', ' '.repeat(8)],
    ['8 characters of two units each', '😀'.repeat(8)],
    ['72 letters', 'a'.repeat(72)],
    ['36 letters of two bytes each', 'é'.repeat(36)],
    ['36 letters of two bytes each, written in two parts', 'e\u0301'.repeat(36)],
    ['24 letters of three bytes each', '李'.repeat(24)],
    ['18 characters of four bytes each', '😀'.repeat(18)],
    ['36 letters of two bytes each, written in three parts', 'u\u0308\u0304'.repeat(36)],
    ['a common one with more to it', 'password1 of the gardener'],
    ['a part of the name of the product', 'the supergraph'],
  ])('%s', (_, password) => {
    expect(problemsOf(password)).toEqual([]);
  });
});

describe('the username inside', () => {
  test.each([
    ['at the start', 'ada', 'ada and 7 more'],
    ['in the middle', 'ada', 'salt&adagio&pepper'],
    ['at the end', 'ada', 'my name is ada'],
    ['in other letter case', 'Ada', 'my name is aDA'],
    ['in the width of Chinese characters', 'ada', 'my name is ａｄａ'],
    ['in capitals that are two letters', 'straße', 'my name is STRASSE'],
    ['in two parts', 'Amélie', 'my name is ame\u0301lie'],
    ['of signs', '---', 'one---two---three'],
  ])('%s', (_, username, password) => {
    expect(problemsOf(password, username)).toEqual([hasUsername]);
  });

  test.each([
    ['of nobody', ''],
    ['of two letters, which is no name', 'to'],
    ['that is far too long', 'a'.repeat(1_000_000)],
    ['that is another', 'grace'],
  ])('is not the name %s', (_, username) => {
    expect(problemsOf('tomato soup', username)).toEqual([]);
  });
});

describe('the name of the product inside', () => {
  test.each([
    'image-supergraph',
    'my Image Supergraph!',
    'ImageSupergraph2026',
    'image_super.graph',
    'ｉｍａｇｅ・supergraph',
  ])('%s', (password) => {
    expect(problemsOf(password)).toEqual([hasProduct]);
  });
});

describe('several problems', () => {
  test('come together', () => {
    expect(problemsOf('12345678', '123')).toEqual([breached, hasUsername]);
    expect(problemsOf('Image Supergraph of Ada\0')).toEqual([notText, hasUsername, hasProduct]);
  });

  test('do not, where the length is one', () => {
    expect(problemsOf('ada\0')).toEqual([tooShort]);
    expect(problemsOf(`image-supergraph${'ada'.repeat(20)}`)).toEqual([tooLong]);
  });
});

test.each([8, 20, 64])(
  'where at least %i characters are asked for, that many are enough, and one less is not',
  (min) => {
    const ofMin = createPasswordRules({ minCharacters: min });
    const about = { username: 'ada', field: 'newPassword' };
    const message = `A password has at least ${min} characters.`;
    expect(ofMin('x'.repeat(min - 1), about)).toEqual([{ field: 'newPassword', message }]);
    expect(ofMin('xyzzy-'.repeat(12).slice(0, min), about)).toEqual([]);
  },
);
