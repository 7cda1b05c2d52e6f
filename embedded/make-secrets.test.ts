import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { folderOfTest } from '../tests/support/files.ts';
import { run } from '../tests/support/systems/spawned.ts';

const makeSecrets = (...args: string[]) => run('embedded/make-secrets.ts', {}, ...args);

test('creates the secrets in a folder and prints their paths', async () => {
  const folder = join(folderOfTest(), 'secrets');
  const process = makeSecrets('--folder', folder);
  expect([await process.exitCode, process.stderr()]).toEqual([0, '']);
  const names = ['signing-keys', 'image-service-token', 'client-address-key'];
  expect(process.stdout()).toBe(names.map((name) => `${join(folder, name)}\n`).join(''));
  expect(readdirSync(folder).sort()).toEqual(names.sort());
});

test('--help prints the help and creates nothing', async () => {
  const folder = folderOfTest();
  const process = makeSecrets('--help', '--folder', join(folder, 'secrets'));
  expect([await process.exitCode, process.stderr()]).toEqual([0, '']);
  expect(process.stdout()).toMatch(/^Usage: npm run secrets.*--help +print this text\n$/s);
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  [['--force'], "Unknown option '--force'."],
  [['bogus'], "Unexpected argument 'bogus'."],
  [['--folder'], "Option '--folder <value>' argument missing."],
])('rejects %j with the help and exits with 2', async (args, message) => {
  const process = makeSecrets(...args);
  expect([await process.exitCode, process.stdout()]).toEqual([2, '']);
  expect(process.stderr().startsWith(`${message}\n\nUsage: npm run secrets`)).toBe(true);
});

test('prints all paths in full when the folder is relative', async () => {
  const folder = folderOfTest();
  const process = makeSecrets('--folder', relative('.', folder));
  expect(await process.exitCode).toBe(0);
  for (const path of process.stdout().trim().split('\n')) expect(path.startsWith(`${folder}/`)).toBe(true);
});

test('prints one line if the folder cannot be created', async () => {
  const process = makeSecrets('--folder', '/dev/null/secrets');
  expect([await process.exitCode, process.stdout()]).toEqual([1, '']);
  expect(process.stderr()).toMatch(
    /^The folder \/dev\/null\/secrets cannot be written .*: it is a file or lies below one; choose a folder\.\n$/,
  );
});
