import { spawnSync } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { folderOfTest } from '../../tests/support/files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('the build without the packages of the page says in one line how to install them', () => {
  const clone = folderOfTest();
  const packages = join(root, 'gateway/explorer/page/node_modules');
  cpSync(join(root, 'gateway/explorer'), join(clone, 'gateway/explorer'), {
    recursive: true,
    filter: (path) => !path.startsWith(packages),
  });
  for (const name of ['clients', 'node_modules', 'package.json', 'platform', 'tsconfig.json']) {
    symlinkSync(join(root, name), join(clone, name));
  }
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'gateway/explorer/build.ts', '--check'],
    { cwd: clone, encoding: 'utf8' },
  );
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toBe('Install the packages of the page first: npm ci --prefix gateway/explorer/page\n');
});
