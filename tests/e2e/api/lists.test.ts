import { afterAll, beforeAll, expect, test } from 'vitest';
import { graphql } from '../../generated/gql.ts';
import type { ResourceOrder, ResourcePageQuery, ResourcePageQueryVariables } from '../../generated/graphql.ts';
import { requireValue } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

let system: System;
let ada: TestUser;
const titles = ['delta', 'Alpha', 'charlie', 'Bravo', 'echo 100%'];
beforeAll(async () => {
  system = await startSystem();
  ada = await system.signUp();
  for (const title of titles) await ada.create(title);
  await (await system.signUp()).create('Somebody else’s');
});
afterAll(() => system.stop());

type Page = NonNullable<ResourcePageQuery['resources']>;

const resourcePage = graphql(`
  query ResourcePage(
    $first: Int $after: String $last: Int $before: String $orderBy: ResourceOrder! = NEWEST $filter: ResourceFilter
  ) {
    resources(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy, filter: $filter) {
      nodes { title } edges { cursor node { title } } totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`);

const firstByTitle = graphql(`
  query FirstByTitle {
    me { resources(first: 1, orderBy: TITLE, filter: { search: "a" }) { nodes { title } totalCount } }
  }
`);

const pageOf = async ({ request }: TestUser, variables: ResourcePageQueryVariables) =>
  requireValue((await request.data(resourcePage, variables)).resources);
const page = (variables: ResourcePageQueryVariables) => pageOf(ada, variables);
const titlesOf = ({ nodes }: Page) => nodes.map(({ title }) => title);

test.each<[ResourceOrder, string[]]>([
  ['NEWEST', ['echo 100%', 'Bravo', 'charlie', 'Alpha', 'delta']],
  ['OLDEST', ['delta', 'Alpha', 'charlie', 'Bravo', 'echo 100%']],
  ['TITLE', ['Alpha', 'Bravo', 'charlie', 'delta', 'echo 100%']],
  ['RECENTLY_UPDATED', ['echo 100%', 'Bravo', 'charlie', 'Alpha', 'delta']],
])('%s sorts, forward and backward, page by page', async (orderBy, sorted) => {
  expect(titlesOf(await page({ orderBy }))).toEqual(sorted);
  const forward: string[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const { pageInfo, ...part } = await page({ orderBy, first: 2, after });
    forward.push(...titlesOf({ pageInfo, ...part }));
    [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
    expect(part.totalCount).toBe(5);
  }
  expect(forward).toEqual(sorted);
  const backward: string[] = [];
  for (let before: string | null = null, more = true; more; ) {
    const part = await page({ orderBy, last: 2, before });
    backward.unshift(...titlesOf(part));
    [before, more] = [part.pageInfo.startCursor, part.pageInfo.hasPreviousPage];
  }
  expect(backward).toEqual(sorted);
});

test('a page does not shift while resources are added', async () => {
  const bob = await system.signUp();
  for (const title of ['one', 'two', 'three']) await bob.create(title);
  const first = await pageOf(bob, { first: 2 });
  await bob.create('four');
  const second = await pageOf(bob, { first: 2, after: first.pageInfo.endCursor });
  expect([...titlesOf(first), ...titlesOf(second)]).toEqual(['three', 'two', 'one']);
});

test('search is literal and ignores case', async () => {
  expect(titlesOf(await page({ filter: { search: 'ALPH' } }))).toEqual(['Alpha']);
  expect(titlesOf(await page({ filter: { search: '%' } }))).toEqual(['echo 100%']);
  expect(titlesOf(await page({ filter: { search: '_' } }))).toEqual([]);
});

test('every filter narrows the list', async () => {
  const future = '2100-01-01T00:00:00Z';
  expect((await page({ filter: { createdFrom: future } })).totalCount).toBe(0);
  expect((await page({ filter: { createdBefore: future, contentType: 'image/png' } })).totalCount).toBe(5);
  expect((await page({ filter: { contentType: 'image/gif' } })).totalCount).toBe(0);
});

test('User.resources takes the arguments of Query.resources', async () => {
  const { me } = await ada.request.data(firstByTitle);
  expect(me?.resources).toEqual({ nodes: [{ title: 'Alpha' }], totalCount: 4 });
});

test('BAD_USER_INPUT for a cursor of another order or filter, or an invented one', async () => {
  const { pageInfo } = await page({ first: 1 });
  const wrong: ResourcePageQueryVariables[] = [
    { after: pageInfo.endCursor, orderBy: 'TITLE' },
    { after: pageInfo.endCursor, filter: { search: 'a' } },
    { after: `${pageInfo.endCursor}A` },
    { before: 'nonsense' },
    { before: '' },
  ];
  for (const variables of wrong) {
    const field = 'after' in variables ? 'after' : 'before';
    const error = await ada.request.error(resourcePage, variables);
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', problems: [{ field }] });
  }
});

test.each<[ResourcePageQueryVariables, string]>([
  [{ first: 0 }, 'first'],
  [{ first: 101 }, 'first'],
  [{ last: -1 }, 'last'],
  [{ first: 1, last: 1 }, 'last'],
  [{ filter: { contentType: 'image/webp' } }, 'filter.contentType'],
  [{ filter: { createdFrom: 'yesterday' } }, 'filter.createdFrom'],
  [{ filter: { createdBefore: '2026-02-30T00:00:00Z' } }, 'filter.createdBefore'],
])('%j is BAD_USER_INPUT', async (variables, field) => {
  const error = await ada.request.error(resourcePage, variables);
  expect(error).toMatchObject({ code: 'BAD_USER_INPUT', problems: [{ field }] });
});
