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

describe('a look-up of several entities, one of which is of no type that there is,', () => {
  test.each([
    ['auth', 'User'],
    ['resources', 'Resource'],
  ] as const)('is refused by %s, which goes on', async (subgraph, __typename) => {
    const representations = [{ __typename, id: 'x' }, { __typename: 'Nope' }];
    const query = untyped('query ($who: [_Any!]!) { _entities(representations: $who) { __typename } }');
    const answer = await requestTo(system[subgraph])(query, { who: representations });
    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['INTERNAL_SERVER_ERROR']);
    // What nobody waited for would come now, and end the process.
    await new Promise((resolve) => setImmediate(resolve));
    expect(await ada.request.data(viewerAndCount)).toHaveProperty('me.id', ada.id);
  });
});

/** Two fields for each fragment, each of which spreads the next: 2 ** depth fields in all. */
function doubling(depth: number): UntypedDocument {
  const fragments = Array.from(
    { length: depth },
    (_, at) =>
      `fragment F${at} on User { a: resources { nodes { owner { ...F${at + 1} } } } b: resources { nodes { owner { ...F${at + 1} } } } }`,
  );
  return untyped(`{ me { ...F0 } } ${fragments.join(' ')} fragment F${depth} on User { id }`);
}

test('a document that is short and asks for very much is refused before it is planned', async () => {
  const answer = await ada.request(doubling(14));
  expect(answer.status).toBe(400);
  expect(answer.errors.map(({ extensions }) => extensions)).toEqual([{ code: 'GRAPHQL_VALIDATION_FAILED' }]);
});

test('a document of very many words is refused before it is validated', async () => {
  const answer = await ada.request(untyped(`{ ${'me { id } '.repeat(2_000)} }`));
  expect(answer.status).toBe(400);
  expect(answer.errors.map(({ extensions }) => extensions)).toEqual([{ code: 'GRAPHQL_PARSE_FAILED' }]);
});

test('what the gateway takes is not refused by a subgraph, into which it is written out', async () => {
  await ada.create();
  const answer = await ada.request(doubling(7));
  expect(answer.errors).toEqual([]);
});

test('a persisted query whose hash is another text’s is BAD_REQUEST', async () => {
  const persistedQuery = { version: 1, sha256Hash: '0'.repeat(64) };
  const response = await fetch(system.gateway, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: String(viewer), extensions: { persistedQuery } }),
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
});

test('the introspection that tools send is answered', async () => {
  const { getIntrospectionQuery } = await import('graphql');
  expect(await system.request.data(untyped(getIntrospectionQuery()))).toHaveProperty('__schema');
});

test('a search longer than any text is BAD_USER_INPUT', async () => {
  const refusal = await ada.request.error(foundBySearch, { search: '\ufdfa'.repeat(300_000) });
  expect(refusal).toMatchObject({ code: 'BAD_USER_INPUT', problems: [{ field: 'filter.search' }] });
});

const foundBySearch = graphql(`
  query FoundBySearch($search: String) { resources(filter: { search: $search }) { totalCount } }
`);
