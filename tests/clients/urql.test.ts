import type { OperationResult } from '@urql/core';
import { expect, test, vi } from 'vitest';
import { imageOf, openSession, pictureOf, register, requireValue, titles, url } from './account.ts';
import {
  cachedPicture,
  createPicture,
  deletePicture,
  findNode,
  logIn,
  pictures,
  renamePicture,
  replacePicture,
} from './documents.ts';
import { createUrqlClient } from './settings/urql.ts';

/** Logs in to a new account, and creates its pictures. */
async function start() {
  const { session, store, spoil } = openSession();
  const client = createUrqlClient(url, session);
  const input = await register();
  const { data } = await client.mutation(logIn, { input });
  const { user, ...tokens } = requireValue(data?.login);
  store.set(tokens);
  const ids: string[] = [];
  for (const title of titles) {
    const created = await client.mutation(createPicture, { input: pictureOf(title) });
    ids.push(requireValue(created.data?.createResource).resource.id);
  }
  const picturesOf = async (first: number) => {
    const { data: page } = await client.query(pictures, { first });
    return page?.resources?.edges.map(({ node }) => node) ?? [];
  };
  const titlesOf = async (first: number) => (await picturesOf(first)).map(({ title }) => title);
  return { client, user, first: ids[0] ?? '', picturesOf, titlesOf, store, spoil };
}

test('adds pages to one list', async () => {
  const { client } = await start();
  const { data } = await client.query(pictures, { first: 2 });
  expect(data?.resources?.edges).toHaveLength(2);
  const both = await client.query(pictures, { first: 2, after: data?.resources?.pageInfo.endCursor ?? null });
  expect(both.data?.resources?.edges.map(({ node }) => node.title)).toEqual(titles);
  expect(both.data?.resources?.pageInfo.hasNextPage).toBe(false);
});

test('shows a change and a refetched node wherever the object is', async () => {
  const { client, user, first, titlesOf } = await start();
  expect(await titlesOf(3)).toEqual(titles);
  await client.mutation(renamePicture, { id: first, title: 'Renamed' });
  expect(await titlesOf(3)).toEqual(['Renamed', 'Second', 'Third']);
  const { data } = await client.query(findNode, { id: first }, { requestPolicy: 'network-only' });
  expect(data?.node).toMatchObject({ __typename: 'Resource', title: 'Renamed' });
  const viewer = await client.query(findNode, { id: user.id });
  expect(viewer.data?.node).toMatchObject({ __typename: 'User', username: user.username });
});

test('shows a replaced image from the cache', async () => {
  const { client, first, picturesOf } = await start();
  await picturesOf(2);
  await client.mutation(replacePicture, { id: first, image: imageOf('four-colours.jpg') });
  const { data } = await client.query(pictures, { first: 2 }, { requestPolicy: 'cache-only' });
  const types = data?.resources?.edges.map(({ node }) => node.image.contentType);
  expect(types).toEqual(['image/jpeg', 'image/png']);
});

test('stores each object once, by its id, without a warning', async () => {
  const warn = vi.spyOn(console, 'warn');
  const { client, first } = await start();
  await client.query(pictures, { first: 3 });
  await client.query(findNode, { id: first });
  // Read from the cache alone, to which two queries and the create have added fields.
  const { data } = await client.query(cachedPicture, { id: first }, { requestPolicy: 'cache-only' });
  expect(data?.resource).toMatchObject({ title: 'First', image: { id: `image:${first}`, width: 32 } });
  expect(warn.mock.calls).toEqual([]);
});

test('lists a new object', async () => {
  const { client, titlesOf } = await start();
  expect(await titlesOf(4)).toEqual(titles);
  await client.mutation(createPicture, { input: pictureOf('A new one') });
  expect(await titlesOf(4)).toEqual(['A new one', ...titles]);
});

test('forgets a deleted object', async () => {
  const { client, first, titlesOf } = await start();
  expect(await titlesOf(3)).toEqual(titles);
  await client.mutation(deletePicture, { id: first });
  expect(await titlesOf(3)).toEqual(['Second', 'Third']);
  const { data } = await client.query(findNode, { id: first }, { requestPolicy: 'network-only' });
  expect(data).toEqual({ node: null });
});

test('exchanges a rejected token once, and repeats the requests', async () => {
  const { client, user, first, titlesOf, store, spoil } = await start();
  spoil();
  const exchanged = vi.spyOn(store, 'set');
  const ids = [first, user.id];
  const found = await Promise.all(ids.map((id) => client.query(findNode, { id }).toPromise()));
  expect(found.map(({ data }) => data?.node?.id)).toEqual(ids);
  expect(await titlesOf(3)).toEqual(titles);
  expect(exchanged).toHaveBeenCalledOnce();
});

test('gives the code of an error', async () => {
  const { client, store, spoil } = await start();
  const rejected = await client.mutation(createPicture, {
    input: { ...pictureOf('No image'), image: { data: 'AAAA' } },
  });
  expect(codesOf(rejected)).toEqual(['UNSUPPORTED_IMAGE']);
  store.set({ accessToken: 'of no use', refreshToken: 'of no use' });
  spoil();
  expect(codesOf(await client.query(pictures, { first: 1 }))).toEqual(['UNAUTHENTICATED']);
  expect(store.get()).toBeUndefined();
});

const codesOf = ({ error }: OperationResult) => error?.graphQLErrors.map(({ extensions }) => extensions?.code);
