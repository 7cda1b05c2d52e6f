import { Kind } from 'graphql';
import { describe, expect, test } from 'vitest';
import { countFragmentReads, doublingFragments } from '../../tests/support/doubling-fragments.ts';
import { needsOnlySummaries } from './list-projection.ts';

/** Calls needsOnlySummaries for the root field of a query, and counts how often its fragments are read. */
function project(query: string) {
  const { document, fragments, counter } = countFragmentReads(query);
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  const fieldNodes = (operation?.selectionSet.selections ?? []).filter((node) => node.kind === Kind.FIELD);
  return { isEnough: needsOnlySummaries({ fieldNodes, fragments }), reads: counter.reads };
}

const isEnough = (query: string) => project(query).isEnough;

describe('a list needs whole resources for the field', () => {
  test.each(['description', 'image { sha256 }', 'image { url contentType }', 'url: description', 'somethingNew'])(
    '%s, in nodes, in edges and in fragments',
    (field) => {
      for (const query of [
        `{ resources { nodes { id ${field} } } }`,
        `{ resources { edges { node { ${field} } } } }`,
        `{ resources { nodes { ... on Resource { title ... { ${field} } } } } }`,
        `{ resources { ...page } } fragment page on ResourceConnection { nodes { ...one } } fragment one on Resource { ${field} }`,
        `{ resources { nodes { id } } resources { nodes { ${field} } } }`,
        `query ($no: Boolean!) { resources { nodes { id ${field.replace(/^[\w: ]+/, (name) => `${name} @include(if: $no) `)} } } }`,
      ]) {
        expect([query, isEnough(query)]).toEqual([query, false]);
      }
    },
  );
});

test('a list of summary fields needs only summaries', () => {
  const all = `__typename totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { description: title image { sha256: url } } }
    nodes { ...one }`;
  const one =
    'fragment one on Resource { id title owner { id } createdAt updatedAt version image { width height sizeBytes } }';
  expect(isEnough(`{ resources(first: 5) { ${all} } } ${one}`)).toBe(true);
});

test('reads each fragment once, however often it is spread', () => {
  const operation = '{ resources { nodes { ...F0 } } }';
  const type = 'Resource';
  expect(project(doublingFragments({ operation, type, last: 'id' }))).toEqual({ isEnough: true, reads: 40 });
  expect(project(doublingFragments({ operation, type, last: 'description' }))).toEqual({ isEnough: false, reads: 40 });
});
