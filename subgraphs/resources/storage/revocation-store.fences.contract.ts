import { describe, expect, test } from 'vitest';
import { purgeAccount, purgeAll } from '../testing/events.ts';
import {
  aCreate,
  aDeletion,
  anIdempotency,
  anImage,
  aReplacement,
  aResource,
  type ClockedStore,
  claimAll,
  madeBy,
} from '../testing/resources.ts';
import type { OpenOperation } from './operation-store.ts';
import type { ResourceStore } from './resource-store.ts';

/** A write for an owner that was prepared before the account is purged and runs afterwards. */
interface Late {
  ownerId: string;
  /** Result of a rejected write. */
  onFailure: unknown;
  /** The operation in progress, unchanged. */
  open?: OpenOperation['state'][];
  write(): Promise<unknown>;
}

/** Contract of every engine for writes after their owner's tombstone: none is stored. */
export function fenceContract(opened: () => Promise<ClockedStore>): void {
  const inserted = async (store: ResourceStore) => {
    const resource = aResource();
    expect(await store.insert(resource)).toBe(true);
    return resource;
  };

  const writes: Record<string, (store: ResourceStore) => Promise<Late>> = {
    insert: async (store) => {
      const resource = aResource();
      return { ownerId: resource.ownerId, onFailure: false, write: () => store.insert(resource) };
    },
    'update of any version': async (store) => {
      const resource = await inserted(store);
      const write = () => store.update(resource, { title: 'Late' });
      return { ownerId: resource.ownerId, onFailure: undefined, write };
    },
    'update at a version': async (store) => {
      const resource = await inserted(store);
      const write = () => store.update({ ...resource, expectedVersion: 1 }, { title: 'Late' });
      return { ownerId: resource.ownerId, onFailure: undefined, write };
    },
    beginCreate: async ({ operations }) => {
      const create = aCreate();
      return { ownerId: create.resource.ownerId, onFailure: 'PURGED', write: () => operations.beginCreate(create) };
    },
    'beginCreate with a key': async ({ operations }) => {
      const create = aCreate({ idempotency: anIdempotency() });
      return { ownerId: create.resource.ownerId, onFailure: 'PURGED', write: () => operations.beginCreate(create) };
    },
    finishCreate: async ({ operations }) => {
      const [create, image] = [aCreate({ idempotency: anIdempotency() }), anImage()];
      await operations.beginCreate(create);
      await operations.reserve(create.lease, image);
      const made = madeBy(create, image);
      const landing = { settlesAt: new Date() };
      const write = () => operations.finishCreate(create.lease, made, landing);
      return { ownerId: made.ownerId, onFailure: undefined, open: ['RESERVED'], write };
    },
    beginReplacement: async (store) => {
      const resource = await inserted(store);
      const write = () => store.operations.beginReplacement(aReplacement(resource));
      return { ownerId: resource.ownerId, onFailure: 'MISSING', write };
    },
    finishReplacement: async (store) => {
      const resource = await inserted(store);
      const replacement = aReplacement(resource);
      expect(await store.operations.beginReplacement(replacement)).toBe('BEGUN');
      const landing = { settlesAt: new Date() };
      const write = () => store.operations.finishReplacement(replacement.lease, landing);
      return { ownerId: resource.ownerId, onFailure: undefined, open: ['REPLACING'], write };
    },
  };

  const resourcesOf = (store: ResourceStore, ownerId: string) =>
    store.range({ ownerId, order: 'NEWEST', filter: {} }, { limit: 10, fromEnd: false });
  const openIn = async (store: ClockedStore) => (await claimAll(store)).map(({ state }) => state);

  describe.each(Object.entries(writes))('%s', (_, begin) => {
    test('writes nothing, and returns so', async () => {
      const store = await opened();
      const { ownerId, onFailure, open = [], write } = await begin(store);
      const before = await resourcesOf(store, ownerId);
      await purgeAccount(store, ownerId);
      expect(await write()).toEqual(onFailure);
      expect(await resourcesOf(store, ownerId)).toEqual(before);
      expect(await openIn(store)).toEqual(open);
    });

    test('writes nothing after the purge either, and leaves nothing to purge', async () => {
      const store = await opened();
      const { ownerId, onFailure, write } = await begin(store);
      await purgeAccount(store, ownerId);
      await purgeAll(store);
      expect(await write()).toEqual(onFailure);
      expect(await resourcesOf(store, ownerId)).toEqual([]);
      expect(await purgeAll(store)).toBe(0);
    });

    test('of another owner succeeds', async () => {
      const store = await opened();
      const { onFailure, write } = await begin(store);
      await purgeAccount(store, aResource().ownerId);
      expect(await write()).not.toEqual(onFailure);
    });
  });

  test('a create that cannot finish can still be discarded by the holder of its lease', async () => {
    const store = await opened();
    const { operations } = store;
    const [create, image] = [aCreate(), anImage()];
    await operations.beginCreate(create);
    await operations.reserve(create.lease, image);
    await purgeAccount(store, create.resource.ownerId);
    expect(await operations.finishCreate(create.lease, madeBy(create, image))).toBeUndefined();
    expect(await operations.discard(create.lease, image.id)).toBe(true);
    expect(await claimAll(store)).toEqual([expect.objectContaining({ state: 'DELETING', imageId: image.id })]);
  });

  test('a create in progress can still record its image’s id, so that the image can be deleted', async () => {
    const store = await opened();
    const { operations } = store;
    const [create, image] = [aCreate(), anImage()];
    await operations.beginCreate(create);
    await purgeAccount(store, create.resource.ownerId);
    await purgeAll(store);
    expect(await operations.reserve(create.lease, image)).toBe('RESERVED');
    expect(await operations.discard(create.lease, image.id)).toBe(true);
  });

  test('a resource can still be deleted by its owner', async () => {
    const store = await opened();
    const resource = await inserted(store);
    await purgeAccount(store, resource.ownerId);
    expect(await store.operations.beginDeletion(aDeletion(resource))).toEqual(resource);
  });
}
