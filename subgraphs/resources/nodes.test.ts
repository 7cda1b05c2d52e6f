import { expect, test } from 'vitest';
import { createAbortable } from '../../platform/async/signal.ts';
import { createExecutors } from '../../platform/graphql/differential/executors.ts';
import type { Resources } from './resources/resources.ts';
import { createResourcesSubgraph } from './subgraph.ts';
import { startRules } from './testing/rules.ts';

/** Starts the subgraph for a user with two resources, beside another's. Records the ids of each search for resources. */
async function startRecording() {
  const rules = await startRules();
  const [ada, bob] = [rules.signUp(), rules.signUp()];
  const [one, two] = [await ada.create({ title: 'one' }), await ada.create({ title: 'two' })];
  const bobs = await bob.create();
  const searches: (readonly string[])[] = [];
  const resources: Resources = {
    ...rules.resources,
    findMany: (viewerId, ids) => {
      searches.push(ids);
      return rules.resources.findMany(viewerId, ids);
    },
  };
  const { schema, context } = createResourcesSubgraph({
    resources,
    authenticate: () => ({ id: ada.viewerId, sessionId: 'session' }),
    isRevoked: rules.store.revocations.isRevoked,
  });
  const { compiled } = await createExecutors(schema);
  const request = { requestId: 'r-1', authorization: 'Bearer ada', clientGone: createAbortable(), isGateway: true };
  const client = () => ({ address: '127.0.0.1', userAgent: undefined });
  /** Executes a query as a new one and, on its second use, compiled. */
  const sendTwice = async (source: string, variables: Record<string, unknown>) => {
    await compiled({ source, variables }, context({ ...request, client }));
    return compiled({ source, variables }, context({ ...request, client }));
  };
  return { sendTwice, searches, viewerId: ada.viewerId, one: one.id, two: two.id, bobs: bobs.id };
}

test('nodes and aliases of node are found by one search of storage', async () => {
  const { sendTwice, searches, viewerId, one, two, bobs } = await startRecording();
  const source = `query ($ids: [ID!]!, $one: ID!, $bobs: ID!) {
    nodes(ids: $ids) { __typename id ... on Resource { title } }
    a: node(id: $one) { id }
    b: node(id: $bobs) { id }
  }`;
  const ids = [...Array<string>(97).fill(one), two, viewerId, 'unknown'];
  const outcome = await sendTwice(source, { ids, one, bobs });
  const found = { __typename: 'Resource', id: one, title: 'one' };
  expect(outcome).toMatchObject({
    result: {
      data: {
        nodes: [
          ...Array(97).fill(found),
          { ...found, id: two, title: 'two' },
          { __typename: 'User', id: viewerId },
          null,
        ],
        a: { id: one },
        b: null,
      },
    },
  });
  expect(searches).toEqual(Array(2).fill([one, two, 'unknown', bobs]));
});

test('the viewer’s own id searches nothing', async () => {
  const { sendTwice, searches, viewerId } = await startRecording();
  const source = 'query ($id: ID!) { node(id: $id) { __typename ... on Resource { title } } }';
  expect(await sendTwice(source, { id: viewerId })).toMatchObject({
    result: { data: { node: { __typename: 'User' } } },
  });
  expect(searches).toEqual([]);
});

test('more than 100 ids search nothing', async () => {
  const { sendTwice, searches } = await startRecording();
  const outcome = await sendTwice('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: Array(101).fill('1') });
  expect(outcome).toMatchObject({
    result: {
      data: { nodes: null },
      errors: [{ extensions: { code: 'BAD_USER_INPUT', problems: [{ field: 'ids' }] } }],
    },
  });
  expect(searches).toEqual([]);
});
