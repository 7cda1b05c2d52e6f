import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { collectGarbage } from '../../tests/support/collect-garbage.ts';
import { audience, forgeWith, issuer, newPair } from '../testing/forged-tokens.ts';
import { openRemoteKeys, type Respond, respondWithKeys, setOf, startKeyServer } from '../testing/key-server.ts';
import { createAuthenticate } from './access-token.ts';

const until = (check: () => void) => vi.waitFor(check, 20_000);

const ours = newPair();
const weak = newPair(1024);
const good = respondWithKeys({ ours: ours.publicKey });
const goodSet = setOf({ ours: ours.publicKey });
const otherSet = setOf({ other: ours.publicKey });
/** Pads a set with white space before its last bracket. */
const padded = (bytes: number) => `${otherSet.slice(0, -1)}${' '.repeat(bytes - otherSet.length)}}`;
const maxBytes = 64 * 1024;

const often = { refreshMs: 20, retryMs: 20 };
const text =
  (body: string, status = 200): Respond =>
  (_, res) =>
    void res.writeHead(status).end(body);

/** Failures of a JWKS server, each with the fetch timeout of its test. */
const faults: [string, Respond, number?][] = [
  ['answers 500', text('{"errors":[]}', 500)],
  ['answers 404 with a set', text(otherSet, 404)],
  ['answers 304', (_, res) => void res.writeHead(304).end()],
  ['responds with an empty body', text('')],
  ['responds with HTML', text('<html>')],
  ['responds with half a set', text(otherSet.slice(0, -10))],
  ['responds with an empty set', text('{"keys":[]}')],
  ['responds with no usable key', text(setOf({ weak: weak.publicKey }))],
  ['responds with more than 64 KiB', text(padded(maxBytes + 1))],
  [
    'answers with more than 64 KiB that were packed small',
    (_, res) => void res.setHeader('content-encoding', 'gzip').end(gzipSync(padded(10_000_000))),
  ],
  [
    'answers without an end',
    (_, res) => {
      const more = setInterval(() => res.write(' '.repeat(20_000)), 1);
      res.on('close', () => clearInterval(more)).write('{"keys":[');
    },
  ],
  ['never responds', () => {}, 300],
  ['hangs within its response', (_, res) => void res.write(otherSet.slice(0, 20)), 300],
  ['cuts the connection', (req) => void req.socket.destroy()],
  [
    'cuts the connection in the middle of its answer',
    (req, res) => void res.write(otherSet.slice(0, 20), () => setImmediate(() => req.socket.destroy())),
  ],
];

describe.each(faults)('while the URL %s', (_, answer, timeoutMs = 2_500) => {
  const timing = { ...often, timeoutMs };

  test('the last keys stay in use; logs the failure once, and the recovery once', async () => {
    const server = await startKeyServer(good);
    const { keys, lines } = openRemoteKeys(server.url, timing);
    await keys.refresh();
    const before = keys.get('ours');
    server.respondWith(answer);
    const requestsBefore = server.requests.length;
    await until(() => expect(server.requests.length).toBeGreaterThan(requestsBefore + 2));
    expect([keys.get('ours'), keys.get('other')]).toEqual([before, undefined]);
    keys.requireKeys();
    server.respondWith(good);
    await until(() => expect(lines).toHaveLength(3));
    expect(lines.map(({ msg }) => msg)).toEqual([
      'keys fetched',
      'keys could not be fetched: the last keys stay in use',
      'keys fetched',
    ]);
    expect(keys.get('ours')).toBe(before);
  });

  test('no token can be verified until the first set has been fetched', async () => {
    const server = await startKeyServer(answer);
    const { keys, lines } = openRemoteKeys(server.url, timing);
    const authenticate = createAuthenticate({ keys, issuer, audience });
    const header = `Bearer ${forgeWith(ours)({ kid: 'ours' })}`;
    await expect(authenticate(header)).rejects.toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
    expect(() => keys.requireKeys()).toThrow('Tokens cannot be verified now: try again in a moment.');
    server.respondWith(good);
    await until(() => keys.requireKeys());
    expect(await authenticate(header)).toEqual({ id: 'ada', sessionId: 'a-session' });
    expect(lines.map(({ msg }) => msg)).toEqual([
      'keys could not be fetched: no token can be verified yet',
      'keys fetched',
    ]);
    expect(lines[0]?.reason).toMatch(/^[^\n]+$/);
    expect(lines[0]).not.toHaveProperty('err');
  });
});

test('a fetch that hangs times out, whenever garbage is collected', async () => {
  const server = await startKeyServer(() => {});
  openRemoteKeys(server.url, { ...often, timeoutMs: 300 });
  const collecting = setInterval(collectGarbage, 10);
  onTestFinished(() => clearInterval(collecting));
  await until(() => expect(server.requests.length).toBeGreaterThan(2));
});

test('accepts a set of 64 KiB', async () => {
  const server = await startKeyServer(text(padded(maxBytes)));
  const { keys } = openRemoteKeys(server.url);
  await keys.refresh();
  expect(keys.get('other')).toBeDefined();
});

test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed, wherever it leads', async (status) => {
  const elsewhere = await startKeyServer(good);
  const server = await startKeyServer((_, res) => void res.writeHead(status, { location: elsewhere.url }).end());
  const { keys } = openRemoteKeys(server.url);
  await expect(keys.refresh()).rejects.toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
  expect(elsewhere.requests).toEqual([]);
});

test('retries every second while the server is down, however many tokens arrive', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const server = await startKeyServer(text('', 500));
  const { keys } = openRemoteKeys(server.url);
  const expectUnavailable = () =>
    expect(keys.refresh()).rejects.toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
  for (let second = 1; second <= 3; second++) {
    for (let token = 0; token < 50; token++) await expectUnavailable();
    expect(server.requests).toHaveLength(second);
    vi.advanceTimersByTime(999);
    await expectUnavailable();
    expect(server.requests).toHaveLength(second);
    vi.advanceTimersByTime(1);
  }
});

test('closes a connection whose response does not end', async () => {
  const closed = vi.fn();
  const server = await startKeyServer((_, res) => {
    res.on('close', closed).writeHead(500).write(goodSet);
  });
  const { keys } = openRemoteKeys(server.url);
  await expect(keys.refresh()).rejects.toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
  await until(() => expect(closed).toHaveBeenCalled());
});
