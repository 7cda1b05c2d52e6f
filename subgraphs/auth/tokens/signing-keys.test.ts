import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createAuthenticate } from '../../../platform/tokens/access-token.ts';
import { readJwkSet } from '../../../platform/tokens/jwk-set.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { clockAt, folderWith } from '../testing/key-folder.ts';
import { addKey, readKeyFolder, removeKey } from './key-folder.ts';
import { newKeyPair } from './private-key.ts';
import { retireCompromised, retireExpired, rotate } from './rotation.ts';
import { openSigningKeys } from './signing-keys.ts';
import { createIssueToken } from './tokens.ts';

/** Waits for what comes soon, also on a machine that is busy. */
const until = (check: () => void) => vi.waitFor(check, 20_000);

const tokenSeconds = 900;
const names = { issuer: 'https://auth.example', audience: 'https://api.example' };

/** The keys of a folder until the test is over, looked at every few milliseconds. */
function open(folder: string, everyMs = 10) {
  const { log, lines } = captureLog();
  const keys = openSigningKeys({ folder, tokenSeconds, log, everyMs });
  onTestFinished(keys.stop);
  const published = () => keys.published().keys.map(({ kid }) => kid);
  return { keys, lines, published };
}

/** What is known of each of these. */
const known = ({ keys }: ReturnType<typeof open>, ...kids: string[]) => kids.map((kid) => keys.get(kid) !== undefined);

describe('a folder of keys when it is opened', () => {
  test('signs with the last that has begun to, publishes what is accepted or will be, and accepts as much', () => {
    clockAt('2026-11-24T04:00:00Z');
    const { folder, kids } = folderWith(
      ...['2026-11-01T00:00:00Z', '2026-11-20T00:00:00Z', '2026-11-24T03:50:00Z', '2026-11-24T05:00:00Z'],
    );
    const opened = open(folder);
    expect(opened.keys.current().kid).toBe(kids[2]);
    expect(opened.published()).toEqual(kids.slice(1));
    expect(known(opened, ...kids, 'another')).toEqual([false, true, true, true, false]);
    expect(opened.lines).toMatchObject([{ msg: 'this key signs now', kid: kids[2] }]);
  });

  test('publishes nothing of a private key, and what everybody can read as the same keys', () => {
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z');
    const { keys } = open(folder);
    const text = JSON.stringify(keys.published());
    const { d = 'd', p = 'p', q = 'q' } = readKeyFolder(folder).keys[0]?.privateKey.export({ format: 'jwk' }) ?? {};
    for (const secret of [d, p, q]) expect(text).not.toContain(secret);
    const [kid = ''] = kids;
    expect([...readJwkSet(text)].map(([name, key]) => [name, keys.get(kid)?.equals(key)])).toEqual([[kid, true]]);
  });

  test('has keys, always', async () => {
    const { keys } = open(folderWith('2026-11-01T00:00:00Z').folder);
    keys.requireKeys();
    await keys.refresh();
  });

  test('signs with the first where by the clock none has begun', () => {
    clockAt('2026-11-24T04:00:00Z');
    const { folder, kids } = folderWith('2026-11-24T05:00:00Z', '2026-11-24T06:00:00Z');
    const opened = open(folder);
    expect([opened.keys.current().kid, opened.published()]).toEqual([kids[0], kids]);
  });
});

describe('a key that is added', () => {
  test('is published at once, and signs from its time on, without a look into the folder', async () => {
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
    expect(known(opened, kids[0] ?? '', added.kid)).toEqual([true, true]);
  });

  test('that signs now is told of, and no token that was issued before fails for it', async () => {
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z');
    const { keys, lines } = open(folder);
    const issue = createIssueToken({ ...names, keys, clientId: 'test', lifetimeSeconds: tokenSeconds });
    const user = { id: 'ada', username: 'Ada', createdAt: new Date() };
    const session = { id: 'a-session', expiresAt: new Date(Date.UTC(2099, 0)) };
    const before = issue(user, session).accessToken;
    const authenticate = createAuthenticate({ ...names, keys });
    const kid = addKey(folder, { signsFrom: new Date(), pair: newKeyPair(), mode: 0o600 }).kid;
    await until(() => expect(lines).toHaveLength(2));
    expect(lines).toMatchObject([{ kid: kids[0] }, { msg: 'this key signs now', kid }]);
    const after = issue(user, session).accessToken;
    for (const token of [before, after])
      expect(authenticate(`Bearer ${token}`)).toEqual({ id: 'ada', sessionId: 'a-session' });
    const kidOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
    expect([before, after].map(kidOf)).toEqual([kids[0], kid]);
  });

  test('is found within five seconds where nothing else is said', () => {
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

describe('a key that is succeeded', () => {
  test('is accepted until its tokens have expired, and a minute more, without a look into the folder', () => {
    const setClock = clockAt('2026-11-24T04:15:59.999Z');
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T04:00:00Z');
    const opened = open(folder, 1_000_000);
    expect([opened.published(), known(opened, ...kids)]).toEqual([kids, [true, true]]);
    setClock('2026-11-24T04:16:00Z');
    expect([opened.published(), known(opened, ...kids)]).toEqual([kids.slice(1), [false, true]]);
  });

  test('is the same object at every look, so that tokens which it verified stay remembered', async () => {
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z');
    const { keys } = open(folder);
    const before = keys.get(kids[0] ?? '');
    const { added } = rotate({ folder, tokenSeconds, signsInSeconds: 0 });
    await until(() => expect(keys.get(added.kid)).toBeDefined());
    expect(keys.get(kids[0] ?? '')).toBe(before);
  });

  test('and whose file has been removed is no longer accepted', async () => {
    clockAt('2026-11-24T04:16:00Z');
    const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T04:00:00Z');
    const opened = open(folder);
    expect(retireExpired({ folder, tokenSeconds })).toHaveLength(1);
    await until(() => expect(opened.published()).toEqual([kids[1]]));
    expect(known(opened, ...kids)).toEqual([false, true]);
  });
});

test('a compromised key that signs is refused at the next look, and the next one signs', async () => {
  clockAt('2026-11-24T04:00:00Z');
  const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T05:00:00Z');
  const opened = open(folder);
  retireCompromised({ folder, tokenSeconds }, kids[0] ?? '');
  await until(() => expect(known(opened, ...kids)).toEqual([false, true]));
  expect(opened.keys.current().kid).toBe(kids[1]);
  expect(opened.lines.at(-1)).toMatchObject({ msg: 'this key signs now', kid: kids[1] });
});

test('where the clock is set back the key before signs again, and both are accepted', () => {
  const setClock = clockAt('2026-11-24T04:00:01Z');
  const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-24T04:00:00Z');
  const opened = open(folder, 1_000_000);
  expect(opened.keys.current().kid).toBe(kids[1]);
  setClock('2026-11-24T03:00:00Z');
  expect(opened.keys.current().kid).toBe(kids[0]);
  expect(known(opened, ...kids)).toEqual([true, true]);
});

test('nothing is looked at any more when it is stopped', async () => {
  const { folder, kids } = folderWith('2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z');
  const opened = open(folder);
  opened.keys.stop();
  const [first] = readKeyFolder(folder).keys;
  if (first) removeKey(folder, first);
  const watching = open(join(folder));
  await until(() => expect(watching.keys.get(kids[0] ?? '')).toBeUndefined());
  expect(opened.keys.current().kid).toBe(kids[1]);
});
