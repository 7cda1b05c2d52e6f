import { randomUUID } from 'node:crypto';
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
} from '../testing/resources.ts';
import type { NewCreate, NewOperation, OpenOperation, OperationStore, Postponement } from './operation-store.ts';
import type { ResourceStore } from './resource-store.ts';

/** A lifetime after which every key has expired, also of this millisecond. */
const everyKey = -1;

/** Contract of every engine for open operations and recorded reservations. */
export function operationClaimContract(opened: () => Promise<ClockedStore>): void {
  const begun = async (fields?: Partial<NewCreate>) => {
    const store = await opened();
    const create = aCreate(fields);
    expect(await store.operations.beginCreate(create)).toBe('BEGUN');
    return { store, operations: store.operations, create, lease: create.lease };
  };
  /** Begins creates, each due a second after the previous one, in reverse order; waits until all are due. */
  const beginMany = async ({ operations, clock }: ClockedStore, count: number) => {
    const creates = Array.from({ length: count }, (_, index) => aCreate({ leaseMs: index * 1_000 }));
    for (const create of creates.toReversed()) await operations.beginCreate(create);
    clock.advance(count * 1_000);
    return creates.map(({ lease }) => lease.operationId);
  };
  const idsOf = (claimed: OpenOperation[]) => claimed.map(({ lease }) => lease.operationId);

  describe('claim', () => {
    test('returns nothing if no operation is open', async () => {
      expect(await claimAll(await opened())).toEqual([]);
    });

    test('returns an operation once its lease has expired, and then again only after the new lease has', async () => {
      const { store, operations, create } = await begun();
      const claimAfter = (ms: number) => {
        store.clock.advance(ms);
        return operations.claim({ leaseMs: 10, limit: 9 });
      };
      expect(await claimAfter(create.leaseMs - 1)).toEqual([]);
      expect(await claimAfter(1)).toHaveLength(1);
      expect(await claimAfter(9)).toEqual([]);
      expect(await claimAfter(1)).toHaveLength(1);
    });

    test.each<[string, (now: Date) => Postponement]>([
      ['after a delay', () => ({ delayMs: 5_000 })],
      ['at a time', (now) => ({ dueAt: new Date(now.getTime() + 5_000) })],
    ])('returns no operation before it is due %s, even if its lease was released', async (_, postponementAt) => {
      const { store, operations, lease } = await begun();
      expect(await operations.postpone(lease, postponementAt(store.clock.now()))).toBe(true);
      store.clock.advance(4_999);
      expect(await operations.claim({ leaseMs: 1, limit: 9 })).toEqual([]);
      store.clock.advance(1);
      expect(await operations.claim({ leaseMs: 1, limit: 9 })).toHaveLength(1);
    });

    test('returns what is due first, up to the limit', async () => {
      const store = await opened();
      const ids = await beginMany(store, 7);
      const claim = async (limit: number) => idsOf(await store.operations.claim({ leaseMs: 1_000, limit })).sort();
      expect(await claim(1)).toEqual(ids.slice(0, 1));
      expect(await claim(2)).toEqual(ids.slice(1, 3).sort());
      expect(await claim(0)).toEqual([]);
      expect(await claim(9)).toEqual(ids.slice(3).sort());
    });

    test('gives each operation a new token each time, and counts attempts', async () => {
      const store = await opened();
      await beginMany(store, 3);
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
      const ids = await beginMany(one, 60);
      const claims = Array.from({ length: 14 }, (_, index) =>
        (index % 2 ? one : other).operations.claim({ leaseMs: 1_000, limit: 5 }),
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
    const claimed = async (store: ClockedStore, { lease, leaseMs, settleMs }: NewOperation) => {
      const { operationId } = lease;
      const startedAt = store.clock.now();
      const settlesAt = new Date(startedAt.getTime() + leaseMs + settleMs);
      const times = { leaseUntil: until, startedAt, settlesAt };
      const shared = { lease: { operationId, token: expect.any(String) }, ...times, attempts: 1 };
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
        const { operations: found, shared } = await claimed(store, replacement);
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
      const { operations: found, shared } = await claimed(store, deletion);
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
      const lease = { operationId: expect.any(String), token: expect.any(String) };
      const shared = { lease, leaseUntil: until, startedAt: store.clock.now(), settlesAt, attempts: 1 };
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
      const [delayMs, settlesAt] = [0, new Date('2100-01-01T00:00:00.123Z')];
      expect(await operations.postpone(lease, { delayMs })).toBe(true);
      const [first] = await claimAll(store);
      const settledAfterMs = create.leaseMs + create.settleMs;
      expect(first?.settlesAt).toEqual(new Date(store.clock.now().getTime() + settledAfterMs));
      expect(await operations.postpone(first?.lease ?? lease, { delayMs, settlesAt })).toBe(true);
      expect(await claimAll(store)).toMatchObject([{ settlesAt, state: 'RESERVING', attempts: 2 }]);
    });

    test('keeps the key', async () => {
      const idempotency = anIdempotency();
      const { operations, create, lease } = await begun({ idempotency });
      await operations.postpone(lease, { delayMs: 0, unresolved: 'NO_LISTING' });
      const found = await operations.findByKey(create.resource.ownerId, idempotency.key, centuryMs);
      expect(found).toEqual({ inputSha256: idempotency.inputSha256, resourceId: undefined });
    });
  });

  describe('countUnresolved', () => {
    const delayMs = 0;
    const unresolved = async () => {
      const held = await begun();
      expect(await held.operations.countUnresolved()).toBe(0);
      expect(await held.operations.startSearch(held.lease)).toBe(true);
      expect(await held.operations.postpone(held.lease, { delayMs, unresolved: 'NO_LISTING' })).toBe(true);
      expect(await held.operations.countUnresolved()).toBe(1);
      const [{ lease } = held] = await claimAll(held.store);
      expect(await held.operations.countUnresolved()).toBe(1);
      return { ...held, lease };
    };

    test.each<[string, 0 | 1, (parts: Awaited<ReturnType<typeof unresolved>>) => Promise<boolean>]>([
      [
        'keeps its reason over another attempt',
        1,
        ({ operations, lease }) => operations.postpone(lease, { delayMs, unresolved: 'UNKNOWN_BYTES' }),
      ],
      [
        'loses its reason when it is postponed without one',
        0,
        ({ operations, lease }) => operations.postpone(lease, { delayMs }),
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
      expect(await operations.postpone(lease, { delayMs, unresolved: 'UNKNOWN_BYTES' })).toBe(true);
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
      await operations.deleteExpiredKeys(everyKey);
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
      const claimed = await operations.claim({ leaseMs: 1_000, limit: 9 });
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
    test('deletes only keys of successful creates that are older than their lifetime', async () => {
      const { store, operations, create: open } = await begun({ idempotency: anIdempotency() });
      const finish = async () => {
        const create = aCreate({ idempotency: anIdempotency() });
        await operations.beginCreate(create);
        await ends.succeeded?.(store, create);
        return create;
      };
      const old = await finish();
      store.clock.advance(1);
      const young = await finish();
      await operations.deleteExpiredKeys(0);
      const isStored = async ({ resource, idempotency }: NewCreate) =>
        (await operations.findByKey(resource.ownerId, idempotency?.key ?? '', centuryMs)) !== undefined;
      expect([await isStored(old), await isStored(young), await isStored(open)]).toEqual([false, true, true]);
      expect(await claimAll(store)).toHaveLength(1);
    });

    test('keeps the resources of the creates', async () => {
      const { store, operations, create, lease } = await begun({ idempotency: anIdempotency() });
      const image = anImage();
      const created = madeBy(create, image);
      await operations.reserve(lease, image);
      const resource = await operations.finishCreate(lease, created);
      await operations.deleteExpiredKeys(everyKey);
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
