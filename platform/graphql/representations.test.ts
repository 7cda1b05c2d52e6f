import { graphql } from 'graphql';
import { expect, test } from 'vitest';
import { createAbortable } from '../async/signal.ts';
import { buildSchema } from './subgraph-schema.ts';

test('_entities takes at most 100 representations, and resolves none of more', async () => {
  let resolved = 0;
  const schema = buildSchema('resources', {
    resolvers: {
      User: {
        __resolveReference: () => {
          resolved += 1;
          return { id: 'ada' };
        },
      },
    },
    policies: {},
  });
  const send = (count: number) =>
    graphql({
      schema,
      contextValue: { clientGone: createAbortable() },
      source: 'query ($who: [_Any!]!) { _entities(representations: $who) { ... on User { id } } }',
      variableValues: { who: Array(count).fill({ __typename: 'User', id: 'ada' }) },
    });
  const { errors } = await send(101);
  expect(errors?.map(({ originalError }) => originalError)).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT', problems: [{ field: 'representations' }] } },
  ]);
  expect(resolved).toBe(0);
  expect((await send(100)).errors).toBeUndefined();
  expect(resolved).toBe(100);
});
