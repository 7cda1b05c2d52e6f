import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderOfTest } from '../../tests/support/files.ts';
import { readSecret } from './secret-file.ts';
import { StartupError } from './startup-error.ts';

const asItIs = (text: string) => text;

function fileWith(content: string | Buffer): string {
  const file = join(folderOfTest(), 'secret');
  writeFileSync(file, content);
  return file;
}

test('throws a StartupError that names a missing file', () => {
  const file = join(folderOfTest(), 'secret');
  expect(() => readSecret(file, asItIs)).toThrow(StartupError);
  expect(() => readSecret(file, asItIs)).toThrow(`${file}: ENOENT`);
});

test('throws a StartupError that names a folder in place of the file', () => {
  const file = join(folderOfTest(), 'secret');
  mkdirSync(file);
  expect(() => readSecret(file, asItIs)).toThrow(StartupError);
  expect(() => readSecret(file, asItIs)).toThrow(`${file}: EISDIR`);
});

test.each(['', ' \n\t\r\n'])('throws a StartupError that names a file with the content %j', (content) => {
  const file = fileWith(content);
  expect(() => readSecret(file, asItIs)).toThrow(StartupError);
  expect(() => readSecret(file, asItIs)).toThrow(`${file} is empty: restore it.`);
});

test('wraps an error of the parser in a StartupError with the file and the cause', () => {
  const file = fileWith('secret');
  const cause = new Error('It is damaged.');
  const parse = () => {
    throw cause;
  };
  const fault = expect.objectContaining({ name: 'StartupError', message: `${file}: It is damaged.`, cause });
  expect(() => readSecret(file, parse)).toThrow(fault);
});

test.each(['secret', 'secret\n', '\r\n secret \r\n', '\uFEFFsecret'])('%j is read as secret', (content) => {
  expect(readSecret(fileWith(content), asItIs)).toBe('secret');
});
