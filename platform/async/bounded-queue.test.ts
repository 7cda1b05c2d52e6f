import { describe, expect, test } from 'vitest';
import { createBoundedQueue } from './bounded-queue.ts';
import { createAbortable } from './signal.ts';

const unavailable = { name: 'ApiError', extensions: { code: 'SERVICE_UNAVAILABLE' } };

/** Work that ends when the test calls a finish function. */
function createWork() {
  const finish: (() => void)[] = [];
  const work = () =>
    new Promise<string>((resolve) => {
      finish.push(() => resolve('done'));
    });
  return {
    work,
    started: () => finish.length,
    finishFirst: () => finish.shift()?.(),
    finishAll: () => finish.splice(0).forEach((done) => void done()),
  };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test('rejects with SERVICE_UNAVAILABLE when maxQueued is reached', async () => {
  const enqueue = createBoundedQueue({ concurrency: 1, maxQueued: 2 });
  const { work, finishAll } = createWork();
  const accepted = [enqueue(work), enqueue(work), enqueue(work)];
  await expect(enqueue(work)).rejects.toMatchObject(unavailable);
  for (let nth = 0; nth < 3; nth++) {
    await nextTurn();
    finishAll();
  }
  expect(await Promise.all(accepted)).toEqual(['done', 'done', 'done']);
});

test('never runs rejected work', async () => {
  const enqueue = createBoundedQueue({ concurrency: 1, maxQueued: 1 });
  const { work, finishFirst } = createWork();
  const ran: string[] = [];
  const accepted = [enqueue(work), enqueue(async () => void ran.push('accepted'))];
  await expect(enqueue(async () => void ran.push('rejected'))).rejects.toMatchObject(unavailable);
  await nextTurn();
  finishFirst();
  await Promise.all(accepted);
  expect(ran).toEqual(['accepted']);
});

test('a failure reaches only its caller and makes room, also before the first await', async () => {
  const enqueue = createBoundedQueue({ concurrency: 1, maxQueued: 8 });
  const broken = () => {
    throw new Error('at once');
  };
  const results = await Promise.allSettled([
    enqueue(broken),
    enqueue(() => Promise.reject('later')),
    enqueue(async () => 1),
  ]);
  expect(results).toEqual([
    { status: 'rejected', reason: new Error('at once') },
    { status: 'rejected', reason: 'later' },
    { status: 'fulfilled', value: 1 },
  ]);
});

test('runs at most `concurrency` at once, and starts the next when one ends', async () => {
  const enqueue = createBoundedQueue({ concurrency: 2, maxQueued: 8 });
  const { work, started, finishFirst, finishAll } = createWork();
  const all = [enqueue(work), enqueue(work), enqueue(work), enqueue(work)];
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

test('runs the work of one client in order', async () => {
  const enqueue = createBoundedQueue({ concurrency: 1, maxQueued: 8 });
  const order: number[] = [];
  await Promise.all([1, 2, 3, 4].map((number) => enqueue(async () => void order.push(number))));
  expect(order).toEqual([1, 2, 3, 4]);
});

test('accepts work again after the queue is empty', async () => {
  const enqueue = createBoundedQueue({ concurrency: 1, maxQueued: 1 });
  const first = [enqueue(async () => 1), enqueue(async () => 2)];
  await expect(enqueue(async () => 3)).rejects.toMatchObject(unavailable);
  await Promise.all(first);
  expect(await enqueue(async () => 4)).toBe(4);
});

test('with maxQueued 0, runs work if nothing else runs', async () => {
  const enqueue = createBoundedQueue({ concurrency: 1, maxQueued: 0 });
  expect(await enqueue(async () => 'done')).toBe('done');
});

describe('with several clients', () => {
  /** A queue that is busy until `finish`; `ran` lists what has run since, in order. */
  function openBusy(maxQueued: number) {
    const queue = createBoundedQueue({ concurrency: 1, maxQueued });
    const { work, finishFirst } = createWork();
    const ran: string[] = [];
    const first = queue(work, { client: 'first' });
    return {
      enqueue: (name: string, client: string) =>
        queue(async () => void ran.push(name), { client }).catch(
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

  test('alternates between clients and keeps the order of each', async () => {
    const { enqueue, ran, finish } = openBusy(8);
    const all = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((name) => enqueue(name, name.charAt(0)));
    await finish(all);
    expect(ran).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  test('a full queue rejects the newest work of the client with the most queued work', async () => {
    const { enqueue, ran, finish } = openBusy(4);
    const all = ['a1', 'a2', 'a3', 'b1', 'c1', 'c2'].map((name) => enqueue(name, name.charAt(0)));
    await finish(all);
    const rejected = ['a3', 'c2'].map((name) => `${name} SERVICE_UNAVAILABLE`);
    expect(ran).toEqual([...rejected, 'a1', 'b1', 'c1', 'a2']);
  });

  test('rejects the newcomer if its client would have the most queued work', async () => {
    const { enqueue, ran, finish } = openBusy(2);
    const all = ['a1', 'b1', 'a2', 'c1', 'b2'].map((name) => enqueue(name, name.charAt(0)));
    await finish(all);
    const rejected = ['a2', 'c1', 'b2'].map((name) => `${name} SERVICE_UNAVAILABLE`);
    expect(ran).toEqual([...rejected, 'a1', 'b1']);
  });
});

describe('weighted work', () => {
  /** Starts work of these weights, then ends one after the other; returns what ran together at each step. */
  async function runningTogether(weights: number[]) {
    const enqueue = createBoundedQueue({ concurrency: 10, maxQueued: 10 });
    const running: number[] = [];
    const ends: (() => void)[] = [];
    const all = weights.map((weight) =>
      enqueue(
        async () => {
          running.push(weight);
          await new Promise<void>((resolve) => ends.push(resolve));
          running.splice(running.indexOf(weight), 1);
        },
        { weight },
      ),
    );
    const steps: number[][] = [];
    for (const _ of weights) {
      await nextTurn();
      steps.push([...running]);
      ends.shift()?.();
    }
    await Promise.all(all);
    return steps;
  }

  test('runs together as long as its total weight fits', async () => {
    expect(await runningTogether([4, 6, 5, 5])).toEqual([[4, 6], [6], [5, 5], [5]]);
  });

  test('is not overtaken by lighter work', async () => {
    expect(await runningTogether([8, 9, 1])).toEqual([[8], [9, 1], [1]]);
  });

  test('that is heavier than the whole concurrency runs alone', async () => {
    expect(await runningTogether([1, 99, 1])).toEqual([[1], [99], [1]]);
  });
});

describe('aborted work', () => {
  const gone = new Error('nobody waits');

  test('leaves the queue at once with the reason, never runs, and makes room for other work', async () => {
    const enqueue = createBoundedQueue({ concurrency: 1, maxQueued: 2 });
    const { work, finishFirst } = createWork();
    const ran: string[] = [];
    const first = enqueue(work);
    const signal = createAbortable();
    const aborted = enqueue(async () => void ran.push('aborted'), { client: 'a', signal });
    const other = enqueue(async () => void ran.push('other'), { client: 'a' });
    await nextTurn();
    signal.abort(gone);
    await expect(aborted).rejects.toBe(gone);
    const added = enqueue(async () => void ran.push('added'), { client: 'b' });
    finishFirst();
    await Promise.all([first, other, added]);
    expect(ran).toEqual(['other', 'added']);
  });

  test('lets lighter work start that it held up', async () => {
    const enqueue = createBoundedQueue({ concurrency: 10, maxQueued: 10 });
    const { work, started, finishAll } = createWork();
    const signal = createAbortable();
    const running = enqueue(work, { weight: 5 });
    const heavy = enqueue(work, { weight: 10, signal });
    const light = enqueue(work, { weight: 5 });
    await nextTurn();
    expect(started()).toBe(1);
    signal.abort(gone);
    await expect(heavy).rejects.toBe(gone);
    await nextTurn();
    expect(started()).toBe(2);
    finishAll();
    await Promise.all([running, light]);
  });

  test('runs on once it has started, and is not queued if aborted before', async () => {
    const enqueue = createBoundedQueue({ concurrency: 1, maxQueued: 2 });
    const { work, finishFirst } = createWork();
    const signal = createAbortable();
    const running = enqueue(work, { signal });
    await nextTurn();
    signal.abort(gone);
    await expect(enqueue(work, { signal })).rejects.toBe(gone);
    finishFirst();
    expect(await running).toBe('done');
  });

  test('that was rejected or has run is not counted twice when it is aborted later', async () => {
    const enqueue = createBoundedQueue({ concurrency: 1, maxQueued: 1 });
    const { work, finishFirst } = createWork();
    const signal = createAbortable();
    const first = enqueue(work);
    const queued = enqueue(async () => 'ran', { signal });
    await expect(enqueue(work, { signal })).rejects.toMatchObject(unavailable);
    await nextTurn();
    finishFirst();
    expect(await Promise.all([first, queued])).toEqual(['done', 'ran']);
    signal.abort(gone);
    const again = enqueue(work);
    const last = enqueue(async () => 'ran');
    await expect(enqueue(work)).rejects.toMatchObject(unavailable);
    await nextTurn();
    finishFirst();
    expect(await Promise.all([again, last])).toEqual(['done', 'ran']);
  });
});
