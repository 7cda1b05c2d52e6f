import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  aCreate,
  aDeletion,
  anIdempotency,
  anImage,
  aReplacement,
  aResource,
  claimAll,
  madeBy,
} from '../testing/resources.ts';
import type { NewCreate, OpenOperation, OperationStore } from './operation-store.ts';
import type { ResourceStore } from './resource-store.ts';

const always = new Date(0);

/** Contract of every engine for open operations and recorded reservations. */
export function operationClaimContract(opened: () => Promise<ResourceStore>): void {
  const begun = async (fields?: Partial<NewCreate>) => {
    const store = await opened();
    const create = aCreate(fields);
    expect(await store.operations.beginCreate(create)).toBe(true);
    return { store, operations: store.operations, create, lease: create.lease };
  };
  /** Begins creates, each due a second after the previous one, in reverse order. */
  const beginMany = async ({ operations }: ResourceStore, count: number, firstAt: Date) => {
    const creates = Array.from({ length: count }, (_, index) => {
      const until = new Date(firstAt.getTime() + index * 1_000);
      return aCreate({ lease: { operationId: randomUUID(), token: randomUUID(), until } });
    });
    for (const create of creates.toReversed()) await operations.beginCreate(create);
    return creates.map(({ lease }) => lease.operationId);
  };
  const idsOf = (claimed: OpenOperation[]) => claimed.map(({ lease }) => lease.operationId);

  describe('claim', () => {
    test('returns nothing if no operation is open', async () => {
      expect(await claimAll(await opened())).toEqual([]);
    });

    test('returns an operation once its lease has expired, and then again only after the new lease has', async () => {
      const { operations, lease } = await begun();
      const at = (now: number, until: number) =>
        operations.claim({ now: new Date(now), until: new Date(until), limit: 9 });
      const until = lease.until.getTime();
      expect(await at(until - 1, until + 10)).toEqual([]);
      expect(await at(until, until + 10)).toHaveLength(1);
      expect(await at(until + 9, until + 20)).toEqual([]);
      expect(await at(until + 10, until + 20)).toHaveLength(1);
    });

    test('returns no operation that is not due, even if its lease was released', async () => {
      const { operations, lease } = await begun();
      const dueAt = new Date('2100-01-01');
      expect(await operations.postpone(lease, { dueAt })).toBe(true);
      const at = (now: Date) => operations.claim({ now, until: new Date('2200-01-01'), limit: 9 });
      expect(await at(new Date(dueAt.getTime() - 1))).toEqual([]);
      expect(await at(dueAt)).toHaveLength(1);
    });

    test('returns what is due first, up to the limit', async () => {
      const store = await opened();
      const ids = await beginMany(store, 7, new Date(5_000));
      const claim = async (limit: number) => {
        const claimed = await store.operations.claim({ now: new Date(), until: new Date('2100-01-01'), limit });
        return idsOf(claimed).sort();
      };
      expect(await claim(1)).toEqual(ids.slice(0, 1));
      expect(await claim(2)).toEqual(ids.slice(1, 3).sort());
      expect(await claim(0)).toEqual([]);
      expect(await claim(9)).toEqual(ids.slice(3).sort());
    });

    test('gives each operation a new token each time, and counts attempts', async () => {
      const store = await opened();
      await beginMany(store, 3, new Date(5_000));
      const tokens = new Set<string>();
      for (const attempts of [1, 2, 3]) {
        const claimed = await claimAll(store);
        expect(claimed.map((operation) => operation.attempts)).toEqual([attempts, attempts, attempts]);
        for (const { lease } of claimed) tokens.add(lease.token);
      }
      expect(tokens.size).toBe(9);
    });

    test('grants a valid lease and invalidates the previous one', async () => {
      const { store, operations, lease } = await begun();
      const [first] = await claimAll(store);
      const [second] = await claimAll(store);
      for (const passed of [lease, first?.lease ?? lease]) expect(await operations.startSearch(passed)).toBe(false);
      expect(await operations.startSearch(second?.lease ?? lease)).toBe(true);
    });

    test('by two stores concurrently returns each operation to only one of them', async () => {
      const [one, other] = [await opened(), await opened()];
      const ids = await beginMany(one, 60, new Date(5_000));
      const claims = Array.from({ length: 14 }, (_, index) =>
        (index % 2 ? one : other).operations.claim({ now: new Date(), until: new Date('2100-01-01'), limit: 5 }),
      );
      const claimed = (await Promise.all(claims)).flat();
      expect(idsOf(claimed).sort()).toEqual(ids.sort());
      expect(claimed.map(({ attempts }) => attempts)).toEqual(ids.map(() => 1));
    });

    test('never returns an ended operation', async () => {
      const { store, operations, create, lease } = await begun({ idempotency: anIdempotency() });
      const image = anImage();
      await operations.reserve(lease, image);
      expect(await operations.finishCreate(lease, madeBy(create, image))).toBeDefined();
      const second = aCreate();
      await operations.beginCreate(second);
      expect(await operations.end(second.lease)).toBe(true);
      expect(await claimAll(store)).toEqual([]);
    });
  });

  describe('claim returns every property of an operation in state', () => {
    const until = new Date('2100-01-01T00:00:00.123Z');
    const claimed = async (store: ResourceStore, { lease, startedAt, settlesAt }: Omit<NewCreate, 'resource'>) => {
      const { operationId } = lease;
      const shared = { lease: { operationId, token: expect.any(String), until }, startedAt, settlesAt, attempts: 1 };
      const operations = await claimAll(store, until);
      return { operations, shared };
    };

    test('RESERVING and SEARCHING', async () => {
      const { store, operations, create, lease } = await begun({ idempotency: anIdempotency() });
      const { reservationSha256 } = create;
      const first = await claimed(store, create);
      expect(first.operations).toStrictEqual([{ ...first.shared, state: 'RESERVING', reservationSha256 }]);
      expect(await operations.startSearch(first.operations[0]?.lease ?? lease)).toBe(true);
      const second = await claimed(store, create);
      const expected = { ...second.shared, attempts: 2, state: 'SEARCHING', reservationSha256 };
      expect(second.operations).toStrictEqual([expected]);
    });

    test.each([true, false])('RESERVED, with a key: %s', async (isKeyed) => {
      const { id: _id, url: _url, ...properties } = anImage();
      const resource = { ownerId: randomUUID(), title: 'Ünï "😀"', description: ' \n\\%', image: properties };
      const { store, operations, create } = await begun({
        ...{ resource, idempotency: isKeyed ? anIdempotency() : undefined },
      });
      const { id: imageId, url: imageUrl } = anImage();
      expect(await operations.reserve(create.lease, { id: imageId, url: imageUrl })).toBe('RESERVED');
      const { operations: found, shared } = await claimed(store, create);
      expect(found).toStrictEqual([{ ...shared, state: 'RESERVED', imageId, imageUrl, resource, isKeyed }]);
    });

    test.each([{}, { title: 'New', description: null }, { description: 'Ünï "😀"\n' }])(
      'REPLACING, with changes %j',
      async (textChanges) => {
        const store = await opened();
        const resource = aResource();
        await store.insert(resource);
        const { changes, ...replacement } = aReplacement(resource);
        const expected = { ...textChanges, ...changes };
        await store.operations.beginReplacement({ ...replacement, changes: expected });
        const { operations: found, shared } = await claimed(store, { ...replacement, reservationSha256: '' });
        const { id: imageId, url: imageUrl, sha256: oldSha256 } = resource.image;
        expect(found).toStrictEqual([
          { ...shared, state: 'REPLACING', imageId, imageUrl, oldSha256, changes: expected },
        ]);
      },
    );

    test('DELETING, for a resource', async () => {
      const store = await opened();
      const resource = aResource();
      await store.insert(resource);
      const deletion = aDeletion(resource);
      await store.operations.beginDeletion(deletion);
      const { operations: found, shared } = await claimed(store, { ...deletion, reservationSha256: '' });
      expect(found).toStrictEqual([{ ...shared, state: 'DELETING', imageId: resource.image.id }]);
    });

    test('LANDING', async () => {
      const store = await opened();
      const resource = aResource();
      await store.insert(resource);
      const replacement = aReplacement(resource);
      await store.operations.beginReplacement(replacement);
      const settlesAt = new Date('2099-01-01T00:00:00.123Z');
      await store.operations.finishReplacement(replacement.lease, { settlesAt });
      const lease = { operationId: expect.any(String), token: expect.any(String), until };
      const shared = { lease, startedAt: expect.any(Date), settlesAt, attempts: 1 };
      expect(await claimAll(store, until)).toStrictEqual([{ ...shared, state: 'LANDING' }]);
    });

    test.each(['RESERVED', 'SEARCHING'])('DELETING, for a create that was %s', async (state) => {
      const { store, operations, create, lease } = await begun();
      const { id: imageId, url } = anImage();
      if (state === 'RESERVED') expect(await operations.reserve(lease, { id: imageId, url })).toBe('RESERVED');
      else expect(await operations.startSearch(lease)).toBe(true);
      expect(await operations.discard(lease, imageId)).toBe(true);
      const { operations: found, shared } = await claimed(store, create);
      expect(found).toStrictEqual([{ ...shared, state: 'DELETING', imageId }]);
    });
  });

  describe('postpone', () => {
    test('keeps settlesAt unless it gets another', async () => {
      const { store, operations, create, lease } = await begun();
      const [dueAt, settlesAt] = [new Date(), new Date('2100-01-01T00:00:00.123Z')];
      expect(await operations.postpone(lease, { dueAt })).toBe(true);
      const [first] = await claimAll(store);
      expect(first?.settlesAt).toEqual(create.settlesAt);
      expect(await operations.postpone(first?.lease ?? lease, { dueAt, settlesAt })).toBe(true);
      expect(await claimAll(store)).toMatchObject([{ settlesAt, state: 'RESERVING', attempts: 2 }]);
    });

    test('keeps the key', async () => {
      const idempotency = anIdempotency();
      const { operations, create, lease } = await begun({ idempotency });
      await operations.postpone(lease, { dueAt: new Date(), unresolved: 'NO_LISTING' });
      const found = await operations.findByKey(create.resource.ownerId, idempotency.key, always);
      expect(found).toEqual({ inputSha256: idempotency.inputSha256, resourceId: undefined });
    });
  });

  describe('countUnresolved', () => {
    const dueAt = new Date();
    const unresolved = async () => {
      const held = await begun();
      expect(await held.operations.countUnresolved()).toBe(0);
      expect(await held.operations.startSearch(held.lease)).toBe(true);
      expect(await held.operations.postpone(held.lease, { dueAt, unresolved: 'NO_LISTING' })).toBe(true);
      expect(await held.operations.countUnresolved()).toBe(1);
      const [{ lease } = held] = await claimAll(held.store);
      expect(await held.operations.countUnresolved()).toBe(1);
      return { ...held, lease };
    };

    test.each<[string, 0 | 1, (parts: Awaited<ReturnType<typeof unresolved>>) => Promise<boolean>]>([
      [
        'keeps its reason over another attempt',
        1,
        ({ operations, lease }) => operations.postpone(lease, { dueAt, unresolved: 'UNKNOWN_BYTES' }),
      ],
      [
        'loses its reason when it is postponed without one',
        0,
        ({ operations, lease }) => operations.postpone(lease, { dueAt }),
      ],
      [
        'loses its reason when its image is found',
        0,
        ({ operations, lease }) => operations.discard(lease, anImage().id),
      ],
      ['loses its reason when it ends', 0, ({ operations, lease }) => operations.end(lease)],
    ])('an unresolved operation %s', async (_, left, act) => {
      const parts = await unresolved();
      expect(await act(parts)).toBe(true);
      expect(await parts.operations.countUnresolved()).toBe(left);
    });

    test('counts each unresolved operation, but no replacement whose resource was deleted', async () => {
      const { store, operations } = await unresolved();
      const resource = aResource();
      await store.insert(resource);
      const { lease, ...replacement } = aReplacement(resource);
      await operations.beginReplacement({ lease, ...replacement });
      expect(await operations.postpone(lease, { dueAt, unresolved: 'UNKNOWN_BYTES' })).toBe(true);
      expect(await operations.countUnresolved()).toBe(2);
      await operations.beginDeletion(aDeletion(resource));
      expect(await operations.countUnresolved()).toBe(1);
    });
  });

  /** Ways in which a create with a key can end. */
  const ends: Record<string, (store: ResourceStore, create: NewCreate) => Promise<unknown>> = {
    'ended without a result': async ({ operations }, { lease }) => operations.end(lease),
    'was searched for in vain': async ({ operations }, { lease }) => {
      expect(await operations.startSearch(lease)).toBe(true);
      return operations.end(lease);
    },
    'was discarded and its image deleted': async ({ operations }, { lease }) => {
      const image = anImage();
      await operations.reserve(lease, image);
      expect(await operations.discard(lease, image.id)).toBe(true);
      return operations.end(lease);
    },
    succeeded: async ({ operations }, create) => {
      const image = anImage();
      await operations.reserve(create.lease, image);
      return (await operations.finishCreate(create.lease, madeBy(create, image))) !== undefined;
    },
    'succeeded, and its key expired': async ({ operations }, create) => {
      const image = anImage();
      await operations.reserve(create.lease, image);
      await operations.finishCreate(create.lease, madeBy(create, image));
      await operations.deleteExpiredKeys(new Date('9999-01-01'));
      return true;
    },
  };
  const ended = async (end: string) => {
    const held = await begun({ idempotency: anIdempotency() });
    expect(await ends[end]?.(held.store, held.create)).toBe(true);
    return held;
  };

  describe('recordedReservations', () => {
    test.each(Object.keys(ends))('returns a reservation whose create %s', async (end) => {
      const { operations, create } = await ended(end);
      const { reservationSha256 } = create;
      const hashes = [aCreate().reservationSha256, reservationSha256, create.resource.image.sha256];
      expect(await operations.recordedReservations(hashes)).toEqual([reservationSha256]);
    });

    test('returns nothing for no hash, and accepts any number of hashes', async () => {
      const { operations, create } = await begun();
      expect(await operations.recordedReservations([])).toEqual([]);
      const many = Array.from({ length: 50_000 }, (_, index) => `hash-${index}`);
      expect(await operations.recordedReservations([...many, create.reservationSha256])).toEqual([
        create.reservationSha256,
      ]);
    });
  });

  describe('adopt', () => {
    const strayOf = ({ reservationSha256 }: Pick<NewCreate, 'reservationSha256'>) => ({
      ...{ operationId: randomUUID(), imageId: anImage().id, reservationSha256 },
    });

    test.each(Object.keys(ends))('begins one deletion of an image, due now, whose create %s', async (end) => {
      const { operations, create } = await ended(end);
      const stray = strayOf(create);
      expect(await operations.adoptOrphan(stray)).toBe(true);
      expect(await operations.adoptOrphan({ ...stray, operationId: randomUUID() })).toBe(false);
      const { operationId, imageId } = stray;
      const claimed = await operations.claim({ now: new Date(), until: new Date('2100-01-01'), limit: 9 });
      expect(claimed).toMatchObject([{ lease: { operationId }, state: 'DELETING', imageId, attempts: 1 }]);
      expect(await operations.end((claimed[0] as OpenOperation).lease)).toBe(true);
    });

    test('begins no deletion for a hash that was never recorded', async () => {
      const { store, operations } = await begun();
      expect(await operations.adoptOrphan(strayOf(aCreate()))).toBe(false);
      expect(await claimAll(store)).toMatchObject([{ state: 'RESERVING' }]);
    });

    test('begins no deletion of an image that a create expects', async () => {
      const { store, operations, create } = await begun();
      expect(await operations.adoptOrphan(strayOf(create))).toBe(false);
      expect(await claimAll(store)).toMatchObject([{ state: 'RESERVING' }]);
    });

    test('begins a deletion of a second image of an abandoned create', async () => {
      const { operations, create, lease } = await begun();
      expect(await operations.startSearch(lease)).toBe(true);
      expect(await operations.adoptOrphan(strayOf(create))).toBe(true);
      expect(await operations.discard(lease, 'f'.repeat(24))).toBe(true);
    });

    test('begins no deletion of an image that anything refers to', async () => {
      const { store, operations, create } = await ended('ended without a result');
      const refers = await referring(store);
      const before = idsOf(await claimAll(store)).sort();
      for (const imageId of Object.values(refers)) {
        expect(await operations.adoptOrphan({ ...strayOf(create), imageId })).toBe(false);
      }
      expect(idsOf(await claimAll(store)).sort()).toEqual(before);
    });

    test('of one image, fifty times concurrently, succeeds once', async () => {
      const { operations, create } = await ended('ended without a result');
      const stray = strayOf(create);
      const adopt = () => operations.adoptOrphan({ ...stray, operationId: randomUUID() });
      const results = await Promise.all(Array.from({ length: 50 }, adopt));
      expect(results.filter(Boolean)).toHaveLength(1);
    });
  });

  describe('referencedImages', () => {
    const referenced = async (operations: OperationStore, ids: string[]) =>
      new Set(await operations.referencedImages(ids));

    test('returns images of resources and of operations', async () => {
      const store = await opened();
      const ids = Object.values(await referring(store));
      expect(await referenced(store.operations, [...ids, anImage().id, ''])).toEqual(new Set(ids));
      expect(await referenced(store.operations, ids.slice(0, 1))).toEqual(new Set(ids.slice(0, 1)));
    });

    test('returns nothing for no image, and accepts any number of images', async () => {
      const store = await opened();
      const ids = Object.values(await referring(store));
      expect(await store.operations.referencedImages([])).toEqual([]);
      const many = Array.from({ length: 50_000 }, (_, index) => `image-${index}`);
      expect(await referenced(store.operations, [...many, ...ids])).toEqual(new Set(ids));
    });

    test('returns no image of an ended operation', async () => {
      const store = await opened();
      const { current, replaced, ...others } = await referring(store);
      for (const { lease } of await claimAll(store)) expect(await store.operations.end(lease)).toBe(true);
      const ids = [current, replaced, ...Object.values(others)];
      expect(await referenced(store.operations, ids)).toEqual(new Set([current, replaced]));
    });
  });

  describe('deleteExpiredKeys', () => {
    test('deletes only keys of successful creates that started before the time', async () => {
      const { store, operations } = await begun();
      const at = new Date('2026-11-24T12:00:00.000Z');
      const finish = async (startedAt: Date) => {
        const create = aCreate({ startedAt, idempotency: anIdempotency() });
        await operations.beginCreate(create);
        await ends.succeeded?.(store, create);
        return create;
      };
      const open = aCreate({ startedAt: new Date(1), idempotency: anIdempotency() });
      await operations.beginCreate(open);
      const [old, young] = [await finish(new Date(at.getTime() - 1)), await finish(at)];
      await operations.deleteExpiredKeys(at);
      const isStored = async ({ resource, idempotency }: NewCreate) =>
        (await operations.findByKey(resource.ownerId, idempotency?.key ?? '', always)) !== undefined;
      expect([await isStored(old), await isStored(young), await isStored(open)]).toEqual([false, true, true]);
      expect(await claimAll(store)).toHaveLength(2);
    });

    test('keeps the resources of the creates', async () => {
      const { store, operations, create, lease } = await begun({ idempotency: anIdempotency() });
      const image = anImage();
      const created = madeBy(create, image);
      await operations.reserve(lease, image);
      const resource = await operations.finishCreate(lease, created);
      await operations.deleteExpiredKeys(new Date('9999-01-01'));
      expect(await store.find(created)).toEqual(resource);
    });
  });
}

/** Images with each kind of reference. */
async function referring(store: ResourceStore) {
  const { operations } = store;
  const [current, replaced, deleted] = [aResource(), aResource(), aResource()];
  for (const resource of [current, replaced, deleted]) await store.insert(resource);
  await operations.beginReplacement(aReplacement(replaced));
  await operations.beginDeletion(aDeletion(deleted));
  const [create, image] = [aCreate(), anImage()];
  await operations.beginCreate(create);
  await operations.reserve(create.lease, image);
  return { current: current.image.id, replaced: replaced.image.id, deleted: deleted.image.id, reserved: image.id };
}
