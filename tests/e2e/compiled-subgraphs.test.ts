import { describe, expect, test } from 'vitest';
import { assertEquivalent, compare, operationsOver } from '../../platform/graphql/differential/assert-equivalent.ts';
import { createExecutors } from '../../platform/graphql/differential/executors.ts';
import { jitObstacles } from '../../platform/graphql/jit-support.ts';
import { openAuth, openResources } from '../support/subgraphs/executor-subjects.ts';

const query = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on User { id again: id }
    ... on Resource { id title createdAt owner { id } }
  }
}`;
const [user, resource] = [{ __typename: 'User' }, { __typename: 'Resource' }];

/** Representations of entities that do not exist, and invalid ones. */
const representations: [string, unknown[]][] = [
  ['of an unknown user', [{ ...user, id: 'nobody' }]],
  ['of an unknown resource', [{ ...resource, id: 'nothing' }]],
  [
    'twice',
    [
      { ...user, id: 'nobody' },
      { ...user, id: 'nobody' },
    ],
  ],
  ['without a key', [user, resource]],
  [
    'with null for a key',
    [
      { ...user, id: null },
      { ...resource, id: null },
    ],
  ],
  [
    'with keys that are no strings',
    [
      { ...user, id: 5 },
      { ...resource, id: { deep: [] } },
    ],
  ],
  ['with more than a key', [{ ...user, id: 'nobody', username: 'ada' }]],
  ['of an unknown type', [{ __typename: 'Nothing', id: '1' }]],
  [
    'of an unknown type beside a known one',
    [
      { __typename: 'Nothing', id: '1' },
      { ...user, id: 'nobody' },
    ],
  ],
  ['of types that are no entities', [{ __typename: 'Query' }, { __typename: 'DateTime', id: '1' }]],
  ['of a type named like a property of Object.prototype', [{ __typename: 'constructor', id: '1' }]],
  ['of no type', [{ id: '1' }, { __typename: null }]],
  ['that are no objects', ['text', [], 5]],
  ['that are null', [null]],
];

describe.each([
  ['auth', openAuth],
  ['resources', openResources],
])('over the subgraph %s the first run and each later one do as graphql-js', (_, open) => {
  test('as nothing in its schema keeps operations from being compiled', async () => {
    for (const { schema } of (await open()).subjects) expect(jitObstacles(schema)).toEqual([]);
  });

  test('with random operations', { timeout: 120_000 }, async () => {
    for (const subject of (await open()).subjects) await assertEquivalent(subject, operationsOver(subject, 1_000));
  });

  test.each(representations)('with entities %s', async (_what, wrong) => {
    const { subjects, entities } = await open();
    const lists = [[], entities, wrong, [...entities, ...wrong, ...entities], [...wrong].reverse(), wrong[0]];
    const requests = [...lists, ...lists].map((list) => ({ source: query, variables: { representations: list } }));
    for (const subject of subjects) expect(await compare(subject, requests)).toEqual([]);
  });

  test('finds existing entities for the viewer, and none for others', async () => {
    const { subjects, entities } = await open();
    const found: unknown[] = [];
    for (const { schema, context } of subjects) {
      const { compiled } = await createExecutors(schema);
      const request = { source: query, variables: { representations: entities } };
      await compiled(request, context());
      found.push(await compiled(request, context()));
    }
    const [first] = entities;
    const [forFirst, forNobody] = found;
    expect(forFirst).toMatchObject({ result: { data: { _entities: expect.arrayContaining([null]) } } });
    expect(forFirst).toMatchObject({
      result: { data: { _entities: expect.arrayContaining([expect.objectContaining(first)]) } },
    });
    expect(forNobody).toMatchObject({
      result: { errors: entities.map(() => ({ extensions: { code: 'UNAUTHENTICATED' } })) },
    });
  });
});
