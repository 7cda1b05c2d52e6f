import { describe, expect, test } from 'vitest';
import { session, startExecutor } from '../../authorization/testing/gateway.ts';

const ada = { __typename: 'User', id: '1', name: 'ada', friend: { __typename: 'User', id: '2', name: 'bob' } };
const parts = {
  subgraphs: {
    users: {
      sdl: `
        type Query { user: User named: Named any: Any }
        union Any = User | Pet
        interface Named { name: String }
        interface Node { id: ID! }
        type User implements Named & Node @key(fields: "id") { id: ID! name: String friend: User }
        type Pet implements Named { name: String tail: Int }
      `,
      resolvers: { Query: { user: () => ada, named: () => ada, any: () => ada } },
    },
    posts: {
      sdl: 'type User @key(fields: "id") { id: ID! posts: Int }',
      resolvers: { User: { __resolveReference: () => ({ posts: 3 }) } },
    },
  },
};

describe.each(['compiled', 'apollo'] as const)('with the executor %s, nothing is missing of', (executor) => {
  test.each<[string, object]>([
    ['{ user { ... on Named { ... on User { id } } } }', { user: { id: '1' } }],
    ['{ user { ... on Named { ... on Node { id } } } }', { user: { id: '1' } }],
    ['{ user { ... on Any { ... on User { id } } } }', { user: { id: '1' } }],
    ['{ user { ... on Named { ... on User { type: __typename } } } }', { user: { type: 'User' } }],
    ['{ user { ... on Named { name ... on Pet { tail } ... on User { id } } } }', { user: { name: 'ada', id: '1' } }],
    ['{ user { ... on Named { ... on Pet { tail } } } }', { user: {} }],
    [
      '{ user { name ... on Named { ... { ... on Node { ... on User { posts } } } } } }',
      { user: { name: 'ada', posts: 3 } },
    ],
    [
      '{ user { ...N friend { ...N } } } fragment N on Named { ... on User { id } ...P } fragment P on Pet { tail }',
      { user: { id: '1', friend: { id: '2' } } },
    ],
    [
      '{ user { ... on Named { ... on User { friend { ... on Node { ... on Named { name } } } } } } }',
      { user: { friend: { name: 'bob' } } },
    ],
    ['{ named { ... on Node { ... on Named { ... on User { id } } } } }', { named: { id: '1' } }],
    ['{ any { ... on User { ... on Named { ... on Node { id } } } } }', { any: { id: '1' } }],
    [
      'query ($a: Boolean = true) { user { ... on Named { ... on User @include(if: $a) { id } } } }',
      { user: { id: '1' } },
    ],
  ])('%s', async (query, data) => {
    const { prepare } = await startExecutor(executor, parts);
    const run = prepare(query);
    for (const _ of ['prepared', 'repeated']) {
      const answer = await run(session);
      expect([answer.data, answer.errors]).toEqual([data, []]);
    }
  });
});
