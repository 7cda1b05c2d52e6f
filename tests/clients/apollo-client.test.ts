import type { ApolloClient } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { filter, firstValueFrom } from 'rxjs';
import { expect, onTestFinished, test, vi } from 'vitest';
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
import { createApolloClient } from './settings/apollo-client.ts';

/** Logs in to a new account, and creates its pictures. */
async function start() {
  const { session, store, spoil } = openSession();
  const client = createApolloClient(url, session);
  const input = await register();
  const { data } = await client.mutate({ mutation: logIn, variables: { input } });
  const { user, ...tokens } = requireValue(data?.login);
  store.set(tokens);
  const ids: string[] = [];
  for (const title of titles) {
    const created = await client.mutate({ mutation: createPicture, variables: { input: pictureOf(title) } });
    ids.push(requireValue(created.data?.createResource).resource.id);
  }
  return { client, user, first: ids[0] ?? '', store, spoil };
}

/** Watches the list until it has its first page. */
async function watch(client: ApolloClient, first: number) {
  const list = client.watchQuery({ query: pictures, variables: { first } });
  const subscription = list.subscribe(() => {});
  onTestFinished(() => subscription.unsubscribe());
  await firstValueFrom(list.pipe(filter(({ loading }) => !loading)));
  const titlesShown = () => list.getCurrentResult().data?.resources?.edges?.map((edge) => edge?.node?.title);
  const typesShown = () =>
    list.getCurrentResult().data?.resources?.edges?.map((edge) => edge?.node?.image?.contentType);
  return { list, titlesShown, typesShown };
}

test('adds pages to one list', async () => {
  const { client } = await start();
  const { list, titlesShown } = await watch(client, 2);
  expect(titlesShown()).toEqual(titles.slice(0, 2));
  const pageInfo = () => list.getCurrentResult().data?.resources?.pageInfo;
  await list.fetchMore({ variables: { after: pageInfo()?.endCursor ?? null } });
  await expect.poll(titlesShown).toEqual(titles);
  expect(pageInfo()?.hasNextPage).toBe(false);
});

test('shows a change and a refetched node wherever the object is', async () => {
  const { client, user, first } = await start();
  const { titlesShown } = await watch(client, 3);
  await client.mutate({ mutation: renamePicture, variables: { id: first, title: 'Renamed' } });
  await expect.poll(titlesShown).toEqual(['Renamed', 'Second', 'Third']);
  const { data } = await client.query({ query: findNode, variables: { id: first }, fetchPolicy: 'network-only' });
  expect(data?.node).toMatchObject({ __typename: 'Resource', title: 'Renamed' });
  const viewer = await client.query({ query: findNode, variables: { id: user.id } });
  expect(viewer.data?.node).toMatchObject({ __typename: 'User', username: user.username });
});

test('shows a replaced image without another request', async () => {
  const { client, first } = await start();
  const { typesShown } = await watch(client, 2);
  expect(typesShown()).toEqual(['image/png', 'image/png']);
  const image = imageOf('four-colours.jpg');
  await client.mutate({ mutation: replacePicture, variables: { id: first, image } });
  expect(typesShown()).toEqual(['image/jpeg', 'image/png']);
});

test('stores each object once, by its id', async () => {
  const { client, user, first } = await start();
  await client.query({ query: pictures, variables: { first: 3 } });
  await client.query({ query: findNode, variables: { id: first } });
  const cached = client.cache.extract() as Record<string, Record<string, unknown>>;
  const keys = Object.keys(cached).filter((key) => key.includes(':') && !key.startsWith('AuthPayload'));
  expect(keys.filter((key) => key.startsWith('Resource:'))).toHaveLength(3);
  expect(keys.filter((key) => key.startsWith('Image:'))).toHaveLength(3);
  expect(keys.filter((key) => key.startsWith('User:'))).toEqual([`User:${user.id}`]);
  // Fields of several operations are merged.
  expect(cached[`Image:image:${first}`]).toMatchObject({
    width: 32,
    sha256: expect.any(String),
    url: expect.any(String),
  });
  const { data } = await client.query({ query: cachedPicture, variables: { id: first }, fetchPolicy: 'cache-only' });
  expect(data?.resource).toMatchObject({ title: 'First', image: { id: `image:${first}`, width: 32 } });
});

test('lists a new object', async () => {
  const { client } = await start();
  const { titlesShown } = await watch(client, 4);
  await client.mutate({
    mutation: createPicture,
    variables: { input: pictureOf('A new one') },
    update: (cache) => {
      cache.evict({ id: 'ROOT_QUERY', fieldName: 'resources' });
    },
  });
  await expect.poll(titlesShown).toEqual(['A new one', ...titles]);
});

test('forgets a deleted object', async () => {
  const { client, first } = await start();
  const { titlesShown } = await watch(client, 3);
  await client.mutate({
    mutation: deletePicture,
    variables: { id: first },
    update: (cache) => {
      cache.evict({ id: `Resource:${first}` });
      cache.gc();
    },
  });
  await expect.poll(titlesShown).toEqual(['Second', 'Third']);
  const { data } = await client.query({ query: findNode, variables: { id: first }, fetchPolicy: 'network-only' });
  expect(data).toEqual({ node: null });
});

test('exchanges a rejected token once, and repeats the requests', async () => {
  const { client, user, first, store, spoil } = await start();
  spoil();
  const exchanged = vi.spyOn(store, 'set');
  const ids = [first, user.id];
  const found = await Promise.all(ids.map((id) => client.query({ query: findNode, variables: { id } })));
  expect(found.map(({ data }) => data?.node?.id)).toEqual(ids);
  await client.query({ query: pictures, variables: { first: 1 } });
  expect(exchanged).toHaveBeenCalledOnce();
});

test('gives the code of an error', async () => {
  const { client, store, spoil } = await start();
  const input = { ...pictureOf('No image'), image: { data: 'AAAA' } };
  const rejected = client.mutate({ mutation: createPicture, variables: { input } });
  expect(await codesOf(rejected)).toEqual(['UNSUPPORTED_IMAGE']);
  store.set({ accessToken: 'of no use', refreshToken: 'of no use' });
  spoil();
  expect(await codesOf(client.query({ query: pictures, variables: { first: 1 } }))).toEqual(['UNAUTHENTICATED']);
  expect(store.get()).toBeUndefined();
});

async function codesOf(outcome: Promise<unknown>) {
  const error = await outcome.catch((reason: unknown) => reason);
  return CombinedGraphQLErrors.is(error) && error.errors.map(({ extensions }) => extensions?.code);
}
