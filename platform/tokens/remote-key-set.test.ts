import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { audience, forgeWith, issuer, newPair } from '../testing/forged-tokens.ts';
import { keysAnswer, openRemoteKeys, startKeyServer } from '../testing/key-server.ts';
import { createAuthenticate } from './access-token.ts';

/** Waits for what comes soon, also on a machine that is busy. */
const until = (check: () => void) => vi.waitFor(check, 20_000);

const one = newPair();
const two = newPair();
const often = { everyMs: 20, retryMs: 20 };

test('keys are fetched at the start, and known from then on', async () => {
  const server = await startKeyServer(keysAnswer({ one: one.publicKey, two: two.publicKey }));
  const { keys, lines } = openRemoteKeys(server.url);
  expect(keys.get('one')).toBeUndefined();
  await keys.refresh();
  expect(keys.get('one')?.equals(one.publicKey)).toBe(true);
  expect(keys.get('two')?.equals(two.publicKey)).toBe(true);
  expect(keys.get('three')).toBeUndefined();
  keys.requireKeys();
  expect(lines).toMatchObject([{ msg: 'keys fetched', kids: ['one', 'two'] }]);
});

test('they are asked for where they are said to be, past every cache', async () => {
  const server = await startKeyServer(keysAnswer({ one: one.publicKey }));
  await openRemoteKeys(`${server.url}?of=auth`).keys.refresh();
  expect(server.asked.map(({ url }) => url)).toEqual(['/.well-known/jwks.json?of=auth']);
  expect(server.asked[0]?.headers).toMatchObject({
    accept: 'application/jwk-set+json, application/json',
    'cache-control': 'no-cache',
  });
});

test('they are fetched again and again, without a token that asks for it', async () => {
  const server = await startKeyServer(keysAnswer({ one: one.publicKey }));
  const { keys, lines } = openRemoteKeys(server.url, often);
  await keys.refresh();
  await until(() => expect(server.asked.length).toBeGreaterThan(3));
  // What is as it was is not told again.
  expect(lines).toHaveLength(1);
});

test('they are fetched every 90 seconds, and not before', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const server = await startKeyServer(keysAnswer({ one: one.publicKey }));
  const { keys } = openRemoteKeys(server.url);
  await keys.refresh();
  vi.advanceTimersByTime(89_999);
  expect(await fetchesOf(server)).toBe(1);
  vi.advanceTimersByTime(1);
  await until(() => expect(server.asked.length).toBe(2));
});

/** How often keys were asked for: whatever was sent before this request has arrived. */
async function fetchesOf({ url, asked }: Awaited<ReturnType<typeof startKeyServer>>): Promise<number> {
  await (await fetch(url)).text();
  return asked.length - 1;
}

describe('when they are fetched again', () => {
  test('a key that is new is known, and one that is retired is not', async () => {
    const server = await startKeyServer(keysAnswer({ one: one.publicKey }));
    const { keys, lines } = openRemoteKeys(server.url, often);
    await keys.refresh();
    server.answer(keysAnswer({ two: two.publicKey }));
    await until(() => expect(keys.get('two')).toBeDefined());
    expect(keys.get('one')).toBeUndefined();
    expect(lines).toMatchObject([{ kids: ['one'] }, { kids: ['two'] }]);
  });

  test('a key that stays is the same object, so that tokens which it verified stay remembered', async () => {
    const server = await startKeyServer(keysAnswer({ one: one.publicKey }));
    const { keys } = openRemoteKeys(server.url, often);
    await keys.refresh();
    const before = keys.get('one');
    server.answer(keysAnswer({ two: two.publicKey, one: one.publicKey }));
    await until(() => expect(keys.get('two')).toBeDefined());
    expect(keys.get('one')).toBe(before);
  });

  test('another key of the same name takes the place of the one before', async () => {
    const server = await startKeyServer(keysAnswer({ one: one.publicKey }));
    const { keys } = openRemoteKeys(server.url, often);
    await keys.refresh();
    server.answer(keysAnswer({ one: two.publicKey }));
    await until(() => expect(keys.get('one')?.equals(two.publicKey)).toBe(true));
  });

  test('a token that held does not where its key is retired', async () => {
    const server = await startKeyServer(keysAnswer({ one: one.publicKey, two: two.publicKey }));
    const { keys } = openRemoteKeys(server.url, often);
    await keys.refresh();
    const authenticate = createAuthenticate({ keys, issuer, audience });
    const header = `Bearer ${forgeWith(one)({ kid: 'one' })}`;
    expect(authenticate(header)).toEqual({ id: 'ada', sessionId: 'a-session' });
    server.answer(keysAnswer({ two: two.publicKey }));
    await until(() => expect(keys.get('one')).toBeUndefined());
    await expect(authenticate(header)).rejects.toMatchObject({ extensions: { reason: 'INVALID' } });
  });
});

describe('when it is stopped', () => {
  test('nothing is fetched any more, and the keys that were known stay', async () => {
    const server = await startKeyServer(keysAnswer({ one: one.publicKey }));
    const { keys, lines } = openRemoteKeys(server.url, { ...often, forUnknownMs: 0 });
    await keys.refresh();
    keys.stop();
    const before = await fetchesOf(server);
    await keys.refresh();
    expect(keys.get('one')).toBeDefined();
    expect(await fetchesOf(server)).toBe(before + 1);
    expect(lines).toHaveLength(1);
  });

  test('a fetch under way is the last, and no timer is left', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const server = await startKeyServer(keysAnswer({ one: one.publicKey }));
    const { keys } = openRemoteKeys(server.url);
    keys.stop();
    await expect(keys.refresh()).rejects.toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a fetch under way ends, without a word', async () => {
    const closed = vi.fn();
    const server = await startKeyServer((_, res) => void res.on('close', closed));
    const { keys, lines } = openRemoteKeys(server.url, { timeoutMs: 60_000 });
    await until(() => expect(server.asked).toHaveLength(1));
    keys.stop();
    await until(() => expect(closed).toHaveBeenCalled());
    await expect(keys.refresh()).rejects.toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
    expect(lines).toEqual([]);
  });
});
