import { describe, expect, test } from 'vitest';
import { createBoundedQueue } from './bounded-queue.ts';

const unavailable = { name: 'ApiError', extensions: { code: 'SERVICE_UNAVAILABLE' } };

/** Work that is done when the test says so. */
function createWork() {
  const finish: (() => void)[] = [];
  const work = () =>
    new Promise<string>((resolve) => {
      finish.push(() => resolve('done'));
    });
  return {
    work,
    /** How many pieces of work have started. */
    started: () => finish.length,
    finishFirst: () => finish.shift()?.(),
    finishAll: () => finish.splice(0).forEach((done) => void done()),
  };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test('what comes when as many wait as may is refused', async () => {
  const inTurn = createBoundedQueue({ concurrency: 1, maxWaiting: 2 });
  const { work, finishAll } = createWork();
  const accepted = [inTurn(work), inTurn(work), inTurn(work)];
  await expect(inTurn(work)).rejects.toMatchObject(unavailable);
  for (let turn = 0; turn < 3; turn++) {
    await nextTurn();
    finishAll();
  }
  expect(await Promise.all(accepted)).toEqual(['done', 'done', 'done']);
});

test('what was refused is never run', async () => {
  const inTurn = createBoundedQueue({ concurrency: 1, maxWaiting: 1 });
  const { work, finishFirst } = createWork();
  const ran: string[] = [];
  const accepted = [inTurn(work), inTurn(async () => void ran.push('accepted'))];
  await expect(inTurn(async () => void ran.push('refused'))).rejects.toMatchObject(unavailable);
  await nextTurn();
  finishFirst();
  await Promise.all(accepted);
  expect(ran).toEqual(['accepted']);
});

test('work that fails, also before its first await, fails for its own caller and makes room', async () => {
  const inTurn = createBoundedQueue({ concurrency: 1, maxWaiting: 8 });
  const broken = () => {
    throw new Error('at once');
  };
  const results = await Promise.allSettled([
    inTurn(broken),
    inTurn(() => Promise.reject('later')),
    inTurn(async () => 1),
  ]);
  expect(results).toEqual([
    { status: 'rejected', reason: new Error('at once') },
    { status: 'rejected', reason: 'later' },
    { status: 'fulfilled', value: 1 },
  ]);
});

test('no more than `concurrency` run at once, and the next starts when one is done', async () => {
  const inTurn = createBoundedQueue({ concurrency: 2, maxWaiting: 8 });
  const { work, started, finishFirst, finishAll } = createWork();
  const all = [inTurn(work), inTurn(work), inTurn(work), inTurn(work)];
  await nextTurn();
  expect(started()).toBe(2);
  finishFirst();
  await nextTurn();
  expect(started()).toBe(2);
  finishAll();
  await nextTurn();
  finishAll();
  await Promise.all(all);
});

test('who came first is served first', async () => {
  const inTurn = createBoundedQueue({ concurrency: 1, maxWaiting: 8 });
  const order: number[] = [];
  await Promise.all([1, 2, 3, 4].map((number) => inTurn(async () => void order.push(number))));
  expect(order).toEqual([1, 2, 3, 4]);
});

test('there is room again when what waited is done', async () => {
  const inTurn = createBoundedQueue({ concurrency: 1, maxWaiting: 1 });
  const first = [inTurn(async () => 1), inTurn(async () => 2)];
  await expect(inTurn(async () => 3)).rejects.toMatchObject(unavailable);
  await Promise.all(first);
  expect(await inTurn(async () => 4)).toBe(4);
});

test('where nothing may wait, what need not wait is run', async () => {
  const inTurn = createBoundedQueue({ concurrency: 1, maxWaiting: 0 });
  expect(await inTurn(async () => 'done')).toBe('done');
});

describe('of those who wait', () => {
  /** A queue whose one turn is taken until the test says so, and what has run since, in order. */
  function openBusy(maxWaiting: number) {
    const inTurn = createBoundedQueue({ concurrency: 1, maxWaiting });
    const { work, finishFirst } = createWork();
    const ran: string[] = [];
    const first = inTurn(work, 'somebody');
    return {
      ask: (name: string, who: string) =>
        inTurn(async () => void ran.push(name), who).catch(
          ({ extensions }) => void ran.push(`${name} ${extensions.code}`),
        ),
      ran,
      finish: async (all: Promise<unknown>[]) => {
        await nextTurn();
        finishFirst();
        await Promise.all([first, ...all]);
      },
    };
  }

  test('each has a turn after the other, however many of one wait, and of each who came first is first', async () => {
    const { ask, ran, finish } = openBusy(8);
    const asked = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((name) => ask(name, name.charAt(0)));
    await finish(asked);
    expect(ran).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  test('it is the newest of whoever has the most who makes room for somebody else', async () => {
    const { ask, ran, finish } = openBusy(4);
    const asked = ['a1', 'a2', 'a3', 'b1', 'c1', 'c2'].map((name) => ask(name, name.charAt(0)));
    await finish(asked);
    const refused = ['a3', 'c2'].map((name) => `${name} SERVICE_UNAVAILABLE`);
    expect(ran).toEqual([...refused, 'a1', 'b1', 'c1', 'a2']);
  });

  test('who would have the most, or as many as anybody, makes no room by coming again', async () => {
    const { ask, ran, finish } = openBusy(2);
    const asked = ['a1', 'b1', 'a2', 'c1', 'b2'].map((name) => ask(name, name.charAt(0)));
    await finish(asked);
    const refused = ['a2', 'c1', 'b2'].map((name) => `${name} SERVICE_UNAVAILABLE`);
    expect(ran).toEqual([...refused, 'a1', 'b1']);
  });
});
