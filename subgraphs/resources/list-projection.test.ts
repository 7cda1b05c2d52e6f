import { type FragmentDefinitionNode, Kind, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { needsOnlySummaries } from './list-projection.ts';

/** Whether the only field of a query needs only summaries. */
function asks(query: string): boolean {
  const { definitions } = parse(query);
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const node of definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments[node.name.value] = node;
  const operation = definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  const fieldNodes = (operation?.selectionSet.selections ?? []).filter((node) => node.kind === Kind.FIELD);
  return needsOnlySummaries({ fieldNodes, fragments });
}

describe('a list needs whole resources if it selects', () => {
  test.each(['description', 'image { sha256 }', 'image { url contentType }', 'url: description', 'somethingNew'])(
    '%s, directly, in edges or in fragments',
    (field) => {
      for (const query of [
        `{ resources { nodes { id ${field} } } }`,
        `{ resources { edges { node { ${field} } } } }`,
        `{ resources { nodes { ... on Resource { title ... { ${field} } } } } }`,
        `{ resources { ...page } } fragment page on ResourceConnection { nodes { ...one } } fragment one on Resource { ${field} }`,
        `{ resources { nodes { id } } resources { nodes { ${field} } } }`,
        `query ($no: Boolean!) { resources { nodes { id ${field.replace(/^[\w: ]+/, (name) => `${name} @include(if: $no) `)} } } }`,
      ]) {
        expect([query, asks(query)]).toEqual([query, false]);
      }
    },
  );
});

test('a list needs only summaries if it selects only their fields', () => {
  const all = `__typename totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { description: title image { sha256: url } } }
    nodes { ...one }`;
  const one =
    'fragment one on Resource { id title owner { id } createdAt updatedAt version image { width height sizeBytes } }';
  expect(asks(`{ resources(first: 5) { ${all} } } ${one}`)).toBe(true);
});
