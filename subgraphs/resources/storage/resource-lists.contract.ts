import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { aResource, manyResources, removeResource } from '../testing/resources.ts';
import type { Resource } from './resource.ts';
import { modelList, modelPosition, modelRange } from './resource-lists.model.ts';
import {
  type ResourceFilter,
  type ResourceList,
  type ResourceOrder,
  type ResourceStore,
  resourceOrders,
} from './resource-store.ts';

const createdFrom = new Date(Date.UTC(2026, 0, 1) + 1_001);
const createdBefore = new Date(Date.UTC(2026, 0, 1) + 4_001);
const filters: ResourceFilter[] = [
  {},
  ...['a', '%', '_', '\\', "'", '"', 'alpha', 'fish', 'old', '😀', '\u{10428}', '\u00e9', '\ufffc'].map((search) => ({
    search,
  })),
  { contentType: 'image/gif' },
  { createdFrom },
  { createdBefore },
  { createdFrom, createdBefore },
  { search: 'a', contentType: 'image/jpeg' },
  { search: 'a', createdBefore },
  { search: 'a', contentType: 'image/png', createdFrom, createdBefore },
];

/** Contract of every engine for lists: results equal the model's for every order, filter, bound and direction. */
export function resourceListContract(open: () => ResourceStore | Promise<ResourceStore>): void {
  const ada = randomUUID();
  const own = manyResources(300, ada);
  const foreign = manyResources(40, randomUUID());
  let store: ResourceStore;
  beforeAll(async () => {
    store = await open();
    for (const resource of [...own, ...foreign]) await store.insert(resource);
  });
  afterAll(() => store.close());

  const idsOf = (resources: readonly Resource[]) => resources.map(({ id }) => id);
  const summaryOf = ({ description, image: { resourceId, url, width, height, sizeBytes }, ...rest }: Resource) => ({
    ...rest,
    image: { resourceId, url, width, height, sizeBytes },
  });
  const listOf = (order: ResourceOrder, filter: ResourceFilter = {}): ResourceList => ({ ownerId: ada, order, filter });

  test('every filter of these tests matches some resources, but not all', () => {
    for (const filter of filters.slice(1)) {
      const { length } = modelList(own, listOf('NEWEST', filter));
      expect({ filter, isTelling: 0 < length && length < own.length }).toEqual({ filter, isTelling: true });
    }
  });

  describe.each(resourceOrders)('%s', (order) => {
    test.each(filters)('equals the model page by page from both ends, with %j', async (filter) => {
      const list = listOf(order, filter);
      const sorted = modelList(own, list);
      for (const limit of [7, 100]) {
        for (let from = 0; from <= sorted.length; from += limit) {
          const after = sorted[from - 1] && modelPosition(sorted[from - 1] as Resource, order);
          const forward = await store.range(list, { after, limit, fromEnd: false });
          expect(idsOf(forward)).toEqual(idsOf(sorted.slice(from, from + limit)));
          const summaries = await store.summaries(list, { after, limit, fromEnd: false });
          expect(summaries).toEqual(sorted.slice(from, from + limit).map(summaryOf));

          const end = sorted.length - from;
          const before = sorted[end] && modelPosition(sorted[end], order);
          const backward = await store.range(list, { before, limit, fromEnd: true });
          expect(idsOf(backward)).toEqual(idsOf(sorted.slice(Math.max(0, end - limit), end)));
        }
      }
    });

    test.each(filters)('has the count of the model with %j', async (filter) => {
      const list = listOf(order, filter);
      expect(await store.count(list)).toBe(modelList(own, list).length);
    });

    test('has the range of the model for near, far and crossed positions', async () => {
      const list = listOf(order, { search: 'a' });
      const sorted = modelList(own, list);
      for (let step = 0; step < 60; step += 1) {
        // Near positions, neighbours, one position twice, and crossed ones.
        const [from, to] = [(step * 37) % sorted.length, (step * 37 + (step % 12) - 3) % sorted.length];
        const after = modelPosition(sorted[from] as Resource, order);
        const before = sorted[to] && modelPosition(sorted[to], order);
        for (const fromEnd of [false, true]) {
          const range = { after, before, limit: 5, fromEnd };
          expect(idsOf(await store.range(list, range))).toEqual(idsOf(modelRange(sorted, order, range)));
        }
      }
    });

    test('accepts positions where the list has no resource', async () => {
      const list = listOf(order);
      const sorted = modelList(own, list);
      for (const stranger of foreign) {
        const position = modelPosition(stranger, order);
        for (const range of [
          { after: position, limit: 3, fromEnd: false },
          { after: position, limit: 3, fromEnd: true },
          { before: position, limit: 3, fromEnd: false },
          { before: position, limit: 3, fromEnd: true },
        ]) {
          expect(idsOf(await store.range(list, range))).toEqual(idsOf(modelRange(sorted, order, range)));
        }
      }
    });

    test('returns complete resources', async () => {
      const list = listOf(order);
      expect(await store.range(list, { limit: 300, fromEnd: false })).toEqual(modelList(own, list));
    });
  });

  test('titles are sorted by code point, not by UTF-16 code unit', async () => {
    const ownerId = randomUUID();
    for (const title of ['\u{10428}', '\uffee', '\ue000', '😀', '~']) await store.insert(aResource({ ownerId, title }));
    const found = await store.range({ ownerId, order: 'TITLE', filter: {} }, { limit: 9, fromEnd: false });
    // U+FFEE is a half-width circle, which NFKC makes U+25CB.
    expect(found.map(({ title }) => title)).toEqual(['~', '\uffee', '\ue000', '\u{10428}', '😀']);
  });

  test('a search matches wildcard characters literally', async () => {
    const ownerId = randomUUID();
    for (const title of ['50% off', '50 off', 'a_b', 'acb', 'a\\b', "a'b", 'a"b', 'a*b', 'a[b]c']) {
      await store.insert(aResource({ ownerId, title }));
    }
    const find = async (search: string) => {
      const list = { ownerId, order: 'TITLE', filter: { search } } as const;
      return (await store.range(list, { limit: 9, fromEnd: false })).map(({ title }) => title);
    };
    expect(await find('0% o')).toEqual(['50% off']);
    expect(await find('a_b')).toEqual(['a_b']);
    expect(await find('a\\b')).toEqual(['a\\b']);
    expect(await find("a'b")).toEqual(["a'b"]);
    expect(await find('a"b')).toEqual(['a"b']);
    expect(await find('a*b')).toEqual(['a*b']);
    expect(await find('[b]')).toEqual(['a[b]c']);
    expect(await find('.')).toEqual([]);
  });

  test('a search never matches across the end of the title and the start of the description', async () => {
    const ownerId = randomUUID();
    await store.insert(aResource({ ownerId, title: 'sun', description: 'rise' }));
    expect(await store.count({ ownerId, order: 'NEWEST', filter: { search: 'sunrise' } })).toBe(0);
    expect(await store.count({ ownerId, order: 'NEWEST', filter: { search: 'nris' } })).toBe(0);
    expect(await store.count({ ownerId, order: 'NEWEST', filter: { search: 'rise' } })).toBe(1);
  });

  test('createdFrom is inclusive and createdBefore exclusive, to the millisecond', async () => {
    const ownerId = randomUUID();
    const [first, second] = [new Date(1_000), new Date(1_001)];
    for (const createdAt of [first, second]) await store.insert(aResource({ ownerId, createdAt }));
    const count = (filter: ResourceFilter) => store.count({ ownerId, order: 'NEWEST', filter });
    expect(await count({ createdFrom: first })).toBe(2);
    expect(await count({ createdFrom: second })).toBe(1);
    expect(await count({ createdBefore: second })).toBe(1);
    expect(await count({ createdBefore: first })).toBe(0);
    expect(await count({ createdFrom: second, createdBefore: first })).toBe(0);
  });

  test('an owner without resources has an empty list', async () => {
    const list = { ownerId: randomUUID(), order: 'NEWEST', filter: {} } as const;
    expect(await store.range(list, { limit: 5, fromEnd: false })).toEqual([]);
    expect(await store.range(list, { limit: 5, fromEnd: true })).toEqual([]);
    expect(await store.count(list)).toBe(0);
  });

  test('a deleted resource is in no list', async () => {
    const another = await open();
    onTestFinished(() => another.close());
    const resource = aResource();
    const list = { ownerId: resource.ownerId, order: 'NEWEST', filter: {} } as const;
    await another.insert(resource);
    expect(await another.count(list)).toBe(1);
    await removeResource(another, resource);
    expect(await another.range(list, { limit: 5, fromEnd: false })).toEqual([]);
    expect(await another.count(list)).toBe(0);
  });
}
