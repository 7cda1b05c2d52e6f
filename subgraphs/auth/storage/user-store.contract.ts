import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Confusable, NewUser, UserStore } from './user-store.ts';

const usernameTaken = { name: 'ApiError', extensions: { code: 'USERNAME_TAKEN' } };

/** An account that no store holds yet. */
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

/** What every engine that keeps accounts does; `open` gives a store that may hold other accounts already. */
export function userStoreContract(open: () => UserStore | Promise<UserStore>): void {
  let store: UserStore;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());

  test('a second account with the key of the first is USERNAME_TAKEN, and changes nothing', async () => {
    const first = newUser();
    const second = newUser({ usernameKey: first.usernameKey });
    await store.insert(first);
    await expect(store.insert(second)).rejects.toMatchObject(usernameTaken);
    expect(await store.findById(second.id)).toBeUndefined();
    expect(await store.findByUsernameKey(first.usernameKey)).toMatchObject({ id: first.id });
  });

  test('of several accounts that come with one key at the same moment one is kept', async () => {
    const { usernameKey } = newUser();
    const rivals = Array.from({ length: 8 }, () => newUser({ usernameKey }));
    const results = await Promise.allSettled(rivals.map((rival) => store.insert(rival)));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.map(({ reason }) => reason)).toEqual(refused.map(() => expect.objectContaining(usernameTaken)));
    expect(refused).toHaveLength(7);
    const winner = rivals[results.findIndex(({ status }) => status === 'fulfilled')];
    expect(await store.findByUsernameKey(usernameKey)).toMatchObject({ id: winner?.id });
  });

  test('what caused a refusal is kept for the log, and not told', async () => {
    const first = newUser();
    await store.insert(first);
    const refusal = await store.insert(newUser({ usernameKey: first.usernameKey })).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ ...usernameTaken, cause: expect.any(Error) });
    expect(String(refusal)).not.toMatch(/unique|constraint|users|sql/i);
  });

  test.each(['', 'nobody', randomUUID(), "' OR 1=1 --", '%', 'a\0b', '\uD800', 'x'.repeat(100_000)])(
    'nobody is found by %.40j',
    async (text) => {
      await store.insert(newUser());
      const found = [store.findById(text), store.findWithPassword(text), store.findByUsernameKey(text)];
      expect(await Promise.all(found)).toEqual([undefined, undefined, undefined]);
    },
  );

  test('a key is compared to the letter: neither case, accent, form nor white space is let pass', async () => {
    const user = newUser();
    await store.insert({ ...user, usernameKey: `${user.usernameKey}É` });
    for (const ending of ['é', 'E', 'E\u0301', 'É ', '']) {
      expect(await store.findByUsernameKey(`${user.usernameKey}${ending}`)).toBeUndefined();
    }
    await store.insert(newUser({ usernameKey: `${user.usernameKey}é` }));
    await store.insert(newUser({ usernameKey: `${user.usernameKey}E` }));
    expect(await store.findByUsernameKey(`${user.usernameKey}É`)).toMatchObject({ id: user.id });
  });

  test('an account is found by its id as it was kept, without what nobody need know', async () => {
    const user = newUser();
    await store.insert(user);
    const { id, username, createdAt } = user;
    expect(await store.findById(id)).toStrictEqual({ id, username, createdAt });
  });

  test('an account is found by its key with the hash of its password', async () => {
    const user = newUser();
    await store.insert(user);
    const { skeletons, script, ...kept } = user;
    const found = { ...kept, passwordVersion: 1 };
    expect(await store.findByUsernameKey(user.usernameKey)).toStrictEqual(found);
    expect(await store.findWithPassword(user.id)).toStrictEqual(found);
  });

  test.each(['О́льга', 'राम', 'سلمى', '李娜', '𝒳𐐷', "o'brien", '-- ;'])(
    'the name %s is kept as it is',
    async (username) => {
      const user = newUser({ username });
      await store.insert(user);
      expect(await store.findById(user.id)).toMatchObject({ username });
    },
  );

  test.each(['1969-12-31T23:59:59.999Z', '2026-11-23T14:05:00.007Z', '9999-12-31T23:59:59.999Z'])(
    'the instant %s is kept to the millisecond',
    async (instant) => {
      const user = newUser({ createdAt: new Date(instant) });
      await store.insert(user);
      expect((await store.findById(user.id))?.createdAt.toISOString()).toBe(instant);
    },
  );

  describe('names that look alike', () => {
    const insertTwo = async (first: Confusable, second: Confusable) => {
      await store.insert(newUser(first));
      return store.insert(newUser(second));
    };
    const skeleton = () => randomUUID();

    test.each([
      ['of two scripts', 'Latin', 'Cyrillic'],
      ['of which the second mixes scripts', 'Latin', ''],
      ['of which the first mixes scripts', '', 'Latin'],
      ['which both mix scripts', '', ''],
    ])('%s cannot both be accounts', async (_, first, second) => {
      const same = skeleton();
      const inserted = insertTwo(
        { skeletons: [same, skeleton()], script: first },
        { skeletons: [skeleton(), same], script: second },
      );
      await expect(inserted).rejects.toMatchObject(usernameTaken);
    });

    test('of one script are told apart by who can read it', async () => {
      const same = { skeletons: [skeleton()], script: 'Latin' };
      await insertTwo(same, same);
    });

    test('of accounts of before there were look-alikes are completed, and count from then on', async () => {
      const user = newUser();
      await store.insert(user);
      await store.setConfusables(new Map([[user.id, { skeletons: [skeleton()], script: '' }]]));
      const same = { skeletons: [skeleton(), skeleton()], script: 'Greek' };
      await store.setConfusables(new Map([[user.id, same]]));
      await expect(store.insert(newUser({ ...same, script: 'Latin' }))).rejects.toMatchObject(usernameTaken);
      expect(await store.withoutConfusable(1_000)).not.toContainEqual(expect.objectContaining({ id: user.id }));
    });
  });

  test('a hash is redone only where it is still the old one', async () => {
    const user = newUser();
    await store.insert(user);
    const passwordOf = async () => (await store.findWithPassword(user.id))?.passwordHash;
    await store.redoHash(user.id, { old: 'another', redone: 'lost' });
    expect(await passwordOf()).toBe(user.passwordHash);
    await store.redoHash(user.id, { old: user.passwordHash, redone: 'redone' });
    expect(await store.findWithPassword(user.id)).toMatchObject({ passwordHash: 'redone', passwordVersion: 1 });
  });

  test('an open store answers', () => {
    expect(() => store.ping()).not.toThrow();
  });
}
