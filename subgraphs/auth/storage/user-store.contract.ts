import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestClock, type TestClock } from '../../../platform/testing/test-clock.ts';
import { insertUser, newRefreshToken, newSession, newUser } from '../testing/stored-accounts.ts';
import type { NewUser, Skeleton } from './user.ts';
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
    const { skeletons, ...stored } = user;
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
    const skeletonsOf = (...list: Skeleton[]) => ({ version: 2, list });
    const text = () => randomUUID();
    const named = (...list: Skeleton[]) => newUser({ skeletons: skeletonsOf(...list) });

    test.each([
      ['without a script', '', ''],
      ['of two scripts', 'Latin', 'Cyrillic'],
      ['of which only the second has a script', '', 'Latin'],
      ['of which only the first has a script', 'Latin', ''],
    ])('are USERNAME_TAKEN if they share a skeleton: %s', async (_, first, second) => {
      const shared = text();
      await insert(named({ text: text(), script: 'Latin' }, { text: shared, script: first }));
      const other = named({ text: shared, script: second }, { text: text(), script: 'Latin' });
      expect(await insert(other)).toBe('USERNAME_TAKEN');
      expect(await store.findById(other.id)).toBeUndefined();
    });

    test('are allowed if they share only a skeleton of their script', async () => {
      const skeleton = { text: text(), script: 'Latin' };
      await insert(named(skeleton));
      const other = named(skeleton);
      expect(await insert(other)).toMatchObject({ user: { id: other.id } });
    });

    test('of which several are inserted at the same time, exactly one is stored', async () => {
      const skeleton = { text: text(), script: '' };
      const results = await Promise.all(Array.from({ length: 8 }, () => insert(named(skeleton))));
      expect(results.filter((result) => result === 'USERNAME_TAKEN')).toHaveLength(7);
    });

    test('are not checked for an account without skeletons', async () => {
      const user = newUser({ skeletons: skeletonsOf() });
      expect(await insert(user)).toMatchObject({ user: { id: user.id } });
    });

    /** The ids among these that have no skeletons of the version, in pages of two. */
    const outdatedOf = async (users: NewUser[], version: number) => {
      const found: string[] = [];
      const pageAfter = (after: string) => store.findOutdatedSkeletons({ version, after, limit: 2 });
      for (let page = await pageAfter(''); page.length > 0; page = await pageAfter(found.at(-1) ?? '')) {
        found.push(...page.map(({ id }) => id));
      }
      return found.filter((each) => users.some(({ id }) => id === each));
    };

    test('are found by their version and without skeletons, each once', async () => {
      const [old, bare, present] = [
        newUser({ skeletons: { version: 1, list: [{ text: text(), script: '' }] } }),
        newUser({ skeletons: skeletonsOf() }),
        named({ text: text(), script: '' }),
      ];
      const all = [old, bare, present, ...Array.from({ length: 5 }, () => newUser())];
      for (const user of all) await insert(user);
      const outdated = all.filter((user) => user !== present).map(({ id }) => id);
      expect(await outdatedOf(all, 2)).toEqual(outdated.sort());
      expect(await outdatedOf(all, 1)).toEqual([bare.id]);
    });

    test('are replaced by setSkeletons, also by some that are confusable with each other, and checked from then on', async () => {
      const [one, other, gone] = [await insertUser(store), await insertUser(store), newUser()];
      const skeleton = { text: text(), script: '' };
      const before = one.skeletons.list[0]?.text ?? '';
      await store.setSkeletons(new Map([one, other, gone].map(({ id }) => [id, skeletonsOf(skeleton)])));
      expect(await insert(named({ ...skeleton, script: 'Greek' }))).toBe('USERNAME_TAKEN');
      expect(await insert(named({ text: before, script: '' }))).toMatchObject({ user: {} });
      expect(await outdatedOf([one, other, gone], 2)).toEqual([]);
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
