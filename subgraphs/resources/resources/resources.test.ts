import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import {
  apiErrorWith,
  databaseUnavailable,
  imageOf,
  imageServiceUnavailable,
  notFound,
  startRules,
  versionPassed,
} from '../testing/rules.ts';

const id = '0123456789abcdef01234567';

describe('create', () => {
  test('with an invalid title or an invalid image fails without any call', async () => {
    const { proxy, signUp } = await startRules();
    const ada = signUp();
    const badTexts = apiErrorWith({ code: 'BAD_USER_INPUT', problems: [expect.anything(), expect.anything()] });
    await expect(ada.create({ title: ' ', description: '\0' })).rejects.toEqual(badTexts);
    await expect(ada.create({ image: { data: 'none' } })).rejects.toEqual(apiErrorWith({ code: 'UNSUPPORTED_IMAGE' }));
    const large = { data: 'A'.repeat(20_000) };
    await expect(ada.create({ image: large })).rejects.toEqual(
      apiErrorWith({ code: 'IMAGE_TOO_LARGE', maxBytes: 10_000 }),
    );
    expect(proxy.calls).toEqual([]);
    expect(await ada.list()).toEqual([]);
  });

  test('stores nothing if the image service rejects the image', async () => {
    const { proxy, storedImages, signUp, lines } = await startRules();
    const ada = signUp();
    proxy.steps.POST = { instead: (_, res) => res.writeHead(500).end() };
    await expect(ada.create()).rejects.toEqual(imageServiceUnavailable);
    expect(proxy.calls.map(({ method }) => method)).toEqual(['POST']);
    expect([await ada.list(), await storedImages(), lines]).toEqual([[], [], []]);
  });

  test.each(['POST', 'PUT'] as const)('leaves the image to the reconciler if %s cannot be recorded', async (method) => {
    const { proxy, database, storedImages, signUp, lines, reconciled } = await startRules();
    const ada = signUp();
    proxy.steps[method] = { after: () => database.lock() };
    await expect(ada.create()).rejects.toEqual(databaseUnavailable);
    expect(proxy.calls.map(({ method }) => method)).toEqual(method === 'POST' ? ['POST'] : ['POST', 'PUT']);
    expect(await storedImages()).toHaveLength(1);
    expect(lines).toEqual([
      expect.objectContaining({ level: 40, msg: 'operation not handed to the reconciler; will retry' }),
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/a token for these tests/);

    database.unlock();
    await reconciled();
    expect([await ada.list(), await storedImages()]).toEqual([[], []]);
  });

  test('deletes the image again if its bytes are rejected', async () => {
    const { proxy, storedImages, signUp, lines } = await startRules();
    const ada = signUp();
    proxy.steps.PUT = { instead: (_, res) => res.writeHead(413).end() };
    await expect(ada.create()).rejects.toEqual(imageServiceUnavailable);
    expect(proxy.calls.map(({ method, requestId }) => [method, requestId])).toEqual([
      ['POST', ada.requestId],
      ['PUT', ada.requestId],
      ['DELETE', ada.requestId],
    ]);
    expect([await ada.list(), await storedImages(), lines]).toEqual([[], [], []]);
  });

  test('is IMAGE_SERVICE_UNAVAILABLE if the service reuses an id, and leaves the first image alone', async () => {
    const { proxy, signUp, reconciled } = await startRules();
    const ada = signUp();
    const created = JSON.stringify({ id, imageUrl: `http://127.0.0.1/images/public/${id}` });
    proxy.steps.POST = { instead: (_, res) => res.writeHead(201).end(created) };
    proxy.steps.PUT = { instead: (_, res) => res.writeHead(204).end() };
    const first = await ada.create();
    await expect(ada.create()).rejects.toEqual(imageServiceUnavailable);
    await expect(signUp().create()).rejects.toEqual(imageServiceUnavailable);
    expect(proxy.calls.map(({ method }) => method)).toEqual(['POST', 'PUT', 'POST', 'POST']);
    await reconciled();
    expect(proxy.calls.filter(({ method }) => method === 'DELETE')).toEqual([]);
    expect(await ada.list()).toEqual([first]);
  });

  test('reserves an image, then uploads its bytes, then stores the resource', async () => {
    const { proxy, storedImages, servedAt, signUp } = await startRules();
    const ada = signUp();
    const before = Date.now();
    const listedMeanwhile: unknown[] = [];
    const look = async () => listedMeanwhile.push(await ada.list());
    proxy.steps.POST = { after: look };
    proxy.steps.PUT = { after: look };
    const resource = await ada.create({ title: ' A title ', description: ' as written ' });

    expect(listedMeanwhile).toEqual([[], []]);
    expect(resource).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      ownerId: ada.viewerId,
      title: 'A title',
      description: ' as written ',
      image: {
        ...(await storedImages())[0],
        ...{ resourceId: resource.id, contentType: 'image/png', width: 3, height: 2, sizeBytes: expect.any(Number) },
        sha256: await servedAt(resource.image.url),
      },
      createdAt: resource.updatedAt,
      updatedAt: expect.any(Date),
      version: 1,
    });
    expect(resource.createdAt.getTime()).toBeGreaterThanOrEqual(before);
    expect(await ada.find(resource.id)).toEqual(resource);
    const { requestId } = ada;
    expect(proxy.calls).toEqual([
      { method: 'POST', path: '/images/api/v1/images', requestId },
      { method: 'PUT', path: `/images/api/v1/images/${resource.image.id}`, requestId },
    ]);
  });

  test('assigns ids in the order of creation', async () => {
    const { signUp } = await startRules();
    const ada = signUp();
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) ids.push((await ada.create()).id);
    expect(ids).toEqual([...ids].sort());
  });

  test('with the same input twice creates two resources', async () => {
    const { signUp, storedImages } = await startRules();
    const ada = signUp();
    const [one, other] = await Promise.all([ada.create(), ada.create()]);
    expect(one.id).not.toBe(other.id);
    expect(await storedImages()).toHaveLength(2);
  });
});

describe('updating title and description', () => {
  test('of a missing resource or one of another user is NOT_FOUND', async () => {
    const { signUp } = await startRules();
    const [ada, bob] = [signUp(), signUp()];
    const resource = await ada.create();
    for (const key of [{ id: resource.id }, { id: randomUUID() }, { id: 'none' }, { id: '' }]) {
      await expect(bob.update({ ...key, title: 'New' })).rejects.toEqual(notFound);
      await expect(bob.update({ ...key, title: 'New', expectedVersion: 1 })).rejects.toEqual(notFound);
      await expect(bob.update({ ...key, title: 'New', expectedVersion: 9 })).rejects.toEqual(notFound);
      await expect(bob.update(key)).rejects.toEqual(notFound);
    }
    expect(await ada.find(resource.id)).toEqual(resource);
  });

  test('of another version is CONFLICT with the current version, and changes nothing', async () => {
    const { signUp } = await startRules();
    const ada = signUp();
    const { id } = await ada.create();
    const second = await ada.update({ id, title: 'Second' });
    for (const expectedVersion of [1, 3, 0, -1]) {
      await expect(ada.update({ id, title: 'Third', expectedVersion })).rejects.toEqual(versionPassed(2));
      await expect(ada.update({ id, expectedVersion })).rejects.toEqual(versionPassed(2));
    }
    expect(await ada.find(id)).toEqual(second);
  });

  test('with invalid values is BAD_USER_INPUT, whether or not the resource exists', async () => {
    const { signUp } = await startRules();
    const ada = signUp();
    const resource = await ada.create();
    const bad = apiErrorWith({ code: 'BAD_USER_INPUT', problems: [expect.objectContaining({ field: 'title' })] });
    for (const id of [resource.id, randomUUID()]) {
      await expect(ada.update({ id, title: null })).rejects.toEqual(bad);
      await expect(ada.update({ id, title: '' })).rejects.toEqual(bad);
    }
    expect(await ada.find(resource.id)).toEqual(resource);
  });

  test('while the database rejects writes fails, and changes nothing', async () => {
    const { signUp, database } = await startRules();
    const ada = signUp();
    const resource = await ada.create();
    database.freeze();
    await expect(ada.update({ id: resource.id, title: 'New' })).rejects.toEqual(databaseUnavailable);
    expect(await ada.find(resource.id)).toEqual(resource);
  });

  test('changes only the named fields, in one new version, without any call', async () => {
    const { proxy, signUp } = await startRules();
    const ada = signUp();
    const first = await ada.create({ description: 'Old' });
    const { id } = first;
    const second = await ada.update({ id, title: ' New ', expectedVersion: 1 });
    expect(second).toEqual({ ...first, title: 'New', version: 2, updatedAt: expect.any(Date) });
    expect(second.updatedAt.getTime()).toBeGreaterThanOrEqual(first.updatedAt.getTime());
    const third = await ada.update({ id, description: null, expectedVersion: null });
    expect(third).toEqual({ ...second, description: null, version: 3, updatedAt: expect.any(Date) });
    expect(await ada.find(id)).toEqual(third);
    expect(proxy.calls.map(({ method }) => method)).toEqual(['POST', 'PUT']);
  });

  test('without any field returns the resource unchanged', async () => {
    const { signUp } = await startRules();
    const ada = signUp();
    const resource = await ada.create();
    expect(await ada.update({ id: resource.id })).toEqual(resource);
    expect(await ada.update({ id: resource.id, expectedVersion: 1 })).toEqual(resource);
    expect(await ada.find(resource.id)).toEqual(resource);
  });
});

test('users neither find nor list resources of others', async () => {
  const { signUp } = await startRules();
  const [ada, bob] = [signUp(), signUp()];
  const [adas, bobs] = [await ada.create(), await bob.create({ image: await imageOf(4) })];
  expect([await ada.find(adas.id), await ada.find(bobs.id)]).toEqual([adas, undefined]);
  expect([await ada.list(), await bob.list()]).toEqual([[adas], [bobs]]);
});

test('an id of megabytes, which an upload can carry, finds nothing and never reaches the database', async () => {
  const { resources, store, signUp } = await startRules();
  const ada = signUp();
  const { id } = await ada.create();
  const calls = [
    vi.spyOn(store, 'find'),
    vi.spyOn(store, 'findMany'),
    vi.spyOn(store, 'update'),
    vi.spyOn(store.operations, 'beginDeletion'),
  ];

  const long = `${id}${'x'.repeat(1_000_000)}`;
  expect(await ada.find(long)).toBeUndefined();
  expect(await resources.findMany(ada.viewerId, [long, id])).toEqual([undefined, expect.objectContaining({ id })]);
  for (const change of [{}, { title: 'New' }, { image: await imageOf(4) }])
    await expect(ada.update({ id: long, ...change })).rejects.toEqual(notFound);
  await expect(ada.delete({ id: long })).rejects.toEqual(notFound);
  expect(calls.map(({ mock }) => mock.calls.length > 0)).not.toContain(false);
  expect(JSON.stringify(calls.map(({ mock }) => mock.calls)).length).toBeLessThan(10_000);
});
