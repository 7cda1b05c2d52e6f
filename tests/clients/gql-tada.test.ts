import { type ResultOf, readFragment, type VariablesOf } from 'gql.tada';
import { print } from 'graphql';
import { expect, expectTypeOf, test } from 'vitest';
import { pictureOf, register, requireValue, url } from './account.ts';
import { createPicture, findNode, graphql, logIn } from './documents.ts';

/** Sends a typed document by fetch. */
async function send<Document extends Parameters<typeof print>[0]>(
  document: Document,
  variables: VariablesOf<Document>,
  accessToken?: string,
): Promise<ResultOf<Document>> {
  const headers = {
    'content-type': 'application/json',
    ...(accessToken && { authorization: `Bearer ${accessToken}` }),
  };
  const body = JSON.stringify({ query: print(document), variables });
  const response = await fetch(url, { method: 'POST', headers, body });
  const { data, errors } = (await response.json()) as { data: ResultOf<Document>; errors?: object[] };
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

test('types results, variables and the objects of an interface', async () => {
  const input = await register();
  const { login } = await send(logIn, { input });
  const { accessToken, user } = requireValue(login);
  const { createResource } = await send(createPicture, { input: pictureOf('Typed') }, accessToken);
  const { resource } = requireValue(createResource);

  const { node } = await send(findNode, { id: resource.id }, accessToken);
  expectTypeOf(node).toEqualTypeOf<ResultOf<typeof findNode>['node']>();
  if (node?.__typename !== 'Resource') throw new Error('The node is no resource.');
  expectTypeOf(node.title).toEqualTypeOf<string>();
  expect(node).toMatchObject({ title: 'Typed', image: { id: `image:${resource.id}` } });

  const viewer = (await send(findNode, { id: user.id }, accessToken)).node;
  if (viewer?.__typename !== 'User') throw new Error('The node is no user.');
  expectTypeOf(viewer.createdAt).toEqualTypeOf<string>();
  expect(viewer.username).toBe(input.username);
  expectTypeOf<VariablesOf<typeof findNode>>().toEqualTypeOf<{ id: string }>();
});

test('reads a fragment', async () => {
  const label = graphql(`fragment Label on Resource @_unmask { title image { width } }`);
  const labels = graphql(`query Labels { resources(first: 1) { nodes { id ...Label } } }`, [label]);
  const { login } = await send(logIn, { input: await register() });
  const { accessToken } = requireValue(login);
  await send(createPicture, { input: pictureOf('Labelled') }, accessToken);
  const { resources } = await send(labels, {}, accessToken);
  const shown = resources?.nodes.map((node) => readFragment(label, node));
  expect(shown).toMatchObject([{ title: 'Labelled', image: { width: 32 } }]);
});
