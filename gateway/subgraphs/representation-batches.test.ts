import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { type ReceivedRequest, startClient } from '../../tests/support/subgraphs/subgraph-client.ts';

const schema = buildSchema(
  'scalar _Any type Query { _entities(representations: [_Any!]!): [T]! } type T { id: ID a: Int }',
);
const query =
  'query ($n: Int, $representations: [_Any!]!) { _entities(representations: $representations) { ... on T { a } } }';

interface Sent {
  representations: { id: number }[];
  n: number;
}

function sentIn({ variables = {} }: ReceivedRequest['body']): Sent {
  return { representations: variables.representations as Sent['representations'], n: Number(variables.n) };
}

/** Starts a subgraph that answers each representation with its id, unless `answer` has another response. */
async function start(answer: (sent: Sent, nth: number) => object | undefined = () => undefined) {
  const started = await startClient(
    (res, { body }) => {
      const sent = sentIn(body);
      const other = answer(sent, started.received.length);
      const entities = sent.representations.map(({ id }) => ({ __typename: 'T', a: id }));
      res.end(JSON.stringify(other ?? { data: { _entities: entities } }));
    },
    { schema },
  );
  const send = (count: number) => {
    const representations = Array.from({ length: count }, (_, id) => ({ __typename: 'T', id }));
    return started.send({ query, variables: { n: 5, representations } });
  };
  const sizes = () => started.received.map(({ body }) => sentIn(body).representations.length);
  return { ...started, send, sizes };
}

const entitiesOf = (count: number) => Array.from({ length: count }, (_, a) => ({ __typename: 'T', a }));

describe('the representations of a fetch', () => {
  test.each([
    [1, [1]],
    [100, [100]],
    [101, [100, 1]],
    [250, [100, 100, 50]],
    [1_000, Array(10).fill(100)],
  ])('are sent at most 100 at once, and answered in their order: %i', async (count, batches) => {
    const { send, sizes, received } = await start();
    expect(await send(count)).toEqual({ data: { _entities: entitiesOf(count) } });
    expect(sizes().sort((a, b) => b - a)).toEqual(batches);
    for (const { body } of received) expect(body.variables).toMatchObject({ n: 5 });
  });

  test('have their errors at their own places', async () => {
    const { send } = await start(({ representations }) => {
      const index = representations.findIndex(({ id }) => id === 123);
      if (index < 0) return undefined;
      const _entities = representations.map(({ id }) => (id === 123 ? null : { __typename: 'T', a: id }));
      const error = { message: 'No.', path: ['_entities', index, 'a'], extensions: { code: 'FORBIDDEN' } };
      return {
        data: { _entities },
        errors: [error, { message: 'All.', path: ['_entities'] }, { message: 'Nowhere.' }],
      };
    });
    const { data, errors } = await send(200);
    expect(data?._entities).toEqual(entitiesOf(200).map((entity) => (entity.a === 123 ? null : entity)));
    expect(errors?.map(({ path }) => path)).toEqual([['_entities', 123, 'a'], ['_entities'], undefined]);
  });

  test('are null where a batch has no data, and the other batches have theirs', async () => {
    const { send } = await start(({ representations: [first] }) =>
      first?.id === 100 ? { data: null, errors: [{ message: 'No.', extensions: { code: 'FORBIDDEN' } }] } : undefined,
    );
    const { data, errors } = await send(201);
    expect(data?._entities).toEqual(
      entitiesOf(201).map((entity) => (entity.a >= 100 && entity.a < 200 ? null : entity)),
    );
    expect(errors).toMatchObject([{ message: 'No.' }]);
  });

  test('are all unavailable if a batch fails, and what waits is not sent', async () => {
    const { send, received } = await start((_, nth) => (nth === 1 ? { nonsense: true } : undefined));
    const { data, errors } = await send(2_000);
    expect(data).toBeUndefined();
    expect(errors).toHaveLength(2_000);
    expect(errors?.[1_999]).toMatchObject({
      path: ['_entities', 1_999, 'a'],
      extensions: { code: 'SERVICE_UNAVAILABLE' },
    });
    expect(received.length).toBeLessThan(20);
  });
});
