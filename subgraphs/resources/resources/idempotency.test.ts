import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { blockCalls, lost, type Step } from '../testing/image-service-proxy.ts';
import { jpeg } from '../testing/images.ts';
import {
  apiErrorWith,
  databaseUnavailable,
  imageOf,
  imageServiceUnavailable,
  inProgress,
  notFound,
  startRules,
} from '../testing/rules.ts';
import { idempotencyOf } from './idempotency.ts';

const dayMs = 24 * 60 * 60 * 1000;
const keyReused = apiErrorWith({ code: 'CONFLICT', reason: 'KEY_REUSED' });
const respondingWith = (status: number): Step => ({ instead: (_, res) => res.writeHead(status).end() });

type Rules = Awaited<ReturnType<typeof startRules>>;

/** An input with a key. */
const keyed = async (fields: object = {}) => ({
  title: 'A picture',
  description: 'of something',
  image: await imageOf(3),
  idempotencyKey: 'key',
  ...fields,
});

const uploadsOf = ({ proxy }: Rules) => proxy.calls.map(({ method }) => method);

describe('a key', () => {
  test.each([
    ['empty', ''],
    ['of 65 characters', 'k'.repeat(65)],
    ['of 65 astral characters', '🔑'.repeat(65)],
    ['with a lone surrogate', 'key \ud83d'],
    ['with NUL', 'key\0'],
  ])('%s is BAD_USER_INPUT, without any call', async (_, idempotencyKey) => {
    const rules = await startRules();
    const ada = rules.signUp();
    const problems = [{ field: 'idempotencyKey', message: expect.any(String) }];
    await expect(ada.create({ idempotencyKey })).rejects.toEqual(apiErrorWith({ code: 'BAD_USER_INPUT', problems }));
    const both = [expect.objectContaining({ field: 'title' }), ...problems];
    const withMore = ada.create({ idempotencyKey, title: '' });
    await expect(withMore).rejects.toEqual(apiErrorWith({ code: 'BAD_USER_INPUT', problems: both }));
    expect([uploadsOf(rules), rules.database.open(), await ada.list()]).toEqual([[], [], []]);
  });

  test.each([
    ['of one character', 'k'],
    ['of 64 characters', 'k'.repeat(64)],
    ['of 64 emoji', '🔑'.repeat(64)],
    ['of white space', ' '],
  ])('%s is valid', async (_, idempotencyKey) => {
    const rules = await startRules();
    const ada = rules.signUp();
    const first = await ada.create({ idempotencyKey });
    expect(await ada.create({ idempotencyKey })).toEqual(first);
    expect(uploadsOf(rules)).toEqual(['POST', 'PUT']);
  });

  test('of null is no key: the same input twice creates two resources', async () => {
    const { signUp } = await startRules();
    const ada = signUp();
    await ada.create({ idempotencyKey: null });
    await ada.create({ idempotencyKey: null });
    expect(await ada.list()).toHaveLength(2);
  });

  test('belongs to its owner: the same key of two users creates two resources', async () => {
    const { signUp } = await startRules();
    const [ada, bob] = [signUp(), signUp()];
    const [adas, bobs] = [await ada.create(await keyed()), await bob.create(await keyed({ title: 'Bob’s' }))];
    expect([await ada.list(), await bob.list()]).toEqual([[adas], [bobs]]);
    expect(await bob.create(await keyed({ title: 'Bob’s' }))).toEqual(bobs);
  });

  test('is compared exactly', async () => {
    const { signUp } = await startRules();
    const ada = signUp();
    for (const idempotencyKey of ['key', 'Key', 'key ', 'ke\u0301y', 'k\u00e9y']) await ada.create({ idempotencyKey });
    expect(await ada.list()).toHaveLength(5);
  });
});

describe('the same key with the same input', () => {
  test('returns the created resource in its present state, and stores nothing', async () => {
    const rules = await startRules();
    const ada = rules.signUp();
    const first = await ada.create(await keyed());
    expect(await ada.create(await keyed())).toEqual(first);
    // Equal after trimming, so the same input.
    expect(await ada.create(await keyed({ title: '  A picture ' }))).toEqual(first);
    const changed = await ada.update({ id: first.id, title: 'New', image: await imageOf(4) });
    expect(await ada.create(await keyed())).toEqual(changed);
    expect(uploadsOf(rules)).toEqual(['POST', 'PUT', 'PUT']);
    expect([await ada.list(), (await rules.storedImages()).length]).toEqual([[changed], 1]);
  });

  test.each<[string, object, object]>([
    ['with its contentType and without', { contentType: 'image/png' }, {}],
    ['without its contentType and with it', {}, { contentType: 'image/png' }],
    ['with a contentType of null and with its own', { contentType: null }, { contentType: 'image/png' }],
  ])('is the same %s', async (_, former, latter) => {
    const rules = await startRules();
    const ada = rules.signUp();
    const image = await imageOf(3);
    const first = await ada.create(await keyed({ image: { ...image, ...former } }));
    expect(await ada.create(await keyed({ image: { ...image, ...latter } }))).toEqual(first);
    expect(uploadsOf(rules)).toEqual(['POST', 'PUT']);
  });

  test.each([
    [{}, { keepMetadata: false }],
    [{ keepMetadata: false }, {}],
    [{}, { fit: false }],
    [{ fit: false }, {}],
  ])('is the same with %j and %j', async (former, latter) => {
    const rules = await startRules();
    const ada = rules.signUp();
    const imageWith = async (options: object) => ({ ...(await imageOf(3)), ...options });
    const first = await ada.create(await keyed({ image: await imageWith(former) }));
    expect(await ada.create(await keyed({ image: await imageWith(latter) }))).toEqual(first);
    expect(uploadsOf(rules)).toEqual(['POST', 'PUT']);
  });

  test('is the same with a description of null and without one', async () => {
    const rules = await startRules();
    const ada = rules.signUp();
    const first = await ada.create(await keyed({ description: null }));
    expect(await ada.create(await keyed({ description: undefined }))).toEqual(first);
  });

  test.each([{}, { contentType: null }, { contentType: 'image/png' }, { keepMetadata: false }, { fit: false }])(
    'is recognised by the hash that former versions stored, of a contentType too: %j',
    async (declared) => {
      const image = { ...(await imageOf(3)), ...declared };
      const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
      const former = (type: unknown) => sha256(JSON.stringify(['A', 'B', type, sha256(image.data)]));
      const input = { title: 'A', description: 'B', image, idempotencyKey: 'key' };
      expect(idempotencyOf(input)).toMatchObject({ inputSha256: former(null), formerInputSha256: former('image/png') });
    },
  );

  test.each([undefined, 'image/png'])(
    'is found by the hash of a former version, now with contentType %s',
    async (type) => {
      const rules = await startRules();
      const ada = rules.signUp();
      const image = await imageOf(3);
      const first = await ada.create(await keyed());
      const { formerInputSha256 } = idempotencyOf(await keyed()) ?? {};
      rules.database.setInputHash(formerInputSha256);
      expect(await ada.create(await keyed({ image: { ...image, contentType: type } }))).toEqual(first);
      await expect(ada.create(await keyed({ title: 'Another' }))).rejects.toEqual(keyReused);
    },
  );

  test('is NOT_FOUND after the resource was deleted, and creates nothing', async () => {
    const rules = await startRules();
    const ada = rules.signUp();
    const { id } = await ada.create(await keyed());
    await ada.delete({ id });
    await expect(ada.create(await keyed())).rejects.toEqual(notFound);
    expect(uploadsOf(rules)).toEqual(['POST', 'PUT', 'DELETE']);
    expect([await ada.list(), await rules.storedImages()]).toEqual([[], []]);
  });

  test.each(['POST', 'PUT'] as const)('is IN_PROGRESS during %s, in any process', async (method) => {
    const rules = await startRules();
    const ada = rules.signUp();
    const elsewhere = rules.anotherProcess().signUp(ada.viewerId);
    const { wait, arrived, release } = blockCalls();
    rules.proxy.steps[method] = { before: wait };
    const first = ada.create(await keyed());
    await arrived;
    const before = uploadsOf(rules);
    await expect(ada.create(await keyed())).rejects.toEqual(inProgress);
    await expect(elsewhere.create(await keyed())).rejects.toEqual(inProgress);
    await expect(ada.create(await keyed({ title: 'New' }))).rejects.toEqual(keyReused);
    await expect(elsewhere.create(await keyed({ title: 'New' }))).rejects.toEqual(keyReused);
    expect(uploadsOf(rules)).toEqual(before);
    release();
    const made = await first;
    expect([await ada.create(await keyed()), await elsewhere.create(await keyed())]).toEqual([made, made]);
  });

  test('creates another resource a day later', async () => {
    const { signUp, database, reconcile, proxy } = await startRules();
    const ada = signUp();
    const first = await ada.create(await keyed());
    database.age(dayMs - 60_000);
    expect(await ada.create(await keyed())).toEqual(first);
    database.age(60_000);
    const second = await ada.create(await keyed());
    expect(second.id).not.toBe(first.id);
    expect(await ada.create(await keyed())).toEqual(second);

    database.age(dayMs);
    reconcile();
    const withOther = await ada.create(await keyed({ title: 'Another' }));
    expect(withOther).toMatchObject({ title: 'Another', version: 1 });
    expect(proxy.calls.filter(({ method }) => method === 'POST')).toHaveLength(3);
  });
});

test.each<[string, object]>([
  ['title', { title: 'Another' }],
  ['description', { description: 'Another' }],
  ['missing description', { description: undefined }],
  ['empty description', { description: '' }],
  ['contentType', { image: { ...(await imageOf(3)), contentType: 'image/gif' } }],
  ['image', { image: await imageOf(4) }],
  ['keepMetadata', { image: { ...(await imageOf(3)), keepMetadata: true } }],
  ['fit', { image: { ...(await imageOf(3)), fit: true } }],
  ['image of another type', { image: { data: (await jpeg()).toString('base64') } }],
])('the same key with another %s is KEY_REUSED, and creates nothing', async (_, fields) => {
  const rules = await startRules();
  const ada = rules.signUp();
  const first = await ada.create(await keyed());
  await expect(ada.create(await keyed(fields))).rejects.toEqual(keyReused);
  expect([await ada.list(), uploadsOf(rules)]).toEqual([[first], ['POST', 'PUT']]);
  expect(await ada.create(await keyed())).toEqual(first);
});

describe('after an error the same key creates exactly one resource', () => {
  test.each<[string, Rules['proxy']['steps']]>([
    ['POST rejected', { POST: respondingWith(413) }],
    ['POST failed', { POST: respondingWith(500) }],
    ['POST lost', { POST: lost }],
    ['PUT rejected', { PUT: respondingWith(413) }],
    ['PUT failed', { PUT: respondingWith(500) }],
    ['PUT lost', { PUT: lost }],
    ['PUT lost, and its deletion rejected', { PUT: lost, DELETE: respondingWith(503) }],
  ])('%s: at once', async (_, steps) => {
    const { signUp, proxy, reconciled, storedImages } = await startRules();
    const ada = signUp();
    Object.assign(proxy.steps, steps);
    await expect(ada.create(await keyed())).rejects.toEqual(imageServiceUnavailable);
    proxy.steps = {};
    const made = await ada.create(await keyed());
    await reconciled();
    expect(await ada.create(await keyed())).toEqual(made);
    expect([await ada.list(), (await storedImages()).map(({ id }) => id)]).toEqual([[made], [made.image.id]]);
  });

  test('database locked before the first call: at once', async () => {
    const rules = await startRules();
    const ada = rules.signUp();
    rules.database.lock();
    await expect(ada.create(await keyed())).rejects.toEqual(databaseUnavailable);
    expect(uploadsOf(rules)).toEqual([]);
    rules.database.unlock();
    const made = await ada.create(await keyed());
    expect(await ada.list()).toEqual([made]);
  });

  test.each(['POST', 'PUT'] as const)('database locked after %s: after the reconciler has run', async (method) => {
    const { signUp, proxy, database, reconciled, storedImages } = await startRules();
    const ada = signUp();
    proxy.steps[method] = { after: () => database.lock() };
    await expect(ada.create(await keyed())).rejects.toEqual(databaseUnavailable);
    database.unlock();
    proxy.steps = {};
    await expect(ada.create(await keyed())).rejects.toEqual(inProgress);
    await reconciled();
    // All bytes were uploaded, so the reconciler finishes the create.
    expect(await ada.list()).toHaveLength(method === 'PUT' ? 1 : 0);
    const made = await ada.create(await keyed());
    expect([await ada.list(), (await storedImages()).map(({ id }) => id)]).toEqual([[made], [made.image.id]]);
  });
});

test('50 concurrent creates with one key, in two processes, create one resource; each returns it or IN_PROGRESS', async () => {
  const { signUp, resources, anotherProcess, storedImages } = await startRules();
  const ada = signUp();
  const { resources: elsewhere } = anotherProcess();
  const input = await keyed();
  const create = (at: number) => (at % 2 === 0 ? resources : elsewhere).create(ada, input);
  const fifty = Array.from({ length: 50 }, (_, at) => at);
  const outcomes = await Promise.allSettled(fifty.map(create));
  const [made, ...more] = await ada.list();
  expect([made, more]).toEqual([expect.anything(), []]);
  const answers = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason));
  expect(answers).toContainEqual(made);
  const others = answers.filter(({ id }) => id !== made?.id);
  expect(others).toEqual(others.map(() => inProgress));
  for (const at of fifty) expect(await create(at)).toEqual(made);
  expect((await storedImages()).map(({ url }) => url)).toEqual([made?.image.url]);
});
