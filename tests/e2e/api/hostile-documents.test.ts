import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { graphql } from '../../generated/gql.ts';
import { viewer, viewerAndCount } from '../../support/graphql/documents.ts';
import { requestTo, type UntypedDocument, untyped } from '../../support/graphql/request.ts';
import { post } from '../../support/subgraphs/tiny-server.ts';
import { type SingleServers, serversBeside } from '../../support/systems/single-servers.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

let system: System;
let servers: SingleServers;
let ada: TestUser;
beforeAll(async () => {
  system = await startSystem();
  servers = serversBeside(system);
  ada = await system.signUp();
});
afterAll(async () => {
  await servers.stop();
  await system.stop();
});

describe('_entities with several representations, one of no entity,', () => {
  const strangers: unknown[] = [
    { __typename: 'Nope' },
    { __typename: 'Query' },
    { __typename: 'DateTime' },
    { __typename: '__proto__' },
    { __typename: 5 },
    {},
    'User',
    5,
    [],
  ];
  test.each(
    (['auth', 'resources'] as const).flatMap((subgraph) => strangers.map((stranger) => [subgraph, stranger] as const)),
  )('is BAD_USER_INPUT of %s, which keeps serving: %j', async (subgraph, stranger) => {
    const __typename = subgraph === 'auth' ? 'User' : 'Resource';
    const query = untyped('query ($who: [_Any!]!) { _entities(representations: $who) { __typename } }');
    for (let time = 1; time <= 3; time++) {
      const answer = await requestTo(system[subgraph])(query, { who: [{ __typename, id: 'x' }, stranger] });
      expect(answer.errors).toMatchObject([
        {
          path: ['_entities'],
          extensions: { code: 'BAD_USER_INPUT', problems: [{ field: 'representations[1].__typename' }] },
        },
      ]);
    }
    // An unhandled rejection would end the process now.
    await new Promise((resolve) => setImmediate(resolve));
    expect(await ada.request.data(viewerAndCount)).toHaveProperty('me.id', ada.id);
  });

  test.each([
    ['auth', 'User'],
    ['resources', 'Resource'],
  ] as const)('and an id of another type, or nested in lists, is no entity of %s', async (subgraph, __typename) => {
    const query = untyped('query ($who: [_Any!]!) { _entities(representations: $who) { __typename } }');
    const nested = JSON.parse(`${'['.repeat(20)}${']'.repeat(20)}`) as unknown;
    const ids: unknown[] = [nested, {}, 5, null, true, undefined];
    const answer = await requestTo(system[subgraph], ada.accessToken)(query, {
      who: ids.map((id) => ({ __typename, id })),
    });
    expect(answer.errors).toEqual([]);
    expect(answer.data).toEqual({ _entities: ids.map(() => null) });
  });
});

describe('what nests deep', () => {
  const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  /** A body in which lists in lists stand for the text `deep`. */
  const bodyOf = (query: UntypedDocument, rest: object, depth: number) =>
    JSON.stringify({ query: String(query), ...rest }).replace('"deep"', deep(depth));
  const selections = (depth: number) => `{ me { ${'... {'.repeat(depth - 2)} id ${'}'.repeat(depth - 2)} } }`;
  const recursive = (times: number) =>
    `{ me { ${'resources(first: 1) { nodes { owner { '.repeat(times)} id ${'} } } '.repeat(times)} } }`;
  const chain = (length: number) =>
    `{ me { ...F0 } } ${Array.from({ length }, (_, at) => `fragment F${at} on User { resources(first: 1) { nodes { owner { ...F${at + 1} } } } }`).join(' ')} fragment F${length} on User { id }`;

  const within: [string, string][] = [
    ['inline fragments', selections(488)],
    ['fields', recursive(3)],
    ['fragments that spread each other', chain(3)],
  ];
  const over: [string, string, string][] = [
    ['an id of 2,400 lists', `{"query":"{ resource(id: ${deep(2_400)}) { id } }"}`, 'BAD_REQUEST'],
    [
      'a variable for an id, of 2,400 lists',
      bodyOf(untyped('query ($id: ID!) { resource(id: $id) { id } }'), { variables: { id: 'deep' } }, 2_400),
      'BAD_REQUEST',
    ],
    [
      'a time in an input, of 20,000 lists',
      bodyOf(
        untyped('query ($at: DateTime) { resources(filter: { createdFrom: $at }) { totalCount } }'),
        { variables: { at: 'deep' } },
        20_000,
      ),
      'BAD_REQUEST',
    ],
    [
      'extensions of 20,000 lists',
      bodyOf(untyped('{ me { id } }'), { extensions: { persistedQuery: 'deep' } }, 20_000),
      'BAD_REQUEST',
    ],
    ['1,600 inline fragments', JSON.stringify({ query: selections(1_600) }), 'BAD_REQUEST'],
    ['1,500 fields', JSON.stringify({ query: recursive(500) }), 'MAX_TOKENS_LIMIT'],
    ['14 levels of fields', JSON.stringify({ query: recursive(4) }), 'MAX_DEPTH_LIMIT'],
    ['fields in a chain of fragments', JSON.stringify({ query: chain(80) }), 'MAX_DEPTH_LIMIT'],
  ];

  describe.each(['compiled', 'apollo'] as const)('with the executor %s,', (executor) => {
    test.each(within)('is executed within the limit: %s', { timeout: 120_000 }, async (_, query) => {
      // Thousands of selections take a busy machine longer than the usual time-out.
      const gateway = await servers.gateway({}, { executor, timeoutMs: 60_000 });
      for (let time = 1; time <= 3; time++) {
        const { status, errors } = await requestTo(gateway, ada.accessToken)(untyped(query));
        expect([status, errors]).toEqual([200, []]);
      }
    });

    test.each(over)('is rejected over the limit: %s', async (_, body, code) => {
      const gateway = await servers.gateway({}, { executor });
      for (let time = 1; time <= 2; time++) {
        const response = await post(gateway, body);
        expect(response.status).toBe(400);
        expect(await response.json()).toMatchObject({ errors: [{ extensions: { code } }] });
      }
    });
  });

  test.each(['auth', 'resources'] as const)('is rejected by %s, too', async (subgraph) => {
    const representation = `{"__typename":"${subgraph === 'auth' ? 'User' : 'Resource'}","id":${deep(2_400)}}`;
    const query = 'query ($who: [_Any!]!) { _entities(representations: $who) { __typename } }';
    for (const body of [
      `{"query":"${query}","variables":{"who":[${representation}]}}`,
      JSON.stringify({ query: `{ _entities(representations: [{ id: ${deep(2_400)} }]) { __typename } }` }),
    ]) {
      const response = await post(system[subgraph], body);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    }
  });
});

/** Each fragment spreads the next one twice, which makes 2 ** depth fields. */
function doubling(depth: number): UntypedDocument {
  const fragments = Array.from(
    { length: depth },
    (_, at) =>
      `fragment F${at} on User { a: resources(first: 1) { nodes { owner { ...F${at + 1} } } } b: resources(first: 1) { nodes { owner { ...F${at + 1} } } } }`,
  );
  return untyped(`{ me { ...F0 } } ${fragments.join(' ')} fragment F${depth} on User { id }`);
}

test('a short document that selects very many fields is rejected before planning', async () => {
  const answer = await ada.request(doubling(14));
  expect(answer.status).toBe(400);
  expect(answer.errors.map(({ extensions }) => extensions)).toEqual([{ code: 'MAX_DEPTH_LIMIT', max: 12 }]);
});

test('a document of very many tokens is rejected before validation', async () => {
  const answer = await ada.request(untyped(`{ me { ${'id '.repeat(2_000)} } }`));
  expect(answer.status).toBe(400);
  expect(answer.errors.map(({ extensions }) => extensions)).toEqual([{ code: 'MAX_TOKENS_LIMIT', max: 2_000 }]);
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
