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

test('a file that is not there is a fault that names it', () => {
  const file = join(folderOfTest(), 'secret');
  expect(() => readSecret(file, asItIs)).toThrow(StartupError);
  expect(() => readSecret(file, asItIs)).toThrow(`${file}: ENOENT`);
});

test('a folder in the place of the file is a fault that names it', () => {
  const file = join(folderOfTest(), 'secret');
  mkdirSync(file);
  expect(() => readSecret(file, asItIs)).toThrow(StartupError);
  expect(() => readSecret(file, asItIs)).toThrow(`${file}: EISDIR`);
});

test.each(['', ' \n\t\r\n'])('a file that holds %j is a fault that names it', (content) => {
  const file = fileWith(content);
  expect(() => readSecret(file, asItIs)).toThrow(StartupError);
  expect(() => readSecret(file, asItIs)).toThrow(`${file} is empty: restore it.`);
});

test('what the parser finds wrong is a fault that names the file and keeps its cause', () => {
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
