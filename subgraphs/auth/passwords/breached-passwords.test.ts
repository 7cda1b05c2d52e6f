import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { commonForm, listFile, loadBreachedPasswords } from './breached-passwords.ts';

const isBreached = loadBreachedPasswords();
const listed = brotliDecompressSync(readFileSync(listFile)).toString().split('\n');

test.each([
  ['the first', '12345678'],
  ['as it is listed', 'password1'],
  ['in capitals', 'PASSWORD1'],
  ['in mixed case', 'PassWord1'],
  ['in the width of Chinese characters', 'ｐａｓｓｗｏｒｄ１'],
  ['listed with capitals only', 'Mailcreated5240'],
  ['ranked behind the 99,900th', '07031967'],
])('%s, %s, is common', (_, password) => {
  expect(isBreached(password)).toBe(true);
});

test.each([
  ['a phrase', 'correct horse battery staple'],
  ['one with something before it', 'xpassword1'],
  ['one with something after it', 'password1x'],
  ['one with a space after it', 'password1 '],
  ['two that follow each other in the list, with a line break between', listed.slice(0, 2).join('\n')],
  ['nothing', ''],
  ['a line break', '\n'],
])('%s is not', (_, password) => {
  expect(isBreached(password)).toBe(false);
});

test('the list has those of the 100,000 that have at least 8 characters, once each', () => {
  expect(listed).toHaveLength(38_452);
  expect(new Set(listed).size).toBe(listed.length);
  expect(listed.filter((it) => [...it].length < 8 || commonForm(it) !== it)).toEqual([]);
});

test('every one in the list is found', () => {
  expect(listed.filter((_, index) => index % 50 === 0).filter((it) => !isBreached(it))).toEqual([]);
  expect(isBreached(listed[0] ?? '') && isBreached(listed.at(-1) ?? '')).toBe(true);
});
