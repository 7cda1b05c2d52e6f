import type { RequestListener } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { deadUrl, listen } from '../../../tests/support/http/servers.ts';
import {
  answers,
  answersToUploads,
  breaks,
  clientBefore,
  clientOf,
  created,
  delays,
  errorOf,
  floods,
  id,
  image,
  imageUrl,
  soon,
} from '../testing/image-service-faults.ts';
import type { ImageCall, ImageClient } from './client.ts';

const uploads: Record<string, (client: ImageClient, call?: ImageCall) => Promise<unknown>> = {
  create: (client, call = soon()) => client.create(image, call),
  replace: (client, call = soon()) => client.replace(id, image, call),
  delete: (client, call = soon()) => client.delete(id, call),
};
const calls: typeof uploads = {
  ...uploads,
  list: (client, call = soon()) => client.list(call),
  publicHash: (client, call = soon()) => client.publicHash(imageUrl, { ...call, maxBytes: 100_000 }),
};

describe.each(Object.entries(calls))('%s throws IMAGE_SERVICE_UNAVAILABLE when the service', (name, call) => {
  const status = name in uploads ? 201 : 200;

  test.each(['127.0.0.1', 'localhost'])('is not listening, with no effect: %s', async (host) => {
    const url = (await deadUrl()).replace('127.0.0.1', host);
    expect(await errorOf(call(clientOf(url)))).toMatchObject({ effect: 'none' });
  });

  test('has no address, with no effect', async () => {
    expect(await errorOf(call(clientOf('http://no-such-host.invalid')))).toMatchObject({ effect: 'none' });
  });

  test('does not speak TLS although its URL says so', async () => {
    const server = await listen((_, res) => res.end());
    onTestFinished(server.stop);
    const error = await errorOf(call(clientOf(server.url.replace('http:', 'https:'))));
    expect(error).toMatchObject({ effect: 'unknown' });
  });

  test.each(Object.entries(answers))('responds with %s', async (_, [effect, answer]) => {
    expect(await errorOf(call(await clientBefore(answer)))).toMatchObject({ effect });
  });

  test.each(Object.entries(breaks(status)))('%s, with an unknown effect', async (_, fault) => {
    expect(await errorOf(call(await clientBefore(fault)))).toMatchObject({ effect: 'unknown' });
  });

  test.each(Object.entries(delays(status)))('%s, with an unknown effect', async (_, delay) => {
    expect(await errorOf(call(await clientBefore(delay, 100)))).toMatchObject({ effect: 'unknown' });
  });

  test('sends the response of another call', async () => {
    const other = name === 'create' ? 204 : 201;
    const body = other === 201 ? created : undefined;
    const error = await errorOf(call(await clientBefore((_, res) => res.writeHead(other).end(body))));
    expect(error).toMatchObject({ effect: 'answered' });
  });

  test.each([301, 302, 303, 307, 308])('redirects with %i, which is not followed', async (status) => {
    let followed = 0;
    const target = await listen((_, res) => {
      followed += 1;
      res.writeHead(201).end(created);
    });
    onTestFinished(target.stop);
    await errorOf(call(await clientBefore((_, res) => res.writeHead(status, { location: target.url }).end())));
    expect(followed).toBe(0);
  });

  test('repeats the token, which is not logged', async () => {
    const answer: RequestListener = (req, res) =>
      res.writeHead(403).end(`No token is ${req.headers['x-api-private-token']}`);
    await errorOf(call(await clientBefore(answer)));
  });

  test('is not called because the deadline has passed', async () => {
    let arrived = 0;
    const client = await clientBefore(() => {
      arrived += 1;
    });
    const late = { requestId: 'request-1', deadline: Date.now() };
    const error = await errorOf(call(client, late));
    expect(error).toMatchObject({
      effect: 'none',
      cause: { message: expect.stringContaining('deadline has passed') },
    });
    expect(arrived).toBe(0);
  });
});

describe.each(Object.entries(uploads))('%s throws IMAGE_SERVICE_UNAVAILABLE when the service', (_, call) => {
  test.each(Object.entries(answersToUploads))('responds with %s', async (_, [effect, answer]) => {
    expect(await errorOf(call(await clientBefore(answer)))).toMatchObject({ effect });
  });

  test.each(Object.entries(floods))('%s, with an unknown effect', async (_, flood) => {
    expect(await errorOf(call(await clientBefore(flood)))).toMatchObject({ effect: 'unknown' });
  });
});

test.each(['create', 'replace'])('an image that the service repeats to %s is not logged', async (name) => {
  const repeat: RequestListener = (req, res) => {
    res.writeHead(400);
    req.pipe(res);
  };
  await errorOf(calls[name]?.(await clientBefore(repeat)) ?? Promise.resolve());
});

test('404 is IMAGE_SERVICE_UNAVAILABLE for create, MISSING for replace, and success for delete', async () => {
  const client = await clientBefore((_, res) => res.writeHead(404).end('{"status_code":404,"message":"none"}'));
  await errorOf(client.create(image, soon()));
  expect(await client.replace(id, image, soon())).toBe('MISSING');
  expect(await client.delete(id, soon())).toBeUndefined();
});

test('a single failure does not keep later calls from the service', async () => {
  let count = 0;
  const client = await clientBefore((req, res) => {
    count += 1;
    if (count === 1) req.socket.resetAndDestroy();
    else res.writeHead(204).end();
  });
  await errorOf(client.delete(id, soon()));
  expect(count).toBe(1);
  await client.delete(id, soon());
});
