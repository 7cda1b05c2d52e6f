import { describe, expect, test } from 'vitest';
import { post, startTinyServer } from '../../tests/support/subgraphs/tiny-server.ts';

const app = 'https://app.example';

/** Sends the preflight of a browser for a page of `origin`. */
function sendPreflight(url: string, origin: string): Promise<Response> {
  const preflight = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  };
  return fetch(url, { method: 'OPTIONS', headers: { origin, ...preflight } });
}

const allowedOrigin = ({ headers }: Response) => headers.get('access-control-allow-origin');

describe('a page of another origin', () => {
  test.each(['https://evil.example', 'https://app.example.evil.example', 'http://app.example', 'null'])(
    'may not read responses from %s',
    async (origin) => {
      const { url } = await startTinyServer({ corsOrigins: [app] });
      const answers = [await sendPreflight(url, origin), await post(url, { query: '{ hello }' }, { origin })];
      expect(answers.map(allowedOrigin)).toEqual([null, null]);
    },
  );

  test('may not read responses if no origin is allowed', async () => {
    const { url } = await startTinyServer();
    const answers = [await sendPreflight(url, app), await post(url, { query: '{ hello }' }, { origin: app })];
    expect(answers.map(allowedOrigin)).toEqual([null, null]);
  });

  test('may not send credentials', async () => {
    const { url } = await startTinyServer({ corsOrigins: [app] });
    const answers = [await sendPreflight(url, app), await post(url, { query: '{ hello }' }, { origin: app })];
    expect(answers.map(({ headers }) => headers.get('access-control-allow-credentials'))).toEqual([null, null]);
  });
});

test('a preflight from an allowed origin succeeds and executes nothing', async () => {
  const { url, log } = await startTinyServer({ corsOrigins: ['https://other.example', app] });
  const response = await sendPreflight(url, app);
  expect([response.status, await response.text()]).toEqual([204, '']);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'access-control-allow-origin': app,
    'access-control-allow-methods': 'GET,POST',
    'access-control-allow-headers': 'authorization,content-type',
    'access-control-max-age': '600',
  });
  expect(log.filter(({ msg }) => msg === 'answered')).toEqual([]);
});

test.each([
  ['a response', { query: '{ hello }' }, 200],
  ['an error', '{', 400],
])('a page of an allowed origin may read %s, with every header that says what to do', async (_, body, status) => {
  const { url } = await startTinyServer({ corsOrigins: ['https://other.example', app] });
  const response = await post(url, body, { origin: app });
  expect([response.status, allowedOrigin(response)]).toEqual([status, app]);
  expect(response.headers.get('access-control-expose-headers')).toBe('allow,retry-after,www-authenticate,x-request-id');
});

test('Vary keeps caches from mixing up responses to two origins', async () => {
  const { url } = await startTinyServer({ corsOrigins: [app] });
  const response = await post(url, { query: '{ hello }' }, { origin: 'https://evil.example' });
  expect(response.headers.get('vary')).toContain('Origin');
});
