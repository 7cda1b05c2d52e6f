import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { untypedTexts } from './untyped-texts.ts';

const api = buildSchema(readFileSync('schema/api.graphql', 'utf8'));
/** Where whole systems are asked. The package for clients has documents of its own, and takes texts besides. */
const folders = ['tests', 'examples'];
const filesBelow = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/node_modules|generated|untyped-texts/.test(file))
    .map((file) => `${folder}/${file}`);

test('no test of a whole system asks by a text that could be a typed document', () => {
  const files = folders.flatMap(filesBelow);
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((file) => untypedTexts(readFileSync(file, 'utf8'), api).map((text) => ({ file, text })));
  expect(found).toEqual([]);
});

describe('what is found', () => {
  const query = '{ resources { totalCount } }';

  test.each([`'${query}'`, `"${query}"`, `\`${query}\``, `ask(\n  '${query}')`, `// don’t\nconst a = '${query}';`])(
    'is an operation of the API: %s',
    (source) => {
      expect(untypedTexts(source, api)).toEqual([query]);
    },
  );

  test.each([
    `graphql(\`${query}\`)`,
    `untyped('${query}')`,
    `'{ nothing }'`,
    `'{ resources'`,
    `'{ __typename }'`,
    `'query ($who: [_Any!]!) { _entities(representations: $who) { __typename } }'`,
  ])('is not what is typed already, is meant to be untyped, or is none of the API: %s', (source) => {
    expect(untypedTexts(source, api)).toEqual([]);
  });
});
