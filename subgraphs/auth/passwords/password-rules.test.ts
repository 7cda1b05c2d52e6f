import { describe, expect, test } from 'vitest';
import { createPasswordRules } from './password-rules.ts';

const rules = createPasswordRules({ minCharacters: 8 });
const issuesOf = (password: string, username = 'ada') => rules(password, { username, field: 'password' });
const issue = (message: string) => ({ field: 'password', message });
const tooLong = issue('A password has at most 72 bytes of UTF-8.');
const tooShort = issue('A password has at least 8 characters.');
const notText = issue('A password must be well-formed Unicode text without NUL.');
const breached = issue('This password is one of the 100,000 most common in data breaches: choose another.');
const containsUsername = issue('A password must not contain the username.');
const containsProduct = issue('A password must not contain image-supergraph, the name of this product.');

describe('rejects', () => {
  test.each([
    ['the empty text', '', tooShort],
    ['7 letters', 'abcdefg', tooShort],
    ['7 characters of two UTF-16 units each', '😀'.repeat(7), tooShort],
    ['4 letters, each written with a combining mark', 'e\u0301'.repeat(4), tooShort],
    ['73 letters', 'a'.repeat(73), tooLong],
    ['37 letters of two bytes each', 'é'.repeat(37), tooLong],
    ['36 letters of two bytes and one of one', `${'é'.repeat(36)}a`, tooLong],
    ['25 letters of three bytes each', '李'.repeat(25), tooLong],
    ['19 characters of four bytes each', '😀'.repeat(19), tooLong],
    ['a megabyte', 'a'.repeat(1_000_000), tooLong],
    ['text with NUL inside', 'secret\0secret', notText],
    ['NUL alone', '\0'.repeat(8), notText],
    ['a lone high surrogate', 'passwort\uD83D', notText],
    ['a lone low surrogate', '\uDE00passwort', notText],
    ['surrogates in the wrong order', 'passwort\uDE00\uD83D', notText],
    ['a common password', '12345678', breached],
    ['a common password in capitals', 'PASSWORD1', breached],
  ])('%s', (_, password, expected) => {
    expect(issuesOf(password)).toEqual([expected]);
  });

  test('a megabyte of combining marks, without normalising it', () => {
    expect(issuesOf(`a${'\u0301\u0316'.repeat(250_000)}`)).toEqual([tooLong]);
  });
});

describe('accepts', () => {
  test.each([
    ['8 letters', 'abdcefhg'],
    ['8 spaces', ' '.repeat(8)],
    ['8 characters of two UTF-16 units each', '😀'.repeat(8)],
    ['72 letters', 'a'.repeat(72)],
    ['36 letters of two bytes each', 'é'.repeat(36)],
    ['36 letters of two bytes each, written with combining marks', 'e\u0301'.repeat(36)],
    ['24 letters of three bytes each', '李'.repeat(24)],
    ['18 characters of four bytes each', '😀'.repeat(18)],
    ['36 letters of two bytes each, written with two combining marks each', 'u\u0308\u0304'.repeat(36)],
    ['a common password with more text', 'password1 of the gardener'],
    ['a part of the product name', 'the supergraph'],
  ])('%s', (_, password) => {
    expect(issuesOf(password)).toEqual([]);
  });
});

describe('rejects a password that contains the username', () => {
  test.each([
    ['at the start', 'ada', 'ada and 7 more'],
    ['in the middle', 'ada', 'salt&adagio&pepper'],
    ['at the end', 'ada', 'my name is ada'],
    ['in other letter case', 'Ada', 'my name is aDA'],
    ['in fullwidth letters', 'ada', 'my name is ａｄａ'],
    ['in capitals where ß is SS', 'straße', 'my name is STRASSE'],
    ['with combining marks', 'Amélie', 'my name is ame\u0301lie'],
    ['made of punctuation', '---', 'one---two---three'],
  ])('%s', (_, username, password) => {
    expect(issuesOf(password, username)).toEqual([containsUsername]);
  });

  test.each([
    ['empty', ''],
    ['of two letters, shorter than any account has', 'to'],
    ['of a megabyte', 'a'.repeat(1_000_000)],
    ['that the password does not contain', 'grace'],
  ])('but ignores a username %s', (_, username) => {
    expect(issuesOf('tomato soup', username)).toEqual([]);
  });
});

describe('rejects a password that contains the product name', () => {
  test.each([
    'image-supergraph',
    'my Image Supergraph!',
    'ImageSupergraph2026',
    'image_super.graph',
    'ｉｍａｇｅ・supergraph',
  ])('%s', (password) => {
    expect(issuesOf(password)).toEqual([containsProduct]);
  });
});

describe('reports', () => {
  test('several issues together', () => {
    expect(issuesOf('12345678', '123')).toEqual([breached, containsUsername]);
    expect(issuesOf('Image Supergraph of Ada\0')).toEqual([notText, containsUsername, containsProduct]);
  });

  test('a wrong length alone', () => {
    expect(issuesOf('ada\0')).toEqual([tooShort]);
    expect(issuesOf(`image-supergraph${'ada'.repeat(20)}`)).toEqual([tooLong]);
  });
});

test.each([8, 20, 64])('accepts %i characters, and not one less, if that is the minimum', (min) => {
  const ofMin = createPasswordRules({ minCharacters: min });
  const about = { username: 'ada', field: 'newPassword' };
  const message = `A password has at least ${min} characters.`;
  expect(ofMin('x'.repeat(min - 1), about)).toEqual([{ field: 'newPassword', message }]);
  expect(ofMin('xyzzy-'.repeat(12).slice(0, min), about)).toEqual([]);
});
