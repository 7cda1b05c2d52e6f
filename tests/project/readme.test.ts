import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { buildSchema, parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type System, startSystem } from '../support/systems/system.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const textOf = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const blocksOf = (file: string, language: string) =>
  [...textOf(file).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text);

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

/** Replaces what differs between runs: ids, tokens, and the port of the image service. */
const withPlaceholders = (text: string) =>
  text
    .replace(/"accessToken":"eyJhbGciOiJSUzI1NiIs[^"]*"/g, '"accessToken":"…"')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'uuid')
    .replace(/http:\/\/127\.0\.0\.1:\d+\/images\/public\/[0-9a-f]{24}/g, 'url');

test('the session in README.md prints what README.md shows', async () => {
  const script = blocksOf('README.md', 'bash').join('\n').replaceAll('http://127.0.0.1:4000/graphql', system.gateway);
  const json = blocksOf('README.md', 'json');
  const printed = [...json.slice(0, 2), ...blocksOf('README.md', 'text'), ...json.slice(2)];
  const { stdout } = await promisify(execFile)('bash', ['-ec', `{ ${script} } 2>&1 | cat`], { cwd: root });
  const squeeze = (text: string) => withPlaceholders(text).replaceAll('\n', '');
  expect(squeeze(stdout)).toBe(squeeze(printed.join('')));
});

test('the examples in docs/clients.md are valid against the schema', () => {
  const schema = buildSchema(textOf('schema/api.graphql'));
  const examples = blocksOf('docs/clients.md', 'graphql');
  expect(examples).toHaveLength(8);
  expect(examples.flatMap((example) => validate(schema, parse(example)))).toEqual([]);
});

test('the settings for other clients in docs/clients.md are those that tests/clients uses', () => {
  const files = ['settings/apollo-client', 'settings/urql', 'settings/relay', 'relay/documents', 'documents'];
  const withoutSpace = (text: string) => text.replace(/\s+/g, '');
  const used = withoutSpace(files.map((name) => textOf(`tests/clients/${name}.ts`)).join(''));
  const shown = blocksOf('docs/clients.md', 'ts').filter((block) => !block.includes('createClient'));
  expect(shown).toHaveLength(5);
  expect(shown.filter((block) => !used.includes(withoutSpace(block)))).toEqual([]);
  const { dependencies } = JSON.parse(textOf('tests/clients/package.json')) as { dependencies: Record<string, string> };
  const installed = [...textOf('docs/clients.md').matchAll(/^npm install .+$/gm)].flatMap(
    ([line]) => line.match(/[@\w./-]+@[\d.]+/g) ?? [],
  );
  const versions = installed.map((text) => /^(.+)@([\d.]+)$/.exec(text) ?? []);
  expect(versions).toHaveLength(9);
  expect(versions.filter(([, name = '', version = '']) => !`${dependencies[name]}.`.startsWith(`${version}.`))).toEqual(
    [],
  );
});

test('the example in docs/errors.md is the recorded response', () => {
  const [shown = ''] = blocksOf('docs/errors.md', 'json');
  expect(JSON.parse(shown)).toEqual(JSON.parse(textOf('schema/examples/wrong-input.answer.json')));
});
