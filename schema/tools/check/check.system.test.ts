import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { folderOfTest } from '../../../tests/support/files.ts';
import { run } from '../../../tests/support/systems/spawned.ts';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
const schemaFolder = fileURLToPath(new URL('../..', import.meta.url));

type Replacement = [file: string, from: string, to: string];

/** Copies the files of the check, as of the last release, with some texts replaced. */
function folderWith(...replacements: Replacement[]): string {
  const folder = folderOfTest();
  cpSync(`${schemaFolder}/released`, `${folder}/released`, { recursive: true });
  cpSync(`${schemaFolder}/released/api.graphql`, `${folder}/api.graphql`);
  const changes = readFileSync(`${schemaFolder}/CHANGES.md`, 'utf8');
  const released = changes
    .replace(/(\n## Next release\n)[\s\S]*?(\n## )/, '$1$2')
    .replace(`\n## ${version},`, '\n## 0.0.1,');
  writeFileSync(`${folder}/CHANGES.md`, released);
  for (const [file, from, to] of replacements) {
    const text = readFileSync(`${folder}/${file}`, 'utf8');
    expect(text).toContain(from);
    writeFileSync(`${folder}/${file}`, text.replace(from, to));
  }
  return folder;
}

const heading = '\n## Next release\n';
const planted = (from: string, to: string): Replacement => ['api.graphql', from, to];
const noted = (...lines: string[]): Replacement => ['CHANGES.md', heading, `${heading}\n${lines.join('\n')}\n`];

async function check(folder: string, ...options: string[]) {
  const process = run('schema/tools/check/main.ts', {}, '--folder', folder, ...options);
  return { exitCode: await process.exitCode, stdout: process.stdout(), stderr: process.stderr() };
}

describe('a breaking change fails with a template for its note, and passes with that note:', () => {
  test.each<[what: string, from: string, to: string, change: string]>([
    ['a removed field', ' isCurrent: Boolean!', ' current: Boolean!', '`Session.isCurrent` FIELD_REMOVED'],
    [
      'a field that becomes nullable',
      ' username: String!\n',
      ' username: String\n',
      '`User.username` FIELD_TYPE_CHANGED',
    ],
    ['a field with another type', 'sizeBytes: Int!', 'sizeBytes: Float!', '`Image.sizeBytes` FIELD_TYPE_CHANGED'],
    ['a removed argument', ' last: Int\n', ' final: Int\n', '`Query.resources(last:)` FIELD_ARGUMENT_REMOVED'],
    [
      'an argument that becomes required',
      ' first: Int\n',
      ' first: Int!\n',
      '`Query.resources(first:)` FIELD_ARGUMENT_TYPE_CHANGED',
    ],
    [
      'a removed enum value',
      ' RECENTLY_UPDATED\n',
      ' UPDATED\n',
      '`ResourceOrder.RECENTLY_UPDATED` ENUM_VALUE_REMOVED',
    ],
    [
      'an input field with another type',
      ' search: String\n',
      ' search: Int\n',
      '`ResourceFilter.search` INPUT_FIELD_TYPE_CHANGED',
    ],
    ['a removed code', ' USERNAME_TAKEN,', '', '`Mutation.register` CODE_REMOVED USERNAME_TAKEN'],
    [
      'an argument without its default',
      'orderBy: ResourceOrder! = NEWEST',
      'orderBy: ResourceOrder!',
      '`Query.resources(orderBy:)` FIELD_ARGUMENT_DEFAULT_CHANGED',
    ],
  ])('%s', async (_, from, to, change) => {
    const note = `- ${change}: ask for less.`;
    const failed = await check(folderWith(planted(from, to)));
    expect(failed.exitCode).toBe(1);
    expect(failed.stderr).toMatch(/^Breaking change: /);
    expect(failed.stderr.split('add to CHANGES.md: ').slice(1)).toEqual([`- ${change}: what clients do instead.\n`]);

    expect(await check(folderWith(planted(from, to), noted(note)))).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('a note about another change of the same field does not count', async () => {
    const other = noted('- `Session.isCurrent` FIELD_TYPE_CHANGED: it is a number.');
    const { exitCode, stderr } = await check(folderWith(planted(' isCurrent: Boolean!', ' current: Boolean!'), other));
    expect(exitCode).toBe(1);
    expect(stderr).toContain('`Session.isCurrent` FIELD_REMOVED');
    expect(stderr).toContain('a note without a change: - `Session.isCurrent` FIELD_TYPE_CHANGED');
  });
});

test('an input field that loses its default is a breaking change', async () => {
  const optional = planted('  search: String\n', '  search: String! = ""\n');
  const folder = folderWith(optional);
  cpSync(`${folder}/api.graphql`, `${folder}/released/api.graphql`);
  const api = readFileSync(`${folder}/api.graphql`, 'utf8');
  writeFileSync(`${folder}/api.graphql`, api.replace('search: String! = ""', 'search: String!'));
  const { exitCode, stderr } = await check(folder);
  expect(exitCode).toBe(1);
  expect(stderr).toContain('`ResourceFilter.search` INPUT_FIELD_DEFAULT_VALUE_CHANGED');
});

test('each of several changes of one field needs a note', async () => {
  const one = '- `Mutation.register` CODE_REMOVED USERNAME_TAKEN: names are free.';
  const other = '- `Mutation.register` CODE_REMOVED RATE_LIMITED: register as often as you like.';
  const both = planted(' USERNAME_TAKEN, RATE_LIMITED', '');
  const failed = await check(folderWith(both, noted(one)));
  expect([failed.exitCode, failed.stderr.match(/CODE_REMOVED \w+/g)]).toEqual([1, ['CODE_REMOVED RATE_LIMITED']]);
  expect(await check(folderWith(both, noted(one, other)))).toMatchObject({ exitCode: 0, stderr: '' });
});

test('two notes about one change fail', async () => {
  const line = '- `Session.isCurrent` FIELD_REMOVED: compare the ids.';
  const { exitCode, stderr } = await check(
    folderWith(planted(' isCurrent: Boolean!', ' current: Boolean!'), noted(line, line)),
  );
  expect([exitCode, stderr]).toEqual([1, `CHANGES.md has a note without a change: ${line}\n`]);
});

test('a note without a change fails', async () => {
  const line = '- `User.username` FIELD_REMOVED: ask for the id.';
  expect(await check(folderWith(noted(line)))).toMatchObject({
    exitCode: 1,
    stderr: `CHANGES.md has a note without a change: ${line}\n`,
  });
});

test.each([
  ['a malformed note', noted('- The username is gone.'), 'Not a note about a change: - The username is gone.'],
  [
    'a note with only its placeholder',
    noted('- `User.username` FIELD_REMOVED: what clients do instead.'),
    'The note has only its placeholder: - `User.username` FIELD_REMOVED',
  ],
  ['a missing heading', ['CHANGES.md', heading, '\n'] as Replacement, 'has no heading "## Next release"'],
  ['an invalid schema', planted('type User {', 'type User'), 'Syntax Error'],
])('%s fails with a message and no stack trace', async (_, replacement, message) => {
  const { exitCode, stderr } = await check(folderWith(replacement));
  expect(exitCode).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^ +at /m);
});

test('a dangerous change is listed, and passes', async () => {
  const dangerous = folderWith(
    planted('  RECENTLY_UPDATED\n', '  RECENTLY_UPDATED\n  LARGEST\n'),
    planted('USERNAME_TAKEN,', 'USERNAME_TAKEN, FORBIDDEN,'),
  );
  const { exitCode, stdout } = await check(dangerous);
  expect(exitCode).toBe(0);
  expect(stdout.split('\n').slice(0, 3)).toEqual([
    "Dangerous: ResourceOrder.LARGEST: Enum value 'LARGEST' was added to enum 'ResourceOrder'.",
    "Dangerous: Mutation.register: 'Mutation.register' may now fail with the code FORBIDDEN.",
    'Since the last release: 0 breaking, 2 dangerous, 1 safe.',
  ]);
});

describe('a release', () => {
  test('records the API and its notes under the version, and the next check starts from there', async () => {
    const change = planted(' isCurrent: Boolean!', ' current: Boolean!');
    const note = '- `Session.isCurrent` FIELD_REMOVED: compare the ids.';
    const folder = folderWith(change, noted(note));
    expect(await check(folder, '--release')).toMatchObject({ exitCode: 0, stderr: '' });
    const read = (name: string) => readFileSync(`${folder}/${name}`, 'utf8');
    expect(read('released/api.graphql')).toBe(read('api.graphql'));
    expect(read('CHANGES.md')).toMatch(/\n## Next release\n\n## [\d.]+, \d{4}-\d\d-\d\d\n\n- `Session/);
    expect(await check(folder)).toMatchObject({
      exitCode: 0,
      stdout: 'Since the last release: 0 breaking, 0 dangerous, 0 safe.\n',
    });
  });

  test.each([
    ['if a change has no note', [planted(' isCurrent: Boolean!', ' current: Boolean!')], 'Breaking change'],
    ['of an existing version', [noted(`\n## ${version}, 2026-01-01`)], `already has the release ${version}`],
  ])('fails %s, and writes nothing', async (_, replacements, message) => {
    const folder = folderWith(...replacements);
    const read = () => ['CHANGES.md', 'released/api.graphql'].map((name) => readFileSync(`${folder}/${name}`, 'utf8'));
    const before = read();
    const { exitCode, stderr } = await check(folder, '--release');
    expect([exitCode, read()]).toEqual([1, before]);
    expect(stderr).toContain(message);
  });
});
