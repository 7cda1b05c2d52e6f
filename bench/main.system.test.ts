import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Names of the packages that are installed in bench/ only. */
function packagesOfBench(): string[] {
  const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
  const ofProject = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).dependencies;
  return Object.keys(dependencies).filter((name) => !(name in ofProject));
}

/** An `--import` of Node that makes imports of these packages fail, as if they were not installed. */
function withoutPackages(names: string[]): string {
  const hooks = `export function resolve(specifier, context, next) {
    if (${JSON.stringify(names)}.includes(specifier)) throw new Error(specifier + ' is not installed');
    return next(specifier, context);
  }`;
  return toDataUrl(`import { register } from 'node:module'; register(${JSON.stringify(toDataUrl(hooks))});`);
}

const toDataUrl = (script: string) => `data:text/javascript,${encodeURIComponent(script)}`;

test('--help works before the packages of bench/ are installed', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--import', withoutPackages(packagesOfBench()), 'bench/main.ts', '--help'],
    { cwd: root, encoding: 'utf8' },
  );
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^Usage: npm run bench/);
});
