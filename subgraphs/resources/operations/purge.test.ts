import { describe, expect, test } from 'vitest';
import { keyLifetimeMs } from '../resources/idempotency.ts';
import type { OpenOperation } from '../storage/operation-store.ts';
import { purgeAccount } from '../testing/events.ts';
import { blockCalls, delay, lost } from '../testing/image-service-proxy.ts';
import { imageOf, startRules, unauthenticated } from '../testing/rules.ts';

type Rules = Awaited<ReturnType<typeof startRules>>;

/** Expects that nothing of the account remains, in the database or at the image service. */
async function expectNothing({ reconciled, storedImages, store, database }: Rules, ownerId: string) {
  await reconciled();
  await expect.poll(storedImages).toEqual([]);
  expect(await store.count({ ownerId, order: 'NEWEST', filter: {} })).toBe(0);
  // The image is gone a moment before its operation ends.
  await expect.poll(() => database.open(), { timeout: 20_000 }).toEqual([]);
  expect(await store.revocations.purgeSome(10)).toBe(false);
}

/** Accepts the purge event, and also purges the account if `isPurged`. */
async function end({ store }: Rules, ownerId: string, { isPurged }: { isPurged: boolean }) {
  await purgeAccount(store, ownerId);
  while (isPurged && (await store.revocations.purgeSome(10)));
}

const moments = [
  ['before the call', 'before', 'and is not purged yet', false],
  ['before the call', 'before', 'and is purged', true],
  ['before the response', 'after', 'and is not purged yet', false],
  ['before the response', 'after', 'and is purged', true],
] as const;

describe.each(['POST', 'PUT'] as const)('an account that is purged while its create is at %s,', (method) => {
  test.each(moments.flatMap((moment) => [undefined, 'key'].map((key) => [...moment, key] as const)))(
    '%s (%s) %s (%s), key %s: nothing remains, and the client gets an error',
    async (_, at, __, isPurged, key) => {
      const rules = await startRules();
      const ada = rules.signUp();
      const { wait, arrived, release } = blockCalls();
      rules.proxy.steps[method] = { [at]: wait };
      const created = ada.create({ ...(key && { idempotencyKey: key }) });
      await arrived;
      await end(rules, ada.viewerId, { isPurged });
      release();
      await expect(created).rejects.toEqual(unauthenticated);
      // The request itself deletes its image.
      expect(await rules.storedImages()).toEqual([]);
      await expectNothing(rules, ada.viewerId);
    },
  );
});

describe('an account that is purged while its image is replaced,', () => {
  test.each(moments)('%s (%s) %s (%s): nothing remains, and the client gets an error', async (_, at, __, isPurged) => {
    const rules = await startRules();
    const ada = rules.signUp();
    const { id } = await ada.create();
    const { wait, arrived, release } = blockCalls();
    rules.proxy.steps.PUT = { [at]: wait };
    const updated = ada.update({ id, title: 'Late', image: await imageOf(4) });
    await arrived;
    await end(rules, ada.viewerId, { isPurged });
    release();
    await expect(updated).rejects.toEqual(unauthenticated);
    await expectNothing(rules, ada.viewerId);
  });

  test('which takes effect after the image is deleted: nothing remains', async () => {
    const rules = await startRules();
    const ada = rules.signUp();
    const { id } = await ada.create();
    const { instead, deliver } = delay();
    rules.proxy.steps.PUT = { instead };
    await expect(ada.update({ id, image: await imageOf(4) })).rejects.toMatchObject({ name: 'ApiError' });
    await end(rules, ada.viewerId, { isPurged: true });
    await rules.reconciled();
    expect(await rules.storedImages()).toEqual([]);
    expect(new Set(await deliver())).toEqual(new Set([404]));
    await expectNothing(rules, ada.viewerId);
  });
});

test.each([false, true])('no operation can begin for a purged account (rows deleted: %s)', async (isPurged) => {
  const rules = await startRules();
  const ada = rules.signUp();
  const { id } = await ada.create();
  await end(rules, ada.viewerId, { isPurged });
  rules.proxy.calls.length = 0;
  await expect(ada.create()).rejects.toEqual(unauthenticated);
  await expect(ada.create({ idempotencyKey: 'key' })).rejects.toEqual(unauthenticated);
  await expect(ada.update({ id, title: 'Late' })).rejects.toEqual(
    isPurged ? expect.objectContaining({ name: 'ApiError' }) : unauthenticated,
  );
  await expect(ada.update({ id, image: await imageOf(4) })).rejects.toMatchObject({ name: 'ApiError' });
  expect(rules.proxy.calls).toEqual([]);
  await expectNothing(rules, ada.viewerId);
});

test('a key of a purged account does not find its create', async () => {
  const rules = await startRules();
  const [ada, bob] = [rules.signUp(), rules.signUp()];
  await ada.create({ idempotencyKey: 'key' });
  const bobs = await bob.create({ idempotencyKey: 'key' });
  await end(rules, ada.viewerId, { isPurged: true });
  expect(await rules.store.operations.findByKey(ada.viewerId, 'key', keyLifetimeMs)).toBeUndefined();
  expect(await bob.create({ idempotencyKey: 'key' })).toEqual(bobs);
});

test('an abandoned create of a purged account leaves nothing', async () => {
  const rules = await startRules();
  const ada = rules.signUp();
  rules.proxy.steps.POST = lost;
  await expect(ada.create()).rejects.toMatchObject({ name: 'ApiError' });
  expect(await rules.storedImages()).not.toEqual([]);
  rules.proxy.steps = {};
  await end(rules, ada.viewerId, { isPurged: true });
  await expectNothing(rules, ada.viewerId);
});

describe('an operation that the reconciler has claimed before the account is purged leaves nothing:', () => {
  const claimOne = async (rules: Rules): Promise<OpenOperation> => {
    const [operation, ...more] = await rules.store.operations.claim({ leaseMs: 60_000, limit: 2 });
    expect(more).toEqual([]);
    return operation as OpenOperation;
  };

  test('a keyed create whose bytes were uploaded', async () => {
    const rules = await startRules();
    const ada = rules.signUp();
    const { wait, arrived, release } = blockCalls();
    rules.proxy.steps.PUT = { after: wait };
    const created = ada.create({ idempotencyKey: 'key' }).catch(() => {});
    await arrived;
    rules.database.abandon();
    const operation = await claimOne(rules);
    expect(operation).toMatchObject({ state: 'RESERVED', isKeyed: true });
    await end(rules, ada.viewerId, { isPurged: false });
    await rules.recover(operation);
    expect([await rules.storedImages(), rules.database.open()]).toEqual([[], []]);
    release();
    await created;
    await expectNothing(rules, ada.viewerId);
  });

  test.each([false, true])('a replacement whose bytes were uploaded (rows deleted: %s)', async (isPurged) => {
    const rules = await startRules();
    const ada = rules.signUp();
    const resource = await ada.create();
    const { wait, arrived, release } = blockCalls();
    rules.proxy.steps.PUT = { after: wait };
    const updated = ada.update({ id: resource.id, image: await imageOf(4) }).catch(() => {});
    await arrived;
    rules.database.abandon();
    const operation = await claimOne(rules);
    expect(operation).toMatchObject({ state: 'REPLACING' });
    await end(rules, ada.viewerId, { isPurged });
    await rules.recover(operation);
    expect(await ada.find(resource.id)).toEqual(isPurged ? undefined : resource);
    release();
    await updated;
    await expectNothing(rules, ada.viewerId);
  });
});

test('purging an account of many resources affects no other account, whose requests continue', async () => {
  const rules = await startRules();
  const [ada, bob] = [rules.signUp(), rules.signUp()];
  for (let at = 0; at < 20; at += 1) await ada.create();
  const bobs = await bob.create();
  rules.reconcile();
  await purgeAccount(rules.store, ada.viewerId);
  const more = await bob.create({ idempotencyKey: 'key' });
  await bob.update({ id: bobs.id, image: await imageOf(4) });
  await rules.reconciled();
  await expect
    .poll(async () => (await rules.storedImages()).map(({ id }) => id).sort())
    .toEqual([bobs.image.id, more.image.id].sort());
  expect(await bob.list()).toHaveLength(2);
  expect(await rules.servedAt(more.image.url)).toBe(more.image.sha256);
});

test('an outage of the image service delays deleting the images, but not the rows', async () => {
  const rules = await startRules();
  const ada = rules.signUp();
  const { id } = await ada.create();
  rules.proxy.steps.DELETE = { instead: ({ socket }) => socket.destroy() };
  rules.reconcile();
  await purgeAccount(rules.store, ada.viewerId);
  await expect.poll(() => rules.lines.map(({ msg }) => msg)).toContain('operations not recovered; will retry');
  expect(await ada.find(id)).toBeUndefined();
  expect(await rules.storedImages()).toHaveLength(1);
  rules.proxy.steps = {};
  await expectNothing(rules, ada.viewerId);
});
