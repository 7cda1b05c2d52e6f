import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../support/systems/spawned.ts';
import { type System, startSystem } from '../support/systems/system.ts';

const textOf = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const blocksOf = (file: string, language: string) =>
  [...textOf(file).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text);

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

/** Replaces what differs between runs: ids, tokens, names, and the port of the image service. */
const withPlaceholders = (text: string) =>
  text
    .replace(/"accessToken":"eyJhbGciOiJSUzI1NiIs[^"]*"/g, '"accessToken":"…"')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'uuid')
    .replace(/ada-\d+-\d+/g, 'name')
    .replace(/http:\/\/127\.0\.0\.1:\d+\/images\/public\/[0-9a-f]{24}/g, 'url');

describe('the session in README.md', () => {
  const sessionAt = (gateway: string) =>
    blocksOf('README.md', 'bash').join('\n').replaceAll('http://127.0.0.1:4000/graphql', gateway);
  /** Runs commands in a shell that does not stop at an error by itself. */
  const runIn = async (script: string, ...options: string[]) => {
    const shell = runCommand(['bash', '--norc', ...options], {});
    onTestFinished(() => shell.end());
    shell.send(script, { isLast: true });
    return { status: await shell.exitCode, stdout: shell.stdout(), stderr: shell.stderr() };
  };

  test('prints what README.md shows, also when it runs again', async () => {
    const json = blocksOf('README.md', 'json');
    const printed = [...json.slice(0, 2), ...blocksOf('README.md', 'text'), ...json.slice(2)];
    const squeeze = (text: string) => withPlaceholders(text).replaceAll('\n', '');
    for (let time = 1; time <= 2; time++) {
      const { status, stdout, stderr } = await runIn(sessionAt(system.gateway));
      expect([status, squeeze(stdout), stderr]).toEqual([0, squeeze(printed.join('')), '']);
    }
  });

  const stopped = 'http://127.0.0.1:9/graphql';
  test('ends at the first command that fails, with the reason', async () => {
    const withoutServer = await runIn(sessionAt(stopped));
    expect(withoutServer.status).not.toBe(0);
    expect(withoutServer.stderr).toMatch(/^curl: \(7\) Failed to connect.*\n.*TOKEN: no token: see the error above\n$/);
    const invalidName = await runIn(sessionAt(system.gateway).replace('ada-', 'a d a-'));
    expect(invalidName.status).not.toBe(0);
    expect(invalidName.stdout).toMatch(/^\{"errors":\[\{"message":"username: .*\n$/);
    const withoutFile = await runIn(sessionAt(system.gateway).replace('four-colours.png)', 'none.png)'));
    expect(withoutFile.status).not.toBe(0);
    expect(withoutFile.stderr).toContain('curl: (26)');
    const invalidImage = await runIn(sessionAt(system.gateway).replace('four-colours.png)', 'make.ts)'));
    expect(invalidImage.status).not.toBe(0);
    expect(invalidImage.stdout).toContain('not an image of a supported type');
  });

  test('leaves a terminal open when it fails', async () => {
    const { stdout } = await runIn(`${sessionAt(stopped)}\necho the terminal is open\n`, '-i');
    expect(stdout).toContain('the terminal is open');
  });
});

test('the examples in docs/clients.md are valid against the schema', () => {
  const schema = buildSchema(textOf('schema/api.graphql'));
  const examples = blocksOf('docs/clients.md', 'graphql');
  expect(examples).toHaveLength(8);
  expect(examples.flatMap((example) => validate(schema, parse(example)))).toEqual([]);
});

test('the settings for other clients in docs/clients.md are those that tests/clients uses', () => {
  const files = [
    'settings/session',
    'settings/apollo-client',
    'settings/urql',
    'settings/relay',
    'relay/documents',
    'documents',
  ];
  const withoutSpace = (text: string) => text.replace(/\s+/g, '');
  const used = withoutSpace(files.map((name) => textOf(`tests/clients/${name}.ts`)).join(''));
  const shown = blocksOf('docs/clients.md', 'ts').filter((block) => !block.includes('createClient'));
  expect(shown).toHaveLength(8);
  expect(shown.filter((block) => !used.includes(withoutSpace(block)))).toEqual([]);
  const { dependencies } = JSON.parse(textOf('tests/clients/package.json')) as { dependencies: Record<string, string> };
  const installed = [...textOf('docs/clients.md').matchAll(/^npm install .+$/gm)].flatMap(
    ([line]) => line.match(/[@\w./-]+@[\d.]+/g) ?? [],
  );
  const versions = installed.map((text) => /^(.+)@([\d.]+)$/.exec(text) ?? []);
  expect(versions).toHaveLength(10);
  expect(versions.filter(([, name = '', version = '']) => !`${dependencies[name]}.`.startsWith(`${version}.`))).toEqual(
    [],
  );
});

test('the example in docs/errors.md is the recorded response', () => {
  const [shown = ''] = blocksOf('docs/errors.md', 'json');
  expect(JSON.parse(shown)).toEqual(JSON.parse(textOf('schema/examples/wrong-input.answer.json')));
});
