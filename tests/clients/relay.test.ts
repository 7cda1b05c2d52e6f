import {
  ConnectionHandler,
  commitMutation,
  createOperationDescriptor,
  fetchQuery,
  getSingularSelector,
  type MutationParameters,
} from 'relay-runtime';
import { expect, test, vi } from 'vitest';
import { imageOf, openSession, pictureOf, register, requireValue, titles, url } from './account.ts';
import createMutation, { type documentsCreateMutation } from './generated/relay/documentsCreateMutation.graphql.ts';
import deleteMutation, { type documentsDeleteMutation } from './generated/relay/documentsDeleteMutation.graphql.ts';
import logInMutation, { type documentsLogInMutation } from './generated/relay/documentsLogInMutation.graphql.ts';
import nodeQuery, { type documentsNodeQuery } from './generated/relay/documentsNodeQuery.graphql.ts';
import pagesFragment, { type documentsPages$data } from './generated/relay/documentsPages.graphql.ts';
import pagesQuery, { type documentsPagesQuery } from './generated/relay/documentsPagesQuery.graphql.ts';
import updateMutation, { type documentsUpdateMutation } from './generated/relay/documentsUpdateMutation.graphql.ts';
import viewerQuery, { type documentsViewerQuery } from './generated/relay/documentsViewerQuery.graphql.ts';
import { createRelayEnvironment } from './settings/relay.ts';

/** Logs in to a new account, and creates its pictures. */
async function start() {
  const { session, store, spoil } = openSession();
  const environment = createRelayEnvironment(url, session);
  const mutate = <Mutation extends MutationParameters>(
    mutation: Parameters<typeof commitMutation<Mutation>>[1]['mutation'],
    variables: Mutation['variables'],
  ) =>
    new Promise<Mutation['response']>((resolve, reject) => {
      commitMutation<Mutation>(environment, { mutation, variables, onCompleted: resolve, onError: reject });
    });
  const input = await register();
  const { login } = await mutate<documentsLogInMutation>(logInMutation, { input });
  store.set(requireValue(login));
  const ids: string[] = [];
  for (const title of titles) {
    const variables = { input: pictureOf(title), connections: [] };
    const { createResource } = await mutate<documentsCreateMutation>(createMutation, variables);
    ids.push(requireValue(createResource).resource.id);
  }

  /** Fetches the viewer with the first page, and reads the pages from the store. */
  const openPages = async () => {
    const { me } = requireValue(await fetchQuery<documentsViewerQuery>(environment, viewerQuery, {}).toPromise());
    const selector = requireValue(getSingularSelector(pagesFragment, requireValue(me)));
    return () => environment.lookup(selector).data as unknown as documentsPages$data;
  };
  const userId = requireValue(login).user.id;
  /** The id of the list in the store. */
  const list = ConnectionHandler.getConnectionID(userId, 'documentsPages_resources', { orderBy: 'TITLE' });
  const titlesIn = ({ resources }: documentsPages$data) => resources?.edges.map(({ node }) => node.title);
  return {
    environment,
    mutate,
    userId,
    list,
    store,
    spoil,
    username: input.username,
    first: ids[0] ?? '',
    openPages,
    titlesIn,
  };
}

test('adds pages to one list, which it fetches by the viewer’s node', async () => {
  const { environment, userId, username, openPages, titlesIn } = await start();
  const pages = await openPages();
  expect(titlesIn(pages())).toEqual(titles.slice(0, 2));
  const { endCursor } = requireValue(pages().resources?.pageInfo);
  const next = { id: userId, count: 2, cursor: endCursor ?? null };
  await fetchQuery<documentsPagesQuery>(environment, pagesQuery, next).toPromise();
  expect(titlesIn(pages())).toEqual(titles);
  expect(pages()).toMatchObject({ username, resources: { pageInfo: { hasNextPage: false } } });
});

test('shows a change and a refetched node wherever the object is', async () => {
  const { environment, mutate, first, username, openPages, titlesIn } = await start();
  const pages = await openPages();
  await mutate<documentsUpdateMutation>(updateMutation, { input: { id: first, title: 'Renamed' } });
  expect(titlesIn(pages())).toEqual(['Renamed', 'Second']);
  const found = await fetchQuery<documentsNodeQuery>(environment, nodeQuery, { id: first }).toPromise();
  expect(found?.node).toMatchObject({ __typename: 'Resource', title: 'Renamed', owner: { username } });
});

test('shows a replaced image without another request', async () => {
  const { mutate, first, openPages } = await start();
  const pages = await openPages();
  await mutate<documentsUpdateMutation>(updateMutation, { input: { id: first, image: imageOf('four-colours.jpg') } });
  const types = pages().resources?.edges.map(({ node }) => node.image.contentType);
  expect(types).toEqual(['image/jpeg', 'image/png']);
});

test('lists a new object, and forgets a deleted one, without another request', async () => {
  const { mutate, first, list, openPages, titlesIn } = await start();
  const pages = await openPages();
  const input = pictureOf('A new one');
  await mutate<documentsCreateMutation>(createMutation, { input, connections: [list] });
  expect(titlesIn(pages())).toEqual(['A new one', 'First', 'Second']);
  await mutate<documentsDeleteMutation>(deleteMutation, { input: { id: first }, connections: [list] });
  expect(titlesIn(pages())).toEqual(['A new one', 'Second']);
});

test('stores each object once, by its id', async () => {
  const { environment, userId, first, openPages } = await start();
  await openPages();
  await fetchQuery<documentsNodeQuery>(environment, nodeQuery, { id: first }).toPromise();
  const stored = environment.getStore().getSource().toJSON();
  expect(stored[first]).toMatchObject({ __typename: 'Resource', title: 'First' });
  expect(stored[userId]).toMatchObject({ __typename: 'User' });
  // Fields of two queries are merged.
  expect(stored[`image:${first}`]).toMatchObject({ __typename: 'Image', width: 32, sha256: expect.any(String) });
});

test('checks an operation against the store', async () => {
  const { environment, first } = await start();
  const operation = createOperationDescriptor(nodeQuery, { id: first });
  expect(environment.check(operation).status).toBe('missing');
  await fetchQuery<documentsNodeQuery>(environment, nodeQuery, { id: first }).toPromise();
  expect(environment.check(operation).status).toBe('available');
});

test('exchanges a rejected token once, and repeats the requests', async () => {
  const { environment, userId, first, store, spoil } = await start();
  spoil();
  const exchanged = vi.spyOn(store, 'set');
  const fetchNode = (id: string) => fetchQuery<documentsNodeQuery>(environment, nodeQuery, { id }).toPromise();
  const ids = [first, userId];
  const found = await Promise.all(ids.map(fetchNode));
  expect(found.map((result) => result?.node?.id)).toEqual(ids);
  await fetchNode(first);
  expect(exchanged).toHaveBeenCalledOnce();
});

test('gives the code of an error', async () => {
  const { environment, mutate, first, store, spoil } = await start();
  const input = { ...pictureOf('No image'), image: { data: 'AAAA' } };
  const rejected = mutate<documentsCreateMutation>(createMutation, { input, connections: [] });
  expect(await codesOf(rejected)).toEqual(['UNSUPPORTED_IMAGE']);
  store.set({ accessToken: 'of no use', refreshToken: 'of no use' });
  spoil();
  const found = fetchQuery<documentsNodeQuery>(environment, nodeQuery, { id: first }).toPromise();
  expect(await codesOf(found)).toEqual(['UNAUTHENTICATED']);
  expect(store.get()).toBeUndefined();
});

/** Relay has the errors of a response in `source`. */
async function codesOf(outcome: Promise<unknown>) {
  const error: unknown = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const { source } = error as { source?: { errors: { extensions: { code: string } }[] } };
  return source?.errors.map(({ extensions }) => extensions.code);
}
