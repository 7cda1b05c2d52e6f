import type { RequestListener } from 'node:http';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { deadUrl } from '../../../tests/support/servers.ts';
import {
  answering,
  clientBefore,
  clientBeforeSteps,
  clientOf,
  id,
  image,
  soon,
  troubleOf,
} from '../testing/image-service-faults.ts';
import type { ImageClient } from './client.ts';

const isOpen = { effect: 'none', cause: { message: expect.stringContaining('breaker is open') } };

// The breaker's pauses are told by the clock alone: tests move it instead of waiting. Timers stay as they are.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  return () => vi.useRealTimers();
});
const pass = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

/** A service that does as it is told, from one call to the next. */
async function beforeService(first: RequestListener, timeoutMs?: number) {
  let step = first;
  const arrived: string[] = [];
  const client = await clientBefore((req, res) => {
    arrived.push(req.method ?? '');
    step(req, res);
  }, timeoutMs);
  const become = (next: RequestListener) => {
    step = next;
  };
  return { client, arrived, become };
}

async function failTimes(client: ImageClient, times: number) {
  for (let count = 0; count < times; count += 1) await troubleOf(client.delete(id, soon()));
}

/** A service whose answers are given one by one. */
function holding() {
  const held: Parameters<RequestListener>[1][] = [];
  return { held, hold: ((_, res) => void held.push(res)) as RequestListener };
}

const failuresToOpen = 16;

describe('after sixteen failures in a row', () => {
  test('nothing reaches the service, whatever is asked of it', async () => {
    const { client, arrived } = await beforeService(answering(500));
    await failTimes(client, failuresToOpen);
    expect(arrived).toHaveLength(failuresToOpen);
    for (const call of [
      client.create(image, soon()),
      client.replace(id, image, soon()),
      client.delete(id, soon()),
      client.list(soon()),
    ]) {
      expect(await troubleOf(call)).toMatchObject(isOpen);
    }
    expect(arrived).toHaveLength(failuresToOpen);
  });

  test('what is served publicly is still fetched', async () => {
    const { client, become } = await beforeService(answering(500));
    await failTimes(client, failuresToOpen);
    become((_, res) => res.end('bytes'));
    expect(await client.publicHash('http://images.example/1', { ...soon(), maxBytes: 10 })).toMatchObject({
      sha256: expect.any(String),
    });
  });

  test('an image is no longer tried to be replaced, and what was done before is told', async () => {
    const { client, arrived } = await beforeService(answering(500));
    await failTimes(client, failuresToOpen - 2);
    expect(await troubleOf(client.replace(id, image, soon()))).toMatchObject({ effect: 'answered' });
    expect(arrived).toHaveLength(failuresToOpen);
  });
});

describe('what opens the breaker', () => {
  test.each<[string, RequestListener]>([
    ['a reset', (req) => req.socket.resetAndDestroy()],
    ['a timeout', () => {}],
    ['503', answering(503)],
    ['a status of no table', answering(202)],
    [
      'a broken answer',
      (req, res) => res.writeHead(200, { 'content-length': 9 }).write('x', () => req.socket.destroy()),
    ],
  ])('%s', async (_, step) => {
    const { client, arrived } = await beforeService(step, 50);
    await failTimes(client, failuresToOpen);
    expect(await troubleOf(client.delete(id, soon()))).toMatchObject(isOpen);
    expect(arrived).toHaveLength(failuresToOpen);
  });

  test('that nothing is there', async () => {
    const client = clientOf(await deadUrl());
    await failTimes(client, failuresToOpen);
    expect(await troubleOf(client.delete(id, soon()))).toMatchObject(isOpen);
  });

  test('a new image that is none', async () => {
    const { client } = await beforeService((_, res) => res.writeHead(201).end('{}'));
    for (let count = 0; count < failuresToOpen; count += 1) await troubleOf(client.create(image, soon()));
    expect(await troubleOf(client.create(image, soon()))).toMatchObject(isOpen);
  });
});

describe('what does not open the breaker', () => {
  test.each([400, 401, 403, 405, 413, 415, 422, 429])('%i, however often', async (status) => {
    const { client, arrived } = await beforeService(answering(status));
    await failTimes(client, 2 * failuresToOpen);
    expect(arrived).toHaveLength(2 * failuresToOpen);
  });

  test.each([204, 404, 403])('failures with %i between them', async (status) => {
    const { client, arrived, become } = await beforeService(answering(500));
    await failTimes(client, failuresToOpen - 1);
    become(answering(status));
    await client.delete(id, soon()).catch(() => {});
    become(answering(500));
    await failTimes(client, failuresToOpen - 1);
    expect(arrived).toHaveLength(2 * failuresToOpen - 1);
  });

  test('that no time is left, which also ends no pause', async () => {
    const { client, arrived, become } = await beforeService(answering(500));
    const late = () => ({ ...soon(), deadline: Date.now() });
    for (let count = 0; count < 2 * failuresToOpen; count += 1) await troubleOf(client.delete(id, late()));
    await failTimes(client, failuresToOpen);
    expect(arrived).toHaveLength(failuresToOpen);
    pass(1_000);
    await troubleOf(client.delete(id, late()));
    become(answering(204));
    await client.delete(id, soon());
  });
});

describe('after a pause', () => {
  test('one attempt at a time is let through, and others are refused meanwhile', async () => {
    const { client, arrived, become } = await beforeService(answering(500));
    const { held, hold } = holding();
    await failTimes(client, failuresToOpen);
    become(hold);
    pass(1_000);
    const probe = client.delete(id, soon());
    const others = Array.from({ length: 5 }, () => troubleOf(client.delete(id, soon())));
    for (const other of others) expect(await other).toMatchObject(isOpen);
    await expect.poll(() => held.length).toBe(1);

    held[0]?.writeHead(204).end();
    await probe;
    become(answering(204));
    await Promise.all(others.map(() => client.delete(id, soon())));
    expect(arrived).toHaveLength(failuresToOpen + 1 + others.length);
  });

  test.each([404, 403])('an attempt that is answered with %i closes it', async (status) => {
    const { client, arrived, become } = await beforeService(answering(500));
    await failTimes(client, failuresToOpen);
    become(answering(status));
    pass(1_000);
    await client.delete(id, soon()).catch(() => {});
    become(answering(500));
    await failTimes(client, failuresToOpen - 1);
    expect(arrived).toHaveLength(2 * failuresToOpen);
  });

  test('an attempt that fails makes the next one longer, up to ten seconds', async () => {
    const { client, arrived } = await clientBeforeSteps([answering(500)]);
    await failTimes(client, failuresToOpen);
    for (const [at, pause] of [1_000, 2_000, 4_000, 8_000, 10_000, 10_000].entries()) {
      pass(pause - 1);
      expect(await troubleOf(client.delete(id, soon()))).toMatchObject(isOpen);
      pass(1);
      expect(await troubleOf(client.delete(id, soon()))).toMatchObject({ effect: 'answered' });
      expect(arrived).toHaveLength(failuresToOpen + at + 1);
    }
  });

  test('what began before and fails only now does not let a second attempt through beside the first', async () => {
    const { client, arrived, become } = await beforeService(answering(500));
    const { held, hold } = holding();
    become(hold);
    const old = client.delete(id, soon());
    await expect.poll(() => held.length).toBe(1);
    become(answering(500));
    await failTimes(client, failuresToOpen);
    become(hold);
    pass(1_000);
    const probe = client.delete(id, soon());
    await expect.poll(() => held.length).toBe(2);

    held[0]?.writeHead(500).end();
    await troubleOf(old);
    pass(9_000);
    expect(await troubleOf(client.delete(id, soon()))).toMatchObject(isOpen);
    held[1]?.writeHead(204).end();
    await probe;
    expect(arrived).toHaveLength(failuresToOpen + 2);
  });
});
