import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { aGif, aPng, asJson, errorOf, exchange, noImage, startTestService, TOKEN } from './testing/service.ts';

describe('a path', () => {
  test('may end in one slash', async () => {
    const { call, store } = await startTestService();
    const { id, imageUrl } = await store();
    expect((await call('POST', '/images/', aGif)).status).toBe(201);
    expect((await call('GET', '/images/')).status).toBe(200);
    expect((await call('GET', `/images/${id}/`)).status).toBe(200);
    expect((await call('PUT', `/images/${id}/`, aPng)).status).toBe(204);
    expect((await call('PATCH', `/images/${id}/`, aPng)).status).toBe(204);
    expect((await fetch(`${imageUrl}/`)).status).toBe(200);
    expect((await call('DELETE', `/images/${id}/`)).status).toBe(204);
  });

  test('may not end in two', async () => {
    const { call, store } = await startTestService();
    const { id } = await store();
    expect((await call('GET', '/images//')).status).toBe(404);
    expect((await call('GET', `/images/${id}//`)).status).toBe(404);
  });

  test('may have a query, which is ignored', async () => {
    const { call, store } = await startTestService();
    const { id, imageUrl } = await store();
    expect((await call('GET', `/images/${id}/?page=2`)).status).toBe(200);
    expect((await fetch(`${imageUrl}?v=1/`)).status).toBe(200);
  });

  test.each(['/', '/images', '/images/public', '/nothing', '/health', '/images/api/v1x/images'])(
    '%s is 404',
    async (path) => {
      const { url } = await startTestService();
      const response = await fetch(`${url}${path}`);
      expect([response.status, await response.json()]).toEqual([404, errorOf(404)]);
    },
  );
});

describe('an id', () => {
  const ids = [
    noImage,
    'x',
    noImage.slice(1),
    `${noImage}0`,
    '..',
    '../secret',
    '..%2Fsecret',
    '%2e%2e%2fsecret',
    '..\\secret',
  ];
  const unusual = ['secret.image', `${noImage}%00`, '%', 'constructor', encodeURIComponent(`../${noImage}`)];

  test.each([...ids, ...unusual])('such as %s, which no image has, is 404', async (id) => {
    const { url, api, folder } = await startTestService();
    await writeFile(join(folder, 'secret.image'), '{}\nprivate');
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const body = method.startsWith('P') ? JSON.stringify(aGif) : undefined;
      const options = { path: `/images/api/v1/images/${id}`, method, headers: asJson, body };
      const answer = await exchange(api, options);
      expect([answer.status, JSON.parse(answer.body)]).toEqual([404, errorOf(404)]);
    }
    expect((await exchange(url, { path: `/images/public/${id}` })).status).toBe(404);
  });

  test('in upper case is another id', async () => {
    const { call, store } = await startTestService();
    const { id } = await store();
    // A random id has no letter once in ninety thousand times.
    if (/[a-f]/.test(id)) expect((await call('GET', `/images/${id.toUpperCase()}`)).status).toBe(404);
  });
});

test.each([
  ['PUT', '/images/api/v1/images', 'GET, HEAD, POST'],
  ['DELETE', '/images/api/v1/images', 'GET, HEAD, POST'],
  ['POST', `/images/api/v1/images/${noImage}`, 'GET, HEAD, PUT, PATCH, DELETE'],
  ['POST', `/images/public/${noImage}`, 'GET, HEAD'],
  ['OPTIONS', `/images/public/${noImage}`, 'GET, HEAD'],
  ['POST', '/health/live', 'GET, HEAD'],
  ['POST', '/health/ready', 'GET, HEAD'],
])('%s %s is 405 and names what goes there', async (method, path, allow) => {
  const { url } = await startTestService();
  const response = await fetch(`${url}${path}`, { method, headers: { 'X-API-Private-Token': TOKEN } });
  expect([response.status, await response.json()]).toEqual([405, errorOf(405)]);
  expect(response.headers.get('Allow')).toBe(allow);
});

test('every response that is no image forbids caching, framing and other sites', async () => {
  const { url, call, store } = await startTestService();
  const { id } = await store();
  const responses = [
    await call('GET', `/images/${id}`),
    await call('PUT', `/images/${id}`, aPng),
    await call('GET', '/images/none'),
    await fetch(url),
    await fetch(`${url}/health/live`),
  ];
  expect(responses.map(({ status }) => status)).toEqual([200, 204, 404, 404, 200]);
  for (const { headers } of responses)
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
});
