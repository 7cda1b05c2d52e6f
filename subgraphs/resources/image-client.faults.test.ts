import type { RequestListener } from 'node:http';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { deadUrl, listen } from '../../tests/servers.ts';
import { createImageClient, type ImageClient } from './image-client.ts';

const token = 'secret-token-of-these-tests';
const id = '0123456789abcdef01234567';
const imageUrl = 'https://images.example/1';
const created = JSON.stringify({ id, imageUrl });
const base64 = Buffer.from('an image that nobody else may see').toString('base64');
const image = { base64, contentType: 'image/png' };

const calls: Record<string, (client: ImageClient) => Promise<unknown>> = {
  create: (client) => client.create(image, 'request-1'),
  replace: (client) => client.replace(id, image, 'request-1'),
  delete: (client) => client.delete(id, 'request-1'),
};

function clientOf(url: string, timeoutMs = 5_000): ImageClient {
  const client = createImageClient({ baseUrl: `${url}/images/api/v1`, token, timeoutMs });
  onTestFinished(client.close);
  return client;
}

async function clientBefore(fault: RequestListener, timeoutMs?: number) {
  const server = await listen(fault);
  onTestFinished(server.stop);
  return clientOf(server.url, timeoutMs);
}

/** What a call is refused with; its code is looked at, and that neither client nor log learns a secret from it. */
async function refusalOf(call: Promise<unknown>) {
  const refusal = await call.then(
    (result) => expect.fail(`It was not refused, but gave ${inspect(result)}`),
    (error: unknown) => error,
  );
  expect(refusal).toMatchObject({ name: 'Refusal', extensions: { code: 'IMAGE_SERVICE_UNAVAILABLE' } });
  expect((refusal as Error).message).not.toMatch(/127\.0\.0\.1|http|\d{3}/);
  expect((refusal as Error).cause).toBeInstanceOf(Error);
  const logged = inspect(refusal, { depth: Infinity, showHidden: true });
  expect(logged).not.toContain(token);
  expect(logged).not.toContain(base64.slice(0, 12));
  return refusal;
}

const answers: Record<string, RequestListener> = {
  '200 with HTML': (_, res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<html>hello</html>'),
  '200 with what a new image is answered with': (_, res) => res.writeHead(200).end(created),
  '200 without a body': (_, res) => res.writeHead(200).end(),
  '202': (_, res) => res.writeHead(202).end(),
  '301': (_, res) => res.writeHead(301, { location: '/elsewhere' }).end(),
  '302 without a location': (_, res) => res.writeHead(302).end(),
  '302 to no URL': (_, res) => res.writeHead(302, { location: 'http://[' }).end(),
  '304': (_, res) => res.writeHead(304).end(),
  '400': (_, res) => res.writeHead(400).end('{"status_code":400,"message":"bad body"}'),
  '401': (_, res) => res.writeHead(401).end('{"status_code":401,"message":"no token"}'),
  '403': (_, res) => res.writeHead(403).end('{"status_code":403,"message":"wrong token"}'),
  '405': (_, res) => res.writeHead(405).end(),
  '413': (_, res) => res.writeHead(413).end('too large'),
  '429': (_, res) => res.writeHead(429, { 'retry-after': '1' }).end(),
  '500': (_, res) => res.writeHead(500).end('Error: at /srv/images/store.js:1:1'),
  '502': (_, res) => res.writeHead(502).end('<html>nginx</html>'),
  '503': (_, res) => res.writeHead(503).end(),
};

const breaks: Record<string, RequestListener> = {
  'closes the connection at once': (req) => req.socket.destroy(),
  'resets the connection at once': (req) => req.socket.resetAndDestroy(),
  'resets the connection after the head of its answer': (req, res) => {
    res.writeHead(201, { 'content-length': '1000' }).write('{', () => req.socket.resetAndDestroy());
  },
  'closes the connection before the end of its answer': (req, res) => {
    res.writeHead(201, { 'content-length': '1000' }).write('{', () => req.socket.end());
  },
  'closes the connection within a chunk': (req, res) => {
    res.writeHead(201).write('{"id":', () => req.socket.end());
  },
  'answers what is no HTTP': (req) => void req.socket.end('SSH-2.0-OpenSSH_9.6\r\n'),
  'answers a head of megabytes': (req) => void req.socket.end(`HTTP/1.1 201 X\r\nx: ${'x'.repeat(2_000_000)}\r\n\r\n`),
  'answers as it should, but with megabytes': (_, res) => res.writeHead(201).end(created + ' '.repeat(2_000_000)),
  'answers as it should, but with what unpacks to megabytes': (_, res) => {
    res.writeHead(201, { 'content-encoding': 'gzip' }).end(gzipSync(created + ' '.repeat(20_000_000)));
  },
  'answers a body that claims to be packed': (_, res) => {
    res.writeHead(201, { 'content-encoding': 'gzip' }).end('not packed');
  },
};

/** Goes on until the connection is closed. */
function every(milliseconds: number, { socket }: Parameters<RequestListener>[0], run: () => void) {
  const timer = setInterval(run, milliseconds);
  socket.once('close', () => clearInterval(timer));
}

const delays: Record<string, RequestListener> = {
  'never answers': () => {},
  'answers the head and never the body': (_, res) => res.writeHead(201).flushHeaders(),
  'answers bit by bit without an end': (req, res) => {
    res.writeHead(201);
    every(20, req, () => res.write(' '));
  },
  'answers header by header without an end': (req) => {
    req.socket.write('HTTP/1.1 201 Created\r\n');
    every(20, req, () => req.socket.write('x-more: x\r\n'));
  },
  'says that it goes on, and never does': (req, res) => every(20, req, () => res.writeProcessing()),
};

describe.each(Object.entries(calls))('to %s is IMAGE_SERVICE_UNAVAILABLE where the service', (name, call) => {
  test('is not there', async () => {
    await refusalOf(call(clientOf(await deadUrl())));
  });

  test('speaks no TLS where its URL says so', async () => {
    const server = await listen((_, res) => res.end());
    onTestFinished(server.stop);
    await refusalOf(call(clientOf(server.url.replace('http:', 'https:'))));
  });

  test.each(Object.entries(answers))('answers %s', async (_, answer) => {
    await refusalOf(call(await clientBefore(answer)));
  });

  test.each(Object.entries(breaks))('%s', async (_, fault) => {
    await refusalOf(call(await clientBefore(fault)));
  });

  test.each(Object.entries(delays))('%s', async (_, delay) => {
    await refusalOf(call(await clientBefore(delay, 100)));
  });

  test('answers as it should to another call', async () => {
    const status = name === 'create' ? 204 : 201;
    const body = status === 201 ? created : undefined;
    await refusalOf(call(await clientBefore((_, res) => res.writeHead(status).end(body))));
  });

  test.each([301, 302, 303, 307, 308])('redirects with %i, which is not followed', async (status) => {
    let followed = 0;
    const target = await listen((_, res) => {
      followed += 1;
      res.writeHead(201).end(created);
    });
    onTestFinished(target.stop);
    await refusalOf(call(await clientBefore((_, res) => res.writeHead(status, { location: target.url }).end())));
    expect(followed).toBe(0);
  });

  test('repeats the token, which is not logged', async () => {
    const answer: RequestListener = (req, res) =>
      res.writeHead(403).end(`No token is ${req.headers['x-api-private-token']}`);
    await refusalOf(call(await clientBefore(answer)));
  });
});

test.each(['create', 'replace'])('what the service repeats of the image to %s is not logged', async (name) => {
  const repeat: RequestListener = (req, res) => {
    res.writeHead(400);
    req.pipe(res);
  };
  await refusalOf(calls[name]?.(await clientBefore(repeat)) ?? Promise.resolve());
});

test('404 is IMAGE_SERVICE_UNAVAILABLE to create, "no such image" to replace, and as good as done to delete', async () => {
  const client = await clientBefore((_, res) => res.writeHead(404).end('{"status_code":404,"message":"none"}'));
  await refusalOf(client.create(image, 'request-1'));
  expect(await client.replace(id, image, 'request-1')).toBe(false);
  expect(await client.delete(id, 'request-1')).toBeUndefined();
});

describe('a new image is IMAGE_SERVICE_UNAVAILABLE where the service answers 201 and', () => {
  const whole = { id, imageUrl, contentType: 'image/png' };
  test.each<[string, unknown]>([
    ['null', null],
    ['a text', 'created'],
    ['an array', [whole]],
    ['nothing known', {}],
    ['no id', { imageUrl }],
    ['an id that is null', { ...whole, id: null }],
    ['an id that is a number', { ...whole, id: 123_456_789_012 }],
    ['an empty id', { ...whole, id: '' }],
    ['an id of 23 characters', { ...whole, id: id.slice(1) }],
    ['an id of 25 characters', { ...whole, id: `${id}0` }],
    ['an id in upper case', { ...whole, id: id.toUpperCase() }],
    ['an id that is a path', { ...whole, id: '../../../../../../secret' }],
    ['an id with a line break', { ...whole, id: `${id}\n` }],
    ['no URL', { id }],
    ['a URL that is null', { ...whole, imageUrl: null }],
    ['an empty URL', { ...whole, imageUrl: '' }],
    ['a script', { ...whole, imageUrl: 'javascript:alert(1)' }],
    ['a script in upper case', { ...whole, imageUrl: 'JAVASCRIPT:alert(1)//http://x' }],
    ['a script after a space', { ...whole, imageUrl: ' javascript:alert(1)' }],
    ['data', { ...whole, imageUrl: 'data:text/html,hello' }],
    ['a file', { ...whole, imageUrl: 'file:///etc/passwd' }],
    ['a path', { ...whole, imageUrl: `/images/public/${id}` }],
    ['a URL without a scheme', { ...whole, imageUrl: '//images.example/1' }],
    ['a host alone', { ...whole, imageUrl: 'images.example/1' }],
    ['a URL of a scheme that only starts like HTTP', { ...whole, imageUrl: 'httpx://images.example/1' }],
    ['a scheme alone', { ...whole, imageUrl: 'https://' }],
  ])('%s', async (_, body) => {
    await refusalOf(
      (await clientBefore((_, res) => res.writeHead(201).end(JSON.stringify(body)))).create(image, 'request-1'),
    );
  });

  test.each(['', '{', '<html>', created.slice(0, -1), '\ufeff'])('no JSON: %j', async (body) => {
    await refusalOf((await clientBefore((_, res) => res.writeHead(201).end(body))).create(image, 'request-1'));
  });

  test.each([
    ['in white space', ` ${imageUrl}\n`],
    ['without slashes', 'https:images.example/1'],
    ['with backslashes', 'https:\\\\images.example\\1'],
    ['with a line break within', 'https://images.exa\nmple/1'],
  ])('a URL that is not written as it is meant: %s', async (_, strange) => {
    const body = JSON.stringify({ id, imageUrl: strange });
    const call = (await clientBefore((_, res) => res.writeHead(201).end(body))).create(image, 'request-1');
    const outcome = await call.then(
      ({ url }) => url,
      () => 'refused',
    );
    expect(['refused', imageUrl]).toContain(outcome);
  });
});

test('a new image is taken with fields that are not known, at any absolute http or https URL', async () => {
  for (const url of [imageUrl, 'http://127.0.0.1:4003/images/public/1', 'https://x.example/ü?a=b#c']) {
    const body = JSON.stringify({ id, imageUrl: url, _id: 7, nested: { id: 'x' } });
    const client = await clientBefore((_, res) => res.writeHead(201).end(body));
    expect(await client.create(image, 'request-1')).toStrictEqual({ id, url });
  }
});

test('a service that fails once is asked again the next time', async () => {
  let count = 0;
  const client = await clientBefore((req, res) => {
    count += 1;
    if (count === 1) req.socket.resetAndDestroy();
    else res.writeHead(204).end();
  });
  await refusalOf(client.delete(id, 'request-1'));
  expect(count).toBe(1);
  await client.delete(id, 'request-1');
});
