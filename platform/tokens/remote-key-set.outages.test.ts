import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { collectGarbage } from '../../tests/support/collect-garbage.ts';
import { audience, forgeWith, issuer, newPair } from '../testing/forged-tokens.ts';
import { type Answer, keysAnswer, openRemoteKeys, setOf, startKeyServer } from '../testing/key-server.ts';
import { createAuthenticate } from './access-token.ts';

/** Waits for what comes soon, also on a machine that is busy. */
const until = (check: () => void) => vi.waitFor(check, 20_000);

const ours = newPair();
const weak = newPair(1024);
const good = keysAnswer({ ours: ours.publicKey });
const goodSet = setOf({ ours: ours.publicKey });
const otherSet = setOf({ other: ours.publicKey });
/** White space before the last bracket: a set all the same. */
const padded = (bytes: number) => `${otherSet.slice(0, -1)}${' '.repeat(bytes - otherSet.length)}}`;
const maxBytes = 64 * 1024;

const often = { everyMs: 20, retryMs: 20 };
const text =
  (body: string, status = 200): Answer =>
  (_, res) =>
    void res.writeHead(status).end(body);

/** What a server of keys may do instead of answering with a set that will do, and how long is waited for it. */
const faults: [string, Answer, number?][] = [
  ['answers 500', text('{"errors":[]}', 500)],
  ['answers 404 with a set', text(otherSet, 404)],
  ['answers 304', (_, res) => void res.writeHead(304).end()],
  ['answers with nothing', text('')],
  ['answers with a page', text('<html>')],
  ['answers with half a set', text(otherSet.slice(0, -10))],
  ['answers with an empty set', text('{"keys":[]}')],
  ['answers with no key that will do', text(setOf({ weak: weak.publicKey }))],
  ['answers with more than 64 KiB', text(padded(maxBytes + 1))],
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
  ['never answers', () => {}, 300],
  ['begins to answer, and hangs', (_, res) => void res.write(otherSet.slice(0, 20)), 300],
  ['cuts the connection', (req) => void req.socket.destroy()],
  [
    'cuts the connection in the middle of its answer',
    (req, res) => void res.write(otherSet.slice(0, 20), () => setImmediate(() => req.socket.destroy())),
  ],
];

describe.each(faults)('while the URL %s', (_, answer, timeoutMs = 2_500) => {
  const timing = { ...often, timeoutMs };

  test('the keys that were known last stay in use, which is told once, and once when it works again', async () => {
    const server = await startKeyServer(good);
    const { keys, lines } = openRemoteKeys(server.url, timing);
    await keys.refresh();
    const before = keys.get('ours');
    server.answer(answer);
    const asked = server.asked.length;
    await until(() => expect(server.asked.length).toBeGreaterThan(asked + 2));
    expect([keys.get('ours'), keys.get('other')]).toEqual([before, undefined]);
    keys.requireKeys();
    server.answer(good);
    await until(() => expect(lines).toHaveLength(3));
    expect(lines.map(({ msg }) => msg)).toEqual([
      'keys fetched',
      'keys could not be fetched: those that are known stay in use',
      'keys fetched',
    ]);
    expect(keys.get('ours')).toBe(before);
  });

  test('nothing can be verified where there never was a set, and all can as soon as there is', async () => {
    const server = await startKeyServer(answer);
    const { keys, lines } = openRemoteKeys(server.url, timing);
    const authenticate = createAuthenticate({ keys, issuer, audience });
    const header = `Bearer ${forgeWith(ours)({ kid: 'ours' })}`;
    await expect(authenticate(header)).rejects.toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
    expect(() => keys.requireKeys()).toThrow('Tokens cannot be verified just now. Try again in a moment.');
    server.answer(good);
    await until(() => keys.requireKeys());
    expect(await authenticate(header)).toEqual({ id: 'ada', sessionId: 'a-session' });
    expect(lines.map(({ msg }) => msg)).toEqual([
      'keys could not be fetched: until they are there, no token can be verified',
      'keys fetched',
    ]);
  });
});

test('a URL that hangs is given up after its time, whenever garbage is collected', async () => {
  const server = await startKeyServer(() => {});
  openRemoteKeys(server.url, { ...often, timeoutMs: 300 });
  const collecting = setInterval(collectGarbage, 10);
  onTestFinished(() => clearInterval(collecting));
  await until(() => expect(server.asked.length).toBeGreaterThan(2));
});

test('a set of 64 KiB is read', async () => {
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
  expect(elsewhere.asked).toEqual([]);
});

test('while nobody is there the keys are tried again every second, however many tokens come', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const server = await startKeyServer(text('', 500));
  const { keys } = openRemoteKeys(server.url);
  const refuse = () => expect(keys.refresh()).rejects.toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
  for (let second = 1; second <= 3; second++) {
    for (let token = 0; token < 50; token++) await refuse();
    expect(server.asked).toHaveLength(second);
    vi.advanceTimersByTime(999);
    await refuse();
    expect(server.asked).toHaveLength(second);
    vi.advanceTimersByTime(1);
  }
});

test('what is answered is not waited for to its end: a connection that goes on is closed', async () => {
  const closed = vi.fn();
  const server = await startKeyServer((_, res) => {
    res.on('close', closed).writeHead(500).write(goodSet);
  });
  const { keys } = openRemoteKeys(server.url);
  await expect(keys.refresh()).rejects.toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
  await until(() => expect(closed).toHaveBeenCalled());
});
