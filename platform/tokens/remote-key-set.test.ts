import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { audience, forgeWith, issuer, newPair } from '../testing/forged-tokens.ts';
import { openRemoteKeys, respondWithKeys, startKeyServer } from '../testing/key-server.ts';
import { createAuthenticate } from './access-token.ts';

const until = (check: () => void) => vi.waitFor(check, 20_000);

const one = newPair();
const two = newPair();
const often = { refreshMs: 20, retryMs: 20 };

test('fetches the keys at the start', async () => {
  const server = await startKeyServer(respondWithKeys({ one: one.publicKey, two: two.publicKey }));
  const { keys, lines } = openRemoteKeys(server.url);
  expect(keys.get('one')).toBeUndefined();
  await keys.refresh();
  expect(keys.get('one')?.equals(one.publicKey)).toBe(true);
  expect(keys.get('two')?.equals(two.publicKey)).toBe(true);
  expect(keys.get('three')).toBeUndefined();
  keys.requireKeys();
  expect(lines).toMatchObject([{ msg: 'keys fetched', kids: ['one', 'two'] }]);
});

test('requests the URL and bypasses caches', async () => {
  const server = await startKeyServer(respondWithKeys({ one: one.publicKey }));
  await openRemoteKeys(`${server.url}?of=auth`).keys.refresh();
  expect(server.requests.map(({ url }) => url)).toEqual(['/.well-known/jwks.json?of=auth']);
  expect(server.requests[0]?.headers).toMatchObject({
    accept: 'application/jwk-set+json, application/json',
    'cache-control': 'no-cache',
  });
});

test('fetches regularly without any token', async () => {
  const server = await startKeyServer(respondWithKeys({ one: one.publicKey }));
  const { keys, lines } = openRemoteKeys(server.url, often);
  await keys.refresh();
  await until(() => expect(server.requests.length).toBeGreaterThan(3));
  // Unchanged keys are not logged again.
  expect(lines).toHaveLength(1);
});

test('fetches every 90 seconds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const server = await startKeyServer(respondWithKeys({ one: one.publicKey }));
  const { keys } = openRemoteKeys(server.url);
  await keys.refresh();
  vi.advanceTimersByTime(89_999);
  expect(await fetchesOf(server)).toBe(1);
  vi.advanceTimersByTime(1);
  await until(() => expect(server.requests.length).toBe(2));
});

/** The number of fetches so far, after those in flight have arrived. */
async function fetchesOf({ url, requests }: Awaited<ReturnType<typeof startKeyServer>>): Promise<number> {
  await (await fetch(url)).text();
  return requests.length - 1;
}

describe('after another fetch', () => {
  test('a new key is used and a retired one is not', async () => {
    const server = await startKeyServer(respondWithKeys({ one: one.publicKey }));
    const { keys, lines } = openRemoteKeys(server.url, often);
    await keys.refresh();
    server.respondWith(respondWithKeys({ two: two.publicKey }));
    await until(() => expect(keys.get('two')).toBeDefined());
    expect(keys.get('one')).toBeUndefined();
    expect(lines).toMatchObject([{ kids: ['one'] }, { kids: ['two'] }]);
  });

  test('an unchanged key is the same object, so that verified tokens stay cached', async () => {
    const server = await startKeyServer(respondWithKeys({ one: one.publicKey }));
    const { keys } = openRemoteKeys(server.url, often);
    await keys.refresh();
    const before = keys.get('one');
    server.respondWith(respondWithKeys({ two: two.publicKey, one: one.publicKey }));
    await until(() => expect(keys.get('two')).toBeDefined());
    expect(keys.get('one')).toBe(before);
  });

  test('another key with the same kid replaces the previous one', async () => {
    const server = await startKeyServer(respondWithKeys({ one: one.publicKey }));
    const { keys } = openRemoteKeys(server.url, often);
    await keys.refresh();
    server.respondWith(respondWithKeys({ one: two.publicKey }));
    await until(() => expect(keys.get('one')?.equals(two.publicKey)).toBe(true));
  });

  test('a token is rejected once its key is retired', async () => {
    const server = await startKeyServer(respondWithKeys({ one: one.publicKey, two: two.publicKey }));
    const { keys } = openRemoteKeys(server.url, often);
    await keys.refresh();
    const authenticate = createAuthenticate({ keys, issuer, audience });
    const header = `Bearer ${forgeWith(one)({ kid: 'one' })}`;
    expect(authenticate(header)).toEqual({ id: 'ada', sessionId: 'a-session' });
    server.respondWith(respondWithKeys({ two: two.publicKey }));
    await until(() => expect(keys.get('one')).toBeUndefined());
    await expect(authenticate(header)).rejects.toMatchObject({ extensions: { reason: 'INVALID' } });
  });
});

describe('after a stop', () => {
  test('fetches nothing and keeps the last keys', async () => {
    const server = await startKeyServer(respondWithKeys({ one: one.publicKey }));
    const { keys, lines } = openRemoteKeys(server.url, { ...often, unknownKidMs: 0 });
    await keys.refresh();
    keys.stop();
    const before = await fetchesOf(server);
    await keys.refresh();
    expect(keys.get('one')).toBeDefined();
    expect(await fetchesOf(server)).toBe(before + 1);
    expect(lines).toHaveLength(1);
  });

  test('a fetch in flight is the last one, and no timer is left', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const server = await startKeyServer(respondWithKeys({ one: one.publicKey }));
    const { keys } = openRemoteKeys(server.url);
    keys.stop();
    await expect(keys.refresh()).rejects.toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a fetch in flight is aborted without a log line', async () => {
    const closed = vi.fn();
    const server = await startKeyServer((_, res) => void res.on('close', closed));
    const { keys, lines } = openRemoteKeys(server.url, { timeoutMs: 60_000 });
    await until(() => expect(server.requests).toHaveLength(1));
    keys.stop();
    await until(() => expect(closed).toHaveBeenCalled());
    await expect(keys.refresh()).rejects.toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
    expect(lines).toEqual([]);
  });
});
