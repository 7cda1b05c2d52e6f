import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { graphql } from '../../generated/gql.ts';
import { viewer, viewerAndCount } from '../../support/graphql/documents.ts';
import { requestTo, type UntypedDocument, untyped } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

let system: System;
let ada: TestUser;
beforeAll(async () => {
  system = await startSystem();
  ada = await system.signUp();
});
afterAll(() => system.stop());

describe('_entities with several representations, one of an unknown type,', () => {
  test.each([
    ['auth', 'User'],
    ['resources', 'Resource'],
  ] as const)('is rejected by %s, which keeps serving', async (subgraph, __typename) => {
    const representations = [{ __typename, id: 'x' }, { __typename: 'Nope' }];
    const query = untyped('query ($who: [_Any!]!) { _entities(representations: $who) { __typename } }');
    const answer = await requestTo(system[subgraph])(query, { who: representations });
    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['INTERNAL_SERVER_ERROR']);
    // An unhandled rejection would end the process now.
    await new Promise((resolve) => setImmediate(resolve));
    expect(await ada.request.data(viewerAndCount)).toHaveProperty('me.id', ada.id);
  });
});

/** Each fragment spreads the next one twice, which makes 2 ** depth fields. */
function doubling(depth: number): UntypedDocument {
  const fragments = Array.from(
    { length: depth },
    (_, at) =>
      `fragment F${at} on User { a: resources { nodes { owner { ...F${at + 1} } } } b: resources { nodes { owner { ...F${at + 1} } } } }`,
  );
  return untyped(`{ me { ...F0 } } ${fragments.join(' ')} fragment F${depth} on User { id }`);
}

test('a short document that selects very many fields is rejected before planning', async () => {
  const answer = await ada.request(doubling(14));
  expect(answer.status).toBe(400);
  expect(answer.errors.map(({ extensions }) => extensions)).toEqual([{ code: 'GRAPHQL_VALIDATION_FAILED' }]);
});

test('a document of very many tokens is rejected before validation', async () => {
  const answer = await ada.request(untyped(`{ ${'me { id } '.repeat(2_000)} }`));
  expect(answer.status).toBe(400);
  expect(answer.errors.map(({ extensions }) => extensions)).toEqual([{ code: 'GRAPHQL_PARSE_FAILED' }]);
});

test('a document within the gateway’s limits is within those of a subgraph, where its fragments are inlined', async () => {
  await ada.create();
  const answer = await ada.request(doubling(7));
  expect(answer.errors).toEqual([]);
});

test('BAD_REQUEST for a persisted query with the hash of another document', async () => {
  const persistedQuery = { version: 1, sha256Hash: '0'.repeat(64) };
  const response = await fetch(system.gateway, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: String(viewer), extensions: { persistedQuery } }),
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
});

test('answers the introspection query of tools', async () => {
  const { getIntrospectionQuery } = await import('graphql');
  expect(await system.request.data(untyped(getIntrospectionQuery()))).toHaveProperty('__schema');
});

test('BAD_USER_INPUT for a search term longer than any text', async () => {
  const error = await ada.request.error(foundBySearch, { search: '\ufdfa'.repeat(300_000) });
  expect(error).toMatchObject({ code: 'BAD_USER_INPUT', problems: [{ field: 'filter.search' }] });
});

const foundBySearch = graphql(`
  query FoundBySearch($search: String) { resources(filter: { search: $search }) { totalCount } }
`);
