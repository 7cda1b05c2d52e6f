import { type ExecutionResult, graphql } from 'graphql';
import { expect, test } from 'vitest';
import { createAbortable } from '../../platform/async/signal.ts';
import type { Resources } from './resources/resources.ts';
import { createResourcesSubgraph } from './subgraph.ts';
import { startRules } from './testing/rules.ts';

const info = { requestId: 'r-1', authorization: 'Bearer ada', clientGone: createAbortable(), isGateway: true };

/** Starts the subgraph for a user with two resources. Counts the lists that requests read, and the times they are counted. */
async function startCounting() {
  const rules = await startRules();
  const ada = rules.signUp();
  const created = [await ada.create({ title: 'one' }), await ada.create({ title: 'two' })];
  const reads = { lists: 0, counts: 0 };
  const resources: Resources = {
    ...rules.resources,
    list: async (...args) => {
      reads.lists += 1;
      const connection = await rules.resources.list(...args);
      const totalCount = () => {
        reads.counts += 1;
        return connection.totalCount();
      };
      return { ...connection, totalCount };
    },
  };
  const { schema, context } = createResourcesSubgraph({
    resources,
    authenticate: () => ({ id: ada.viewerId, sessionId: 'session' }),
    isRevoked: rules.store.revocations.isRevoked,
  });
  const send = async (source: string, variableValues: Record<string, unknown> = {}): Promise<ExecutionResult> => {
    const contextValue = context({ ...info, client: () => ({ address: '127.0.0.1', userAgent: undefined }) });
    return graphql({ schema, source, variableValues, contextValue });
  };
  return { send, reads, viewerId: ada.viewerId, id: created[0]?.id ?? '' };
}

test('a list that many representations of one user select is read once in a request', async () => {
  const { send, reads, viewerId } = await startCounting();
  const representations = Array(100).fill({ __typename: 'User', id: viewerId });
  const { data, errors } = await send(
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { resources(first: 1) { totalCount nodes { title } } } } }',
    { r: representations },
  );
  expect(errors).toBeUndefined();
  expect(data?._entities).toEqual(Array(100).fill({ resources: { totalCount: 2, nodes: [{ title: 'two' }] } }));
  expect(reads).toEqual({ lists: 1, counts: 1 });
});

test('lists of different arguments are read apart', async () => {
  const { send, reads } = await startCounting();
  const { data } = await send(
    '{ a: resources { nodes { title } } b: resources(first: 1) { nodes { title } } c: resources(orderBy: OLDEST, first: 1) { nodes { title } } d: resources(filter: { search: "ONE" }) { nodes { title } } }',
  );
  expect(data).toEqual({
    a: { nodes: [{ title: 'two' }, { title: 'one' }] },
    b: { nodes: [{ title: 'two' }] },
    c: { nodes: [{ title: 'one' }] },
    d: { nodes: [{ title: 'one' }] },
  });
  expect(reads.lists).toBe(4);
});

test('a list is read again after each mutation of an operation, and in the next request', async () => {
  const { send, reads, id, viewerId } = await startCounting();
  const rename = (alias: string, title: string) =>
    `${alias}: updateResource(input: { id: $id, title: "${title}" }) { resource { owner { resources(orderBy: TITLE) { nodes { title } } } } }`;
  const { data } = await send(`mutation ($id: ID!) { ${rename('a', 'alpha')} ${rename('b', 'zeta')} }`, { id });
  const titles = (...names: string[]) => ({
    resource: { owner: { resources: { nodes: names.map((title) => ({ title })) } } },
  });
  expect(data).toEqual({ a: titles('alpha', 'two'), b: titles('two', 'zeta') });
  expect(reads.lists).toBe(2);
  const owner = { r: [{ __typename: 'User', id: viewerId }] };
  await send(
    'query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { resources { totalCount } } } }',
    owner,
  );
  expect(reads.lists).toBe(3);
});

test.each(['after: $text', 'before: $text', 'filter: { search: $text }', 'filter: { contentType: $text }'])(
  'a text of megabytes in %s is rejected for each list, and is no part of a key',
  async (argument) => {
    const { send, reads } = await startCounting();
    const { data, errors } = await send(
      `query ($text: String) { a: resources(${argument}) { totalCount } b: resources(${argument}) { totalCount } }`,
      { text: 'x'.repeat(1_000_000) },
    );
    expect(data).toEqual({ a: null, b: null });
    expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([
      [['a'], 'BAD_USER_INPUT'],
      [['b'], 'BAD_USER_INPUT'],
    ]);
    // Lists of the same key are read once.
    expect(reads.lists).toBe(2);
  },
);
