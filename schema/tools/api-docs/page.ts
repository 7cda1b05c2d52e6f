import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSchema } from 'graphql';
import { errorTable } from './errors.ts';
import { operationSection, refusalSections } from './operations.ts';
import { typeSections } from './types.ts';

const introduction = `# The API

Written by \`npm run compose\` of the descriptions in \`schema/\`; not to be edited. [README](../README.md) has a first
session, and [schema/api.graphql](../schema/api.graphql) the same as SDL.

GraphQL over HTTP at \`/graphql\`: POST of \`{"query": …, "variables": …}\` as \`application/json\`. A test runs the examples one
after the other, and they are answered as is shown here; ids, tokens, cursors, instants and the URLs of images are stand-ins,
of which the same one is the same thing throughout.

`;

const errors = `## Errors

A refusal has a stable \`extensions.code\`, comes with HTTP 200, and leaves the rest of the operation its answer. 4xx is for
requests that were never executed: malformed, too big, not valid against the schema, or with variables of a wrong type, with
GraphQL's own codes (\`GRAPHQL_PARSE_FAILED\`, \`GRAPHQL_VALIDATION_FAILED\`, \`BAD_REQUEST\`, \`BAD_USER_INPUT\`, …). Messages
are for people and may change.

`;

/** docs/api.md for an API in SDL. */
export function apiDocs(sdl: string): string {
  const schema = buildSchema(sdl);
  const fieldsOf = (kind: 'query' | 'mutation') => {
    const type = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
    return Object.values(type?.getFields() ?? {});
  };
  const sections = (kind: 'query' | 'mutation') => fieldsOf(kind).map((field) => operationSection(kind, field));
  return [
    introduction,
    '## Queries\n\n',
    ...sections('query'),
    '## Mutations\n\n',
    schema.getMutationType()?.description ?? '',
    '\n\n',
    ...sections('mutation'),
    errors,
    errorTable(schema),
    refusalSections(),
    typeSections(schema),
  ]
    .join('')
    .trimEnd()
    .concat('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = new URL('../../../', import.meta.url);
  writeFileSync(new URL('docs/api.md', root), apiDocs(readFileSync(new URL('schema/api.graphql', root), 'utf8')));
}
