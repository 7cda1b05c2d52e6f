import { describe, expect, test } from 'vitest';
import { doublingFragments } from '../../tests/support/doubling-fragments.ts';
import { requestedPaths } from './requested-paths.ts';

describe('requestedPaths lists', () => {
  test('root fields by response key, without __typename', () => {
    expect(requestedPaths({ query: '{ a: me { id } __typename resources { totalCount } }' })).toEqual([
      ['a'],
      ['resources'],
    ]);
  });

  test('fields of each entity, by its type', () => {
    const query = '{ _entities(representations: []) { ... on User { name } ... on Resource { id title } } }';
    const representations = [{ __typename: 'Resource' }, { __typename: 'User' }];
    expect(requestedPaths({ query, variables: { representations } })).toEqual([
      ['_entities', 0, 'id'],
      ['_entities', 0, 'title'],
      ['_entities', 1, 'name'],
    ]);
  });

  test('each field once, however often its fragment is spread', () => {
    // A list of 2^40 paths would not fit into memory.
    const query = doublingFragments({ operation: '{ ...F0 }', type: 'Query', last: 'me { id }' });
    expect(requestedPaths({ query })).toEqual([['me']]);
  });
});
