import { describe, expect, test } from 'vitest';
import {
  aCreate,
  aDeletion,
  anIdempotency,
  anImage,
  aReplacement,
  aResource,
  type ClockedStore,
  centuryMs,
  claimAll,
  madeBy,
  removeResource,
} from '../testing/resources.ts';
import type { NewCreate } from './operation-store.ts';
import type { Resource, StoredImage } from './resource.ts';
import type { ResourceStore } from './resource-store.ts';

const always = new Date(0);
const fifty = Array.from({ length: 50 });

/** Contract of every engine for creates, their keys and their reservations. */
export function operationCreateContract(opened: () => Promise<ClockedStore>): void {
  /** A store with a create that has a key, and what findByKey returns for it. */
  const begun = async (fields?: Partial<NewCreate>) => {
    const store = await opened();
    const idempotency = anIdempotency();
    const create = aCreate({ idempotency, ...fields });
    expect(await store.operations.beginCreate(create)).toBe('BEGUN');
    const { ownerId } = create.resource;
    const keyed = (lifetimeMs = centuryMs) => store.operations.findByKey(ownerId, idempotency.key, lifetimeMs);
    const again = (lifetimeMs = centuryMs) => {
      const resource = { ...aCreate().resource, ownerId };
      return aCreate({ resource, idempotency: { ...anIdempotency(), key: idempotency.key, lifetimeMs } });
    };
    return { store, operations: store.operations, create, lease: create.lease, idempotency, keyed, again };
  };
  const reserved = async (fields?: Partial<NewCreate>) => {
    const begins = await begun(fields);
    const image = anImage();
    expect(await begins.operations.reserve(begins.lease, image)).toBe('RESERVED');
    return { ...begins, image, resource: madeBy(begins.create, image) };
  };
  const finished = async (fields?: Partial<NewCreate>) => {
    const begins = await reserved(fields);
    const resource = await begins.operations.finishCreate(begins.lease, begins.resource);
    expect(resource).toEqual({ ...begins.resource, createdAt: expect.any(Date), updatedAt: resource?.createdAt });
    return { ...begins, resource: resource as Resource };
  };
  const insert = async (store: ResourceStore, image?: StoredImage) => {
    const resource = aResource(image && { image });
    expect(await store.insert(resource)).toBe(true);
    return resource;
  };

  describe('beginCreate', () => {
    test.each([
      ['in progress', begun],
      ['in progress, with an image', reserved],
      ['that succeeded', finished],
    ])('stores nothing if the owner’s key belongs to a create %s, and returns that', async (_, bring) => {
      const { store, operations, keyed, again } = await bring();
      const stored = await keyed();
      const second = again();
      const open = (await claimAll(store)).length;
      expect(await operations.beginCreate(second)).toEqual(stored);
      expect(await claimAll(store)).toHaveLength(open);
      expect(await operations.recordedReservations([second.reservationSha256])).toEqual([]);
      expect(await operations.end(second.lease)).toBe(false);
      expect(await keyed()).toEqual(stored);
    });

    test('with one key, fifty times concurrently, succeeds once', async () => {
      const store = await opened();
      const { operations } = store;
      const { resource, idempotency } = aCreate({ idempotency: anIdempotency() });
      const creates = fifty.map(() => aCreate({ resource, idempotency }));
      const results = await Promise.all(creates.map((create) => operations.beginCreate(create)));
      const inProgress = { inputSha256: idempotency?.inputSha256, resourceId: undefined };
      expect(results.filter((result) => result !== 'BEGUN')).toEqual(fifty.slice(1).map(() => inProgress));
      const [winner] = creates.filter((_, index) => results[index] === 'BEGUN');
      const claimed = await claimAll(store);
      expect(claimed.map(({ lease }) => lease.operationId)).toEqual([winner?.lease.operationId]);
      const hashes = creates.map(({ reservationSha256 }) => reservationSha256);
      expect(await operations.recordedReservations(hashes)).toEqual([winner?.reservationSha256]);
    });

    test('without a key, fifty times concurrently by one owner, succeeds each time', async () => {
      const { operations } = await opened();
      const { resource } = aCreate();
      const results = await Promise.all(fifty.map(() => operations.beginCreate(aCreate({ resource }))));
      expect(results).toEqual(fifty.map(() => 'BEGUN'));
    });

    test('accepts a key of another owner, and leaves theirs', async () => {
      const { operations, idempotency, keyed } = await begun();
      const stored = await keyed();
      const other = aCreate({ idempotency: { ...anIdempotency(), key: idempotency.key } });
      expect(await operations.beginCreate(other)).toBe('BEGUN');
      expect(await keyed()).toEqual(stored);
      const { inputSha256 } = other.idempotency ?? {};
      const found = await operations.findByKey(other.resource.ownerId, idempotency.key, centuryMs);
      expect(found).toEqual({ inputSha256, resourceId: undefined });
    });

    test('takes an expired key from a create in progress, which continues without it', async () => {
      const { store, operations, lease, resource, keyed, again } = await reserved();
      store.clock.advance(1);
      const second = again(0);
      expect(await operations.beginCreate(second)).toBe('BEGUN');
      const claimed = await claimAll(store);
      const first = claimed.find((operation) => operation.lease.operationId === lease.operationId);
      expect(first).toMatchObject({ state: 'RESERVED', isKeyed: false });
      expect(await operations.finishCreate(first?.lease ?? lease, resource)).toBeDefined();
      expect(await keyed()).toEqual({ inputSha256: second.idempotency?.inputSha256, resourceId: undefined });
    });

    test.each([
      ['in progress', begun],
      ['in progress, with an image', reserved],
      ['that succeeded', finished],
    ])('takes the key of a create %s only after the lifetime of the key', async (_, bring) => {
      const { store, operations, keyed, again } = await bring();
      const stored = await keyed();
      store.clock.advance(5_000);
      expect(await operations.beginCreate(again(5_000))).toEqual(stored);
      const second = again(4_999);
      expect(await operations.beginCreate(second)).toBe('BEGUN');
      expect(await keyed()).toEqual({ inputSha256: second.idempotency?.inputSha256, resourceId: undefined });
    });
  });

  describe('findByKey', () => {
    test('finds nothing for another owner, another key or an empty key', async () => {
      const { operations, create, idempotency } = await begun();
      const { ownerId } = create.resource;
      expect(await operations.findByKey(aCreate().resource.ownerId, idempotency.key, centuryMs)).toBeUndefined();
      for (const key of ['', anIdempotency().key, idempotency.key.toUpperCase(), `${idempotency.key} `]) {
        expect(await operations.findByKey(ownerId, key, centuryMs)).toBeUndefined();
      }
    });

    test('finds no create without a key', async () => {
      const { operations, create } = await begun({ idempotency: undefined });
      expect(await operations.findByKey(create.resource.ownerId, '', centuryMs)).toBeUndefined();
    });

    test('returns the resource of a create that succeeded', async () => {
      const { operations, lease, idempotency, keyed } = await begun();
      const { inputSha256 } = idempotency;
      expect(await keyed()).toEqual({ inputSha256, resourceId: undefined });
      const image = anImage();
      expect(await operations.reserve(lease, image)).toBe('RESERVED');
      expect(await keyed()).toEqual({ inputSha256, resourceId: undefined });
      const resource = aResource({ image });
      expect(await operations.finishCreate(lease, resource)).toBeDefined();
      expect(await keyed()).toEqual({ inputSha256, resourceId: resource.id });
    });

    test.each([
      ['is in progress', begun],
      ['has succeeded', finished],
    ])('finds a create that %s until the lifetime of its key is over', async (_, bring) => {
      const { store, keyed } = await bring();
      store.clock.advance(5_000);
      expect(await keyed(5_000)).toBeDefined();
      expect(await keyed(4_999)).toBeUndefined();
    });

    test('finds a key even after its resource was deleted', async () => {
      const { store, keyed, resource } = await finished();
      await removeResource(store, resource);
      expect(await keyed()).toMatchObject({ resourceId: resource.id });
    });

    test.each(['😀'.repeat(64), "'; DROP TABLE operations; --", '%', ' ', 'ÄẞΣ', 'e\u0301'])(
      'compares keys exactly: %j',
      async (key) => {
        const idempotency = { ...anIdempotency(), key };
        const { operations, create } = await begun({ idempotency });
        const { ownerId } = create.resource;
        expect(await operations.findByKey(ownerId, `${key}x`, centuryMs)).toBeUndefined();
        expect(await operations.findByKey(ownerId, key.normalize('NFC').toLowerCase(), centuryMs)).toEqual(
          key === key.normalize('NFC').toLowerCase() ? expect.anything() : undefined,
        );
        expect(await operations.findByKey(ownerId, key, centuryMs)).toMatchObject({
          inputSha256: idempotency.inputSha256,
        });
      },
    );
  });

  describe('reserve', () => {
    const takers: Record<string, (store: ResourceStore) => Promise<StoredImage>> = {
      'a resource': async (store) => (await insert(store)).image,
      'a resource whose image is being replaced': async (store) => {
        const resource = await insert(store);
        expect(await store.operations.beginReplacement(aReplacement(resource))).toBe('BEGUN');
        return resource.image;
      },
      'another create': async (store) => {
        const [create, image] = [aCreate(), anImage()];
        await store.operations.beginCreate(create);
        expect(await store.operations.reserve(create.lease, image)).toBe('RESERVED');
        return image;
      },
      'a deletion': async (store) => {
        const resource = await insert(store);
        expect(await store.operations.beginDeletion(aDeletion(resource))).toEqual(resource);
        return resource.image;
      },
      'an abandoned create': async (store) => {
        const [create, image] = [aCreate(), anImage()];
        await store.operations.beginCreate(create);
        expect(await store.operations.startSearch(create.lease)).toBe(true);
        expect(await store.operations.discard(create.lease, image.id)).toBe(true);
        return image;
      },
    };
    test.each(Object.keys(takers))('is TAKEN, and changes nothing, if %s has the image', async (taker) => {
      const { store, operations, create, lease, keyed } = await begun();
      const stored = await keyed();
      const image = (await takers[taker]?.(store)) as StoredImage;
      expect(await operations.reserve(lease, image)).toBe('TAKEN');
      expect(await keyed()).toEqual(stored);
      const claimed = await claimAll(store);
      const own = claimed.find((operation) => operation.lease.operationId === lease.operationId);
      expect(own).toMatchObject({ state: 'RESERVING', reservationSha256: create.reservationSha256 });
      expect(await operations.reserve(own?.lease ?? lease, anImage())).toBe('RESERVED');
    });

    test('of one image by fifty creates concurrently succeeds once', async () => {
      const { operations } = await opened();
      const image = anImage();
      const creates = fifty.map(() => aCreate());
      for (const create of creates) await operations.beginCreate(create);
      const results = await Promise.all(creates.map(({ lease }) => operations.reserve(lease, image)));
      expect(results.sort()).toEqual(['RESERVED', ...fifty.slice(1).map(() => 'TAKEN')]);
    });

    test('accepts an image again when nothing refers to it any more', async () => {
      const { store, operations, lease } = await begun();
      const { image, ...resource } = await insert(store);
      await removeResource(store, resource);
      expect(await operations.reserve(lease, image)).toBe('RESERVED');
    });
  });

  describe('finishCreate', () => {
    test.each([
      ['with a key', anIdempotency()],
      ['without', undefined],
    ])('stores every property of the resource, %s', async (_, idempotency) => {
      const { store, resource } = await finished({ idempotency });
      expect(await store.find(resource)).toEqual(resource);
      expect(await claimAll(store)).toEqual([]);
    });

    test.each([
      ['with a key', anIdempotency()],
      ['without', undefined],
    ])('locks only the image if a late write is possible, %s', async (_, idempotency) => {
      const { store, operations, lease, resource } = await reserved({ idempotency });
      const settlesAt = new Date('2100-01-01T00:00:00.123Z');
      expect(await operations.finishCreate(lease, resource, { settlesAt })).toBeDefined();
      expect(await operations.beginReplacement(aReplacement(resource))).toBe('LOCKED');
      expect(await store.update(resource, { title: 'New' })).toMatchObject({ title: 'New', version: 2 });
      const [operation, ...others] = await claimAll(store);
      expect([operation, ...others]).toMatchObject([{ state: 'LANDING', settlesAt }]);
      expect(await operations.end(operation?.lease ?? lease)).toBe(true);
      expect(await operations.beginReplacement(aReplacement(resource))).toBe('BEGUN');
    });

    test('locks nothing if the lease has expired', async () => {
      const { store, operations, lease, resource } = await reserved();
      await claimAll(store, always);
      expect(await operations.finishCreate(lease, resource, { settlesAt: new Date() })).toBeUndefined();
      expect(await store.find(resource)).toBeUndefined();
      expect(await claimAll(store)).toMatchObject([{ state: 'RESERVED' }]);
    });

    test('stores nothing after the create was discarded', async () => {
      const { store, operations, lease, image, resource } = await reserved();
      expect(await operations.discard(lease, image.id)).toBe(true);
      expect(await operations.finishCreate(lease, resource)).toBeUndefined();
      expect(await store.find(resource)).toBeUndefined();
    });

    test('and a concurrent discard: only one of them succeeds', async () => {
      for (let round = 0; round < 10; round += 1) {
        const { store, operations, lease, image, resource } = await reserved();
        const finish = () => operations.finishCreate(lease, resource);
        const discard = () => operations.discard(lease, image.id);
        const results = await Promise.all((round % 2 ? [finish, discard] : [discard, finish]).map((call) => call()));
        expect(results.filter(Boolean)).toHaveLength(1);
        const isStored = (await store.find(resource)) !== undefined;
        expect((await claimAll(store)).map(({ state }) => state)).toEqual(isStored ? [] : ['DELETING']);
      }
    });
  });

  describe('the key is free again', () => {
    type Begins = Awaited<ReturnType<typeof reserved>>;
    test.each<[string, () => Promise<Omit<Begins, 'image' | 'resource'>>, (begins: Begins) => Promise<boolean>]>([
      ['after startSearch', begun, ({ operations, lease }) => operations.startSearch(lease)],
      ['after discard', reserved, ({ operations, lease, image }) => operations.discard(lease, image.id)],
      ['after end without an image', begun, ({ operations, lease }) => operations.end(lease)],
      ['after end with an image', reserved, ({ operations, lease }) => operations.end(lease)],
    ])('%s', async (_, bring, give) => {
      const begins = await bring();
      expect(await give(begins as Begins)).toBe(true);
      expect(await begins.keyed()).toBeUndefined();
      const second = begins.again();
      expect(await begins.operations.beginCreate(second)).toBe('BEGUN');
      expect(await begins.keyed()).toMatchObject({ inputSha256: second.idempotency?.inputSha256 });
    });
  });
}
