import { describe, expect, test } from 'vitest';
import { bury, purgeAll } from '../testing/events.ts';
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
import type { OpenOperation } from './operation-store.ts';
import type { ResourceStore } from './resource-store.ts';

/** A write of one owner's, begun before the account was purged and made after. */
interface Late {
  ownerId: string;
  /** What is said where it is refused. */
  refused: unknown;
  /** What is under way then, as it was. */
  open?: OpenOperation['state'][];
  write(): Promise<unknown>;
}

/** What every engine must do with writes that come after their owner's tombstone: none is kept. */
export function fenceContract(opened: () => Promise<ResourceStore>): void {
  const inserted = async (store: ResourceStore) => {
    const resource = aResource();
    expect(await store.insert(resource)).toBe(true);
    return resource;
  };

  const writes: Record<string, (store: ResourceStore) => Promise<Late>> = {
    insert: async (store) => {
      const resource = aResource();
      return { ownerId: resource.ownerId, refused: false, write: () => store.insert(resource) };
    },
    'update of texts': async (store) => {
      const resource = await inserted(store);
      const write = () => store.update(resource, { title: 'Late' }, new Date());
      return { ownerId: resource.ownerId, refused: undefined, write };
    },
    'update of texts at a version': async (store) => {
      const resource = await inserted(store);
      const write = () => store.update({ ...resource, expectedVersion: 1 }, { title: 'Late' }, new Date());
      return { ownerId: resource.ownerId, refused: undefined, write };
    },
    beginCreate: async ({ operations }) => {
      const create = aCreate();
      return { ownerId: create.resource.ownerId, refused: false, write: () => operations.beginCreate(create) };
    },
    'beginCreate with a key': async ({ operations }) => {
      const create = aCreate({ idempotency: anIdempotency() });
      return { ownerId: create.resource.ownerId, refused: false, write: () => operations.beginCreate(create) };
    },
    finishCreate: async ({ operations }) => {
      const [create, image] = [aCreate({ idempotency: anIdempotency() }), anImage()];
      await operations.beginCreate(create);
      await operations.reserve(create.lease, image);
      const made = madeBy(create, image);
      const landing = { settlesAt: new Date() };
      const write = () => operations.finishCreate(create.lease, made, landing);
      return { ownerId: made.ownerId, refused: false, open: ['RESERVED'], write };
    },
    beginReplacement: async (store) => {
      const resource = await inserted(store);
      const write = () => store.operations.beginReplacement(aReplacement(resource));
      return { ownerId: resource.ownerId, refused: 'MISSING', write };
    },
    finishReplacement: async (store) => {
      const resource = await inserted(store);
      const replacement = aReplacement(resource);
      expect(await store.operations.beginReplacement(replacement)).toBe('BEGUN');
      const landing = { settlesAt: new Date() };
      const write = () => store.operations.finishReplacement(replacement.lease, new Date(), landing);
      return { ownerId: resource.ownerId, refused: undefined, open: ['REPLACING'], write };
    },
  };

  const resourcesOf = (store: ResourceStore, ownerId: string) =>
    store.range({ ownerId, order: 'NEWEST', filter: {} }, { limit: 10, fromEnd: false });
  const openIn = async (store: ResourceStore) => (await claimAll(store)).map(({ state }) => state);

  describe.each(Object.entries(writes))('%s', (_, begin) => {
    test('writes nothing, and says so', async () => {
      const store = await opened();
      const { ownerId, refused, open = [], write } = await begin(store);
      const before = await resourcesOf(store, ownerId);
      await bury(store, ownerId);
      expect(await write()).toEqual(refused);
      expect(await resourcesOf(store, ownerId)).toEqual(before);
      expect(await openIn(store)).toEqual(open);
    });

    test('writes nothing after the purge either, and leaves nothing to be purged', async () => {
      const store = await opened();
      const { ownerId, refused, write } = await begin(store);
      await bury(store, ownerId);
      await purgeAll(store);
      expect(await write()).toEqual(refused);
      expect(await resourcesOf(store, ownerId)).toEqual([]);
      expect(await purgeAll(store)).toBe(0);
    });

    test('of somebody else goes well', async () => {
      const store = await opened();
      const { refused, write } = await begin(store);
      await bury(store, aResource().ownerId);
      expect(await write()).not.toEqual(refused);
    });
  });

  test('a create that is not kept any more can still be discarded by whoever holds it', async () => {
    const store = await opened();
    const { operations } = store;
    const [create, image] = [aCreate(), anImage()];
    await operations.beginCreate(create);
    await operations.reserve(create.lease, image);
    await bury(store, create.resource.ownerId);
    expect(await operations.finishCreate(create.lease, madeBy(create, image))).toBe(false);
    expect(await operations.discard(create.lease, image.id)).toBe(true);
    expect(await claimAll(store)).toEqual([expect.objectContaining({ state: 'DELETING', imageId: image.id })]);
  });

  test('a create that is under way hears its image’s id still, so that the image can be deleted', async () => {
    const store = await opened();
    const { operations } = store;
    const [create, image] = [aCreate(), anImage()];
    await operations.beginCreate(create);
    await bury(store, create.resource.ownerId);
    await purgeAll(store);
    expect(await operations.reserve(create.lease, image)).toBe('RESERVED');
    expect(await operations.discard(create.lease, image.id)).toBe(true);
  });

  test('a resource can be deleted by its owner still', async () => {
    const store = await opened();
    const resource = await inserted(store);
    await bury(store, resource.ownerId);
    expect(await store.operations.beginDeletion(aDeletion(resource))).toEqual(resource);
  });
}
