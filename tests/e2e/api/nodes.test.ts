import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { graphql } from '../../generated/gql.ts';
import { deleteResource } from '../../support/graphql/documents.ts';
import { requestTo, untyped } from '../../support/graphql/request.ts';
import { deadUrl } from '../../support/http/servers.ts';
import { serversBeside } from '../../support/systems/single-servers.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

graphql(`
  fragment FoundNode on Node {
    __typename
    id
    ... on User { username resources(first: 1) { totalCount nodes { title } } }
    ... on Resource { title owner { id username } image { id width } }
  }
`);
const findNode = graphql(`query FindNode($id: ID!) { node(id: $id) { ...FoundNode } }`);
const findNodes = graphql(`query FindNodes($ids: [ID!]!) { nodes(ids: $ids) { ...FoundNode } }`);

/** Ids of no object, of every form. */
const idsOfNothing = [
  '',
  ' ',
  'unknown',
  '5',
  '0193f0e0-0000-7000-8000-000000000000',
  Buffer.from('Resource:1').toString('base64'),
  'not base64 %%%',
  '\u0000',
  '\ud800',
  "' OR '1'='1",
  '[]',
  '__proto__',
  'x'.repeat(10_000),
];

describe.each(['compiled', 'apollo'] as const)('with the executor %s,', (executor) => {
  let system: System;
  let ada: TestUser;
  let bob: TestUser;
  let first: string;
  let second: string;
  let bobs: string;
  let shownFirst: object;
  let shownAda: object;
  beforeAll(async () => {
    system = await startSystem({}, { executor });
    [ada, bob] = [await system.signUp(), await system.signUp()];
    first = await ada.create('First');
    second = await ada.create('Second');
    bobs = await bob.create('Bobs');
    shownFirst = {
      ...{ __typename: 'Resource', id: first, title: 'First' },
      owner: { id: ada.id, username: ada.username },
      image: { id: `image:${first}`, width: 32 },
    };
    shownAda = {
      ...{ __typename: 'User', id: ada.id, username: ada.username },
      resources: { totalCount: 2, nodes: [{ title: 'Second' }] },
    };
  });
  afterAll(() => system.stop());

  // Operations are compiled on their second use.
  test.each([1, 2, 3])('node finds the viewer and a resource of the viewer, at use %s', async () => {
    expect(await ada.request.data(findNode, { id: ada.id })).toEqual({ node: shownAda });
    expect(await ada.request.data(findNode, { id: first })).toEqual({ node: shownFirst });
    expect(await bob.request.data(findNode, { id: bobs })).toMatchObject({ node: { title: 'Bobs' } });
  });

  test.each([1, 2, 3])(
    'nodes finds them in the order of the ids, each as often as its id occurs, at use %s',
    async () => {
      const ids = [first, 'unknown', ada.id, bobs, first, bob.id, second, ada.id];
      const { nodes } = await ada.request.data(findNodes, { ids });
      const shownSecond = expect.objectContaining({ __typename: 'Resource', id: second, title: 'Second' });
      expect(nodes).toEqual([shownFirst, null, shownAda, null, shownFirst, null, shownSecond, shownAda]);
      expect(await ada.request.data(findNodes, { ids: [] })).toEqual({ nodes: [] });
    },
  );

  test('an id of nothing is null without an error, whatever its form', async () => {
    for (const id of idsOfNothing) expect(await ada.request.data(findNode, { id })).toEqual({ node: null });
    expect(await ada.request.data(findNodes, { ids: idsOfNothing })).toEqual({ nodes: idsOfNothing.map(() => null) });
  });

  test('an integer is an id, and a value of another type is rejected', async () => {
    expect(await ada.request.data(untyped('{ node(id: 5) { id } nodes(ids: [5]) { id } }'))).toEqual({
      node: null,
      nodes: [null],
    });
    for (const id of [null, true, 1.5, [first], { id: first }])
      expect((await ada.request(untyped(findNode), { id })).status).toBe(400);
    for (const ids of [null, [null], [[first]], [true]])
      expect((await ada.request(untyped(findNodes), { ids })).status).toBe(400);
    // A single value is coerced to a list of one (GraphQL, section 3.11).
    expect(await ada.request.data(untyped(findNodes), { ids: first })).toEqual({ nodes: [shownFirst] });
  });

  test('an image, a session and a personal access token are no nodes', async () => {
    const made = await ada.request.data(
      graphql(`
        mutation NodeOfToken { createPersonalAccessToken(input: { name: "t", scopes: ["resources:read"] }) { personalAccessToken { id } } }
      `),
    );
    const { sessions } = await ada.request.data(graphql(`query NodeOfSession { sessions { id } }`));
    const ids = [
      `image:${first}`,
      made.createPersonalAccessToken?.personalAccessToken.id ?? '',
      sessions?.[0]?.id ?? '',
    ];
    expect(await ada.request.data(findNodes, { ids })).toEqual({ nodes: [null, null, null] });
  });

  test('a deleted resource is null', async () => {
    const id = await ada.create('Gone');
    expect(await ada.request.data(findNode, { id })).toMatchObject({ node: { title: 'Gone' } });
    await ada.request.data(deleteResource, { input: { id } });
    expect(await ada.request.data(findNodes, { ids: [id, first] })).toEqual({ nodes: [null, shownFirst] });
  });

  test('100 ids are answered, and one more is BAD_USER_INPUT', async () => {
    const full = await ada.request.data(untyped('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }'), {
      ids: Array(100).fill(first),
    });
    expect(full).toEqual({ nodes: Array(100).fill({ id: first }) });
    for (const count of [101, 5_000]) {
      const answer = await ada.request(untyped('query ($ids: [ID!]!) { nodes(ids: $ids) { id } me { id } }'), {
        ids: Array(count).fill('unknown'),
      });
      expect([answer.status, answer.data]).toEqual([200, { nodes: null, me: { id: ada.id } }]);
      expect(answer.errors).toMatchObject([
        { path: ['nodes'], extensions: { code: 'BAD_USER_INPUT', problems: [{ field: 'ids' }] } },
      ]);
    }
  });

  test('aliases, __typename alone, and fragments on every type', async () => {
    const selected = untyped(`query ($user: ID!, $resource: ID!, $image: ID!) {
      a: node(id: $user) { __typename }
      b: node(id: $resource) { kind: __typename }
      c: node(id: $image) { __typename id }
      d: node(id: $user) { key: id ... on Node { id } ... on Resource { title } }
      e: node(id: $resource) { ... on User { username } ... on Resource { ... on Node { id } name: title } }
      f: nodes(ids: [$resource, $user]) { ...U ...R }
      g: node(id: $resource) { ... on User { username } }
    }
    fragment U on User { name: username createdAt }
    fragment R on Resource { heading: title image { ...I } }
    fragment I on Image { id __typename }`);
    const { data, errors } = await ada.request(selected, { user: ada.id, resource: first, image: `image:${first}` });
    expect(errors).toEqual([]);
    expect(data).toEqual({
      a: { __typename: 'User' },
      b: { kind: 'Resource' },
      c: null,
      d: { key: ada.id, id: ada.id },
      e: { id: first, name: 'First' },
      f: [
        { heading: 'First', image: { id: `image:${first}`, __typename: 'Image' } },
        { name: ada.username, createdAt: expect.stringMatching(/Z$/) },
      ],
      g: {},
    });
  });

  test('a fragment on a type that is no node is rejected', async () => {
    const answer = await ada.request(untyped(`{ node(id: "${first}") { ... on Image { id } } }`));
    expect([answer.status, answer.errors[0]?.extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  });

  test('an image has the same id wherever it is selected', async () => {
    const images = untyped(`query ($id: ID!) {
      resource(id: $id) { image { id } }
      resources(orderBy: OLDEST, first: 1) { nodes { image { id url } } edges { node { image { id sha256 } } } }
      me { resources(orderBy: OLDEST, first: 1) { nodes { image { id } } } }
    }`);
    const text = JSON.stringify(await ada.request.data(images, { id: first }));
    expect(text.match(/"id":"[^"]+"/g)).toEqual(Array(4).fill(`"id":"image:${first}"`));
    const renamed = await ada.request.data(
      graphql(`
        mutation NodeOfImage($id: ID!) { updateResource(input: { id: $id, title: "First" }) { resource { image { id } } } }
      `),
      { id: first },
    );
    expect(renamed.updateResource?.resource.image.id).toBe(`image:${first}`);
  });

  test('without the auth subgraph, only what it owns is null, and the user that needs it', async () => {
    const servers = serversBeside(system);
    onTestFinished(() => servers.stop());
    const gateway = await servers.gateway({ auth: `${await deadUrl()}/graphql` }, { executor });
    const send = requestTo(gateway, ada.accessToken);
    const ids = [ada.id, first, 'unknown'];
    const answer = await send(findNodes, { ids });
    expect(answer.data).toEqual({ nodes: [null, { ...shownFirst, owner: null }, null] });
    expect(answer.errors).toMatchObject([
      { path: ['nodes', 0, 'username'], extensions: { code: 'SERVICE_UNAVAILABLE' } },
      { path: ['nodes', 1, 'owner', 'username'], extensions: { code: 'SERVICE_UNAVAILABLE' } },
    ]);
    const resolvedAlone = graphql(`query NodesAlone($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }`);
    expect((await send.data(resolvedAlone, { ids })).nodes).toEqual([
      { __typename: 'User', id: ada.id },
      { __typename: 'Resource', id: first },
      null,
    ]);
  });
});
