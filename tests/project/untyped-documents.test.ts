import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema, type DocumentNode, type GraphQLSchema, Kind, parse, validate, visit } from 'graphql';
import { describe, expect, test } from 'vitest';

const api = buildSchema(readFileSync('schema/api.graphql', 'utf8'));
/** Folders whose files send operations to whole systems. The other clients type theirs by themselves. */
const folders = ['tests', 'examples'];
const filesBelow = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/node_modules|generated|untyped-documents|^clients\//.test(file))
    .map((file) => `${folder}/${file}`);

test('no test sends a plain string that could be a typed document', () => {
  const files = folders.flatMap(filesBelow);
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((file) =>
    untypedDocuments(readFileSync(file, 'utf8'), api).map((text) => ({ file, text })),
  );
  expect(found).toEqual([]);
});

describe('untypedDocuments', () => {
  const query = '{ resources { totalCount } }';

  test.each([`'${query}'`, `"${query}"`, `\`${query}\``, `ask(\n  '${query}')`, `// don’t\nconst a = '${query}';`])(
    'finds an operation of the API: %s',
    (source) => {
      expect(untypedDocuments(source, api)).toEqual([query]);
    },
  );

  test.each([
    `graphql(\`${query}\`)`,
    `untyped('${query}')`,
    `'{ nothing }'`,
    `'{ resources'`,
    `'{ __typename }'`,
    `'query ($who: [_Any!]!) { _entities(representations: $who) { __typename } }'`,
  ])('ignores what is typed, marked as untyped, or no operation of the API: %s', (source) => {
    expect(untypedDocuments(source, api)).toEqual([]);
  });
});

/** Matches a string literal without placeholders, and the name of the function that it is an argument of. */
const literals = /(?:\b(\w+)\(\s*)?(?:`((?:[^`\\$]|\\.|\$(?!\{))*)`|'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")/g;

/** Functions whose argument is a typed document, or a deliberately untyped one. */
const marked = new Set(['graphql', 'untyped']);

/** Operations of the API that stand in a TypeScript file as plain strings. */
function untypedDocuments(source: string, schema: GraphQLSchema): string[] {
  const found = [...source.matchAll(literals)].filter(([, caller = '']) => !marked.has(caller));
  return found
    .map(([, , ...quoted]) => quoted.find((text) => text !== undefined) ?? '')
    .filter((text) => {
      const document = tryParse(text);
      return document && selectsFields(document) && validate(schema, document).length === 0;
    });
}

function tryParse(text: string): DocumentNode | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/** `{ __typename }` selects nothing of an API. */
function selectsFields(document: DocumentNode): boolean {
  const fields: string[] = [];
  visit(document, { Field: ({ name }) => void fields.push(name.value) });
  return (
    fields.some((name) => name !== '__typename') &&
    document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION)
  );
}
