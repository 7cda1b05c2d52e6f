import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { idempotencyOf } from '../resources/idempotency.ts';
import type { NewResource } from '../storage/operation-store.ts';
import { aDeletion, anOperation } from '../testing/resources.ts';
import { imageOf, inProgress, notFound, startRules } from '../testing/rules.ts';
import { createReservation } from './reservation.ts';

type Rules = Awaited<ReturnType<typeof startRules>>;

const sha256Of = (base64: string) => createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex');

/** An image of this width, and its properties. */
async function imageOfWidth(width: number) {
  const { data } = await imageOf(width);
  const sizeBytes = Buffer.from(data, 'base64').length;
  return { data, properties: { contentType: 'image/png', width, height: 2, sizeBytes, sha256: sha256Of(data) } };
}

/** A create whose process is killed; `input` is what its client sent, and may send again. */
async function killedCreate(rules: Rules, { key }: { key?: string } = {}) {
  const ada = rules.signUp();
  const { data, properties } = await imageOfWidth(3);
  const input = { title: 'A picture', image: { data }, ...(key !== undefined && { idempotencyKey: key }) };
  const resource: NewResource = { ownerId: ada.viewerId, title: 'A picture', description: null, image: properties };
  const { base64, sha256: reservationSha256 } = createReservation();
  const operation = anOperation();
  const idempotency = idempotencyOf(input);
  await rules.store.operations.beginCreate({ ...operation, resource, reservationSha256, idempotency });
  return {
    ada,
    input,
    reserveAt: () => rules.putImage(base64),
    record: (image: { id: string; url: string }) => rules.store.operations.reserve(operation.lease, image),
    upload: ({ id }: { id: string }) => rules.overwrite(id, data),
  };
}

describe('a create that was killed', () => {
  test.each([undefined, 'key'])('before it reserved an image leaves nothing, and its key (%s) is free', async (key) => {
    const rules = await startRules();
    const { ada, input } = await killedCreate(rules, { ...(key && { key }) });
    if (key) await expect(ada.create(input)).rejects.toEqual(inProgress);
    rules.database.abandon();
    await rules.reconciled();
    expect(rules.proxy.calls.map(({ method }) => method)).toEqual(['GET']);
    expect(await ada.list()).toEqual([]);
    const made = await ada.create(input);
    expect(await ada.list()).toEqual([made]);
  });

  test.each([undefined, 'key'])(
    'before it knew the id of its image leaves nothing, with or without a key (%s)',
    async (key) => {
      const rules = await startRules();
      const { ada, input, reserveAt } = await killedCreate(rules, { ...(key && { key }) });
      const { id } = await reserveAt();
      rules.database.abandon();
      await rules.reconciled();
      expect(rules.proxy.calls.map(({ method, path }) => [method, path.split('/').at(-1)])).toEqual([
        ['GET', 'images'],
        ['DELETE', id],
      ]);
      expect([await ada.list(), await rules.storedImages()]).toEqual([[], []]);
      expect(await ada.create(input)).toMatchObject({ version: 1 });
    },
  );

  test('and whose image may still arrive is searched for again after its calls have ended', async () => {
    const rules = await startRules();
    const { reserveAt } = await killedCreate(rules);
    rules.database.abandon({ isSettled: false });
    rules.reconcile();
    await expect.poll(rules.database.due).toEqual([]);
    expect(rules.database.open()).toEqual(['SEARCHING']);
    await reserveAt();
    rules.database.abandon();
    await rules.reconciled();
    expect(await rules.storedImages()).toEqual([]);
  });

  test('after its bytes were uploaded is finished if it has a key', async () => {
    const rules = await startRules();
    const { ada, input, reserveAt, record, upload } = await killedCreate(rules, { key: 'key' });
    const image = await reserveAt();
    await record(image);
    await upload(image);
    await expect(ada.create(input)).rejects.toEqual(inProgress);
    rules.database.abandon();
    await rules.reconciled();
    const [made, ...more] = await ada.list();
    expect(more).toEqual([]);
    expect(await ada.create(input)).toEqual(await ada.find(made?.id ?? ''));
    expect(await ada.create(input)).toMatchObject({ title: 'A picture', version: 1, image: { ...image, width: 3 } });
    expect(await rules.servedAt(image.url)).toBe(sha256Of(input.image.data));
    expect(rules.proxy.calls).toEqual([]);
  });

  test('and is finished before its calls have ended keeps its image locked until then', async () => {
    const rules = await startRules();
    const { ada, reserveAt, record, upload } = await killedCreate(rules, { key: 'key' });
    const image = await reserveAt();
    await record(image);
    await upload(image);
    rules.database.abandon({ isSettled: false });
    rules.reconcile();
    await expect.poll(async () => (await ada.list()).length).toBe(1);
    const [made] = await ada.list();
    const update = { id: made?.id ?? '', image: await imageOf(5) };
    await expect(ada.update(update)).rejects.toEqual(inProgress);
    rules.database.abandon();
    await rules.reconciled();
    expect(await ada.update(update)).toMatchObject({ version: 2, image: { width: 5 } });
  });

  test.each([
    ['without a key, with its bytes uploaded', undefined, true],
    ['without a key, without its bytes', undefined, false],
    ['with a key, without its bytes', 'key', false],
  ])('%s: its image is deleted and the key is free', async (_, key, isWhole) => {
    const rules = await startRules();
    const { ada, input, reserveAt, record, upload } = await killedCreate(rules, { ...(key && { key }) });
    const image = await reserveAt();
    await record(image);
    if (isWhole) await upload(image);
    rules.database.abandon();
    await rules.reconciled();
    expect([await ada.list(), await rules.storedImages()]).toEqual([[], []]);
    expect(rules.proxy.calls.map(({ method }) => method)).toEqual(['DELETE']);
    const made = await ada.create(input);
    expect(await ada.list()).toEqual([made]);
  });

  test('with a key whose image is gone frees the key', async () => {
    const rules = await startRules();
    const { ada, input, reserveAt, record } = await killedCreate(rules, { key: 'key' });
    const image = await reserveAt();
    await record(image);
    await rules.loseImage(image.id);
    rules.database.abandon();
    await rules.reconciled();
    expect(await ada.create(input)).toMatchObject({ version: 1 });
  });
});

describe('a replacement that was killed', () => {
  /** A resource whose replacement has begun, and the properties of its new image. */
  const killedReplacement = async () => {
    const rules = await startRules();
    const ada = rules.signUp();
    const resource = await ada.create();
    const { data, properties } = await imageOfWidth(4);
    const key = { ownerId: ada.viewerId, id: resource.id, expectedVersion: 1 };
    const changes = { title: 'New', image: properties };
    await rules.store.operations.beginReplacement({ ...anOperation(), key, changes });
    return { ...rules, ada, resource, data, properties };
  };

  test('before its bytes were uploaded changes nothing', async () => {
    const { ada, resource, database, reconciled, servedAt } = await killedReplacement();
    database.abandon();
    await reconciled();
    expect(await ada.find(resource.id)).toEqual(resource);
    expect(await servedAt(resource.image.url)).toBe(resource.image.sha256);
    expect(await ada.update({ id: resource.id, title: 'Free' })).toMatchObject({ version: 2 });
  });

  test('after its bytes were uploaded is finished, with its text changes and one more version', async () => {
    const { ada, resource, data, properties, database, reconciled, servedAt, overwrite } = await killedReplacement();
    await overwrite(resource.image.id, data);
    database.abandon();
    await reconciled();
    const image = { ...resource.image, ...properties };
    const expected = { ...resource, title: 'New', image, version: 2, updatedAt: expect.any(Date) };
    expect(await ada.find(resource.id)).toEqual(expected);
    expect(await servedAt(resource.image.url)).toBe(properties.sha256);
  });

  test('is not decided before its calls have ended, whatever its bytes', async () => {
    const { ada, resource, data, database, reconciled, reconcile, overwrite } = await killedReplacement();
    database.abandon({ isSettled: false });
    reconcile();
    await expect.poll(database.due).toEqual([]);
    await expect(ada.update({ id: resource.id, title: 'Free' })).rejects.toEqual(inProgress);
    await overwrite(resource.image.id, data);
    database.abandon();
    await reconciled();
    expect(await ada.find(resource.id)).toMatchObject({ title: 'New', version: 2, image: { width: 4 } });
  });
});

test('a deletion that was killed is finished when the service works again', async () => {
  const rules = await startRules();
  const ada = rules.signUp();
  const { id, image } = await ada.create();
  await rules.store.operations.beginDeletion(aDeletion({ ownerId: ada.viewerId, id }));
  rules.proxy.steps.DELETE = { instead: ({ socket }) => socket.destroy() };
  rules.database.abandon();
  rules.reconcile();
  await expect.poll(() => rules.lines.map(({ msg }) => msg)).toContain('operations not recovered; will retry');
  await expect(ada.delete({ id })).rejects.toEqual(notFound);
  expect((await rules.storedImages()).map(({ id }) => id)).toEqual([image.id]);
  rules.proxy.steps = {};
  await rules.reconciled();
  expect(await rules.storedImages()).toEqual([]);
});
