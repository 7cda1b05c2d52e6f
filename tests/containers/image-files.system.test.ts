import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { folderOfTest } from '../support/files.ts';
import { run } from '../support/systems/spawned.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

/** Paths that the Dockerfile copies from the project into the image. */
const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from|package.json package-lock.json)(.+) \S+$/gm)].flatMap(
  ([, paths = '']) => paths.split(' '),
);

/** Patterns of .dockerignore that exclude files within the copied folders. */
const excluded = read('.dockerignore')
  .split('\n')
  .filter((line) => line && !/^(#|!|\*$)/.test(line))
  .map((pattern) => new RegExp(`(^|/)${pattern.replace('**/', '').replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`));

test('each process of docker-compose.yml runs from the files that the Dockerfile copies', async () => {
  const folder = folderOfTest();
  expect(copied).toEqual(expect.arrayContaining(['package.json', 'gateway', 'subgraphs', 'image-service']));
  for (const path of copied) {
    const filter = (file: string) => !excluded.some((pattern) => pattern.test(relative(root, file)));
    cpSync(join(root, path), join(folder, path), { recursive: true, filter });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const commands = [...read('docker-compose.yml').matchAll(/^ +command: .* (\S+\.ts)$/gm)].map(([, file = '']) => file);
  expect(commands.length).toBeGreaterThanOrEqual(3);
  const outcomes = [...commands, 'gateway/main.ts'].map(async (file) => {
    const process = run(join(folder, file), {}, '--help');
    return [file, await process.exitCode, process.stderr()];
  });
  for (const outcome of await Promise.all(outcomes)) expect(outcome).toEqual([expect.any(String), 0, '']);
}, 120_000);
