import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('../..', import.meta.url));
const listFiles = (...patterns: string[]) =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns], { cwd: root })
    .toString()
    .trim()
    .split('\n');

/** Commands of other projects, which handle their own arguments. `exec` replaces the shell by the command after it. */
const othersCommands = ['vitest', 'tsc', 'biome', 'knip', 'eslint', 'drizzle-kit', 'npm', 'exec'];

/** Commands of this project in npm's scripts: the TypeScript or shell file that each runs. */
const scripts = Object.entries(manifest.scripts).map(([name, script]) => {
  const commands = script.split('&&').map((command) => command.trim());
  const own = commands.map((command) => /^(?:exec )?(?:node|bash) .*?(\S+\.(?:ts|sh))(?: |$)/.exec(command)?.[1]);
  return { name, commands, own };
});

/** Every file that somebody runs: those of npm's scripts, entry points, generators and shell scripts. */
const programs = [
  ...new Set([
    ...scripts.flatMap(({ own }) => own.filter((file) => file !== undefined)),
    ...listFiles('start.ts', 'main.ts', '**/main.ts', '**/make.ts', '**/make-*.ts', '*.sh', '**/*.sh', '.ci/run'),
  ]),
]
  .filter((file) => !file.endsWith('.test.ts'))
  .sort();

/** Runs a program in the root of the project. */
function run(program: string, args: string[]) {
  const isShell = !program.endsWith('.ts');
  const command = isShell ? ['bash', program] : [process.execPath, '--import', 'tsx', program];
  const [file = '', ...rest] = [...command, ...args];
  return spawnSync(file, rest, { cwd: root, encoding: 'utf8', timeout: 60_000, env: { PATH: process.env.PATH } });
}

/** Files that git does not ignore and that differ from the last commit, with their changes. */
const changes = () => execFileSync('git', ['status', '--porcelain', '--untracked-files=all'], { cwd: root }).toString();

test.each(scripts)('npm run $name hands its arguments to a program that checks them', ({ commands, own }) => {
  for (const [at, command] of commands.entries()) {
    const [name = ''] = command.split(' ');
    if (own[at] === undefined) expect(othersCommands).toContain(name);
    // Only the last command gets the arguments: an earlier one would run before they are checked.
    else expect(at).toBe(commands.length - 1);
  }
});

test('every program is found', () => {
  expect(programs).toEqual(expect.arrayContaining(['start.ts', 'gateway/main.ts', 'embedded/make-secrets.ts']));
  expect(programs.length).toBeGreaterThan(20);
});

describe.each(programs)('%s', (program) => {
  test('explains itself with --help, and does nothing else', () => {
    const before = changes();
    const { status, stdout, stderr } = run(program, ['--help']);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: expect.stringMatching(/\w+.*\n/), stderr: '' });
    expect(changes()).toBe(before);
  }, 120_000);

  test.each(['--unknown-option', 'unknown-argument', '--help=x', '--unknown-option --help=x', '--help extra'])(
    'rejects %s with 2, and does nothing else',
    (args) => {
      const before = changes();
      const { status, stdout, stderr } = run(program, args.split(' '));
      expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: expect.stringMatching(/\w/) });
      expect(changes()).toBe(before);
    },
    120_000,
  );
});
