import { describe, expect, onTestFinished, test } from 'vitest';
import { anImage, aResource, type ResourceFields, removeResource } from '../testing/resources.ts';
import type { Resource, ResourceChanges } from './resource.ts';
import { resourceListContract } from './resource-lists.contract.ts';
import type { ResourceStore } from './resource-store.ts';

type Open = () => ResourceStore | Promise<ResourceStore>;

const later = new Date('2026-11-24T00:00:00.001Z');

/** Contract of every engine. The opened stores may already have resources of other owners. */
export function resourceStoreContract(open: Open): void {
  const opened = async () => {
    const store = await open();
    onTestFinished(() => store.close());
    return store;
  };
  /** A store with one resource, as it was read. */
  const storeWithResource = async (fields?: ResourceFields) => {
    const store = await opened();
    const resource = aResource(fields);
    expect(await store.insert(resource)).toBe(true);
    return { store, resource, found: () => store.find(resource) };
  };

  describe('insert', () => {
    test('stores nothing if another resource has the image, whoever owns that', async () => {
      const { store, resource, found } = await storeWithResource();
      for (const ownerId of [resource.ownerId, aResource().ownerId]) {
        const second = aResource({ ownerId, image: anImage({ id: resource.image.id }) });
        expect(await store.insert(second)).toBe(false);
        expect(await store.find(second)).toBeUndefined();
      }
      expect(await found()).toEqual(resource);
    });

    test('of one image, fifty times concurrently, succeeds once', async () => {
      const store = await opened();
      const image = anImage();
      const all = Array.from({ length: 50 }, () => aResource({ image }));
      const stored = await Promise.all(all.map(store.insert));
      expect(stored.filter(Boolean)).toHaveLength(1);
      const found = await Promise.all(all.map(store.find));
      expect(found.map((resource) => resource !== undefined)).toEqual(stored);
    });

    test('accepts an image again after its resource was deleted', async () => {
      const { store, resource } = await storeWithResource();
      await removeResource(store, resource);
      expect(await store.insert(aResource({ image: resource.image }))).toBe(true);
    });

    test.each([
      ['quotes and escapes', `'"\\%_;--`, "'; DROP TABLE resources; --"],
      ['line breaks and tabs', 'one\ntwo', '\r\n\t'],
      ['characters of all planes', '😀\u{10400}\u{20000}\ufffd', '\ue000'],
      ['text that is not NFC or NFKC', '\ufb01 e\u0301', '\u00c5 \u212b'],
      ['white space at the ends', ' title ', ' '],
      ['an empty description', 'title', ''],
      ['no description', 'title', null],
      ['the longest texts', '😀'.repeat(200), '😀'.repeat(5_000)],
    ])('stores text unchanged: %s', async (_, title, description) => {
      const { resource, found } = await storeWithResource({ title, description });
      expect(await found()).toEqual(resource);
    });

    test.each([
      '1970-01-01T00:00:00.000Z',
      '1969-12-31T23:59:59.999Z',
      '2026-11-23T14:05:00.001Z',
      '2026-11-23T14:05:00.999Z',
      '9999-12-31T23:59:59.999Z',
    ])('stores times to the millisecond: %s', async (instant) => {
      const { found } = await storeWithResource({ createdAt: new Date(instant), updatedAt: new Date(instant) });
      const resource = await found();
      expect([resource?.createdAt, resource?.updatedAt]).toEqual([new Date(instant), new Date(instant)]);
    });

    test('stores the dimensions of the largest image', async () => {
      const image = anImage({ width: 2 ** 31 - 1, height: 1, sizeBytes: 2 ** 31 - 1 });
      const { resource, found } = await storeWithResource({ image, version: 2 ** 31 - 2 });
      expect(await found()).toEqual(resource);
    });
  });

  describe('findMany', () => {
    const byId = (resources: Resource[]) => [...resources].sort((one, other) => (one.id < other.id ? -1 : 1));

    test('returns each resource of the owner once, also for repeated and unknown ids', async () => {
      const { store, resource } = await storeWithResource();
      const second = aResource({ ownerId: resource.ownerId });
      const others = aResource();
      for (const added of [second, others]) expect(await store.insert(added)).toBe(true);
      const ids = [second.id, resource.id, others.id, 'nobody’s', second.id];
      expect(byId(await store.findMany(resource.ownerId, ids))).toEqual(byId([resource, second]));
    });

    test('returns nothing for no ids, and accepts any number of ids', async () => {
      const { store, resource } = await storeWithResource();
      expect(await store.findMany(resource.ownerId, [])).toEqual([]);
      const many = Array.from({ length: 50_000 }, (_, index) => `id-${index}`);
      expect(await store.findMany(resource.ownerId, [...many, resource.id])).toEqual([resource]);
    });
  });

  describe('find', () => {
    test('returns no resource of another owner', async () => {
      const { store, resource } = await storeWithResource();
      expect(await store.find({ ...resource, ownerId: aResource().ownerId })).toBeUndefined();
    });

    test.each(['', 'no-uuid', '0', "' OR 1=1 --", '%', 'a\0b', '\ud800', '😀', 'x'.repeat(10_000)])(
      'returns nothing for an invalid id: %j',
      async (id) => {
        const { store, resource } = await storeWithResource();
        const key = { ownerId: resource.ownerId, id };
        expect(await store.find(key)).toBeUndefined();
        expect(await store.findMany(resource.ownerId, [id])).toEqual([]);
        expect(await store.update(key, { title: 'Changed' })).toBeUndefined();
        expect(await removeResource(store, key)).toBeUndefined();
        expect(await store.find(resource)).toEqual(resource);
      },
    );
  });

  describe('update', () => {
    test('changes no resource of another owner', async () => {
      const { store, resource, found } = await storeWithResource();
      const key = { ...resource, ownerId: aResource().ownerId, expectedVersion: undefined };
      expect(await store.update(key, { title: 'Changed' })).toBeUndefined();
      expect(await store.update({ ...key, expectedVersion: 1 }, { title: 'Changed' })).toBeUndefined();
      expect(await found()).toEqual(resource);
    });

    test.each([0, -1, 2, 4, 2 ** 31 - 1])('changes nothing at version 3 if %i is expected', async (version) => {
      const { store, resource, found } = await storeWithResource({ version: 3 });
      const changes = { title: 'Changed', description: 'Changed', image: anImage() };
      expect(await store.update({ ...resource, expectedVersion: version }, changes)).toBeUndefined();
      expect(await found()).toEqual(resource);
    });

    test('with one expected version, fifty times concurrently, succeeds once', async () => {
      const { store, resource, found } = await storeWithResource({ version: 7 });
      const titles = Array.from({ length: 50 }, (_, index) => `Title ${index}`);
      const key = { ...resource, expectedVersion: 7 };
      const updates = await Promise.all(titles.map((title) => store.update(key, { title })));
      const [winner, ...others] = updates.filter((updated) => updated !== undefined);
      expect(others).toEqual([]);
      expect(await found()).toEqual(winner);
      expect(winner).toMatchObject({ title: titles[updates.indexOf(winner)], version: 8 });
    });

    test('without an expected version, fifty times concurrently, increments the version each time', async () => {
      const { store, resource, found } = await storeWithResource();
      const key = { ownerId: resource.ownerId, id: resource.id };
      const titles = Array.from({ length: 50 }, (_, index) => `Title ${index}`);
      const updates = await Promise.all(titles.map((title) => store.update(key, { title })));
      const versions = updates.map((updated) => updated?.version ?? 0).sort((one, other) => one - other);
      expect(versions).toEqual(titles.map((_, index) => index + 2));
      expect((await found())?.version).toBe(51);
    });

    const { id: _id, url: _url, ...image } = anImage({ contentType: 'image/gif', width: 1, height: 2, sizeBytes: 3 });
    test.each<[string, ResourceChanges, Partial<Resource>]>([
      ['the title', { title: 'New' }, { title: 'New' }],
      ['the description', { description: 'New' }, { description: 'New' }],
      ['the description to null', { description: null }, { description: null }],
      ['the description to an empty text', { description: '' }, { description: '' }],
      ['only version and time', {}, {}],
    ])('changes %s and nothing else', async (_, changes, changed) => {
      const { store, resource, found } = await storeWithResource({ description: 'Old' });
      const expected = { ...resource, ...changed, updatedAt: expect.any(Date), version: 2 };
      expect(await store.update({ ...resource, expectedVersion: 1 }, changes)).toEqual(expected);
      expect(await found()).toEqual(expected);
    });

    test('changes the properties of the image, but neither its id nor its URL', async () => {
      const { store, resource, found } = await storeWithResource();
      const { id, url, resourceId } = resource.image;
      const expected = {
        ...resource,
        image: { ...image, id, url, resourceId },
        updatedAt: expect.any(Date),
        version: 2,
      };
      expect(await store.update(resource, { image })).toEqual(expected);
      expect(await found()).toEqual(expected);
    });

    test('changes no other resource', async () => {
      const { store, resource } = await storeWithResource();
      const other = aResource({ ownerId: resource.ownerId });
      await store.insert(other);
      await store.update(resource, { title: 'New', image });
      expect(await store.find(other)).toEqual(other);
    });

    test('moves the resource in the orders by title and by update, and makes only its new title and description searchable', async () => {
      const { store, resource } = await storeWithResource({ title: 'bbb', description: 'bbb' });
      const other = aResource({ ownerId: resource.ownerId, title: 'mmm', updatedAt: new Date(later.getTime() - 1) });
      await store.insert(other);
      await store.update(resource, { title: 'ZZZ', description: 'YYY' });
      const ids = async (order: 'TITLE' | 'RECENTLY_UPDATED', search?: string) => {
        const list = { ownerId: resource.ownerId, order, filter: search === undefined ? {} : { search } };
        return (await store.range(list, { limit: 9, fromEnd: false })).map(({ id }) => id);
      };
      expect(await ids('TITLE')).toEqual([other.id, resource.id]);
      expect(await ids('RECENTLY_UPDATED')).toEqual([resource.id, other.id]);
      expect(await ids('TITLE', 'bbb')).toEqual([]);
      expect(await ids('TITLE', 'zzz')).toEqual([resource.id]);
      expect(await ids('TITLE', 'yyy')).toEqual([resource.id]);
    });
  });

  describe('delete', () => {
    test('deletes no resource of another owner', async () => {
      const { store, resource, found } = await storeWithResource();
      const ownerId = aResource().ownerId;
      expect(await removeResource(store, { id: resource.id, ownerId })).toBeUndefined();
      expect(await removeResource(store, { id: resource.id, ownerId, expectedVersion: 1 })).toBeUndefined();
      expect(await found()).toEqual(resource);
    });

    test.each([0, 2, 4])('deletes nothing at version 3 if %i is expected', async (expectedVersion) => {
      const { store, resource, found } = await storeWithResource({ version: 3 });
      expect(await removeResource(store, { ...resource, expectedVersion })).toBeUndefined();
      expect(await found()).toEqual(resource);
    });

    test('fifty times concurrently succeeds once, and returns the resource', async () => {
      const { store, resource, found } = await storeWithResource({ description: 'Old' });
      const deletions = Array.from({ length: 50 }, () => removeResource(store, { ...resource, expectedVersion: 1 }));
      expect((await Promise.all(deletions)).filter((deleted) => deleted !== undefined)).toEqual([resource]);
      expect(await found()).toBeUndefined();
    });

    test('and a concurrent update with the same expected version: only one of them succeeds', async () => {
      for (let round = 0; round < 10; round += 1) {
        const { store, resource, found } = await storeWithResource();
        const key = { ...resource, expectedVersion: 1 };
        const update = () => store.update(key, { title: 'New' });
        const calls =
          round % 2 ? [update, () => removeResource(store, key)] : [() => removeResource(store, key), update];
        const won = (await Promise.all(calls.map((call) => call()))).filter((result) => result !== undefined);
        expect(won).toHaveLength(1);
        expect(await found()).toEqual(won[0]?.version === 2 ? won[0] : undefined);
      }
    });

    test('deletes no other resource', async () => {
      const { store, resource } = await storeWithResource();
      const other = aResource({ ownerId: resource.ownerId });
      await store.insert(other);
      expect(await removeResource(store, { ownerId: resource.ownerId, id: resource.id })).toEqual(resource);
      expect(await store.find(other)).toEqual(other);
    });
  });

  test('is healthy while it is open', async () => {
    expect(await (await opened()).checkHealth()).toEqual({});
  });

  describe('lists', () => resourceListContract(open));
}
