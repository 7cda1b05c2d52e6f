import { createServer, type RequestListener } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { deadUrl } from '../../../tests/support/http/servers.ts';
import {
  answering,
  clientBeforeSteps,
  clientOf,
  created,
  errorOf,
  id,
  image,
  soon,
} from '../testing/image-service-faults.ts';
import type { ReplaceOutcome } from './client.ts';

const silence: RequestListener = () => {};
const reset: RequestListener = (req) => req.socket.resetAndDestroy();

describe('replace succeeds', () => {
  test.each<[string, RequestListener[], ReplaceOutcome]>([
    ['fails twice', [answering(500), answering(500), answering(204)], 'REPLACED'],
    ['responds with 429', [answering(429), answering(204)], 'REPLACED'],
    ['is unreachable for a while', [answering(503), answering(502), answering(204)], 'REPLACED_LATE_WRITE_POSSIBLE'],
    ['fails and then resets the connection', [answering(500), reset, answering(204)], 'REPLACED_LATE_WRITE_POSSIBLE'],
    ['does not respond to the first attempt', [silence, answering(204)], 'REPLACED_LATE_WRITE_POSSIBLE'],
  ])('when the service %s', async (_, steps, replaced) => {
    const { client, arrived } = await clientBeforeSteps(steps, 200);
    expect(await client.replace(id, image, soon())).toBe(replaced);
    expect(arrived).toEqual(steps.map(() => 'PUT'));
  });

  test('and sends the same bytes in each attempt', async () => {
    const bodies: string[] = [];
    const keep: RequestListener = async (req, res) => {
      bodies.push((await buffer(req)).toString());
      res.writeHead(bodies.length === 1 ? 500 : 204).end();
    };
    const { client } = await clientBeforeSteps([keep]);
    await client.replace(id, image, soon());
    const body = JSON.stringify({ data: image.base64, contentType: image.contentType });
    expect(bodies).toEqual([body, body]);
  });
});

describe('replace fails', () => {
  test('after three failed attempts', async () => {
    const { client, arrived } = await clientBeforeSteps([answering(500)]);
    expect(await errorOf(client.replace(id, image, soon()))).toMatchObject({ effect: 'answered' });
    expect(arrived).toHaveLength(3);
  });

  test.each([400, 401, 403, 405, 413, 415, 422])('without a retry after %i', async (status) => {
    const { client, arrived } = await clientBeforeSteps([answering(status)]);
    expect(await errorOf(client.replace(id, image, soon()))).toMatchObject({ effect: 'none' });
    expect(arrived).toHaveLength(1);
  });

  test('without a retry after 404', async () => {
    const { client, arrived } = await clientBeforeSteps([answering(404)]);
    expect(await client.replace(id, image, soon())).toBe('MISSING');
    expect(arrived).toHaveLength(1);
  });

  test('with an unknown effect when 404 follows an attempt without a response', async () => {
    const { client, arrived } = await clientBeforeSteps([reset, answering(404)]);
    expect(await errorOf(client.replace(id, image, soon()))).toMatchObject({ effect: 'unknown' });
    expect(arrived).toHaveLength(2);
  });

  test('without a retry when the deadline is nearer than the shortest delay', async () => {
    const { client, arrived } = await clientBeforeSteps([answering(500)], 5_000, 1_000);
    // The clock stands still, so the client can only decide by looking ahead: less time remains than the shortest
    // delay.
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const call = { ...soon(), deadline: Date.now() + 999 };
    await errorOf(client.replace(id, image, call));
    expect(arrived).toHaveLength(1);
  });

  test('without a retry when the first attempt lasts until the deadline', async () => {
    const { client, arrived } = await clientBeforeSteps([silence], 60_000);
    const call = { ...soon(), deadline: Date.now() + 400 };
    expect(await errorOf(client.replace(id, image, call))).toMatchObject({ effect: 'unknown' });
    expect(arrived).toHaveLength(1);
  });
});

describe('the effect of several attempts is the least certain one', () => {
  test.each<[string, RequestListener[], string]>([
    ['none and then answered', [answering(429), answering(500)], 'answered'],
    ['answered and then none', [answering(500), answering(400)], 'answered'],
    ['unknown and then answered', [silence, answering(500)], 'unknown'],
    ['answered and then unknown', [answering(500), reset], 'unknown'],
    ['unknown and then none', [answering(503), answering(403)], 'unknown'],
    ['unknown, then answered, then none', [reset, answering(500), answering(429)], 'unknown'],
    ['none each time', [answering(429)], 'none'],
  ])('%s', async (_, steps, effect) => {
    const { client } = await clientBeforeSteps(steps, 200);
    expect(await errorOf(client.replace(id, image, soon()))).toMatchObject({ effect });
  });
});

describe('create', () => {
  /** Starts to listen on a port where nothing listened before. */
  async function listenLate(url: string) {
    let arrived = 0;
    const server = createServer((req, res) => {
      arrived += 1;
      req.resume();
      res.writeHead(201).end(created);
    });
    server.listen(Number(new URL(url).port), '127.0.0.1');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return { arrived: () => arrived };
  }

  test('retries when the service was unreachable', async () => {
    const url = await deadUrl();
    const creating = clientOf(url, 5_000, 100).create(image, soon());
    await setTimeout(50);
    const { arrived } = await listenLate(url);
    expect(await creating).toMatchObject({ id });
    expect(arrived()).toBe(1);
  });

  test.each<[string, RequestListener, string]>([
    ['500', answering(500), 'answered'],
    ['503', answering(503), 'unknown'],
    ['429', answering(429), 'none'],
    ['400', answering(400), 'none'],
    ['a reset', reset, 'unknown'],
    ['no response', silence, 'unknown'],
    ['a malformed new image', (_, res) => res.writeHead(201).end('{}'), 'answered'],
  ])('never sends the image twice: %s', async (_, step, effect) => {
    const { client, arrived } = await clientBeforeSteps([step], 200);
    expect(await errorOf(client.create(image, soon()))).toMatchObject({ effect });
    // Longer than the longest first delay.
    await setTimeout(100);
    expect(arrived).toEqual(['POST']);
  });
});

test.each<[string, RequestListener]>([
  ['500', answering(500)],
  ['a reset', reset],
  ['no response', silence],
])('only uploads are retried; every other call is attempted once: %s', async (_, step) => {
  const { client, arrived } = await clientBeforeSteps([step], 200);
  await errorOf(client.delete(id, soon()));
  await errorOf(client.list(soon()));
  await errorOf(client.publicHash('http://images.example/1', { ...soon(), maxBytes: 10 }));
  expect(arrived).toEqual(['DELETE', 'GET', 'GET']);
});
