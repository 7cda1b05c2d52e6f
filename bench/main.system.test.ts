import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { folderOfTest } from '../tests/support/files.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

test('--help works before the packages of bench/ are installed', () => {
  const clone = folderOfTest();
  for (const name of readdirSync(root).filter((each) => each !== 'bench'))
    symlinkSync(join(root, name), join(clone, name));
  cpSync(join(root, 'bench'), join(clone, 'bench'), {
    recursive: true,
    filter: (path) => !path.startsWith(join(root, 'bench', 'node_modules')),
  });
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'bench/main.ts', '--help'], {
    cwd: clone,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^Usage: npm run bench/);
});
