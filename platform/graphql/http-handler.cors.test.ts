import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { LogLine } from '../../tests/support/captured-log.ts';
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

const disallowed = (log: LogLine[]) => log.filter(({ msg }) => msg === 'origin not allowed');

/** `fetch` would replace the header `sec-fetch-site`. */
async function sendRequest(url: string, headers: Record<string, string>): Promise<void> {
  const sent = request(url, { headers }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  await response.resume().toArray();
}

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

describe('where any page of this machine may call', () => {
  test.each([
    'http://localhost',
    'http://localhost:5173',
    'https://localhost:8443',
    'http://127.0.0.1:8000',
    'https://127.0.0.1',
    'http://[::1]:3000',
  ])('%s may', async (origin) => {
    const { url, log } = await startTinyServer({ corsOrigins: 'loopback' });
    const answers = [await sendPreflight(url, origin), await post(url, { query: '{ hello }' }, { origin })];
    expect(answers.map(({ status }) => status)).toEqual([204, 200]);
    expect(answers.map(allowedOrigin)).toEqual([origin, origin]);
    expect(answers.map(({ headers }) => headers.get('access-control-allow-credentials'))).toEqual([null, null]);
    expect(answers.map(({ headers }) => headers.get('vary'))).toEqual([
      expect.stringContaining('Origin'),
      expect.stringContaining('Origin'),
    ]);
    expect(disallowed(log)).toEqual([]);
  });

  test.each([
    'null',
    'http://localhost.evil.example',
    'http://localhost:5173.evil.example',
    'http://evil.example:5173',
    'http://evil-localhost',
    'http://127.0.0.1.evil.example',
    'http://127.0.0.10',
    'http://192.168.0.7:5173',
    'ftp://localhost',
    'http://user@localhost',
    'http://localhost:5173/path',
    'http://localhost, http://evil.example',
  ])('%s may not', async (origin) => {
    const { url } = await startTinyServer({ corsOrigins: 'loopback' });
    const answers = [await sendPreflight(url, origin), await post(url, { query: '{ hello }' }, { origin })];
    expect(answers.map(allowedOrigin)).toEqual([null, null]);
  });
});

describe('an origin that is not allowed', () => {
  test('is logged with the variable that would allow it, at its preflight', async () => {
    const { url, log } = await startTinyServer({ corsOrigins: [] });
    await sendPreflight(url, 'http://localhost:5173');
    expect(disallowed(log)).toMatchObject([
      {
        level: 40,
        origin: 'http://localhost:5173',
        fix: 'CORS_ORIGINS=http://localhost:5173',
        requestId: expect.any(String),
      },
    ]);
  });

  test('is added to the allowed ones in that line', async () => {
    const { url, log } = await startTinyServer({ corsOrigins: [app, 'https://other.example'] });
    await post(url, { query: '{ hello }' }, { origin: 'http://[::1]:5173' });
    expect(disallowed(log)).toMatchObject([{ fix: `CORS_ORIGINS=${app},https://other.example,http://[::1]:5173` }]);
  });

  test.each([
    'null',
    'chrome-extension://abcdef',
    'http://a;reboot',
    'http://$(reboot)',
    'http://app.example/',
    `http://${'a'.repeat(5_000)}`,
  ])('that no variable can allow is logged with what to do: %s', async (origin) => {
    const { url, log } = await startTinyServer({ corsOrigins: [] });
    await sendPreflight(url, origin);
    const fix = 'only origins of http and https can be allowed: serve the page from one';
    expect(disallowed(log)).toMatchObject([{ origin: origin.slice(0, 300), fix }]);
  });

  test('is logged twenty times an hour, whichever it is', async () => {
    const { url, log } = await startTinyServer({ corsOrigins: [] });
    for (let nth = 0; nth < 25; nth += 1) await sendPreflight(url, `http://localhost:${5_000 + (nth % 24)}`);
    expect(disallowed(log).map(({ origin }) => origin)).toEqual(
      Array.from({ length: 20 }, (_, nth) => `http://localhost:${5_000 + nth}`),
    );
  });

  test('is not logged where no variable allows origins', async () => {
    const { url, log } = await startTinyServer();
    await sendPreflight(url, app);
    expect(disallowed(log)).toEqual([]);
  });

  test('is none for a page of this server, also behind a proxy', async () => {
    const { url, origin, log } = await startTinyServer({ corsOrigins: [] });
    await post(url, { query: '{ hello }' }, { origin });
    await sendRequest(url, { origin: 'https://api.example', 'sec-fetch-site': 'same-origin' });
    expect(disallowed(log)).toEqual([]);
    await sendRequest(url, { origin: 'https://api.example', 'sec-fetch-site': 'same-site' });
    expect(disallowed(log)).toHaveLength(1);
  });
});

test('a page of an allowed origin may read that its path is wrong', async () => {
  const { origin } = await startTinyServer({ corsOrigins: [app] });
  const preflight = await sendPreflight(`${origin}/api`, app);
  expect([preflight.status, allowedOrigin(preflight)]).toEqual([204, app]);
  const response = await post(`${origin}/api`, { query: '{ hello }' }, { origin: app });
  expect([response.status, allowedOrigin(response), await response.text()]).toEqual([
    404,
    app,
    expect.stringContaining('GraphQL is at /graphql'),
  ]);
});
