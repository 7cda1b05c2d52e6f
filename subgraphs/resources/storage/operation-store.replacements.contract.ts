import { describe, expect, test } from 'vitest';
import {
  aDeletion,
  anImage,
  aReplacement,
  aResource,
  type ClockedStore,
  claimAll,
  type ResourceFields,
  removeResource,
} from '../testing/resources.ts';
import type { NewReplacement, OpenOperation } from './operation-store.ts';
import type { Resource } from './resource.ts';

const always = new Date(0);
const fifty = Array.from({ length: 50 });

/** Contract of every engine for replacements of images, and for deletions. */
export function operationReplacementContract(opened: () => Promise<ClockedStore>): void {
  /** A store with one resource. */
  const storeWithResource = async (fields?: ResourceFields) => {
    const store = await opened();
    const resource = aResource(fields);
    expect(await store.insert(resource)).toBe(true);
    return { store, operations: store.operations, resource, found: () => store.find(resource) };
  };
  /** A store with one resource whose image is being replaced, with or without an expected version. */
  const replacing = async ({ expectedVersion, ...fields }: Partial<NewReplacement> & { expectedVersion?: number }) => {
    const held = await storeWithResource({ description: 'Old', version: 3 });
    const replacement = aReplacement({ ...held.resource, expectedVersion }, fields);
    expect(await held.operations.beginReplacement(replacement)).toBe('BEGUN');
    return { ...held, replacement, lease: replacement.lease };
  };
  const both = [
    ['without a version', {}],
    ['with an expected version', { expectedVersion: 3 }],
  ] as const;

  describe('beginReplacement', () => {
    test('is MISSING if the resource does not exist or has another owner, and stores nothing', async () => {
      const { store, operations, resource } = await storeWithResource();
      const strangers = [
        { ...resource, id: aResource().id },
        { ...resource, ownerId: aResource().ownerId },
      ];
      for (const key of strangers) expect(await operations.beginReplacement(aReplacement(key))).toBe('MISSING');
      expect(await claimAll(store)).toEqual([]);
    });

    test.each([0, 2, 4])('is MISSING if version %i is expected of version 3, locked or not', async (version) => {
      const { operations, resource } = await storeWithResource({ version: 3 });
      const key = { ...resource, expectedVersion: version };
      expect(await operations.beginReplacement(aReplacement(key))).toBe('MISSING');
      expect(await operations.beginReplacement(aReplacement({ ...key, expectedVersion: 3 }))).toBe('BEGUN');
      expect(await operations.beginReplacement(aReplacement(key))).toBe('MISSING');
    });

    test('is MISSING after the resource was deleted', async () => {
      const { store, operations, resource } = await storeWithResource();
      await removeResource(store, resource);
      expect(await operations.beginReplacement(aReplacement(resource))).toBe('MISSING');
    });

    test.each(both)('is LOCKED while the image is being replaced %s, and stores nothing', async (_, version) => {
      const { store, operations, resource, replacement } = await replacing(version);
      for (const expectedVersion of [undefined, 3]) {
        const second = aReplacement({ ...resource, expectedVersion });
        expect(await operations.beginReplacement(second)).toBe('LOCKED');
        expect(await operations.finishReplacement(second.lease)).toBeUndefined();
      }
      expect(await claimAll(store)).toMatchObject([{ state: 'REPLACING', changes: replacement.changes }]);
    });

    test.each(both)('%s, fifty times concurrently, is BEGUN once and LOCKED otherwise', async (_, version) => {
      const { operations, resource } = await storeWithResource({ version: 3 });
      const begins = fifty.map(() => operations.beginReplacement(aReplacement({ ...resource, ...version })));
      expect((await Promise.all(begins)).sort()).toEqual(['BEGUN', ...fifty.slice(1).map(() => 'LOCKED')]);
    });

    test('locks no other resource', async () => {
      const { store, operations, resource } = await replacing({ expectedVersion: 3 });
      const other = aResource({ ownerId: resource.ownerId });
      await store.insert(other);
      expect(await store.update(other, { title: 'New' })).toMatchObject({ title: 'New', version: 2 });
      expect(await operations.beginReplacement(aReplacement({ ...other, expectedVersion: 2 }))).toBe('BEGUN');
    });

    test.each(['end', 'finishReplacement'] as const)('is BEGUN again after %s', async (end) => {
      const { operations, resource, lease } = await replacing({});
      expect(await operations[end](lease)).toBeTruthy();
      expect(await operations.beginReplacement(aReplacement(resource))).toBe('BEGUN');
    });
  });

  describe('while an image is being replaced', () => {
    test('without an expected version, text updates succeed, one version after the other', async () => {
      const { store, resource, found } = await replacing({});
      const expected = { ...resource, title: 'New', updatedAt: expect.any(Date), version: 4 };
      expect(await store.update({ ...resource, expectedVersion: 3 }, { title: 'New' })).toEqual(expected);
      expect(await store.update({ ...resource, expectedVersion: 4 }, {})).toEqual({ ...expected, version: 5 });
      expect(await found()).toEqual({ ...expected, version: 5 });
    });

    test.each([undefined, 3])('with an expected version, text updates fail (expected: %s)', async (version) => {
      const { store, resource, found } = await replacing({ expectedVersion: 3 });
      const key = { id: resource.id, ownerId: resource.ownerId, expectedVersion: version };
      expect(await store.update(key, { title: 'New' })).toBeUndefined();
      expect(await found()).toEqual(resource);
    });

    test.each(['end', 'finishReplacement'] as const)(
      'with an expected version, text updates succeed again after %s',
      async (end) => {
        const { store, operations, resource, lease } = await replacing({ expectedVersion: 3 });
        expect(await operations[end](lease)).toBeTruthy();
        const key = { id: resource.id, ownerId: resource.ownerId };
        expect(await store.update(key, { title: 'New' })).toMatchObject({ title: 'New' });
      },
    );

    test('with an expected version, an expired lease keeps the lock', async () => {
      const { store, resource } = await replacing({ expectedVersion: 3 });
      await claimAll(store, always);
      expect(await store.update({ ...resource, expectedVersion: 3 }, { title: 'New' })).toBeUndefined();
    });
  });

  describe('finishReplacement', () => {
    test.each(both)('changes only the image, in one new version, %s', async (_, version) => {
      const { store, operations, resource, replacement, lease, found } = await replacing(version);
      const image = { ...resource.image, ...replacement.changes.image };
      const expected = { ...resource, image, updatedAt: expect.any(Date), version: 4 };
      expect(await operations.finishReplacement(lease)).toEqual(expected);
      expect(await found()).toEqual(expected);
      expect(await claimAll(store)).toEqual([]);
    });

    test.each([
      { title: 'Ünï 😀' },
      { description: '"New"\n' },
      { description: null },
      { description: '' },
      { title: 'New', description: null },
    ])('changes the text fields of the replacement together with the image: %j', async (textChanges) => {
      const { id: _id, url: _url, ...image } = anImage();
      const { operations, resource, lease, found } = await replacing({ changes: { ...textChanges, image } });
      const expected = {
        ...resource,
        ...textChanges,
        image: { ...resource.image, ...image },
        updatedAt: expect.any(Date),
        version: 4,
      };
      expect(await operations.finishReplacement(lease)).toEqual(expected);
      expect(await found()).toEqual(expected);
    });

    test('keeps text fields that changed meanwhile', async () => {
      const { store, operations, resource, lease } = await replacing({});
      await store.update(resource, { title: 'Meanwhile' });
      const changed = await operations.finishReplacement(lease);
      expect(changed).toMatchObject({
        title: 'Meanwhile',
        description: 'Old',
        version: 5,
        updatedAt: expect.any(Date),
      });
    });

    test('changes nothing after the resource was deleted', async () => {
      const { operations, resource, lease, found } = await replacing({});
      expect(await operations.beginDeletion(aDeletion(resource))).toEqual(resource);
      expect(await operations.finishReplacement(lease)).toBeUndefined();
      expect(await found()).toBeUndefined();
    });

    test('changes no other resource', async () => {
      const { store, operations, resource, lease } = await replacing({});
      const other = aResource({ ownerId: resource.ownerId });
      await store.insert(other);
      expect(await operations.finishReplacement(lease)).toBeDefined();
      expect(await store.find(other)).toEqual(other);
    });
  });

  describe('while a late write is possible', () => {
    const settlesAt = new Date('2100-01-01T00:00:00.123Z');
    const landing = async () => {
      const replaced = await replacing({ expectedVersion: 3 });
      const changed = await replaced.operations.finishReplacement(replaced.lease, { settlesAt });
      expect(changed).toMatchObject({ id: replaced.resource.id, version: 4 });
      return { ...replaced, resource: changed as Resource };
    };

    test('the resource is changed already, and text updates succeed', async () => {
      const { store, resource, found } = await landing();
      expect(await found()).toEqual(resource);
      expect(await store.update({ ...resource, expectedVersion: 4 }, { title: 'New' })).toMatchObject({
        ...{ title: 'New', version: 5 },
      });
    });

    test.each([undefined, 4])(
      'its image is LOCKED until the operation ends (expected: %s)',
      async (expectedVersion) => {
        const { store, operations, resource } = await landing();
        const again = () => operations.beginReplacement(aReplacement({ ...resource, expectedVersion }));
        expect(await again()).toBe('LOCKED');
        const [operation] = await claimAll(store);
        expect(operation).toMatchObject({ state: 'LANDING', settlesAt });
        expect(await operations.end((operation as OpenOperation).lease)).toBe(true);
        expect(await again()).toBe('BEGUN');
      },
    );

    test('the operation is not due', async () => {
      const { store, operations } = await landing();
      const claimAt = (ms: number) => {
        store.clock.set(new Date(ms));
        return operations.claim({ leaseMs: 1_000, limit: 9 });
      };
      expect(await claimAt(settlesAt.getTime() - 1)).toEqual([]);
      expect(await claimAt(settlesAt.getTime())).toHaveLength(1);
    });

    test('a deletion ends the operation and begins a deletion of the image', async () => {
      const { store, operations, resource } = await landing();
      expect(await operations.beginDeletion(aDeletion(resource))).toEqual(resource);
      expect(await claimAll(store)).toMatchObject([{ state: 'DELETING', imageId: resource.image.id }]);
    });

    test('nothing is locked if the lease had expired', async () => {
      const { store, operations, resource, lease, found } = await replacing({});
      await claimAll(store, always);
      expect(await operations.finishReplacement(lease, { settlesAt })).toBeUndefined();
      expect(await found()).toEqual(resource);
      expect(await claimAll(store)).toMatchObject([{ state: 'REPLACING' }]);
    });
  });

  describe('beginDeletion', () => {
    test.each<[string, (resource: Resource) => Partial<Resource> & { expectedVersion?: number }]>([
      ['with another id', () => ({ id: aResource().id })],
      ['with another owner', () => ({ ownerId: aResource().ownerId })],
      ['with another version', ({ version }) => ({ expectedVersion: version + 1 })],
    ])('%s deletes nothing, ends no replacement and begins no deletion of an image', async (_, wrong) => {
      const { store, operations, resource, replacement, found } = await replacing({});
      const deletion = aDeletion({ ...resource, ...wrong(resource) });
      expect(await operations.beginDeletion(deletion)).toBeUndefined();
      expect(await found()).toEqual(resource);
      expect(await operations.end(deletion.lease)).toBe(false);
      expect(await claimAll(store)).toMatchObject([{ state: 'REPLACING', changes: replacement.changes }]);
    });

    test.each(both)(
      'deletes the resource, ends a replacement %s, and begins the deletion of its image',
      async (_, version) => {
        const { store, operations, resource, lease, found } = await replacing(version);
        const deletion = aDeletion({ ...resource, expectedVersion: 3 });
        expect(await operations.beginDeletion(deletion)).toEqual(resource);
        expect(await found()).toBeUndefined();
        expect(await operations.end(lease)).toBe(false);
        const queued = await claimAll(store);
        expect(queued).toMatchObject([{ state: 'DELETING', imageId: resource.image.id }]);
        expect(queued[0]?.lease.operationId).toBe(deletion.lease.operationId);
      },
    );

    test('ends no replacement of another resource', async () => {
      const { store, operations, resource, lease } = await replacing({});
      const other = aResource({ ownerId: resource.ownerId });
      await store.insert(other);
      expect(await operations.beginDeletion(aDeletion(other))).toEqual(other);
      expect(await operations.finishReplacement(lease)).toMatchObject({ id: resource.id, version: 4 });
    });

    test('fifty times concurrently deletes once, and begins one deletion', async () => {
      const { store, operations, resource } = await storeWithResource();
      const deletions = await Promise.all(fifty.map(() => operations.beginDeletion(aDeletion(resource))));
      expect(deletions.filter((deleted) => deleted !== undefined)).toEqual([resource]);
      expect(await claimAll(store)).toMatchObject([{ state: 'DELETING', imageId: resource.image.id }]);
    });

    test('and a concurrent end of a replacement leave no resource and one deletion', async () => {
      for (let round = 0; round < 10; round += 1) {
        const { store, operations, resource, lease, found } = await replacing({});
        const calls: (() => Promise<Resource | undefined>)[] = [
          () => operations.finishReplacement(lease),
          () => operations.beginDeletion(aDeletion(resource)),
        ];
        await Promise.all((round % 2 ? calls : calls.reverse()).map((call) => call()));
        expect(await found()).toBeUndefined();
        expect(await claimAll(store)).toMatchObject([{ state: 'DELETING', imageId: resource.image.id }]);
      }
    });
  });
}
