import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../tests/support/files.ts';
import { packClient, runIn } from '../../tests/support/packed-client.ts';
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
  const dependencies = ['@graphql-typed-document-node/core', 'graphql'].map((name) => join(modules, name));
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
  expect(files.filter((name) => /test|tsconfig|operations\/|[^d]\.ts$/.test(name))).toEqual([]);
});

test('imports only its own modules at run time, and Node’s only in the entry point for Node', () => {
  const dist = join(installed, 'dist');
  const imports = filesBelow(dist)
    .filter((name) => name.endsWith('.js'))
    .flatMap((name) => {
      const text = readFileSync(join(dist, name), 'utf8');
      return [...text.matchAll(/\bfrom '([^']+)'|\bimport\(?'([^']+)'/g)].map(
        ([, one, other]) => `${name} ${one ?? other}`,
      );
    });
  expect(imports.filter((line) => !/ \.\/.*\.js$/.test(line))).toEqual([
    'node.js node:fs/promises',
    'node.js node:path',
  ]);
  expect(imports.length).toBeGreaterThan(10);
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
