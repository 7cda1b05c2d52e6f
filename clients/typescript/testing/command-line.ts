import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { folderOfTest } from '../../../tests/support/files.ts';
import { titles } from '../../../tests/support/graphql/documents.ts';
import { requireValue } from '../../../tests/support/graphql/request.ts';
import { run, runCommand, type Spawned } from '../../../tests/support/systems/spawned.ts';
import type { TestUser } from '../../../tests/support/systems/users.ts';

const main = 'clients/typescript/command-line/main.ts';

/** The command line of one user of a machine, who has a configuration folder. */
export interface CommandLine {
  /** The file of the log-in. */
  file: string;
  env: Record<string, string>;
  /** Starts a command. */
  start(...args: string[]): Spawned;
  /** Runs a command to its end. */
  run(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** Starts a command in a terminal of 100 columns. Its standard output has everything that the terminal shows. */
  inTerminal(...args: string[]): Spawned;
}

/** A user who is not logged in, or who is: with the tokens of an account at a gateway. */
export function commandLine(account?: { user: TestUser; url: string }): CommandLine {
  const config = folderOfTest();
  const folder = join(config, 'image-supergraph');
  const file = join(folder, 'login.json');
  if (account) {
    const { username, accessToken, refreshToken } = account.user;
    mkdirSync(folder, { mode: 0o700 });
    const login = { url: new URL('/graphql', account.url).href, username, tokens: { accessToken, refreshToken } };
    writeFileSync(file, JSON.stringify(login), { mode: 0o600 });
  }
  const env = { XDG_CONFIG_HOME: config };
  const start = (...args: string[]) => run(main, env, ...args);
  return {
    file,
    env,
    start,
    async run(...args) {
      const started = start(...args);
      started.send('', { isLast: true });
      return { code: await started.exitCode, stdout: started.stdout(), stderr: started.stderr() };
    },
    inTerminal(...args) {
      const command = [process.execPath, '--import', 'tsx', main, ...args].map((word) => `'${word}'`).join(' ');
      return runCommand(
        ['script', '--quiet', '--return', '--command', `stty cols 100; exec ${command}`, '/dev/null'],
        env,
      );
    },
  };
}

export const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

export const loginIn = (file: string) => JSON.parse(readFileSync(file, 'utf8'));

/** Writes images of different colours, and returns their paths. */
export async function pictures(count: number, folder = folderOfTest()): Promise<string[]> {
  const files = Array.from({ length: count }, (_, index) =>
    join(folder, `picture-${String(index).padStart(2, '0')}.png`),
  );
  for (const [index, file] of files.entries()) {
    const background = { r: index, g: 128, b: 255 - index };
    await sharp({ create: { width: 8, height: 8, channels: 3, background } })
      .png()
      .toFile(file);
  }
  return files;
}

export async function titlesOf({ request }: Pick<TestUser, 'request'>): Promise<string[]> {
  const { resources } = await request.data(titles, { first: 100, orderBy: 'TITLE' });
  return requireValue(resources).nodes.map(({ title }) => title);
}

export const namesOf = (files: string[]) => files.map((file) => file.replace(/.*\//, '')).sort();

/** Parses output of JSON lines. */
export const recordsOf = (stdout: string): Record<string, unknown>[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
