import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { folderOfTest } from '../tests/support/files.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const eslint = join(dirname(createRequire(import.meta.url).resolve('eslint/package.json')), 'bin', 'eslint.js');

/** Lints the `schema/` of a folder as `npm run check` does. Returns the violated rules by file. */
function lint(folder: string): Record<string, string[]> {
  const args = [eslint, '--config', here('eslint.config.js'), '--format', 'json', 'schema'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (!stdout) throw new Error(stderr);
  const files = JSON.parse(stdout) as { filePath: string; messages: { ruleId: string | null; message: string }[] }[];
  return Object.fromEntries(
    files.map(({ filePath, messages }) => [
      basename(filePath),
      messages.map(({ ruleId, message }) => ruleId?.replace('@graphql-eslint/', '') ?? message),
    ]),
  );
}

/** Copies the SDL and the examples to a new folder, with some texts replaced. */
function folderWith(replacements: readonly (readonly [file: string, from: string, to: string])[]): string {
  const folder = folderOfTest();
  mkdirSync(`${folder}/schema`);
  for (const name of ['auth.graphql', 'resources.graphql', 'api.graphql', 'examples'])
    cpSync(here(name), `${folder}/schema/${name}`, { recursive: true });
  for (const [name, from, to] of replacements) {
    const text = readFileSync(`${folder}/schema/${name}`, 'utf8');
    expect(text).toContain(from);
    writeFileSync(`${folder}/schema/${name}`, text.replaceAll(from, to));
  }
  return folder;
}

test('the SDL and the examples violate no rule', () => {
  const violations = lint(folderWith([]));
  expect(Object.keys(violations)).toEqual(expect.arrayContaining(['auth.graphql', 'resources.graphql', 'me.graphql']));
  expect(Object.values(violations).flat()).toEqual([]);
});

test('finds planted violations in names, descriptions, connections, arguments and inputs', () => {
  const planted = [
    ['auth.graphql', '  "The id of the deleted account."\n', '', 'require-description'],
    ['auth.graphql', '    "The session to end."\n', '', 'require-description'],
    ['auth.graphql', 'accessToken: String!', 'access_token: String!', 'naming-convention'],
    ['auth.graphql', 'input: LogoutInput!', 'logout: LogoutInput!', 'input-name'],
    ['auth.graphql', 'input: LoginInput!', 'input: RegisterInput!', 'input-name'],
    ['auth.graphql', 'input: EndSessionInput!', 'input: EndSessionInput', 'no-restricted-syntax'],
    ['auth.graphql', 'me: User', 'me: User!', 'require-nullable-result-in-root'],
    [
      'auth.graphql',
      'logoutEverywhere: LogoutPayload',
      'logoutEverywhere: Boolean',
      'no-scalar-result-type-on-mutation',
    ],
    ['resources.graphql', 'after: String', 'after: [String]', 'relay-arguments'],
    ['resources.graphql', 'pageInfo: PageInfo!', 'pageInfo: PageInfo', 'relay-connection-types'],
    ['resources.graphql', '  cursor: String!', '  place: String!', 'relay-edge-types'],
    ['resources.graphql', 'endCursor: String', 'endCursor: [String]', 'relay-page-info'],
    ['auth.graphql', 'id: ID!\n  "When the user', 'key: ID!\n  "When the user', 'strict-id-in-types'],
    ['resources.graphql', '  RECENTLY_UPDATED', '  recentlyUpdated', 'naming-convention'],
    ['examples/me.graphql', '    username\n', '    name\n', 'fields-on-correct-type'],
    ['examples/log-in.graphql', 'mutation LogIn', 'mutation logIn', 'naming-convention'],
  ] as const;
  const violations = lint(folderWith(planted.map(([file, from, to]) => [file, from, to])));
  for (const [file, , , rule] of planted) expect(violations[basename(file)]).toContain(rule);
  expect(violations['auth.graphql']?.filter((rule) => rule === 'require-description')).toHaveLength(2);
});
