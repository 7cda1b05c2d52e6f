import { randomUUID } from 'node:crypto';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { audience, forgeWith, issuer, newPair } from '../testing/forged-tokens.ts';
import { type KeyServer, openRemoteKeys, respondWithKeys, startKeyServer } from '../testing/key-server.ts';
import { createAuthenticate } from './access-token.ts';
import { createVerifyToken } from './signed-token.ts';

const ours = newPair();
const next = newPair();
const stranger = newPair();
const forge = forgeWith(stranger);

// Fakes only the clock that fetches are measured by; connections are real.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
});

/** A server with one key, and a key set that has fetched it once. */
async function open() {
  const server = await startKeyServer(respondWithKeys({ ours: ours.publicKey }));
  const { keys } = openRemoteKeys(server.url);
  await keys.refresh();
  const authenticate = createAuthenticate({ keys, issuer, audience });
  /** The outcome of a token. */
  const reasonOf = (token: string) =>
    Promise.resolve(authenticate(`Bearer ${token}`)).catch((error) => error.extensions.reason);
  /** The outcome of a token with an unknown key. */
  const reasonFor = (kid: string) => reasonOf(forge({ kid }));
  return { server, keys, authenticate, reasonOf, reasonFor };
}

const random = (count: number) => Array.from({ length: count }, () => randomUUID());

test('a token with an unknown key causes a fetch, and is valid if its key is there', async () => {
  const { server, authenticate } = await open();
  server.respondWith(respondWithKeys({ ours: ours.publicKey, next: next.publicKey }));
  const token = forgeWith(next)({ kid: 'next' });
  expect(await authenticate(`Bearer ${token}`)).toEqual({ id: 'ada', sessionId: 'a-session' });
  expect(server.requests).toHaveLength(2);
});

test('a thousand successive tokens with unknown keys cause one fetch', async () => {
  const { server, reasonFor } = await open();
  for (const kid of random(1_000)) expect(await reasonFor(kid)).toBe('INVALID');
  expect(server.requests).toHaveLength(2);
});

test('a thousand concurrent tokens with unknown keys cause one fetch', async () => {
  const { server, reasonOf } = await open();
  // Signed first: signing so many between the beginning of the fetch and its connection could exceed its time limit.
  const tokens = random(1_000).map((kid) => forge({ kid }));
  expect(new Set(await Promise.all(tokens.map(reasonOf)))).toEqual(new Set(['INVALID']));
  expect(server.requests).toHaveLength(2);
});

test('a thousand concurrent tokens before the first set cause no other fetch', async () => {
  const server = await startKeyServer(respondWithKeys({ ours: ours.publicKey }));
  const { keys } = openRemoteKeys(server.url);
  await Promise.all(random(1_000).map(keys.refresh));
  expect(server.requests).toHaveLength(1);
});

test('unknown keys cause the next fetch after a minute', async () => {
  const { server, reasonFor } = await open();
  await reasonFor('somebody');
  vi.advanceTimersByTime(59_999);
  await Promise.all(random(50).map(reasonFor));
  expect(server.requests).toHaveLength(2);
  vi.advanceTimersByTime(1);
  await Promise.all(random(50).map(reasonFor));
  expect(server.requests).toHaveLength(3);
});

test('a fetch for an unknown key postpones the next regular one', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  const { server, keys, reasonFor } = await open();
  for (let minute = 1; minute <= 10; minute++) {
    vi.advanceTimersByTime(60_000);
    await reasonFor('somebody');
    // Waits for a fetch in flight.
    await keys.refresh();
  }
  expect(server.requests).toHaveLength(11);
  expect(vi.getTimerCount()).toBe(1);
});

test('a flood of unknown keys that begins just after a regular fetch causes one fetch a minute', async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  const { server, keys, reasonFor } = await open();
  vi.advanceTimersByTime(90_000);
  // Waits for the regular fetch.
  await keys.refresh();
  const regular = server.requests.length;
  expect(regular).toBe(2);
  for (let second = 1; second <= 300; second++) {
    vi.advanceTimersByTime(1_000);
    await reasonFor(`stranger ${second}`);
  }
  expect(server.requests).toHaveLength(regular + 5);
});

test.each<[string, Parameters<KeyServer['respondWith']>[0]]>([
  ['fails', (_, res) => void res.writeHead(500).end()],
  ['is cut off', (req) => void req.socket.destroy()],
])('a fetch for an unknown key that %s counts as one', async (_, answer) => {
  const { server, keys, reasonFor } = await open();
  server.respondWith(answer);
  for (const kid of random(50)) expect(await reasonFor(kid)).toBe('INVALID');
  expect(server.requests).toHaveLength(2);
  expect(keys.get('ours')).toBeDefined();
});

test('tokens whose key is there are verified during a fetch for others', async () => {
  const { server, keys, authenticate } = await open();
  server.respondWith(() => {});
  const looking = keys.refresh();
  await expect.poll(() => server.requests.length).toBe(2);
  const token = forgeWith(ours)({ kid: 'ours' });
  expect(authenticate(`Bearer ${token}`)).toEqual({ id: 'ada', sessionId: 'a-session' });
  keys.stop();
  await looking;
});

test('sends nothing of a token to the JWKS server, and calls no other server', async () => {
  const strangers = await startKeyServer(respondWithKeys({ evil: stranger.publicKey }));
  const { server, keys } = await open();
  const verify = createVerifyToken({ type: 'at+jwt', keys, issuer, audience });
  const jwk = { ...stranger.publicKey.export({ format: 'jwk' }), kid: 'evil' };
  const header = { kid: strangers.url, jku: strangers.url, x5u: strangers.url, jwk, x5c: [jwk.n] };
  for (const kid of [strangers.url, 'evil', '../evil', '?kid=evil']) {
    await expect(verify(forge({ ...header, kid }))).rejects.toMatchObject({ reason: 'UNKNOWN_KEY' });
  }
  expect(new Set(server.requests.map(({ url }) => url))).toEqual(new Set(['/.well-known/jwks.json']));
  expect(strangers.requests).toEqual([]);
});
