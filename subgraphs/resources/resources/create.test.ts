import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createReservation } from '../operations/reservation.ts';
import { delay, hold, lost, type Step } from '../testing/gate.ts';
import { databaseUnavailable, imageOf, imageServiceUnavailable, startRules, unavailable } from '../testing/rules.ts';

const html = (status: number) => (_: IncomingMessage, res: ServerResponse) =>
  res.writeHead(status, { 'content-type': 'text/html' }).end('<html>hello</html>');
const answering = (status: number): Step => ({ instead: (_, res) => res.writeHead(status).end() });

/** The service does what it is asked for, and something else answers. */
const actsAnd = (answer: (req: IncomingMessage, res: ServerResponse) => unknown): Step => ({
  instead: async (req, res, passOn) => {
    await passOn();
    answer(req, res);
  },
});
const never = () => {};

const faults: [string, Step][] = [
  ...[401, 403, 413, 429, 500, 503].map((status): [string, Step] => [`answers ${status}`, answering(status)]),
  ['acts and answers 500', actsAnd((_, res) => res.writeHead(500).end())],
  ['acts and answers 503', actsAnd((_, res) => res.writeHead(503).end())],
  ['never answers', { instead: never }],
  ['acts and never answers', actsAnd(never)],
  ['resets the connection', { instead: ({ socket }) => socket.resetAndDestroy() }],
  ['acts and resets the connection', actsAnd(({ socket }) => socket.resetAndDestroy())],
  ['closes the connection', { instead: ({ socket }) => socket.destroy() }],
  ['acts and closes the connection', lost],
  ['answers 200 with HTML', { instead: html(200) }],
  ['acts and answers 200 with HTML', actsAnd(html(200))],
  ['acts and answers 201 with HTML', actsAnd(html(201))],
  ['acts and answers 201 without an id', actsAnd((_, res) => res.writeHead(201).end('{}'))],
];

describe.each(['POST', 'PUT'] as const)('a create whose %s', (method) => {
  test.each(faults)('%s is IMAGE_SERVICE_UNAVAILABLE, and leaves nothing', async (_, step) => {
    const { signUp, gate, settled, storedImages, addForeign } = await startRules({ requestMs: 700, attemptMs: 200 });
    const ada = signUp();
    const foreign = await addForeign((await imageOf(3)).data);
    gate.steps[method] = step;
    await expect(ada.create()).rejects.toEqual(imageServiceUnavailable);
    expect(await ada.list()).toEqual([]);
    gate.steps = {};
    await settled();
    expect([await ada.list(), (await storedImages()).map(({ id }) => id)]).toEqual([[], [foreign]]);
  });

  test('lands after its error leaves nothing', async () => {
    const { signUp, gate, settled, storedImages } = await startRules();
    const ada = signUp();
    const { instead, land } = delay();
    gate.steps[method] = { instead };
    await expect(ada.create()).rejects.toEqual(imageServiceUnavailable);
    const statuses = await land();
    expect(new Set(statuses)).toEqual(new Set([method === 'POST' ? 201 : 404]));
    gate.steps = {};
    await settled();
    expect([await ada.list(), await storedImages()]).toEqual([[], []]);
  });

  test('and its undoing fail leaves nothing, once the service is there again', async () => {
    const { signUp, gate, settled, storedImages, database } = await startRules();
    const ada = signUp();
    gate.steps = { [method]: lost, DELETE: answering(503), GET: answering(503) };
    await expect(ada.create()).rejects.toEqual(imageServiceUnavailable);
    expect([(await storedImages()).length, database.open().length]).toEqual([1, 1]);
    gate.steps = {};
    await settled();
    expect([await ada.list(), await storedImages()]).toEqual([[], []]);
  });
});

describe('a create', () => {
  test('whose request was given up writes nothing more, and is SERVICE_UNAVAILABLE', async () => {
    const { signUp, gate, database, settled, storedImages } = await startRules();
    const ada = signUp();
    for (const method of ['POST', 'PUT'] as const) {
      const { wait, arrived, release } = hold();
      gate.steps = { [method]: { after: wait } };
      const outcome = expect(ada.create()).rejects.toEqual(unavailable);
      await arrived;
      database.abandon();
      await settled();
      release();
      await outcome;
      expect([await ada.list(), await storedImages(), database.open()]).toEqual([[], [], []]);
    }
  });

  test.each([
    ['POST', 'RESERVING'],
    ['PUT', 'RESERVED'],
  ])('whose lease passes during %s writes nothing, though nobody has settled it yet', async (method, state) => {
    const { signUp, gate, database, settled, storedImages } = await startRules();
    const ada = signUp();
    const { wait, arrived, release } = hold();
    gate.steps = { [method]: { after: wait } };
    const outcome = expect(ada.create()).rejects.toEqual(unavailable);
    await arrived;
    database.abandon();
    release();
    await outcome;
    expect([await ada.list(), database.open()]).toEqual([[], [state]]);
    await settled();
    expect([await ada.list(), await storedImages()]).toEqual([[], []]);
  });

  test('makes no call while the database takes nothing', async () => {
    const { signUp, gate, database } = await startRules();
    const ada = signUp();
    const resource = await ada.create();
    database.freeze();
    await expect(ada.create()).rejects.toEqual(databaseUnavailable);
    expect(gate.calls.map(({ method }) => method)).toEqual(['POST', 'PUT']);
    expect(await ada.list()).toEqual([resource]);
  });

  test.each([false, true])(
    'whose answer has another’s id leaves that one’s image alone, also where the database is locked: %s',
    async (isLocked) => {
      const { signUp, gate, database, settled, servedAt, storedImages } = await startRules();
      const [ada, bob] = [signUp(), signUp()];
      const { id, image } = await ada.create();
      const answer = JSON.stringify({ id: image.id, imageUrl: image.url });
      const answerWrongly = actsAnd((_, res) => {
        if (isLocked) database.lock();
        res.writeHead(201).end(answer);
      });
      gate.steps.POST = answerWrongly;
      await expect(bob.create()).rejects.toEqual(isLocked ? databaseUnavailable : imageServiceUnavailable);
      if (isLocked) database.unlock();
      gate.steps = {};
      await settled();
      expect(await servedAt(image.url)).toBe(image.sha256);
      expect([await bob.list(), (await storedImages()).map((stored) => stored.id)]).toEqual([[], [image.id]]);
      expect(await ada.find(id)).toMatchObject({ version: 1 });
    },
  );

  test('that is given up never costs an image that is not ours, whatever its bytes and time', async () => {
    const { signUp, gate, settled, storedImages, addForeign } = await startRules();
    const ada = signUp();
    const equal = await imageOf(3);
    const foreign = [await addForeign(equal.data), await addForeign((await imageOf(4)).data)];
    // As ours, but of bits that nobody here has recorded: another program of the same make.
    foreign.push(await addForeign(createReservation().base64));
    for (const step of [{ POST: lost }, { PUT: lost }, { POST: actsAnd((_, res) => res.writeHead(201).end('{}')) }]) {
      gate.steps = step;
      await expect(ada.create({ image: equal })).rejects.toEqual(imageServiceUnavailable);
      foreign.push(await addForeign(equal.data));
    }
    gate.steps = {};
    const kept = await ada.create({ image: equal });
    await settled();
    expect(new Set((await storedImages()).map(({ id }) => id))).toEqual(new Set([...foreign, kept.image.id]));
  });
});
