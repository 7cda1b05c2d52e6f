import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { blockCalls } from '../testing/image-service-proxy.ts';
import {
  apiErrorWith,
  databaseUnavailable,
  imageOf,
  imageServiceUnavailable,
  inProgress,
  notFound,
  startRules,
  versionPassed,
} from '../testing/rules.ts';

describe('replacing an image', () => {
  test('of a missing resource or one of another user is NOT_FOUND, without any call', async () => {
    const { proxy, signUp, servedAt } = await startRules();
    const [ada, bob] = [signUp(), signUp()];
    const resource = await ada.create();
    for (const id of [resource.id, randomUUID(), 'none']) {
      for (const image of [await imageOf(4), { data: 'none' }]) {
        await expect(bob.update({ id, image })).rejects.toEqual(notFound);
        await expect(bob.update({ id, image, expectedVersion: 1 })).rejects.toEqual(notFound);
      }
    }
    expect(proxy.calls.map(({ method }) => method)).toEqual(['POST', 'PUT']);
    expect(await servedAt(resource.image.url)).toBe(resource.image.sha256);
  });

  test('of another version is CONFLICT, without any call', async () => {
    const { proxy, signUp, servedAt } = await startRules();
    const ada = signUp();
    const { id } = await ada.create();
    const second = await ada.update({ id, title: 'Second' });
    for (const expectedVersion of [1, 3]) {
      const update = ada.update({ id, title: 'Third', image: await imageOf(4), expectedVersion });
      await expect(update).rejects.toEqual(versionPassed(2));
    }
    expect(proxy.calls.map(({ method }) => method)).toEqual(['POST', 'PUT']);
    expect(await ada.find(id)).toEqual(second);
    expect(await servedAt(second.image.url)).toBe(second.image.sha256);
  });

  test('with an invalid one changes nothing, neither title nor description', async () => {
    const { proxy, signUp } = await startRules();
    const ada = signUp();
    const resource = await ada.create();
    const { id } = resource;
    const bad = ada.update({ id, title: 'New', image: { data: 'none' } });
    await expect(bad).rejects.toEqual(apiErrorWith({ code: 'UNSUPPORTED_IMAGE' }));
    const none = apiErrorWith({ code: 'BAD_USER_INPUT', problems: [expect.objectContaining({ field: 'image' })] });
    await expect(ada.update({ id, title: 'New', image: null })).rejects.toEqual(none);
    expect(proxy.calls.map(({ method }) => method)).toEqual(['POST', 'PUT']);
    expect(await ada.find(id)).toEqual(resource);
  });

  test('that the image service rejects changes nothing, neither title nor description, and can be repeated', async () => {
    const { proxy, signUp, servedAt } = await startRules();
    const ada = signUp();
    const resource = await ada.create();
    const input = { id: resource.id, title: 'New', image: await imageOf(4), expectedVersion: 1 };
    proxy.steps.PUT = { instead: (_, res) => res.writeHead(500).end() };
    await expect(ada.update(input)).rejects.toEqual(imageServiceUnavailable);
    expect(await ada.find(resource.id)).toEqual(resource);
    expect(await servedAt(resource.image.url)).toBe(resource.image.sha256);

    proxy.steps.PUT = {};
    expect(await ada.update(input)).toMatchObject({ title: 'New', version: 2 });
  });

  test('that the image service has lost is IMAGE_SERVICE_UNAVAILABLE', async () => {
    const { loseImage, signUp } = await startRules();
    const ada = signUp();
    const resource = await ada.create();
    await loseImage(resource.image.id);
    await expect(ada.update({ id: resource.id, image: await imageOf(4) })).rejects.toEqual(imageServiceUnavailable);
    expect(await ada.find(resource.id)).toEqual(resource);
  });

  test('whose row cannot be written fails, and is IN_PROGRESS until the reconciler has run', async () => {
    const { proxy, database, signUp, servedAt, reconciled } = await startRules();
    const ada = signUp();
    const resource = await ada.create();
    const { id } = resource;
    const input = { id, title: 'New', image: await imageOf(4), expectedVersion: 1 };
    proxy.steps.PUT = { after: () => database.lock() };
    await expect(ada.update(input)).rejects.toEqual(databaseUnavailable);
    database.unlock();
    proxy.steps.PUT = {};
    expect(await ada.find(id)).toEqual(resource);
    await expect(ada.update(input)).rejects.toEqual(inProgress);

    await reconciled();
    const replaced = await ada.find(id);
    expect(replaced).toMatchObject({ title: 'New', version: 2, image: { width: 4 } });
    expect(await servedAt(resource.image.url)).toBe(replaced?.image.sha256);
    await expect(ada.update(input)).rejects.toEqual(versionPassed(2));
    expect(await ada.update({ ...input, expectedVersion: 2 })).toMatchObject({ version: 3, image: { width: 4 } });
  });

  test('keeps its id and URL, and changes its properties and the text fields in one new version', async () => {
    const { proxy, signUp, servedAt, storedImages } = await startRules();
    const ada = signUp();
    const first = await ada.create({ description: 'Old' });
    const { id } = first;
    const second = await ada.update({ id, title: 'New', image: await imageOf(7), expectedVersion: 1 });
    expect(second).toEqual({
      ...first,
      title: 'New',
      image: { ...first.image, width: 7, sizeBytes: expect.any(Number), sha256: await servedAt(first.image.url) },
      version: 2,
      updatedAt: expect.any(Date),
    });
    expect(second.image.sha256).not.toBe(first.image.sha256);
    expect(await ada.find(id)).toEqual(second);
    expect(await storedImages()).toHaveLength(1);
    expect(proxy.calls.at(-1)).toEqual({
      method: 'PUT',
      path: `/images/api/v1/images/${first.image.id}`,
      requestId: ada.requestId,
    });
  });
});

describe('while an image is being replaced', () => {
  /** A resource whose image is being replaced until `release`. */
  const replacing = async (where: 'before' | 'after', fields: { expectedVersion?: number; title?: string } = {}) => {
    const rules = await startRules();
    const ada = rules.signUp();
    const resource = await ada.create();
    const { wait, arrived, release } = blockCalls();
    rules.proxy.steps.PUT = { [where]: wait };
    const replaced = ada.update({ id: resource.id, image: await imageOf(4), ...fields });
    await arrived;
    return { ...rules, ada, id: resource.id, resource, replaced, release };
  };

  test.each([undefined, 1])(
    'with expected version %s, a second replacement is IN_PROGRESS and changes nothing',
    async (version) => {
      const fields = version === undefined ? {} : { expectedVersion: version };
      const { proxy, ada, id, replaced, release, servedAt } = await replacing('before', fields);
      const image = await imageOf(5);
      await expect(ada.update({ id, image })).rejects.toEqual(inProgress);
      await expect(ada.update({ id, image, expectedVersion: 1 })).rejects.toEqual(inProgress);
      expect(proxy.calls.map(({ method }) => method)).toEqual(['POST', 'PUT', 'PUT']);
      release();
      const { image: stored } = await replaced;
      expect(stored.width).toBe(4);
      expect(await servedAt(stored.url)).toBe(stored.sha256);
      // Afterwards it can be replaced again.
      expect(await ada.update({ id, image, expectedVersion: 2 })).toMatchObject({ version: 3, image: { width: 5 } });
    },
  );

  test('the image of another resource can be replaced', async () => {
    const { ada, proxy, replaced, release } = await replacing('before');
    delete proxy.steps.PUT;
    const other = await ada.create();
    expect(await ada.update({ id: other.id, image: await imageOf(5) })).toMatchObject({ version: 2 });
    release();
    await replaced;
  });

  test('with an expected version, no other update succeeds', async () => {
    const { ada, id, resource, replaced, release } = await replacing('after', { expectedVersion: 1 });
    await expect(ada.update({ id, title: 'New' })).rejects.toEqual(inProgress);
    await expect(ada.update({ id, title: 'New', expectedVersion: 1 })).rejects.toEqual(inProgress);
    expect(await ada.find(id)).toEqual(resource);
    release();
    expect(await replaced).toMatchObject({ title: resource.title, version: 2 });
    expect(await ada.update({ id, title: 'New', expectedVersion: 2 })).toMatchObject({ title: 'New', version: 3 });
  });

  test('without an expected version, text updates succeed, and both changes persist', async () => {
    const { ada, id, replaced, release } = await replacing('after');
    expect(await ada.update({ id, title: 'New', expectedVersion: 1 })).toMatchObject({ title: 'New', version: 2 });
    release();
    expect(await replaced).toMatchObject({ title: 'New', image: { width: 4 }, version: 3 });
  });

  test('with an expected version, no update of another process succeeds either', async () => {
    const { ada, id, resource, replaced, release, servedAt, anotherProcess } = await replacing('after', {
      expectedVersion: 1,
    });
    const { store } = anotherProcess();
    const key = { ownerId: ada.viewerId, id };
    const change = { title: 'From elsewhere' };
    expect(await store.update(key, change)).toBeUndefined();
    expect(await store.update({ ...key, expectedVersion: 1 }, change)).toBeUndefined();
    expect(await store.find(key)).toEqual(resource);
    release();
    expect(await replaced).toMatchObject({ title: resource.title, version: 2, image: { width: 4 } });
    expect(await servedAt(resource.image.url)).toBe((await replaced).image.sha256);
    expect(await store.update(key, change)).toMatchObject({ title: 'From elsewhere', version: 3 });
  });

  test('without an expected version, updates of another process leave the row in accordance with the bytes', async () => {
    const { ada, id, replaced, release, servedAt, anotherProcess } = await replacing('after');
    const { store } = anotherProcess();
    await store.update({ ownerId: ada.viewerId, id }, { title: 'From elsewhere' });
    release();
    const resource = await replaced;
    expect(resource).toMatchObject({ title: 'From elsewhere', version: 3, image: { width: 4 } });
    expect(await servedAt(resource.image.url)).toBe(resource.image.sha256);
  });

  test.each(['before', 'after'] as const)(
    'a deletion (%s the image service has the new bytes) wins, and leaves no image',
    async (where) => {
      for (const fields of [{}, { expectedVersion: 1 }]) {
        const { ada, id, replaced, release, storedImages, lines } = await replacing(where, fields);
        await ada.delete({ id, ...fields });
        release();
        await expect(replaced).rejects.toEqual(notFound);
        expect([await ada.find(id), await storedImages(), lines]).toEqual([undefined, [], []]);
      }
    },
  );
});
