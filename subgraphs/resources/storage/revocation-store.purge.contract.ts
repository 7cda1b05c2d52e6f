import { expect, test } from 'vitest';
import { aRevocation, purgeAccount, purgeAll } from '../testing/events.ts';
import {
  aCreate,
  anIdempotency,
  anImage,
  aReplacement,
  aResource,
  type ClockedStore,
  centuryMs,
  claimAll,
  madeBy,
  manyResources,
} from '../testing/resources.ts';
import type { OpenOperation } from './operation-store.ts';
import type { Resource } from './resource.ts';
import type { ResourceStore } from './resource-store.ts';

/** Contract of every engine for deleting what purged accounts left. */
export function purgeContract(opened: () => Promise<ClockedStore>): void {
  const insert = async (store: ResourceStore, resources: Resource[]) => {
    for (const resource of resources) expect(await store.insert(resource)).toBe(true);
  };
  const countOf = (store: ResourceStore, ownerId: string) => store.count({ ownerId, order: 'NEWEST', filter: {} });
  const deletingIn = (open: OpenOperation[]) =>
    open.flatMap((operation) => (operation.state === 'DELETING' ? operation.imageId : []));

  /** A create in progress that has a key. */
  const begin = async ({ operations }: ResourceStore, ownerId: string) => {
    const resource = { ...aCreate().resource, ownerId };
    const create = aCreate({ resource, idempotency: anIdempotency() });
    expect(await operations.beginCreate(create)).toBe('BEGUN');
    const keyed = () => operations.findByKey(ownerId, create.idempotency?.key ?? '', centuryMs);
    expect(await keyed()).toBeDefined();
    return { create, lease: create.lease, keyed };
  };
  const reserve = async (store: ResourceStore, ownerId: string) => {
    const begun = await begin(store, ownerId);
    const image = anImage();
    expect(await store.operations.reserve(begun.lease, image)).toBe('RESERVED');
    return { ...begun, image };
  };
  const finish = async (store: ResourceStore, ownerId: string) => {
    const { create, lease, image, keyed } = await reserve(store, ownerId);
    const made = madeBy(create, image);
    expect(await store.operations.finishCreate(lease, made)).toBeDefined();
    return { made, keyed };
  };

  test('does nothing if no account is purged', async () => {
    const store = await opened();
    const resource = aResource();
    await insert(store, [resource]);
    await store.revocations.accept(aRevocation({ userId: resource.ownerId }));
    expect(await store.revocations.purgeSome(10)).toBe(false);
    expect(await store.find(resource)).toEqual(resource);
  });

  test('replaces each resource of the account by a deletion of its image, due at once, and no other resource', async () => {
    const store = await opened();
    const [ada, bob] = [aResource().ownerId, aResource().ownerId];
    const [adas, bobs] = [manyResources(7, ada), manyResources(7, bob)];
    await insert(store, [...adas, ...bobs]);
    await purgeAccount(store, ada);
    await purgeAll(store);
    expect([await countOf(store, ada), await countOf(store, bob)]).toEqual([0, 7]);
    const claimed = await store.operations.claim({ leaseMs: 1_000, limit: 100 });
    expect(deletingIn(claimed).sort()).toEqual(adas.map(({ image }) => image.id).sort());
    for (const resource of bobs) expect(await store.find(resource)).toEqual(resource);
  });

  test.each([1, 3, 7, 8])(
    'of seven resources with a limit of %i ends with none left, each deleted once',
    async (limit) => {
      const store = await opened();
      const ada = aResource().ownerId;
      const adas = manyResources(7, ada);
      await insert(store, adas);
      await purgeAccount(store, ada);
      const left: number[] = [];
      while (await store.revocations.purgeSome(limit)) left.push(await countOf(store, ada));
      expect(left[0]).toBe(Math.max(7 - limit, 0));
      expect(left.at(-1)).toBe(0);
      expect(deletingIn(await claimAll(store)).sort()).toEqual(adas.map(({ image }) => image.id).sort());
    },
  );

  test('continues where it stopped, in any process', async () => {
    const [store, other] = [await opened(), await opened()];
    const ada = aResource().ownerId;
    const adas = manyResources(5, ada);
    await insert(store, adas);
    await purgeAccount(store, ada);
    expect(await store.revocations.purgeSome(2)).toBe(true);
    expect(await purgeAll(other)).toBeGreaterThan(0);
    expect(await store.revocations.purgeSome(2)).toBe(false);
    expect(deletingIn(await claimAll(store))).toHaveLength(5);
  });

  test('of several accounts ends with all of them, and returns to none', async () => {
    const store = await opened();
    const owners = Array.from({ length: 4 }, () => aResource().ownerId);
    for (const owner of owners) await insert(store, manyResources(3, owner));
    for (const owner of owners) await purgeAccount(store, owner);
    await purgeAll(store, 2);
    for (const owner of owners) expect(await countOf(store, owner)).toBe(0);
    expect(deletingIn(await claimAll(store))).toHaveLength(12);
    expect(await store.revocations.purgeSome(2)).toBe(false);
  });

  test('of an account without any rows ends', async () => {
    const store = await opened();
    await purgeAccount(store, aResource().ownerId);
    expect(await purgeAll(store)).toBe(1);
    expect(await claimAll(store)).toEqual([]);
  });

  test('deletes keys of successful creates, also more than one limit, and keeps those of other accounts', async () => {
    const store = await opened();
    const [ada, bob] = [aResource().ownerId, aResource().ownerId];
    const adas = [await finish(store, ada), await finish(store, ada), await finish(store, ada)];
    const bobs = await finish(store, bob);
    await purgeAccount(store, ada);
    expect(await purgeAll(store, 2)).toBeGreaterThan(1);
    for (const { keyed } of adas) expect(await keyed()).toBeUndefined();
    expect(await bobs.keyed()).toEqual(expect.objectContaining({ resourceId: bobs.made.id }));
    expect(deletingIn(await claimAll(store)).sort()).toEqual(adas.map(({ made }) => made.image.id).sort());
  });

  test('keeps only what is needed to find the image of a create in progress', async () => {
    const store = await opened();
    const [ada, bob] = [aResource().ownerId, aResource().ownerId];
    const searching = await begin(store, ada);
    expect(await store.operations.startSearch(searching.lease)).toBe(true);
    const [reserving, reserved, bobs] = [await begin(store, ada), await reserve(store, ada), await reserve(store, bob)];
    await purgeAccount(store, ada);
    await purgeAll(store);
    for (const { keyed } of [reserving, reserved]) expect(await keyed()).toBeUndefined();
    const open = await claimAll(store);
    const stateOf = (operationId: string) => {
      const {
        lease: _,
        leaseUntil: __,
        attempts: ___,
        ...state
      } = open.find((each) => each.lease.operationId === operationId) ?? {};
      return state;
    };
    const { leaseMs, settleMs, reservationSha256 } = reserving.create;
    const startedAt = store.clock.now();
    const settlesAt = new Date(startedAt.getTime() + leaseMs + settleMs);
    const stillReserving = { state: 'RESERVING', startedAt, settlesAt, reservationSha256 };
    expect(stateOf(reserving.lease.operationId)).toEqual(stillReserving);
    const stillSearching = { state: 'SEARCHING', reservationSha256: searching.create.reservationSha256 };
    expect(stateOf(searching.lease.operationId)).toMatchObject(stillSearching);
    const { id: imageId, url: imageUrl } = reserved.image;
    expect(stateOf(reserved.lease.operationId)).toMatchObject({ state: 'RESERVED', imageId, imageUrl, isKeyed: false });
    expect(stateOf(reserved.lease.operationId)).toMatchObject({ resource: undefined });
    expect(stateOf(bobs.lease.operationId)).toMatchObject({ isKeyed: true, resource: bobs.create.resource });
    expect(await bobs.keyed()).toBeDefined();
  });

  test('ends replacements of the deleted resources, and does not wait for late writes', async () => {
    const store = await opened();
    const { operations } = store;
    const ada = aResource().ownerId;
    const [replacing, landing, bobs] = [aResource({ ownerId: ada }), aResource({ ownerId: ada }), aResource()];
    await insert(store, [replacing, landing, bobs]);
    const [late, landed, theirs] = [aReplacement(replacing), aReplacement(landing), aReplacement(bobs)];
    for (const replacement of [late, landed, theirs]) {
      expect(await operations.beginReplacement(replacement)).toBe('BEGUN');
    }
    expect(await operations.finishReplacement(landed.lease, { settlesAt: store.clock.now() })).toBeDefined();
    await purgeAccount(store, ada);
    await purgeAll(store);
    expect(await operations.finishReplacement(late.lease)).toBeUndefined();
    expect(await operations.end(late.lease)).toBe(false);
    expect(await operations.finishReplacement(theirs.lease)).toMatchObject({ version: 2 });
    const open = await claimAll(store);
    expect(open.map(({ state }) => state)).toEqual(['DELETING', 'DELETING']);
    expect(deletingIn(open).sort()).toEqual([replacing.image.id, landing.image.id].sort());
  });
}
