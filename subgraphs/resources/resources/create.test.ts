import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createReservation } from '../operations/reservation.ts';
import { blockCalls, delay, lost, type Step } from '../testing/image-service-proxy.ts';
import { databaseUnavailable, imageOf, imageServiceUnavailable, startRules, unavailable } from '../testing/rules.ts';

const html = (status: number) => (_: IncomingMessage, res: ServerResponse) =>
  res.writeHead(status, { 'content-type': 'text/html' }).end('<html>hello</html>');
const answering = (status: number): Step => ({ instead: (_, res) => res.writeHead(status).end() });

/** The service processes the call, but something else responds. */
const actsAnd = (answer: (req: IncomingMessage, res: ServerResponse) => unknown): Step => ({
  instead: async (req, res, passOn) => {
    await passOn();
    answer(req, res);
  },
});
const never = () => {};

const faults: [string, Step][] = [
  ...[401, 403, 413, 429, 500, 503].map((status): [string, Step] => [`responds with ${status}`, answering(status)]),
  ['succeeds but responds with 500', actsAnd((_, res) => res.writeHead(500).end())],
  ['succeeds but responds with 503', actsAnd((_, res) => res.writeHead(503).end())],
  ['never responds', { instead: never }],
  ['succeeds but never responds', actsAnd(never)],
  ['resets the connection', { instead: ({ socket }) => socket.resetAndDestroy() }],
  ['succeeds but resets the connection', actsAnd(({ socket }) => socket.resetAndDestroy())],
  ['closes the connection', { instead: ({ socket }) => socket.destroy() }],
  ['succeeds but closes the connection', lost],
  ['responds with 200 and HTML', { instead: html(200) }],
  ['succeeds but responds with 200 and HTML', actsAnd(html(200))],
  ['succeeds but responds with 201 and HTML', actsAnd(html(201))],
  ['succeeds but responds with 201 and no id', actsAnd((_, res) => res.writeHead(201).end('{}'))],
];

describe.each(['POST', 'PUT'] as const)('a create whose %s', (method) => {
  test.each(faults)('%s is IMAGE_SERVICE_UNAVAILABLE and leaves nothing', async (_, step) => {
    const { signUp, proxy, reconciled, storedImages, addForeign } = await startRules({
      requestMs: 700,
      attemptMs: 200,
    });
    const ada = signUp();
    const foreign = await addForeign((await imageOf(3)).data);
    proxy.steps[method] = step;
    await expect(ada.create()).rejects.toEqual(imageServiceUnavailable);
    expect(await ada.list()).toEqual([]);
    proxy.steps = {};
    await reconciled();
    expect([await ada.list(), (await storedImages()).map(({ id }) => id)]).toEqual([[], [foreign]]);
  });

  test('takes effect after its error leaves nothing', async () => {
    const { signUp, proxy, reconciled, storedImages } = await startRules();
    const ada = signUp();
    const { instead, deliver } = delay();
    proxy.steps[method] = { instead };
    await expect(ada.create()).rejects.toEqual(imageServiceUnavailable);
    const statuses = await deliver();
    expect(new Set(statuses)).toEqual(new Set([method === 'POST' ? 201 : 404]));
    proxy.steps = {};
    await reconciled();
    expect([await ada.list(), await storedImages()]).toEqual([[], []]);
  });

  test('and its cleanup fail leaves nothing once the service works again', async () => {
    const { signUp, proxy, reconciled, storedImages, database } = await startRules();
    const ada = signUp();
    proxy.steps = { [method]: lost, DELETE: answering(503), GET: answering(503) };
    await expect(ada.create()).rejects.toEqual(imageServiceUnavailable);
    expect([(await storedImages()).length, database.open().length]).toEqual([1, 1]);
    proxy.steps = {};
    await reconciled();
    expect([await ada.list(), await storedImages()]).toEqual([[], []]);
  });
});

describe('a create', () => {
  test('whose operation the reconciler claimed stores nothing and is SERVICE_UNAVAILABLE', async () => {
    const { signUp, proxy, database, reconciled, storedImages } = await startRules();
    const ada = signUp();
    for (const method of ['POST', 'PUT'] as const) {
      const { wait, arrived, release } = blockCalls();
      proxy.steps = { [method]: { after: wait } };
      const outcome = expect(ada.create()).rejects.toEqual(unavailable);
      await arrived;
      database.abandon();
      await reconciled();
      release();
      await outcome;
      expect([await ada.list(), await storedImages(), database.open()]).toEqual([[], [], []]);
    }
  });

  test.each([
    ['POST', 'RESERVING'],
    ['PUT', 'RESERVED'],
  ])('whose lease expires during %s stores nothing, even before the reconciler claims it', async (method, state) => {
    const { signUp, proxy, database, reconciled, storedImages } = await startRules();
    const ada = signUp();
    const { wait, arrived, release } = blockCalls();
    proxy.steps = { [method]: { after: wait } };
    const outcome = expect(ada.create()).rejects.toEqual(unavailable);
    await arrived;
    database.abandon();
    release();
    await outcome;
    expect([await ada.list(), database.open()]).toEqual([[], [state]]);
    await reconciled();
    expect([await ada.list(), await storedImages()]).toEqual([[], []]);
  });

  test('makes no call while the database rejects writes', async () => {
    const { signUp, proxy, database } = await startRules();
    const ada = signUp();
    const resource = await ada.create();
    database.freeze();
    await expect(ada.create()).rejects.toEqual(databaseUnavailable);
    expect(proxy.calls.map(({ method }) => method)).toEqual(['POST', 'PUT']);
    expect(await ada.list()).toEqual([resource]);
  });

  test.each([false, true])(
    'that gets the image id of another resource leaves that image alone (database locked: %s)',
    async (isLocked) => {
      const { signUp, proxy, database, reconciled, servedAt, storedImages } = await startRules();
      const [ada, bob] = [signUp(), signUp()];
      const { id, image } = await ada.create();
      const answer = JSON.stringify({ id: image.id, imageUrl: image.url });
      const answerWrongly = actsAnd((_, res) => {
        if (isLocked) database.lock();
        res.writeHead(201).end(answer);
      });
      proxy.steps.POST = answerWrongly;
      await expect(bob.create()).rejects.toEqual(isLocked ? databaseUnavailable : imageServiceUnavailable);
      if (isLocked) database.unlock();
      proxy.steps = {};
      await reconciled();
      expect(await servedAt(image.url)).toBe(image.sha256);
      expect([await bob.list(), (await storedImages()).map((stored) => stored.id)]).toEqual([[], [image.id]]);
      expect(await ada.find(id)).toMatchObject({ version: 1 });
    },
  );

  test('that is abandoned never deletes an image of another program, whatever its bytes and time', async () => {
    const { signUp, proxy, reconciled, storedImages, addForeign } = await startRules();
    const ada = signUp();
    const equal = await imageOf(3);
    const foreign = [await addForeign(equal.data), await addForeign((await imageOf(4)).data)];
    // Like ours, but with bits that are not recorded here: another installation of this program.
    foreign.push(await addForeign(createReservation().base64));
    for (const step of [{ POST: lost }, { PUT: lost }, { POST: actsAnd((_, res) => res.writeHead(201).end('{}')) }]) {
      proxy.steps = step;
      await expect(ada.create({ image: equal })).rejects.toEqual(imageServiceUnavailable);
      foreign.push(await addForeign(equal.data));
    }
    proxy.steps = {};
    const created = await ada.create({ image: equal });
    await reconciled();
    expect(new Set((await storedImages()).map(({ id }) => id))).toEqual(new Set([...foreign, created.image.id]));
  });
});
