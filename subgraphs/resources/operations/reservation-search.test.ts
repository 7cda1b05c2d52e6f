import { describe, expect, test } from 'vitest';
import { blockCalls, delay, lost, type Step } from '../testing/image-service-proxy.ts';
import { imageServiceUnavailable, startRules } from '../testing/rules.ts';
import { createReservation } from './reservation.ts';

const answering = (status: number, body = ''): Step => ({ instead: (_, res) => res.writeHead(status).end(body) });
const unresolvedMessage = 'operations cannot be recovered automatically: see docs/reliability.md';

/** Starts the rules and loses the response to a create's reservation. */
async function lostReservation() {
  const rules = await startRules();
  const ada = rules.signUp();
  rules.proxy.steps.POST = lost;
  await expect(ada.create()).rejects.toEqual(imageServiceUnavailable);
  delete rules.proxy.steps.POST;
  return { ...rules, ada };
}

/** Stores so many small PNGs of another program. */
async function addForeigners({ addForeign }: Awaited<ReturnType<typeof startRules>>, count: number) {
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) ids.push(await addForeign(createReservation().base64));
  return ids;
}

describe('without a listing', () => {
  test.each<[string, Step]>([
    ['404', answering(404)],
    ['405', answering(405)],
    ['HTML', answering(200, '<html>images</html>')],
    ['an object', answering(200, '{}')],
    ['nothing', answering(200)],
  ])('(%s) a possible image of ours stays, is counted, and is logged once', async (_, step) => {
    const rules = await lostReservation();
    const { proxy, store, lines, database, storedImages, reconcile, reconciled } = rules;
    proxy.steps.GET = step;
    const [left] = await storedImages();
    await addForeigners(rules, 2);
    database.abandon();
    reconcile();
    await expect.poll(() => store.operations.countUnresolved()).toBe(1);
    const passes = () => proxy.calls.filter(({ method }) => method === 'GET').length;
    for (let pass = 2; pass <= 4; pass += 1) {
      database.abandon();
      await expect.poll(passes).toBe(pass);
      await expect.poll(database.due).toEqual([]);
    }
    expect([await store.operations.countUnresolved(), database.open()]).toEqual([1, ['SEARCHING']]);
    expect(await storedImages()).toHaveLength(3);
    expect(proxy.calls.filter(({ method }) => method === 'DELETE')).toEqual([]);
    expect(lines.filter(({ msg }) => msg === unresolvedMessage)).toEqual([
      expect.objectContaining({ level: 50, count: 1 }),
    ]);

    // As soon as there is a listing, the image is found.
    delete proxy.steps.GET;
    database.abandon();
    await reconciled();
    expect(await store.operations.countUnresolved()).toBe(0);
    expect(await storedImages()).toHaveLength(2);
    expect((await storedImages()).map(({ id }) => id)).not.toContain(left?.id);
  });

  test('for a moment only, nothing is counted, and the search is repeated', async () => {
    const { proxy, store, lines, storedImages, reconcile, reconciled } = await lostReservation();
    proxy.steps.GET = answering(500);
    reconcile();
    await expect.poll(() => lines.map(({ msg }) => msg)).toContain('operations not recovered; will retry');
    expect([await store.operations.countUnresolved(), (await storedImages()).length]).toEqual([0, 1]);
    delete proxy.steps.GET;
    await reconciled();
    expect(await storedImages()).toEqual([]);
  });
});

test('our image is found among more foreign ones of the same hour than one search hashes, which stay', async () => {
  const rules = await startRules({ maxHashesPerSearch: 20 });
  const ada = rules.signUp();
  const before = await addForeigners(rules, 21);
  rules.proxy.steps.POST = lost;
  await expect(ada.create()).rejects.toEqual(imageServiceUnavailable);
  // In either order of the listing, more images come before it than one search hashes.
  const after = await addForeigners(rules, 21);
  await rules.reconciled();
  const left = (await rules.storedImages()).map(({ id }) => id);
  expect(left.sort()).toEqual([...before, ...after].sort());
});

test('an image that arrives after its create has ended is deleted by the next search', async () => {
  const { signUp, proxy, reconciled, storedImages, lines } = await startRules();
  const ada = signUp();
  const { instead, deliver } = delay();
  proxy.steps.POST = { instead };
  await expect(ada.create()).rejects.toEqual(imageServiceUnavailable);
  await reconciled();
  expect(await deliver()).toEqual([201]);
  expect(await storedImages()).toHaveLength(1);

  proxy.steps.POST = lost;
  await expect(ada.create()).rejects.toEqual(imageServiceUnavailable);
  proxy.steps = {};
  await reconciled();
  expect(await storedImages()).toEqual([]);
  expect(lines.map(({ msg }) => msg)).toContain('orphaned image found: it was stored after its create was abandoned');
});

test.each(['POST', 'PUT'] as const)('a search ignores the image of a create that is at its %s', async (method) => {
  const { signUp, proxy, reconciled, servedAt, storedImages, database, reconcile } = await startRules();
  const [ada, bob] = [signUp(), signUp()];
  proxy.steps.POST = lost;
  await expect(ada.create()).rejects.toEqual(imageServiceUnavailable);
  const { wait, arrived, release } = blockCalls();
  // Blocked while the image has the reservation's bytes.
  proxy.steps = method === 'POST' ? { POST: { after: wait } } : { PUT: { before: wait } };
  const created = bob.create();
  await arrived;
  const images = await storedImages();
  expect(images).toHaveLength(2);
  reconcile();
  await expect.poll(async () => (await storedImages()).length).toBe(1);
  await expect.poll(() => database.open()).toHaveLength(1);
  release();
  const { image } = await created;
  await reconciled();
  expect(await servedAt(image.url)).toBe(image.sha256);
  expect((await storedImages()).map(({ id }) => id)).toEqual([image.id]);
});
