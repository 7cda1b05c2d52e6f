import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { foldCaseAndWidth, listFile, loadBreachedPasswords } from './breached-passwords.ts';

const isBreached = loadBreachedPasswords();
const listed = brotliDecompressSync(readFileSync(listFile)).toString().split('\n');

test.each([
  ['the first of the list', '12345678'],
  ['as listed', 'password1'],
  ['in capitals', 'PASSWORD1'],
  ['in mixed case', 'PassWord1'],
  ['in fullwidth letters', 'ｐａｓｓｗｏｒｄ１'],
  ['listed in capitals only', 'Mailcreated5240'],
  ['ranked after 99,900', '07031967'],
])('finds a password %s: %s', (_, password) => {
  expect(isBreached(password)).toBe(true);
});

test.each([
  ['a phrase', 'correct horse battery staple'],
  ['a listed password with a prefix', 'xpassword1'],
  ['a listed password with a suffix', 'password1x'],
  ['a listed password with a trailing space', 'password1 '],
  ['two adjacent entries of the list with a line break between', listed.slice(0, 2).join('\n')],
  ['the empty text', ''],
  ['a line break', '\n'],
])('does not find %s', (_, password) => {
  expect(isBreached(password)).toBe(false);
});

test('the list holds the passwords of at least 8 characters, once each', () => {
  expect(listed).toHaveLength(38_452);
  expect(new Set(listed).size).toBe(listed.length);
  expect(listed.filter((it) => [...it].length < 8 || foldCaseAndWidth(it) !== it)).toEqual([]);
});

test('finds every password of the list', () => {
  expect(listed.filter((_, index) => index % 50 === 0).filter((it) => !isBreached(it))).toEqual([]);
  expect(isBreached(listed[0] ?? '') && isBreached(listed.at(-1) ?? '')).toBe(true);
});
