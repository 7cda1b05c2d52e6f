import type { RequestListener } from 'node:http';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { deadUrl } from '../../../tests/support/http/servers.ts';
import {
  answering,
  clientBefore,
  clientBeforeSteps,
  clientOf,
  errorOf,
  id,
  image,
  soon,
} from '../testing/image-service-faults.ts';
import type { ImageClient } from './client.ts';

const isOpen = { effect: 'none', cause: { message: expect.stringContaining('breaker is open') } };

// Moves the clock instead of waiting, because the breaker measures its open time by the clock alone. Timers stay
// real.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  return () => vi.useRealTimers();
});
const pass = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

/** Starts a service whose behaviour a test can change between calls. */
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
  for (let count = 0; count < times; count += 1) await errorOf(client.delete(id, soon()));
}

/** Starts a service whose responses a test sends one by one. */
function deferring() {
  const pending: Parameters<RequestListener>[1][] = [];
  return { pending, defer: ((_, res) => void pending.push(res)) as RequestListener };
}

const failuresToOpen = 16;

describe('after sixteen failures in a row', () => {
  test('no call reaches the service', async () => {
    const { client, arrived } = await beforeService(answering(500));
    await failTimes(client, failuresToOpen);
    expect(arrived).toHaveLength(failuresToOpen);
    for (const call of [
      client.create(image, soon()),
      client.replace(id, image, soon()),
      client.delete(id, soon()),
      client.list(soon()),
    ]) {
      expect(await errorOf(call)).toMatchObject(isOpen);
    }
    expect(arrived).toHaveLength(failuresToOpen);
  });

  test('public images are still fetched', async () => {
    const { client, become } = await beforeService(answering(500));
    await failTimes(client, failuresToOpen);
    become((_, res) => res.end('bytes'));
    expect(await client.publicHash('http://images.example/1', { ...soon(), maxBytes: 10 })).toMatchObject({
      sha256: expect.any(String),
    });
  });

  test('replace stops retrying, and keeps the effect of its earlier attempts', async () => {
    const { client, arrived } = await beforeService(answering(500));
    await failTimes(client, failuresToOpen - 2);
    expect(await errorOf(client.replace(id, image, soon()))).toMatchObject({ effect: 'answered' });
    expect(arrived).toHaveLength(failuresToOpen);
  });
});

describe('the breaker opens after', () => {
  test('timeouts', async () => {
    const { client, arrived } = await beforeService(() => {}, 50);
    await failTimes(client, failuresToOpen);
    // On a busy machine a request may time out before it arrives.
    const arrivedBefore = arrived.length;
    expect(await errorOf(client.delete(id, soon()))).toMatchObject(isOpen);
    expect(arrived).toHaveLength(arrivedBefore);
  });

  test.each<[string, RequestListener]>([
    ['connection resets', (req) => req.socket.resetAndDestroy()],
    ['503', answering(503)],
    ['undocumented statuses', answering(202)],
    [
      'broken responses',
      (req, res) => res.writeHead(200, { 'content-length': 9 }).write('x', () => req.socket.destroy()),
    ],
  ])('%s', async (_, step) => {
    const { client, arrived } = await beforeService(step);
    await failTimes(client, failuresToOpen);
    expect(await errorOf(client.delete(id, soon()))).toMatchObject(isOpen);
    expect(arrived).toHaveLength(failuresToOpen);
  });

  test('unexpected 404 responses', async () => {
    const client = clientOf(await deadUrl());
    await failTimes(client, failuresToOpen);
    expect(await errorOf(client.delete(id, soon()))).toMatchObject(isOpen);
  });

  test('malformed new images', async () => {
    const { client } = await beforeService((_, res) => res.writeHead(201).end('{}'));
    for (let count = 0; count < failuresToOpen; count += 1) await errorOf(client.create(image, soon()));
    expect(await errorOf(client.create(image, soon()))).toMatchObject(isOpen);
  });
});

describe('the breaker does not open after', () => {
  test.each([400, 401, 403, 405, 413, 415, 422, 429])('any number of %i responses', async (status) => {
    const { client, arrived } = await beforeService(answering(status));
    await failTimes(client, 2 * failuresToOpen);
    expect(arrived).toHaveLength(2 * failuresToOpen);
  });

  test.each([204, 404, 403])('failures interrupted by a %i response', async (status) => {
    const { client, arrived, become } = await beforeService(answering(500));
    await failTimes(client, failuresToOpen - 1);
    become(answering(status));
    await client.delete(id, soon()).catch(() => {});
    become(answering(500));
    await failTimes(client, failuresToOpen - 1);
    expect(arrived).toHaveLength(2 * failuresToOpen - 1);
  });

  test('expired deadlines, which also do not end its open time', async () => {
    const { client, arrived, become } = await beforeService(answering(500));
    const late = () => ({ ...soon(), deadline: Date.now() });
    for (let count = 0; count < 2 * failuresToOpen; count += 1) await errorOf(client.delete(id, late()));
    await failTimes(client, failuresToOpen);
    expect(arrived).toHaveLength(failuresToOpen);
    pass(1_000);
    await errorOf(client.delete(id, late()));
    become(answering(204));
    await client.delete(id, soon());
  });
});

describe('after its open time', () => {
  test('it lets one attempt through and rejects all others until that ends', async () => {
    const { client, arrived, become } = await beforeService(answering(500));
    const { pending, defer } = deferring();
    await failTimes(client, failuresToOpen);
    become(defer);
    pass(1_000);
    const probe = client.delete(id, soon());
    const others = Array.from({ length: 5 }, () => errorOf(client.delete(id, soon())));
    for (const other of others) expect(await other).toMatchObject(isOpen);
    await expect.poll(() => pending.length).toBe(1);

    pending[0]?.writeHead(204).end();
    await probe;
    become(answering(204));
    await Promise.all(others.map(() => client.delete(id, soon())));
    expect(arrived).toHaveLength(failuresToOpen + 1 + others.length);
  });

  test.each([404, 403])('it closes if the attempt gets a %i response', async (status) => {
    const { client, arrived, become } = await beforeService(answering(500));
    await failTimes(client, failuresToOpen);
    become(answering(status));
    pass(1_000);
    await client.delete(id, soon()).catch(() => {});
    become(answering(500));
    await failTimes(client, failuresToOpen - 1);
    expect(arrived).toHaveLength(2 * failuresToOpen);
  });

  test('it opens for longer if the attempt fails, up to ten seconds', async () => {
    const { client, arrived } = await clientBeforeSteps([answering(500)]);
    await failTimes(client, failuresToOpen);
    for (const [at, pause] of [1_000, 2_000, 4_000, 8_000, 10_000, 10_000].entries()) {
      pass(pause - 1);
      expect(await errorOf(client.delete(id, soon()))).toMatchObject(isOpen);
      pass(1);
      expect(await errorOf(client.delete(id, soon()))).toMatchObject({ effect: 'answered' });
      expect(arrived).toHaveLength(failuresToOpen + at + 1);
    }
  });

  test('a failure from before it opened does not let a second attempt through', async () => {
    const { client, arrived, become } = await beforeService(answering(500));
    const { pending, defer } = deferring();
    become(defer);
    const old = client.delete(id, soon());
    await expect.poll(() => pending.length).toBe(1);
    become(answering(500));
    await failTimes(client, failuresToOpen);
    become(defer);
    pass(1_000);
    const probe = client.delete(id, soon());
    await expect.poll(() => pending.length).toBe(2);

    pending[0]?.writeHead(500).end();
    await errorOf(old);
    pass(9_000);
    expect(await errorOf(client.delete(id, soon()))).toMatchObject(isOpen);
    pending[1]?.writeHead(204).end();
    await probe;
    expect(arrived).toHaveLength(failuresToOpen + 2);
  });
});
