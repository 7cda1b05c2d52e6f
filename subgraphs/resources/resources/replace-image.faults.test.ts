import { describe, expect, test } from 'vitest';
import { blockCalls, delay, lost, type Step } from '../testing/image-service-proxy.ts';
import { imageOf, imageServiceUnavailable, inProgress, notFound, startRules, unavailable } from '../testing/rules.ts';

const answering = (status: number): Step => ({ instead: (_, res) => res.writeHead(status).end() });
const actsAndAnswers = (status: number): Step => ({
  instead: async (_, res, passOn) => {
    await passOn();
    res.writeHead(status).end();
  },
});

/** A resource, and an update of its image and texts. */
async function aReplacement(settings: Parameters<typeof startRules>[0] = {}) {
  const rules = await startRules(settings);
  const ada = rules.signUp();
  const resource = await ada.create({ title: 'Old', description: 'Old' });
  const { id, image } = resource;
  const input = { id, title: 'New', description: null, image: await imageOf(4) };
  /** Which of the two versions remains; fails if the row and the served bytes do not match. */
  const outcome = async () => {
    const found = await ada.find(id);
    expect(await rules.servedAt(image.url)).toBe(found?.image.sha256);
    const { title, description, version } = found ?? {};
    return { title, description, version, width: found?.image.width };
  };
  return { ...rules, ada, resource, id, image, input, outcome };
}

const hourMs = 3_600_000;
const unchanged = { title: 'Old', description: 'Old', version: 1, width: 3 };
const replaced = { title: 'New', description: null, version: 2, width: 4 };

describe('a replacement without a usable response', () => {
  test.each<[string, Step, object]>([
    ['without a response, that succeeded', lost, replaced],
    ['without a response, that did not succeed', { instead: ({ socket }) => socket.destroy() }, unchanged],
    ...[502, 503, 504].flatMap((status): [string, Step, object][] => [
      [`answered with ${status}, that succeeded`, actsAndAnswers(status), replaced],
      [`answered with ${status}, that did not succeed`, answering(status), unchanged],
    ]),
  ])('%s: locks the image until it is recovered, then applies completely or not at all', async (_, step, expected) => {
    const { ada, proxy, id, input, resource, reconciled, outcome, database, reconcile } = await aReplacement({
      settleMs: hourMs,
    });
    proxy.steps.PUT = step;
    await expect(ada.update(input)).rejects.toEqual(imageServiceUnavailable);
    proxy.steps = {};
    // The reconciler must not decide earlier.
    reconcile();
    expect(await ada.find(id)).toEqual(resource);
    await expect(ada.update({ id, image: await imageOf(5) })).rejects.toEqual(inProgress);
    await expect(ada.update({ id, image: await imageOf(5), expectedVersion: 1 })).rejects.toEqual(inProgress);
    expect(database.open()).toEqual(['REPLACING']);

    database.abandon();
    await reconciled();
    expect(await outcome()).toEqual(expected);
    expect(await ada.update({ id, image: await imageOf(5) })).toMatchObject({ image: { width: 5 } });
  });

  test('that takes effect after its error is not decided before', async () => {
    const { ada, proxy, id, input, resource, reconciled, outcome, database, reconcile } = await aReplacement({
      settleMs: hourMs,
    });
    const { instead, deliver } = delay();
    proxy.steps.PUT = { instead };
    await expect(ada.update(input)).rejects.toEqual(imageServiceUnavailable);
    proxy.steps = {};
    reconcile();
    await expect(ada.update({ id, image: await imageOf(5) })).rejects.toEqual(inProgress);
    expect(await ada.find(id)).toEqual(resource);
    expect(await deliver()).toEqual([204, 204, 204]);
    database.abandon();
    await reconciled();
    expect(await outcome()).toEqual(replaced);
  });

  test('allows text updates meanwhile, unless it expects a version', async () => {
    const { ada, proxy, id, input, reconciled, outcome } = await aReplacement();
    proxy.steps.PUT = lost;
    await expect(ada.update({ id, image: input.image })).rejects.toEqual(imageServiceUnavailable);
    proxy.steps = {};
    await ada.update({ id, title: 'Meanwhile' });
    await reconciled();
    expect(await outcome()).toEqual({ title: 'Meanwhile', description: 'Old', version: 3, width: 4 });

    proxy.steps.PUT = lost;
    const versioned = { ...input, image: await imageOf(5), expectedVersion: 3 };
    await expect(ada.update(versioned)).rejects.toEqual(imageServiceUnavailable);
    proxy.steps = {};
    await expect(ada.update({ id, title: 'Meanwhile' })).rejects.toEqual(inProgress);
    await reconciled();
    expect(await outcome()).toEqual({ title: 'New', description: null, version: 4, width: 5 });
  });

  test('with bytes that are neither old nor new stays locked, is counted, and is logged once', async () => {
    const { ada, proxy, id, image, input, store, database, reconcile, overwrite, lines, resource } =
      await aReplacement();
    proxy.steps.PUT = lost;
    await expect(ada.update(input)).rejects.toEqual(imageServiceUnavailable);
    proxy.steps = {};
    await overwrite(image.id, (await imageOf(9)).data);
    reconcile();
    await expect.poll(() => store.operations.countUnresolved()).toBe(1);
    for (let passes = 0; passes < 3; passes += 1) {
      database.abandon();
      await expect.poll(() => database.due()).toEqual([]);
    }
    expect(await store.operations.countUnresolved()).toBe(1);
    expect(
      lines.filter(({ msg }) => msg === 'operations cannot be recovered automatically: see docs/reliability.md'),
    ).toEqual([expect.objectContaining({ level: 50, count: 1 })]);
    await expect(ada.update({ id, image: await imageOf(5) })).rejects.toEqual(inProgress);
    expect(await ada.find(id)).toEqual(resource);

    await ada.delete({ id });
    expect([await store.operations.countUnresolved(), database.open()]).toEqual([0, []]);
  });

  test('is overridden by a deletion, and leaves no image even if it takes effect afterwards', async () => {
    const { ada, proxy, id, input, reconciled, storedImages } = await aReplacement();
    const { instead, deliver } = delay();
    proxy.steps.PUT = { instead };
    await expect(ada.update({ ...input, expectedVersion: 1 })).rejects.toEqual(imageServiceUnavailable);
    await ada.delete({ id, expectedVersion: 1 });
    expect(await deliver()).toEqual([404, 404, 404]);
    await reconciled();
    expect([await ada.find(id), await ada.list(), await storedImages()]).toEqual([undefined, [], []]);
    await expect(ada.update(input)).rejects.toEqual(notFound);
  });
});

describe('a replacement that was answered with 500', () => {
  test.each([
    ['and had succeeded returns the new resource', actsAndAnswers(500), replaced],
    ['and had not succeeded can be repeated at once', answering(500), unchanged],
  ])('%s', async (_, step, expected) => {
    const { ada, proxy, id, input, outcome, database } = await aReplacement({ settleMs: hourMs });
    proxy.steps.PUT = step;
    const update = ada.update(input);
    if (expected === replaced) expect(await update).toMatchObject({ title: 'New', version: 2 });
    else await expect(update).rejects.toEqual(imageServiceUnavailable);
    expect(await outcome()).toEqual(expected);
    proxy.steps = {};
    expect(database.open()).toEqual([]);
    expect(await ada.update({ id, image: await imageOf(5) })).toMatchObject({ image: { width: 5 } });
  });
});

describe('a replacement whose first attempt got no response and whose second succeeded', () => {
  /** The first attempt waits at the proxy; later ones pass. */
  const firstDelayed = () => {
    const { instead, deliver } = delay();
    let attempts = 0;
    const step: Step = {
      instead: async (req, res, passOn) => {
        attempts += 1;
        if (attempts === 1) return instead(req, res, passOn);
        const { status } = await passOn();
        return res.writeHead(status).end();
      },
    };
    return { step, deliver };
  };

  test('succeeds, and locks the image for as long as the first may take effect', async () => {
    const { ada, proxy, id, input, reconciled, outcome } = await aReplacement();
    const { step, deliver } = firstDelayed();
    proxy.steps.PUT = step;
    expect(await ada.update(input)).toMatchObject({ title: 'New', version: 2 });
    await expect(ada.update({ id, image: await imageOf(5) })).rejects.toEqual(inProgress);
    expect(await ada.update({ id, title: 'Newer' })).toMatchObject({ title: 'Newer', version: 3 });
    expect(await deliver()).toEqual([204]);
    await reconciled();
    expect(await outcome()).toEqual({ ...replaced, title: 'Newer', version: 3 });
    expect(await ada.update({ id, image: await imageOf(5) })).toMatchObject({ image: { width: 5 } });
  });

  test('and a create like it lock the image', async () => {
    const { signUp, proxy, reconciled, servedAt } = await startRules();
    const ada = signUp();
    const { step, deliver } = firstDelayed();
    proxy.steps.PUT = step;
    const { id, image } = await ada.create();
    await expect(ada.update({ id, image: await imageOf(5) })).rejects.toEqual(inProgress);
    expect(await deliver()).toEqual([204]);
    await reconciled();
    expect(await servedAt(image.url)).toBe(image.sha256);
    expect(await ada.update({ id, image: await imageOf(5) })).toMatchObject({ image: { width: 5 } });
  });

  test('does not block a deletion', async () => {
    const { ada, proxy, id, input, reconciled, storedImages } = await aReplacement();
    const { step, deliver } = firstDelayed();
    proxy.steps.PUT = step;
    await ada.update(input);
    await ada.delete({ id });
    expect(await deliver()).toEqual([404]);
    await reconciled();
    expect([await ada.list(), await storedImages()]).toEqual([[], []]);
  });
});

test.each([
  ['was recovered by the reconciler', true],
  ['was not recovered yet', false],
])('a replacement whose lease has expired, and which %s, stores nothing', async (_, isSettled) => {
  const { ada, proxy, id, input, resource, database, reconciled, outcome } = await aReplacement();
  const { wait, arrived, release } = blockCalls();
  proxy.steps.PUT = { after: wait };
  const update = expect(ada.update(input)).rejects.toEqual(unavailable);
  await arrived;
  database.abandon();
  if (isSettled) await reconciled();
  release();
  await update;
  if (!isSettled) expect([await ada.find(id), database.open()]).toEqual([resource, ['REPLACING']]);
  await reconciled();
  expect(await outcome()).toEqual(replaced);
});
