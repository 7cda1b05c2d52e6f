import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ReleaseSettings {
  /** The root of a git work tree. */
  root: string;
  /** X.Y.Z, greater than the current version. */
  version: string;
  /** Skips `npm run check` and `npm test`. */
  isChecked: boolean;
  /** Checks the conditions and prints the steps, without executing them. */
  isDryRun: boolean;
  log: (line: string) => void;
}

/** A step of a release. */
interface Step {
  title: string;
  run: () => void;
}

const clientFolder = 'clients/typescript';
const unreleased = '## Unreleased';

/** Releases a version. Throws an error with a message for the user; a failure before the commit changes nothing. */
export function release({ root, version, isChecked, isDryRun, log }: ReleaseSettings): void {
  const repository = openRepository(root);
  const { version: current } = JSON.parse(repository.read('package.json')) as { version: string };
  requireGreater(version, current);
  repository.requireClean();
  repository.requireNoTag(`v${version}`);
  const changelog = releaseChangelog(repository.read('CHANGELOG.md'), version, new Date().toISOString().slice(0, 10));

  const execute = (steps: readonly Step[]) => {
    for (const { title, run } of steps) {
      log(isDryRun ? `would run: ${title}` : title);
      if (!isDryRun) run();
    }
  };
  if (!isChecked) execute([commandStep(repository, 'npm run check'), commandStep(repository, 'npm test')]);
  repository.requireClean();
  try {
    execute([...writeSteps(repository, { current, version, changelog }), commitStep(repository, version)]);
  } catch (error) {
    // The work tree was clean, so that this discards only what the release has written.
    repository.run('git', 'restore', '--staged', '--worktree', '.');
    throw error;
  }
  execute([
    { title: `git tag v${version}`, run: () => repository.run('git', 'tag', '--message', version, `v${version}`) },
    { title: `build the image image-supergraph:${version}`, run: () => buildImage(repository, version, log) },
  ]);
  log(isDryRun ? 'Nothing was changed.' : `Released ${version}. Publish it: git push --follow-tags`);
}

interface Versions {
  current: string;
  version: string;
  changelog: string;
}

function writeSteps(repository: Repository, { current, version, changelog }: Versions): Step[] {
  const { read, write } = repository;
  const readme = `${clientFolder}/README.md`;
  const packed = (of: string) => `image-supergraph-client-${of}.tgz`;
  return [
    commandStep(repository, `npm version ${version} --no-git-tag-version`),
    commandStep(repository, `npm version ${version} --no-git-tag-version --prefix ${clientFolder}`),
    { title: `update ${readme}`, run: () => write(readme, read(readme).replaceAll(packed(current), packed(version))) },
    { title: 'update CHANGELOG.md', run: () => write('CHANGELOG.md', changelog) },
    commandStep(repository, 'npm run --silent schema:check -- --release'),
  ];
}

function commitStep(repository: Repository, version: string): Step {
  const message = `chore: release ${version}`;
  const run = () => repository.run('git', 'commit', '--quiet', '--all', '--message', message);
  return { title: `git commit "${message}"`, run };
}

/** A step that runs a command without spaces in its arguments. */
function commandStep(repository: Repository, line: string): Step {
  const [command = '', ...args] = line.split(' ');
  return { title: line, run: () => repository.run(command, ...args) };
}

/** Builds the container image with its labels; prints the command where there is no Docker. */
function buildImage(repository: Repository, version: string, log: (line: string) => void): void {
  const revision = repository.output('git', 'rev-parse', 'HEAD');
  const buildArgs = ['--build-arg', `VERSION=${version}`, '--build-arg', `REVISION=${revision}`];
  const args = ['build', ...buildArgs, '--tag', `image-supergraph:${version}`, '.'];
  if (spawnSync('docker', ['version'], { stdio: 'ignore' }).status === 0) repository.run('docker', ...args);
  else log(`Docker is not available. To build the image, run: docker ${args.join(' ')}`);
}

type Repository = ReturnType<typeof openRepository>;

function openRepository(root: string) {
  const run = (command: string, ...args: string[]): void => {
    const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
    if (status !== 0) throw new Error(`Failed: ${command} ${args.join(' ')}`);
  };
  const output = (command: string, ...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
    if (status !== 0) throw new Error(`Failed: ${command} ${args.join(' ')}\n${stderr}`);
    return stdout.trim();
  };
  return {
    run,
    output,
    read: (file: string) => readFileSync(join(root, file), 'utf8'),
    write: (file: string, text: string) => writeFileSync(join(root, file), text),
    requireClean(): void {
      const changes = output('git', 'status', '--porcelain');
      if (changes) throw new Error(`The work tree has uncommitted changes. Commit or discard them:\n${changes}`);
    },
    requireNoTag(tag: string): void {
      if (output('git', 'tag', '--list', tag)) throw new Error(`The tag ${tag} exists.`);
    },
  };
}

/**
 * Moves the entries under "Unreleased" to a new version. `date` is YYYY-MM-DD. Throws if the heading is missing, there are
 * no entries, or the version exists.
 */
export function releaseChangelog(changelog: string, version: string, date: string): string {
  const lines = changelog.split('\n');
  const start = lines.indexOf(unreleased);
  if (start < 0) throw new Error(`CHANGELOG.md has no heading "${unreleased}".`);
  if (lines.some((line) => line.startsWith(`## ${version} `))) throw new Error(`CHANGELOG.md already has ${version}.`);
  const end = lines.findIndex((line, index) => index > start && line.startsWith('## '));
  const entries = lines.slice(start + 1, end < 0 ? undefined : end);
  if (!entries.some((line) => line.startsWith('- ')))
    throw new Error(`CHANGELOG.md has no entries under "${unreleased}": describe what has changed.`);
  return lines.toSpliced(start + 1, 0, '', `## ${version} - ${date}`).join('\n');
}

function requireGreater(version: string, current: string): void {
  const [next, last] = [version, current].map((each) => each.split('.').map(Number)) as [number[], number[]];
  const different = next.findIndex((number, index) => number !== last[index]);
  if (different < 0 || (next[different] ?? 0) < (last[different] ?? 0))
    throw new Error(`The version ${version} is not greater than ${current}, the current one.`);
}
