import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../../tests/support/files.ts';
import type { Resource, ResourceSummary } from '../storage/resource.ts';
import type { ResourceOrder, ResourceStore } from '../storage/resource-store.ts';
import { openSqliteResourceStore } from '../storage/sqlite/resource-store.ts';
import { aResource, removeResource } from '../testing/resources.ts';
import type { ListInput } from './list-input.ts';
import { createListing, type ResourceConnection } from './listing.ts';

/** Starts a real store that counts its reads of lists. */
function countReads(store: ResourceStore) {
  const reads = { ranges: 0, counts: 0 };
  const range: ResourceStore['range'] = (list, range) => {
    reads.ranges += 1;
    return store.range(list, range);
  };
  const summaries: ResourceStore['summaries'] = (list, range) => {
    reads.ranges += 1;
    return store.summaries(list, range);
  };
  const count: ResourceStore['count'] = (list) => {
    reads.counts += 1;
    return store.count(list);
  };
  return { reads, counted: { ...store, range, summaries, count } };
}

/** Creates the list of a new user with resources of these titles, each a second older than the one before. */
async function listOf(titles: string[]) {
  const ada = randomUUID();
  const store = openSqliteResourceStore(join(folderOfTest(), 'resources.sqlite'));
  onTestFinished(() => store.close());
  const add = async (title: string, createdAt: number, fields: Partial<Resource> = {}) => {
    const resource = aResource({ ownerId: ada, title, createdAt: new Date(createdAt), ...fields });
    await store.insert(resource);
    return resource;
  };
  for (const [index, title] of titles.entries()) await add(title, 1_000_000 - index * 1_000);
  const { reads, counted } = countReads(store);
  const { list } = createListing(counted);
  const page = (input: Partial<ListInput> = {}) => list(ada, { orderBy: 'NEWEST', ...input });
  return { ada, store, list, add, page, reads };
}

const titlesOf = ({ nodes }: ResourceConnection) => nodes.map(({ title }) => title);
const flagsOf = async ({ pageInfo }: ResourceConnection) => [
  await pageInfo.hasPreviousPage(),
  await pageInfo.hasNextPage(),
];

const five = ['a', 'b', 'c', 'd', 'e'];

describe('a page', () => {
  test('of invalid arguments is rejected before anything is read', async () => {
    const { page, reads } = await listOf(five);
    const invalid = { extensions: { code: 'BAD_USER_INPUT', problems: [{ field: 'first' }, { field: 'after' }] } };
    await expect(page({ first: 0, after: 'garbage' })).rejects.toMatchObject(invalid);
    expect(reads).toEqual({ ranges: 0, counts: 0 });
  });

  test('is correct, with its flags, for all bounds and sizes from either end', async () => {
    const { page } = await listOf(five);
    const all = await page();
    // Positions -1 and 5 are outside of the list: no bound.
    for (let after = -1; after < 5; after += 1) {
      for (let before = after + 1; before <= 5; before += 1) {
        const bounds = { after: all.edges()[after]?.cursor ?? null, before: all.edges()[before]?.cursor ?? null };
        for (let size = 1; size <= 6; size += 1) {
          const first = await page({ ...bounds, first: size });
          const firstEnd = Math.min(before, after + 1 + size);
          expect(titlesOf(first)).toEqual(five.slice(after + 1, firstEnd));
          expect(await flagsOf(first)).toEqual([after + 1 > 0, firstEnd < 5]);

          const last = await page({ ...bounds, last: size });
          const lastStart = Math.max(after + 1, before - size);
          expect(titlesOf(last)).toEqual(five.slice(lastStart, before));
          expect(await flagsOf(last)).toEqual([lastStart > 0, before < 5]);
        }
      }
    }
  });

  test('between crossed bounds is empty', async () => {
    const { page } = await listOf(five);
    const all = await page();
    for (const size of [{ first: 3 }, { last: 3 }]) {
      const crossed = await page({
        after: all.edges()[3]?.cursor ?? '',
        before: all.edges()[1]?.cursor ?? '',
        ...size,
      });
      expect(crossed.edges()).toEqual([]);
    }
  });

  test('of an empty list has no edges, no cursors and no other pages', async () => {
    const { page } = await listOf([]);
    for (const input of [{}, { first: 1 }, { last: 1 }]) {
      const empty = await page(input);
      expect([empty.edges(), empty.nodes]).toEqual([[], []]);
      expect([empty.pageInfo.startCursor(), empty.pageInfo.endCursor()]).toEqual([null, null]);
      expect(await flagsOf(empty)).toEqual([false, false]);
      expect(await empty.totalCount()).toBe(0);
    }
  });

  test('has the same nodes in its edges, and the cursors of its first and last edge', async () => {
    const { page } = await listOf(five);
    const all = await page({ first: 3 });
    const { nodes, pageInfo } = all;
    expect(all.edges().map(({ node }) => node)).toEqual(nodes);
    expect(new Set(all.edges().map(({ cursor }) => cursor)).size).toBe(3);
    expect([pageInfo.startCursor(), pageInfo.endCursor()]).toEqual([all.edges()[0]?.cursor, all.edges()[2]?.cursor]);
  });

  test('has 20 nodes by default, and up to 100', async () => {
    const { page } = await listOf(Array.from({ length: 101 }, (_, index) => `Title ${index}`));
    expect((await page()).nodes).toHaveLength(20);
    expect((await page({ first: 100 })).nodes).toHaveLength(100);
    expect(await flagsOf(await page({ last: 100 }))).toEqual([true, false]);
  });
});

describe('a list', () => {
  test('counts everything that matches its filter, whatever the page', async () => {
    const { page } = await listOf(['apple', 'pear', 'pineapple', 'plum']);
    const first = await page({ first: 1, filter: { search: 'APPLE' } });
    expect(await first.totalCount()).toBe(2);
    const next = await page({ first: 1, after: first.pageInfo.endCursor(), filter: { search: 'apple' } });
    expect([titlesOf(next), await next.totalCount()]).toEqual([['pineapple'], 2]);
  });

  test('belongs to one viewer, even with a cursor of another', async () => {
    const { ada, list, page } = await listOf(five);
    const { pageInfo } = await page({ first: 1 });
    const others = await list(randomUUID(), { orderBy: 'NEWEST', before: pageInfo.endCursor() });
    expect([others.nodes, await others.totalCount(), await flagsOf(others)]).toEqual([[], 0, [false, false]]);
    expect((await list(ada, { orderBy: 'NEWEST' })).nodes).toHaveLength(5);
  });

  test.each(['NEWEST', 'OLDEST', 'TITLE', 'RECENTLY_UPDATED'] as const)(
    'of %s, with resources that differ only in their ids, can be paged through from both ends',
    async (orderBy) => {
      const { page, add } = await listOf([]);
      const added: string[] = [];
      for (let index = 0; index < 10; index += 1) added.push((await add('same', 5_000)).id);
      const forward: ResourceSummary[] = [];
      const backward: ResourceSummary[] = [];
      let [after, before]: (string | null)[] = [null, null];
      for (const size of [3, 3, 3, 1]) {
        const next = await page({ orderBy, first: size, after: after ?? null });
        const previous = await page({ orderBy, last: size, before: before ?? null });
        forward.push(...next.nodes);
        backward.unshift(...previous.nodes);
        [after, before] = [next.pageInfo.endCursor(), previous.pageInfo.startCursor()];
      }
      expect(forward.map(({ id }) => id).sort()).toEqual(added.sort());
      expect(backward).toEqual(forward);
    },
  );
});

test.each<[ResourceOrder, string[]]>([
  ['NEWEST', ['B', 'a', 'C', '\uff21', 'b']],
  ['OLDEST', ['b', '\uff21', 'C', 'a', 'B']],
  ['TITLE', ['a', '\uff21', 'B', 'b', 'C']],
  ['RECENTLY_UPDATED', ['C', 'b', 'a', 'B', '\uff21']],
])('of %s can be paged through from both ends in its sort order', async (orderBy, sorted) => {
  const { page, add } = await listOf([]);
  for (const [title, createdAt, updatedAt] of [
    ['B', 50, 70],
    ['a', 40, 80],
    ['C', 30, 100],
    ['\uff21', 20, 60],
    ['b', 10, 90],
  ] as const) {
    // The full-width letter A sorts like the small one, so their ids decide.
    const id = `0000000${title === 'a' || title === 'B' ? 1 : 2}-0000-7000-8000-0000000000${createdAt}`;
    await add(title, createdAt, { id, updatedAt: new Date(updatedAt) });
  }
  const [forward, backward]: string[][] = [[], []];
  let [after, before]: (string | null)[] = [null, null];
  for (const size of [2, 2, 1]) {
    const next = await page({ orderBy, first: size, after: after ?? null });
    const previous = await page({ orderBy, last: size, before: before ?? null });
    forward?.push(...titlesOf(next));
    backward?.unshift(...titlesOf(previous));
    [after, before] = [next.pageInfo.endCursor(), previous.pageInfo.startCursor()];
  }
  expect([forward, backward]).toEqual([sorted, sorted]);
});

describe('while a client pages through a list', () => {
  test('a resource added before the cursor shifts nothing', async () => {
    const { page, add } = await listOf(five);
    const { pageInfo } = await page({ first: 2 });
    await add('newer', 2_000_000);
    await add('between', 999_500);
    const second = await page({ first: 2, after: pageInfo.endCursor() });
    expect(titlesOf(second)).toEqual(['c', 'd']);
    expect(titlesOf(await page({ last: 9, before: second.pageInfo.startCursor() }))).toEqual([
      'newer',
      'a',
      'between',
      'b',
    ]);
  });

  test('a resource added after the cursor appears in its place', async () => {
    const { page, add } = await listOf(five);
    const { pageInfo } = await page({ first: 2, orderBy: 'TITLE' });
    await add('bb', 1);
    await add('zz', 2);
    expect(titlesOf(await page({ after: pageInfo.endCursor(), orderBy: 'TITLE' }))).toEqual([
      'bb',
      'c',
      'd',
      'e',
      'zz',
    ]);
  });

  test('the resource at the cursor may be deleted', async () => {
    const { ada, store, page } = await listOf(five);
    const { nodes, pageInfo } = await page({ first: 2 });
    await removeResource(store, { ownerId: ada, id: nodes[1]?.id ?? '' });
    const second = await page({ after: pageInfo.endCursor() });
    expect(titlesOf(second)).toEqual(['c', 'd', 'e']);
    expect(await flagsOf(second)).toEqual([true, false]);
  });

  test('an empty page between two cursors has no neighbours if nothing is left on either side', async () => {
    const { ada, store, page } = await listOf(five);
    const all = await page();
    const empty = await page({ after: all.edges()[1]?.cursor ?? '', before: all.edges()[2]?.cursor ?? '' });
    const remove = (at: number) => removeResource(store, { ownerId: ada, id: all.edges()[at]?.node.id ?? '' });
    expect(await flagsOf(empty)).toEqual([true, true]);
    for (const at of [2, 3, 4]) await remove(at);
    expect(await flagsOf(empty)).toEqual([true, false]);
    for (const at of [0, 1]) await remove(at);
    const last = await page({ last: 1, after: all.edges()[1]?.cursor ?? '', before: all.edges()[2]?.cursor ?? '' });
    expect(await flagsOf(last)).toEqual([false, false]);
  });

  test('an empty page between two cursors has a next page if something is left after it', async () => {
    const { ada, store, page } = await listOf(five);
    const all = await page();
    const empty = await page({ after: all.edges()[1]?.cursor ?? '', before: all.edges()[2]?.cursor ?? '' });
    for (const at of [0, 1]) await removeResource(store, { ownerId: ada, id: all.edges()[at]?.node.id ?? '' });
    expect(await flagsOf(empty)).toEqual([false, true]);
  });

  test('flags are computed when they are read', async () => {
    const { ada, store, page } = await listOf(five);
    const all = await page();
    const middle = await page({ first: 1, after: all.edges()[0]?.cursor ?? '', before: all.edges()[2]?.cursor ?? '' });
    for (const { node } of all.edges().filter((_, at) => at !== 1))
      await removeResource(store, { ownerId: ada, id: node.id });
    expect(await flagsOf(middle)).toEqual([false, false]);
  });
});

describe('unselected fields cost nothing:', () => {
  test('a page takes one read', async () => {
    const { page, reads } = await listOf(five);
    await page({ first: 2 });
    expect(reads).toEqual({ ranges: 1, counts: 0 });
  });

  test('totalCount takes a read only when it is selected', async () => {
    const { page, reads } = await listOf(five);
    expect(await (await page()).totalCount()).toBe(5);
    expect(reads).toEqual({ ranges: 1, counts: 1 });
  });

  test('both flags of a page without bounds take no extra read', async () => {
    const { page, reads } = await listOf(five);
    expect(await flagsOf(await page({ first: 2 }))).toEqual([false, true]);
    expect(await flagsOf(await page({ last: 2 }))).toEqual([true, false]);
    expect(await flagsOf(await page({ first: 9 }))).toEqual([false, false]);
    expect(reads).toEqual({ ranges: 3, counts: 0 });
  });

  test('a flag beyond a bound takes one read of one row', async () => {
    const { page, reads } = await listOf(five);
    const { pageInfo } = await page({ first: 2 });
    const second = await page({ first: 2, after: pageInfo.endCursor() });
    expect(await second.pageInfo.hasNextPage()).toBe(true);
    expect(reads.ranges).toBe(2);
    expect(await second.pageInfo.hasPreviousPage()).toBe(true);
    expect(reads).toEqual({ ranges: 3, counts: 0 });
  });
});
