import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestClock, type TestClock } from '../../../platform/testing/test-clock.ts';
import { insertUser, newRefreshToken, newSession, newUser } from '../testing/stored-accounts.ts';
import type { Confusable, NewUser } from './user.ts';
import type { UserStore } from './user-store.ts';

/** The contract of every engine that stores accounts. `open` returns a store that may hold other accounts. */
export function userStoreContract(open: (clock: TestClock) => UserStore): void {
  const start = new Date();
  let clock: TestClock;
  let store: UserStore;
  beforeEach(async () => {
    clock = createTestClock(start);
    store = open(clock);
  });
  afterEach(() => store.close());
  const insert = (user: NewUser) => store.insert(user, newSession(user.id));

  test('stores an account with its first session', async () => {
    const user = newUser();
    const { refreshToken, idleMs, maxMs, ...session } = newSession(user.id);
    const inserted = await store.insert(user, { ...session, refreshToken, idleMs, maxMs });
    const times = { createdAt: start, lastUsedAt: start, expiresAt: new Date(start.getTime() + idleMs) };
    const stored = { ...session, ...times };
    const { id, username } = user;
    expect(inserted).toStrictEqual({ user: { id, username, createdAt: start }, session: stored });
    expect(await store.sessions.list(user.id)).toStrictEqual([stored]);
    const next = newRefreshToken(refreshToken.family);
    const rotated = await store.sessions.rotate({ used: refreshToken, next, graceMs: 0, retryMs: 0, idleMs });
    expect(rotated).toMatchObject({ session: { id: session.id } });
  });

  test('stores no account if its first session cannot be stored', async () => {
    const { id: existing } = await insertUser(store);
    const [{ id } = { id: '' }] = await store.sessions.list(existing);
    const user = newUser();
    await expect(store.insert(user, newSession(user.id, { id }))).rejects.toThrow();
    expect(await store.findById(user.id)).toBeUndefined();
    expect(await store.sessions.list(user.id)).toEqual([]);
    expect(await insert(user)).toMatchObject({ user: { id: user.id } });
  });

  test('stores no session if the name is taken', async () => {
    const { usernameKey } = await insertUser(store);
    const user = newUser({ usernameKey });
    const session = newSession(user.id);
    expect(await store.insert(user, session)).toBe('USERNAME_TAKEN');
    expect(await store.sessions.find(session)).toBeUndefined();
  });

  test('returns USERNAME_TAKEN, and changes nothing, if an account has the same key', async () => {
    const first = newUser();
    const second = newUser({ usernameKey: first.usernameKey });
    await insert(first);
    expect(await insert(second)).toBe('USERNAME_TAKEN');
    expect(await store.findById(second.id)).toBeUndefined();
    expect(await store.findByUsernameKey(first.usernameKey)).toMatchObject({ id: first.id });
  });

  test('stores exactly one of several accounts that are inserted with one key at the same time', async () => {
    const { usernameKey } = newUser();
    const rivals = Array.from({ length: 8 }, () => newUser({ usernameKey }));
    const results = await Promise.all(rivals.map((rival) => insert(rival)));
    expect(results.filter((result) => result === 'USERNAME_TAKEN')).toHaveLength(7);
    const winner = rivals[results.findIndex((result) => result !== 'USERNAME_TAKEN')];
    expect(await store.findByUsernameKey(usernameKey)).toMatchObject({ id: winner?.id });
  });

  test.each(['', 'unknown', randomUUID(), "' OR 1=1 --", '%', 'a\0b', '\uD800', 'x'.repeat(100_000)])(
    'finds no account by %.40j',
    async (text) => {
      await insertUser(store);
      const found = [store.findById(text), store.findWithPassword(text), store.findByUsernameKey(text)];
      expect(await Promise.all(found)).toEqual([undefined, undefined, undefined]);
    },
  );

  test('compares keys exactly: case, accents, normalisation forms and white space matter', async () => {
    const user = newUser();
    await insert({ ...user, usernameKey: `${user.usernameKey}É` });
    for (const ending of ['é', 'E', 'E\u0301', 'É ', '']) {
      expect(await store.findByUsernameKey(`${user.usernameKey}${ending}`)).toBeUndefined();
    }
    await insert(newUser({ usernameKey: `${user.usernameKey}é` }));
    await insert(newUser({ usernameKey: `${user.usernameKey}E` }));
    expect(await store.findByUsernameKey(`${user.usernameKey}É`)).toMatchObject({ id: user.id });
  });

  test('finds an account by its id, without its password hash', async () => {
    const user = await insertUser(store);
    const { id, username } = user;
    expect(await store.findById(id)).toStrictEqual({ id, username, createdAt: start });
  });

  test('finds an account by its key, with its password hash', async () => {
    const user = await insertUser(store);
    const { skeletons, script, ...stored } = user;
    const found = { ...stored, createdAt: start, passwordVersion: 1 };
    expect(await store.findByUsernameKey(user.usernameKey)).toStrictEqual(found);
    expect(await store.findWithPassword(user.id)).toStrictEqual(found);
  });

  test.each(['О́льга', 'राम', 'سلمى', '李娜', '𝒳𐐷', "o'brien", '-- ;'])(
    'stores the name %s unchanged',
    async (username) => {
      const user = newUser({ username });
      await insert(user);
      expect(await store.findById(user.id)).toMatchObject({ username });
    },
  );

  test.each(['1969-12-31T23:59:59.999Z', '2026-11-23T14:05:00.007Z', '9999-12-31T23:59:59.999Z'])(
    'stores the instant %s to the millisecond',
    async (instant) => {
      clock.set(new Date(instant));
      const user = await insertUser(store);
      expect((await store.findById(user.id))?.createdAt.toISOString()).toBe(instant);
    },
  );

  describe('confusable names', () => {
    const insertTwo = async (first: Confusable, second: Confusable) => {
      await insert(newUser(first));
      return insert(newUser(second));
    };
    const skeleton = () => randomUUID();

    test.each([
      ['two scripts', 'Latin', 'Cyrillic'],
      ['the second mixing scripts', 'Latin', ''],
      ['the first mixing scripts', '', 'Latin'],
      ['both mixing scripts', '', ''],
    ])('are USERNAME_TAKEN: %s', async (_, first, second) => {
      const same = skeleton();
      const inserted = await insertTwo(
        { skeletons: [same, skeleton()], script: first },
        { skeletons: [skeleton(), same], script: second },
      );
      expect(inserted).toBe('USERNAME_TAKEN');
    });

    test('are allowed within one script', async () => {
      const same = { skeletons: [skeleton()], script: 'Latin' };
      expect(await insertTwo(same, same)).toMatchObject({ user: {} });
    });

    test('are replaced by setConfusables, and checked from then on', async () => {
      const user = await insertUser(store);
      await store.setConfusables(new Map([[user.id, { skeletons: [skeleton()], script: '' }]]));
      const same = { skeletons: [skeleton(), skeleton()], script: 'Greek' };
      await store.setConfusables(new Map([[user.id, same]]));
      expect(await insert(newUser({ ...same, script: 'Latin' }))).toBe('USERNAME_TAKEN');
      expect(await store.findWithoutConfusables(1_000)).not.toContainEqual(expect.objectContaining({ id: user.id }));
    });
  });

  test('replaces a hash only if it is still the old one', async () => {
    const user = await insertUser(store);
    const passwordOf = async () => (await store.findWithPassword(user.id))?.passwordHash;
    await store.replaceHash(user.id, { oldHash: 'another', newHash: 'lost' });
    expect(await passwordOf()).toBe(user.passwordHash);
    await store.replaceHash(user.id, { oldHash: user.passwordHash, newHash: 'new' });
    expect(await store.findWithPassword(user.id)).toMatchObject({ passwordHash: 'new', passwordVersion: 1 });
  });

  test('is healthy while it is open', async () => {
    expect(await store.checkHealth()).toEqual({});
  });
}
