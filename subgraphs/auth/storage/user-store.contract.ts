import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Confusable, NewUser } from './user.ts';
import type { UserStore } from './user-store.ts';

/** A new account with a unique name. */
export function newUser(fields: Partial<NewUser> = {}): NewUser {
  const username = `user-${randomUUID().slice(0, 13)}`;
  return {
    id: randomUUID(),
    username,
    usernameKey: username.toUpperCase(),
    passwordHash: `$2b$04$${'h'.repeat(53)}`,
    createdAt: new Date(),
    skeletons: [username],
    script: 'Latin',
    ...fields,
  };
}

/** The contract of every engine that stores accounts. `open` returns a store that may hold other accounts. */
export function userStoreContract(open: () => UserStore | Promise<UserStore>): void {
  let store: UserStore;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());

  test('returns USERNAME_TAKEN, and changes nothing, if an account has the same key', async () => {
    const first = newUser();
    const second = newUser({ usernameKey: first.usernameKey });
    await store.insert(first);
    expect(await store.insert(second)).toBe('USERNAME_TAKEN');
    expect(await store.findById(second.id)).toBeUndefined();
    expect(await store.findByUsernameKey(first.usernameKey)).toMatchObject({ id: first.id });
  });

  test('stores exactly one of several accounts that are inserted with one key at the same time', async () => {
    const { usernameKey } = newUser();
    const rivals = Array.from({ length: 8 }, () => newUser({ usernameKey }));
    const results = await Promise.all(rivals.map((rival) => store.insert(rival)));
    expect(results.filter((result) => result === 'USERNAME_TAKEN')).toHaveLength(7);
    const winner = rivals[results.indexOf('INSERTED')];
    expect(await store.findByUsernameKey(usernameKey)).toMatchObject({ id: winner?.id });
  });

  test.each(['', 'unknown', randomUUID(), "' OR 1=1 --", '%', 'a\0b', '\uD800', 'x'.repeat(100_000)])(
    'finds no account by %.40j',
    async (text) => {
      await store.insert(newUser());
      const found = [store.findById(text), store.findWithPassword(text), store.findByUsernameKey(text)];
      expect(await Promise.all(found)).toEqual([undefined, undefined, undefined]);
    },
  );

  test('compares keys exactly: case, accents, normalisation forms and white space matter', async () => {
    const user = newUser();
    await store.insert({ ...user, usernameKey: `${user.usernameKey}É` });
    for (const ending of ['é', 'E', 'E\u0301', 'É ', '']) {
      expect(await store.findByUsernameKey(`${user.usernameKey}${ending}`)).toBeUndefined();
    }
    await store.insert(newUser({ usernameKey: `${user.usernameKey}é` }));
    await store.insert(newUser({ usernameKey: `${user.usernameKey}E` }));
    expect(await store.findByUsernameKey(`${user.usernameKey}É`)).toMatchObject({ id: user.id });
  });

  test('finds an account by its id, without its password hash', async () => {
    const user = newUser();
    await store.insert(user);
    const { id, username, createdAt } = user;
    expect(await store.findById(id)).toStrictEqual({ id, username, createdAt });
  });

  test('finds an account by its key, with its password hash', async () => {
    const user = newUser();
    await store.insert(user);
    const { skeletons, script, ...stored } = user;
    const found = { ...stored, passwordVersion: 1 };
    expect(await store.findByUsernameKey(user.usernameKey)).toStrictEqual(found);
    expect(await store.findWithPassword(user.id)).toStrictEqual(found);
  });

  test.each(['О́льга', 'राम', 'سلمى', '李娜', '𝒳𐐷', "o'brien", '-- ;'])(
    'stores the name %s unchanged',
    async (username) => {
      const user = newUser({ username });
      await store.insert(user);
      expect(await store.findById(user.id)).toMatchObject({ username });
    },
  );

  test.each(['1969-12-31T23:59:59.999Z', '2026-11-23T14:05:00.007Z', '9999-12-31T23:59:59.999Z'])(
    'stores the instant %s to the millisecond',
    async (instant) => {
      const user = newUser({ createdAt: new Date(instant) });
      await store.insert(user);
      expect((await store.findById(user.id))?.createdAt.toISOString()).toBe(instant);
    },
  );

  describe('confusable names', () => {
    const insertTwo = async (first: Confusable, second: Confusable) => {
      await store.insert(newUser(first));
      return store.insert(newUser(second));
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
      expect(await insertTwo(same, same)).toBe('INSERTED');
    });

    test('are replaced by setConfusables, and checked from then on', async () => {
      const user = newUser();
      await store.insert(user);
      await store.setConfusables(new Map([[user.id, { skeletons: [skeleton()], script: '' }]]));
      const same = { skeletons: [skeleton(), skeleton()], script: 'Greek' };
      await store.setConfusables(new Map([[user.id, same]]));
      expect(await store.insert(newUser({ ...same, script: 'Latin' }))).toBe('USERNAME_TAKEN');
      expect(await store.findWithoutConfusables(1_000)).not.toContainEqual(expect.objectContaining({ id: user.id }));
    });
  });

  test('replaces a hash only if it is still the old one', async () => {
    const user = newUser();
    await store.insert(user);
    const passwordOf = async () => (await store.findWithPassword(user.id))?.passwordHash;
    await store.replaceHash(user.id, { oldHash: 'another', newHash: 'lost' });
    expect(await passwordOf()).toBe(user.passwordHash);
    await store.replaceHash(user.id, { oldHash: user.passwordHash, newHash: 'new' });
    expect(await store.findWithPassword(user.id)).toMatchObject({ passwordHash: 'new', passwordVersion: 1 });
  });

  test('answers a ping while it is open', () => {
    expect(() => store.ping()).not.toThrow();
  });
}
