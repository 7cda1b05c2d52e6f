import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderOfTest } from '../tests/support/files.ts';
import { run } from '../tests/support/systems/spawned.ts';

const makeSecrets = (...args: string[]) => run('embedded/make-secrets.ts', {}, ...args);

test('creates the secrets in a folder and prints their paths', async () => {
  const folder = join(folderOfTest(), 'secrets');
  const process = makeSecrets(folder);
  expect([await process.exitCode, process.stderr()]).toEqual([0, '']);
  const names = ['signing-keys', 'image-service-token', 'client-address-key'];
  expect(process.stdout()).toBe(names.map((name) => `${join(folder, name)}\n`).join(''));
  expect(readdirSync(folder).sort()).toEqual(names.sort());
});

test('--help prints the help and creates nothing', async () => {
  const folder = folderOfTest();
  const process = makeSecrets('--help', folder);
  expect([await process.exitCode, process.stderr()]).toEqual([0, '']);
  expect(process.stdout()).toMatch(/^npm run secrets/);
  expect(readdirSync(folder)).toEqual([]);
});

test.each([['--force'], ['one', 'two']])('rejects %s with the help and exits with 1', async (...args) => {
  const folder = folderOfTest();
  const process = makeSecrets(...args.map((arg) => (arg.startsWith('-') ? arg : join(folder, arg))));
  expect([await process.exitCode, process.stdout()]).toEqual([1, '']);
  expect(process.stderr()).toContain('npm run secrets');
  expect(readdirSync(folder)).toEqual([]);
});

test('prints one line if the folder cannot be created', async () => {
  const process = makeSecrets('/dev/null/secrets');
  expect([await process.exitCode, process.stdout()]).toEqual([1, '']);
  expect(process.stderr()).toMatch(/^The folder \/dev\/null\/secrets cannot be written .*\n$/);
});
