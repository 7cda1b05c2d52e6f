import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { databaseUnavailable, notFound, startRules, versionPassed } from '../testing/rules.ts';

describe('delete', () => {
  test('is NOT_FOUND for a missing resource or one of another user', async () => {
    const { proxy, signUp } = await startRules();
    const [ada, bob] = [signUp(), signUp()];
    const resource = await ada.create();
    for (const id of [resource.id, randomUUID(), 'none']) {
      await expect(bob.delete({ id })).rejects.toEqual(notFound);
      await expect(bob.delete({ id, expectedVersion: 1 })).rejects.toEqual(notFound);
    }
    expect(await ada.find(resource.id)).toEqual(resource);
    expect(proxy.calls.map(({ method }) => method)).toEqual(['POST', 'PUT']);
  });

  test('is CONFLICT with the current version for another version, and leaves resource and image', async () => {
    const { proxy, signUp } = await startRules();
    const ada = signUp();
    const { id } = await ada.create();
    await ada.update({ id, title: 'Second' });
    for (const expectedVersion of [1, 3, 0]) {
      await expect(ada.delete({ id, expectedVersion })).rejects.toEqual(versionPassed(2));
    }
    expect(await ada.find(id)).toMatchObject({ version: 2 });
    expect(proxy.calls.map(({ method }) => method)).toEqual(['POST', 'PUT']);
  });

  test('fails while the database rejects writes, and leaves resource and image', async () => {
    const { signUp, database, servedAt } = await startRules();
    const ada = signUp();
    const resource = await ada.create();
    database.freeze();
    await expect(ada.delete({ id: resource.id })).rejects.toEqual(databaseUnavailable);
    expect(await ada.find(resource.id)).toEqual(resource);
    expect(await servedAt(resource.image.url)).toBe(resource.image.sha256);
  });

  test('succeeds if the image service fails, and leaves the image to the reconciler', async () => {
    const { proxy, signUp, storedImages, lines, reconciled } = await startRules();
    const ada = signUp();
    const { id, image } = await ada.create();
    proxy.steps.DELETE = { instead: (req) => req.socket.destroy() };
    await ada.delete({ id });
    expect(await ada.find(id)).toBeUndefined();
    expect(lines).toEqual([
      expect.objectContaining({
        level: 40,
        msg: 'image not deleted; the reconciler will retry',
        imageId: image.id,
        requestId: ada.requestId,
      }),
    ]);
    expect((await storedImages()).map(({ id }) => id)).toEqual([image.id]);

    proxy.steps.DELETE = {};
    await reconciled();
    expect(await storedImages()).toEqual([]);
  });

  test('succeeds if the image is already gone, and logs nothing', async () => {
    const { loseImage, signUp, lines } = await startRules();
    const ada = signUp();
    const { id, image } = await ada.create();
    await loseImage(image.id);
    await ada.delete({ id });
    expect(await ada.find(id)).toBeUndefined();
    expect(lines).toEqual([]);
  });

  test('deletes the resource first, then the image', async () => {
    const { proxy, signUp, storedImages, lines } = await startRules();
    const ada = signUp();
    const created = await ada.create();
    const { id, image } = await ada.create();
    const meanwhile: unknown[] = [];
    proxy.steps.DELETE = { before: async () => meanwhile.push(await ada.find(id), (await storedImages()).length) };
    await ada.delete({ id, expectedVersion: 1 });
    expect(meanwhile).toEqual([undefined, 2]);
    expect((await storedImages()).map(({ id }) => id)).toEqual([created.image.id]);
    expect(proxy.calls.at(-1)).toEqual({
      method: 'DELETE',
      path: `/images/api/v1/images/${image.id}`,
      requestId: ada.requestId,
    });
    expect(lines).toEqual([]);
    await expect(ada.delete({ id })).rejects.toEqual(notFound);
  });

  test('twice concurrently succeeds once', async () => {
    const { signUp, storedImages } = await startRules();
    const ada = signUp();
    const { id } = await ada.create();
    const outcomes = await Promise.allSettled([ada.delete({ id }), ada.delete({ id })]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes).toContainEqual({ status: 'rejected', reason: notFound });
    expect(await storedImages()).toEqual([]);
  });
});
