import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NewUser, UserStore } from './user-store.ts';

const usernameTaken = { name: 'Refusal', extensions: { code: 'USERNAME_TAKEN' } };

/** An account that no store holds yet. */
export function newUser(fields: Partial<NewUser> = {}): NewUser {
  const username = `user-${randomUUID().slice(0, 13)}`;
  return {
    id: randomUUID(),
    username,
    usernameKey: username.toUpperCase(),
    passwordHash: `$2b$04$${'h'.repeat(53)}`,
    createdAt: new Date(),
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
      expect([await store.findById(text), await store.findByUsernameKey(text)]).toEqual([undefined, undefined]);
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
    const { usernameKey, ...kept } = user;
    expect(await store.findByUsernameKey(usernameKey)).toStrictEqual(kept);
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

  test('an open store answers', () => {
    expect(() => store.ping()).not.toThrow();
  });
}
