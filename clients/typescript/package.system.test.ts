import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { folderOfTest, temporaryFolder } from '../../tests/support/files.ts';
import { packClient, runIn } from '../../tests/support/packed-client.ts';
import { runCommand } from '../../tests/support/systems/spawned.ts';
import { type System, startSystem } from '../../tests/support/systems/system.ts';

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const folder = temporaryFolder();
const project = join(folder.path, 'project');
const installed = join(project, 'node_modules', 'image-supergraph-client');

let system: System;
beforeAll(async () => {
  system = await startSystem();
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  const client = await packClient(folder.path);
  // Dependencies come from the disk, so that npm needs no registry.
  const names = ['@graphql-typed-document-node/core', 'graphql', 'tinyglobby', 'fdir', 'picomatch'];
  const dependencies = names.map((name) => join(modules, name));
  await runIn(
    project,
    'npm',
    'install',
    '--offline',
    '--no-audit',
    '--no-fund',
    '--install-links',
    client,
    ...dependencies,
  );
});
afterAll(async () => {
  await system.stop();
  folder.remove();
});

const filesBelow = (path: string) =>
  readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name));

test('contains the build, and no sources or tests', () => {
  const files = filesBelow(installed);
  expect(files).toEqual(expect.arrayContaining(['README.md', 'package.json', 'dist/index.js', 'dist/node.d.ts']));
  expect(files.filter((name) => /test|tsconfig|operations\/|[^d]\.ts$|command-line\/.*\.ts$/.test(name))).toEqual([]);
});

test('imports only its own modules at run time, and others only in the entry point and the command line for Node', () => {
  const dist = join(installed, 'dist');
  const all = filesBelow(dist)
    .filter((name) => name.endsWith('.js'))
    .flatMap((name) => {
      const text = readFileSync(join(dist, name), 'utf8');
      return [...text.matchAll(/\bfrom '([^']+)'|\bimport\(?'([^']+)'/g)].map(
        ([, one, other]) => `${name} ${one ?? other}`,
      );
    });
  const imports = all.filter((line) => !line.startsWith('command-line/'));
  expect(imports.filter((line) => !/ \.\/(?!command-line).*\.js$/.test(line))).toEqual([
    'node.js node:fs/promises',
    'node.js node:path',
  ]);
  expect(imports.length).toBeGreaterThan(10);
  const ofCommandLine = all.filter(
    (line) => line.startsWith('command-line/') && !/ (node:[\w/]+|\.\.?\/.*\.js)$/.test(line),
  );
  expect(ofCommandLine).toEqual(['command-line/transfer/upload-files.js tinyglobby']);
});

test('has a command line that runs in an empty folder, by its name', async () => {
  const folder = folderOfTest();
  const image = fileURLToPath(new URL('../../tests/fixtures/four-colours.png', import.meta.url));
  copyFileSync(image, join(folder, 'four-colours.png'));
  const bin = join(project, 'node_modules', '.bin', 'image-supergraph');
  const run = async (...args: string[]) => {
    const command = runCommand([bin, ...args], { XDG_CONFIG_HOME: folder }, { cwd: folder });
    command.send('correct horse battery staple', { isLast: true });
    return { code: await command.exitCode, stdout: command.stdout(), stderr: command.stderr() };
  };
  const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  expect(await run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  const login = ['login', '--url', system.gateway, '--username', 'from-a-bin', '--register', '--password-stdin'];
  expect(await run(...login)).toMatchObject({ code: 0, stderr: '' });
  const upload = await run('upload', '**/*.png');
  expect(upload).toEqual({ code: 0, stdout: expect.stringMatching(/^1\/1 four-colours\.png: uploaded\n/), stderr: '' });
  expect(await run('download', '--all', '--output', 'out')).toMatchObject({ code: 0, stderr: '' });
  const downloaded = readFileSync(join(folder, 'out', 'four-colours.png'));
  expect(downloaded.equals(readFileSync(image))).toBe(true);
  // As the README runs it: npx finds the command of an installed package.
  expect(await runIn(project, 'npx', '--offline', 'image-supergraph', '--version')).toBe(`${version}\n`);
});

test('works in plain JavaScript, from both entry points', async () => {
  const program = `
    import { createClient, isApiError } from 'image-supergraph-client';
    import { imageFromFile } from 'image-supergraph-client/node';
    const client = createClient({ url: ${JSON.stringify(system.gateway)} });
    await client.register({ username: 'from-a-package', password: 'correct horse battery staple' });
    const file = ${JSON.stringify(fileURLToPath(new URL('../../tests/fixtures/four-colours.png', import.meta.url)))};
    const { title, image } = await client.create({ title: 'Packed', image: await imageFromFile(file) });
    const error = await client.delete('nothing').catch((reason) => reason);
    console.log(JSON.stringify([title, image.width, isApiError(error, 'NOT_FOUND')]));
  `;
  writeFileSync(join(project, 'program.js'), program);
  expect(JSON.parse(await runIn(project, process.execPath, 'program.js'))).toEqual(['Packed', 32, true]);
});

test('has types that pass TypeScript’s check of libraries', async () => {
  const program = `
    import { type ApiError, createClient, type Resource } from 'image-supergraph-client';
    const client = createClient({ url: 'http://127.0.0.1:4000/graphql' });
    export const first = async (): Promise<Resource | undefined> => (await client.list({ first: 1 })).nodes[0];
    export const seconds = (error: ApiError) => (error.code === 'RATE_LIMITED' ? error.retryAfterSeconds : 0);
    // @ts-expect-error a title is needed
    export const wrong = () => client.create({ image: new Uint8Array() });
  `;
  writeFileSync(join(project, 'program.ts'), program);
  const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom'];
  expect(await runIn(project, 'tsc', ...options, 'program.ts')).toBe('');
});
