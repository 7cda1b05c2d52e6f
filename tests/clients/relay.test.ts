import {
  commitMutation,
  createOperationDescriptor,
  fetchQuery,
  getSingularSelector,
  type MutationParameters,
} from 'relay-runtime';
import { expect, test } from 'vitest';
import { pictureOf, register, requireValue, titles, url } from './account.ts';
import createMutation, { type documentsCreateMutation } from './generated/relay/documentsCreateMutation.graphql.ts';
import logInMutation, { type documentsLogInMutation } from './generated/relay/documentsLogInMutation.graphql.ts';
import nodeQuery, { type documentsNodeQuery } from './generated/relay/documentsNodeQuery.graphql.ts';
import pagesFragment, { type documentsPages$data } from './generated/relay/documentsPages.graphql.ts';
import pagesQuery, { type documentsPagesQuery } from './generated/relay/documentsPagesQuery.graphql.ts';
import renameMutation, { type documentsRenameMutation } from './generated/relay/documentsRenameMutation.graphql.ts';
import viewerQuery, { type documentsViewerQuery } from './generated/relay/documentsViewerQuery.graphql.ts';
import { createRelayEnvironment } from './settings/relay.ts';

/** Logs in to a new account, and creates its pictures. */
async function start() {
  let accessToken: string | undefined;
  const environment = createRelayEnvironment(url, () => accessToken);
  const mutate = <Mutation extends MutationParameters>(
    mutation: Parameters<typeof commitMutation<Mutation>>[1]['mutation'],
    variables: Mutation['variables'],
  ) =>
    new Promise<Mutation['response']>((resolve, reject) => {
      commitMutation<Mutation>(environment, { mutation, variables, onCompleted: resolve, onError: reject });
    });
  const input = await register();
  const { login } = await mutate<documentsLogInMutation>(logInMutation, { input });
  accessToken = requireValue(login).accessToken;
  const ids: string[] = [];
  for (const title of titles) {
    const { createResource } = await mutate<documentsCreateMutation>(createMutation, { input: pictureOf(title) });
    ids.push(requireValue(createResource).resource.id);
  }

  /** Fetches the viewer with the first page, and reads the pages from the store. */
  const openPages = async () => {
    const { me } = requireValue(await fetchQuery<documentsViewerQuery>(environment, viewerQuery, {}).toPromise());
    const selector = requireValue(getSingularSelector(pagesFragment, requireValue(me)));
    return () => environment.lookup(selector).data as unknown as documentsPages$data;
  };
  const titlesIn = ({ resources }: documentsPages$data) => resources?.edges.map(({ node }) => node.title);
  return {
    environment,
    mutate,
    userId: requireValue(login).user.id,
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
  await mutate<documentsRenameMutation>(renameMutation, { input: { id: first, title: 'Renamed' } });
  expect(titlesIn(pages())).toEqual(['Renamed', 'Second']);
  const found = await fetchQuery<documentsNodeQuery>(environment, nodeQuery, { id: first }).toPromise();
  expect(found?.node).toMatchObject({ __typename: 'Resource', title: 'Renamed', owner: { username } });
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
