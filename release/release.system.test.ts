import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { folderOfTest } from '../tests/support/files.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const git = (cwd: string, ...args: string[]) => execFileSync('git', args, { cwd, encoding: 'utf8' }).trim();
const { version: current } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const next = current.replace(/^(\d+)\.(\d+)\..*/, (_, major, minor) => `${major}.${Number(minor) + 1}.0`);
const entry = '- A planted entry.';

/** A git repository with the project's files as they are now, and an entry in the changelog. */
function cloneProject() {
  const folder = folderOfTest();
  const files = git(root, 'ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate').split('\n');
  for (const file of files.filter((name) => existsSync(join(root, name)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  const path = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(path(name), 'utf8');
  writeFileSync(path('CHANGELOG.md'), read('CHANGELOG.md').replace('## Unreleased\n', `## Unreleased\n\n${entry}\n`));
  git(folder, 'init', '--quiet', '--initial-branch', 'main');
  // .gitignore excludes a folder of this name, but not a link.
  writeFileSync(path('.git/info/exclude'), 'node_modules\n');
  symlinkSync(join(root, 'node_modules'), path('node_modules'));
  git(folder, 'config', 'user.name', 'Ada');
  git(folder, 'config', 'user.email', 'ada@example.com');
  const commit = () => {
    git(folder, 'add', '--all');
    git(folder, 'commit', '--quiet', '--message', 'feat: something');
  };
  commit();
  const release = (...args: string[]) => {
    // Without Docker, which would build an image.
    const env = { ...process.env, PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, DOCKER_HOST: 'unix:///nowhere' };
    const command = ['run', '--silent', 'release', '--', ...args];
    const { status, stdout, stderr } = spawnSync('npm', command, { cwd: folder, encoding: 'utf8', env });
    return { status, stdout, stderr };
  };
  const state = () => [git(folder, 'rev-parse', 'HEAD'), git(folder, 'status', '--porcelain'), git(folder, 'tag')];
  return { folder, path, read, commit, release, state };
}

test('sets versions, moves the changelog, records the API, commits and tags', { timeout: 120_000 }, () => {
  const { folder, read, release } = cloneProject();
  const { status, stdout, stderr } = release(next, '--checked');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(git(folder, 'status', '--porcelain')).toBe('');
  expect(git(folder, 'log', '--max-count=1', '--format=%s')).toBe(`chore: release ${next}`);
  expect(git(folder, 'rev-parse', `v${next}^{commit}`)).toBe(git(folder, 'rev-parse', 'HEAD'));

  const versions = ['package.json', 'package-lock.json', 'clients/typescript/package.json'].map(
    (file) => (JSON.parse(read(file)) as { version: string }).version,
  );
  expect(versions).toEqual([next, next, next]);
  expect(read('clients/typescript/README.md')).toContain(`image-supergraph-client-${next}.tgz`);
  expect(read('CHANGELOG.md')).toMatch(new RegExp(`## Unreleased\n\n## ${next} - \\d{4}-\\d\\d-\\d\\d\n\n${entry}\n`));
  expect(read('schema/released/api.graphql')).toBe(read('schema/api.graphql'));
  expect(read('schema/CHANGES.md')).toContain(`## ${next}, `);
  const revision = git(folder, 'rev-parse', 'HEAD');
  expect(stdout).toContain(`docker build --build-arg VERSION=${next} --build-arg REVISION=${revision}`);

  expect(release(next, '--checked')).toMatchObject({ status: 1, stderr: expect.stringContaining('not greater than') });
});

test('--dry-run prints all steps, and changes nothing', { timeout: 120_000 }, () => {
  const { release, state } = cloneProject();
  const before = state();
  const { status, stdout, stderr } = release(next, '--dry-run');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const step of ['npm run check', 'npm test', 'update CHANGELOG.md', 'git commit', `git tag v${next}`, 'image'])
    expect(stdout).toContain(`would run: ${step === 'image' ? 'build the image' : step}`);
  expect(state()).toEqual(before);
});

test('fails and changes nothing when a check fails', { timeout: 120_000 }, () => {
  const { path, read, commit, release, state } = cloneProject();
  const manifest = read('package.json').replace(/"check": ".*"/, '"check": "exit 3"');
  writeFileSync(path('package.json'), manifest);
  commit();
  const before = state();
  expect(release(next)).toMatchObject({ status: 1, stderr: expect.stringContaining('Failed: npm run check') });
  expect(state()).toEqual(before);
});

test('restores the work tree when a breaking API change has no note', { timeout: 120_000 }, () => {
  const { path, read, commit, release, state } = cloneProject();
  writeFileSync(path('schema/api.graphql'), read('schema/api.graphql').replace('isCurrent: Boolean!', 'now: Boolean!'));
  commit();
  const before = state();
  expect(release(next, '--checked')).toMatchObject({ status: 1, stderr: expect.stringContaining('Breaking change') });
  expect(state()).toEqual(before);
});

test('fails when the work tree is not clean or the tag exists', { timeout: 120_000 }, () => {
  const { folder, path, release } = cloneProject();
  git(folder, 'tag', `v${next}`);
  expect(release(next, '--checked')).toMatchObject({ status: 1, stderr: `The tag v${next} exists.\n` });
  writeFileSync(path('new.txt'), '');
  expect(release(next, '--checked')).toMatchObject({ status: 1, stderr: expect.stringContaining('?? new.txt') });
});

test.each([
  ['no version', [], 'Name the version to release.'],
  ['an invalid version', ['1.2'], "'1.2' is not a version X.Y.Z."],
  ['a second version', ['1.2.3', '1.2.4'], 'Unknown arguments: 1.2.4'],
  ['an unknown option', ['1.2.3', '--fast'], "Unknown option '--fast'.\n"],
])('%s is a usage error', (_, args, message) => {
  const command = ['--import', 'tsx', 'release/main.ts', ...args];
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
  expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
});

test('--help prints the usage', { timeout: 120_000 }, () => {
  const command = ['--import', 'tsx', 'release/main.ts', '--help'];
  const { status, stdout } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, expect.stringContaining('--dry-run')]);
});
