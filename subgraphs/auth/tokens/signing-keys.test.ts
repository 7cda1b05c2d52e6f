import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createAuthenticate } from '../../../platform/tokens/access-token.ts';
import { readJwkSet } from '../../../platform/tokens/jwk-set.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { clockAt, folderWith, sharedPair } from '../testing/key-folder.ts';
import { createIssueAccessToken } from './access-tokens.ts';
import { addKey, readKeyFolder, removeKey } from './key-folder.ts';
import { retireCompromised, retireExpired, rotate } from './rotation.ts';
import { openSigningKeys } from './signing-keys.ts';

/** Waits with a bound that is generous enough for a busy machine. */
const until = (check: () => void) => vi.waitFor(check, 20_000);

const tokenSeconds = 900;
const names = { issuer: 'https://auth.example', audience: 'https://api.example' };

/** Opens the keys of a folder until the test ends; polls every few milliseconds. */
function open(folder: string, pollIntervalMs = 10) {
  const { log, lines } = captureLog();
  const keys = openSigningKeys({ folder, tokenSeconds, log, pollIntervalMs });
  onTestFinished(keys.stop);
  const published = () => keys.published().keys.map(({ kid }) => kid);
  return { keys, lines, published };
}

/** Tells for each key whether it is accepted. */
const areAccepted = ({ keys }: ReturnType<typeof open>, ...kids: string[]) =>
  kids.map((kid) => keys.get(kid) !== undefined);

describe('openSigningKeys', () => {
  test('signs with the newest key that has begun; publishes and accepts all but expired keys', () => {
    clockAt('2026-11-24T04:00:00Z');
    const { folder, kids } = folderWith(
      ...['2026-11-01T00:00:00Z', '2026-11-20T00:00:00Z', '2026-11-24T03:50:00Z', '2026-11-24T05:00:00Z'],
    );
    const opened = open(folder);
    expect(opened.keys.current().kid).toBe(kids[2]);
    expect(opened.published()).toEqual(kids.slice(1));
    expect(areAccepted(opened, ...kids, 'another')).toEqual([false, true, true, true, false]);
    expect(opened.lines).toMatchObject([{ msg: 'signing key changed', kid: kids[2] }]);
  });

  test('publishes the public keys only', () => {
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z');
    const { keys } = open(folder);
    const text = JSON.stringify(keys.published());
    const { d = 'd', p = 'p', q = 'q' } = readKeyFolder(folder).keys[0]?.privateKey.export({ format: 'jwk' }) ?? {};
    for (const secret of [d, p, q]) expect(text).not.toContain(secret);
    const [kid = ''] = kids;
    expect([...readJwkSet(text)].map(([name, key]) => [name, keys.get(kid)?.equals(key)])).toEqual([[kid, true]]);
  });

  test('always has keys', async () => {
    const { keys } = open(folderWith('2026-11-01T00:00:00Z').folder);
    keys.requireKeys();
    await keys.refresh();
  });

  test('signs with the first key if none has begun', () => {
    clockAt('2026-11-24T04:00:00Z');
    const { folder, kids } = folderWith('2026-11-24T05:00:00Z', '2026-11-24T06:00:00Z');
    const opened = open(folder);
    expect([opened.keys.current().kid, opened.published()]).toEqual([kids[0], kids]);
  });
});

describe('a new key', () => {
  test('is published at once, and signs from its time on without another poll', async () => {
    const setClock = clockAt('2026-11-24T04:00:00Z');
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z');
    const opened = open(folder);
    const { added } = rotate({ folder, tokenSeconds, signsInSeconds: 120 });
    await until(() => expect(opened.published()).toEqual([kids[0], added.kid]));
    opened.keys.stop();
    setClock('2026-11-24T04:02:00.999Z');
    expect(opened.keys.current().kid).toBe(kids[0]);
    setClock('2026-11-24T04:02:01Z');
    expect(opened.keys.current().kid).toBe(added.kid);
    expect(areAccepted(opened, kids[0] ?? '', added.kid)).toEqual([true, true]);
  });

  test('that signs is logged, and tokens of the previous key stay valid', async () => {
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z');
    const { keys, lines } = open(folder);
    const issue = createIssueAccessToken({ ...names, keys, clientId: 'test', lifetimeSeconds: tokenSeconds });
    const user = { id: 'ada', username: 'Ada', createdAt: new Date() };
    const session = { id: 'a-session', expiresAt: new Date(Date.UTC(2099, 0)) };
    const before = issue(user, session).accessToken;
    const authenticate = createAuthenticate({ ...names, keys });
    const kid = addKey(folder, { signsFrom: new Date(), pair: sharedPair(1), mode: 0o600 }).kid;
    await until(() => expect(lines).toHaveLength(2));
    expect(lines).toMatchObject([{ kid: kids[0] }, { msg: 'signing key changed', kid }]);
    const after = issue(user, session).accessToken;
    for (const token of [before, after])
      expect(authenticate(`Bearer ${token}`)).toEqual({ id: 'ada', sessionId: 'a-session' });
    const kidOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
    expect([before, after].map(kidOf)).toEqual([kids[0], kid]);
  });

  test('is found within five seconds by default', () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z');
    const { log } = captureLog();
    const keys = openSigningKeys({ folder, tokenSeconds, log });
    const { added } = rotate({ folder, tokenSeconds, signsInSeconds: 120 });
    vi.advanceTimersByTime(4_999);
    expect(keys.published().keys.map(({ kid }) => kid)).toEqual(kids);
    vi.advanceTimersByTime(1);
    expect(keys.get(added.kid)).toBeDefined();
    keys.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a succeeded key', () => {
  test('is accepted until one minute after its tokens have expired, without another poll', () => {
    const setClock = clockAt('2026-11-24T04:15:59.999Z');
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T04:00:00Z');
    const opened = open(folder, 1_000_000);
    expect([opened.published(), areAccepted(opened, ...kids)]).toEqual([kids, [true, true]]);
    setClock('2026-11-24T04:16:00Z');
    expect([opened.published(), areAccepted(opened, ...kids)]).toEqual([kids.slice(1), [false, true]]);
  });

  test('is the same object at every poll, so that cached tokens stay valid', async () => {
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z');
    const { keys } = open(folder);
    const before = keys.get(kids[0] ?? '');
    const { added } = rotate({ folder, tokenSeconds, signsInSeconds: 0 });
    await until(() => expect(keys.get(added.kid)).toBeDefined());
    expect(keys.get(kids[0] ?? '')).toBe(before);
  });

  test('is no longer accepted after its file is deleted', async () => {
    clockAt('2026-11-24T04:16:00Z');
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T04:00:00Z');
    const opened = open(folder);
    expect(retireExpired({ folder, tokenSeconds })).toHaveLength(1);
    await until(() => expect(opened.published()).toEqual([kids[1]]));
    expect(areAccepted(opened, ...kids)).toEqual([false, true]);
  });
});

test('a deleted signing key is rejected from the next poll on, and the next key signs', async () => {
  clockAt('2026-11-24T04:00:00Z');
  const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T05:00:00Z');
  const opened = open(folder);
  retireCompromised({ folder, tokenSeconds }, kids[0] ?? '');
  await until(() => expect(areAccepted(opened, ...kids)).toEqual([false, true]));
  expect(opened.keys.current().kid).toBe(kids[1]);
  expect(opened.lines.at(-1)).toMatchObject({ msg: 'signing key changed', kid: kids[1] });
});

test('the previous key signs again if the clock is set back', () => {
  const setClock = clockAt('2026-11-24T04:00:01Z');
  const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T04:00:00Z');
  const opened = open(folder, 1_000_000);
  expect(opened.keys.current().kid).toBe(kids[1]);
  setClock('2026-11-24T03:00:00Z');
  expect(opened.keys.current().kid).toBe(kids[0]);
  expect(areAccepted(opened, ...kids)).toEqual([true, true]);
});

test('stop ends polling', async () => {
  const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z');
  const opened = open(folder);
  opened.keys.stop();
  const [first] = readKeyFolder(folder).keys;
  if (first) removeKey(folder, first);
  const watching = open(join(folder));
  await until(() => expect(watching.keys.get(kids[0] ?? '')).toBeUndefined());
  expect(opened.keys.current().kid).toBe(kids[1]);
});
