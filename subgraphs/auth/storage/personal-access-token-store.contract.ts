import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestClock, type TestClock } from '../../../platform/testing/test-clock.ts';
import { acceptAll } from '../testing/outbox.ts';
import { newPersonalAccessToken, newSession, newUser } from '../testing/stored-accounts.ts';
import {
  maxPersonalAccessTokens,
  type NewPersonalAccessToken,
  type PersonalAccessToken,
  type PersonalAccessTokenStore,
} from './personal-access-token-store.ts';
import type { SessionKey } from './session-store.ts';
import type { NewUser } from './user.ts';
import type { UserStore } from './user-store.ts';

const start = new Date('2026-12-01T12:00:30.250Z');
/** The time `seconds` after the start. */
const at = (seconds: number) => new Date(start.getTime() + seconds * 1_000);
const hour = 3_600;
const hourMs = 3_600_000;

/** The contract of every engine that stores personal access tokens. `open` returns a store with this subscriber only. */
export function personalAccessTokenStoreContract(open: (clock: TestClock) => UserStore, subscriber: string): void {
  let clock: TestClock;
  let store: UserStore;
  let tokens: PersonalAccessTokenStore;
  let ada: NewUser;
  let session: SessionKey;
  beforeEach(async () => {
    clock = createTestClock(start);
    store = open(clock);
    tokens = store.personalAccessTokens;
    [ada, session] = await insertUser();
  });
  afterEach(() => store.close());

  const insertUser = async (): Promise<[NewUser, SessionKey]> => {
    const user = newUser();
    const first = newSession(user.id, { idleMs: 3 * hourMs });
    await store.insert(user, first);
    return [user, first];
  };
  const create = async (fields: Partial<NewPersonalAccessToken> = {}, by = session) => {
    const token = newPersonalAccessToken(by.userId, fields);
    const created = await tokens.create(token, by);
    if (typeof created === 'string') throw new Error(`The token was not created: ${created}.`);
    return { created, hash: token.hash };
  };
  const events = () => acceptAll(store.outbox, subscriber);
  const revoked = ({ userId, id: sessionId }: PersonalAccessToken) => ({ type: 'session-revoked', userId, sessionId });

  test('create returns the token as stored, without its hash, whose lifetime begins now', async () => {
    clock.set(at(5));
    const { hash, lifetimeMs: _, ...token } = newPersonalAccessToken(ada.id, { lifetimeMs: hourMs });
    const times = { createdAt: at(5), expiresAt: at(5 + hour), lastUsedAt: null };
    const created = await tokens.create({ ...token, hash, lifetimeMs: hourMs }, session);
    expect(created).toStrictEqual({ ...token, ...times });
    expect(await tokens.find({ id: token.id, userId: ada.id })).toStrictEqual(created);
    const { id, username } = ada;
    expect(await tokens.findByHash(hash)).toStrictEqual({ token: created, user: { id, username, createdAt: start } });
  });

  describe('create returns SESSION_ENDED, and stores nothing,', () => {
    test.each([
      ['if the session has ended', async () => void (await store.sessions.end(session))],
      ['if the session has expired', async () => clock.set(at(3 * hour))],
      [
        'if the session is of another account',
        async () => {
          session = { id: (await insertUser())[1].id, userId: ada.id };
        },
      ],
    ])('%s', async (_, end) => {
      await end();
      expect(await tokens.create(newPersonalAccessToken(ada.id), session)).toBe('SESSION_ENDED');
      expect(await tokens.list(ada.id)).toEqual([]);
    });
  });

  test('create returns TOO_MANY, and stores nothing, once an account has the maximum that has not expired', async () => {
    await create({ lifetimeMs: 1_000 });
    for (let nth = 1; nth < maxPersonalAccessTokens; nth += 1) await create();
    expect(await tokens.create(newPersonalAccessToken(ada.id), session)).toBe('TOO_MANY');
    expect(await tokens.list(ada.id)).toHaveLength(maxPersonalAccessTokens);
    const [, other] = await insertUser();
    await create({}, other);
    clock.set(at(1));
    await create();
    expect(await tokens.create(newPersonalAccessToken(ada.id), session)).toBe('TOO_MANY');
  });

  describe('find, findByHash and list leave out a token', () => {
    const found = async ({ created, hash }: { created: PersonalAccessToken; hash: string }) => ({
      find: await tokens.find(created),
      findByHash: await tokens.findByHash(hash),
      list: await tokens.list(ada.id),
    });
    const nothing = { find: undefined, findByHash: undefined, list: [] };

    test('from the millisecond at which it expires', async () => {
      const token = await create({ lifetimeMs: hourMs });
      clock.set(at(hour - 0.001));
      expect(await found(token)).toMatchObject({ find: {}, findByHash: {}, list: [{}] });
      clock.set(at(hour));
      expect(await found(token)).toEqual(nothing);
    });

    test('of an account that was removed', async () => {
      const token = await create();
      await store.remove({ userId: ada.id, passwordVersion: 1 });
      expect(await found(token)).toEqual(nothing);
    });

    test('of another account', async () => {
      const { created } = await create();
      const [other] = await insertUser();
      expect(await tokens.find({ id: created.id, userId: other.id })).toBeUndefined();
      expect(await tokens.list(other.id)).toEqual([]);
    });
  });

  test.each(['', 'unknown', "' OR 1=1 --", 'x'.repeat(10_000)])('findByHash finds nothing for %.20j', async (hash) => {
    await create();
    expect(await tokens.findByHash(hash)).toBeUndefined();
  });

  test('list has the newest token first', async () => {
    const created: PersonalAccessToken[] = [];
    for (const seconds of [1, 3, 2]) {
      clock.set(at(seconds));
      created.push((await create()).created);
    }
    const [first, third, second] = created;
    expect(await tokens.list(ada.id)).toStrictEqual([third, second, first]);
  });

  test('a use is recorded to the minute', async () => {
    const { created } = await create();
    const { created: unused } = await create();
    clock.set(new Date('2026-12-01T12:07:59.999Z'));
    await tokens.recordUse(created.id);
    expect(await tokens.find(created)).toStrictEqual({ ...created, lastUsedAt: new Date('2026-12-01T12:07:00.000Z') });
    expect(await tokens.find(unused)).toStrictEqual(unused);
  });

  describe('revoke', () => {
    test('deletes a token of the account, once, with the event of an ended session', async () => {
      const { created, hash } = await create();
      const { created: other } = await create();
      expect(await tokens.revoke(created)).toBe(true);
      expect(await tokens.revoke(created)).toBe(false);
      expect(await tokens.findByHash(hash)).toBeUndefined();
      expect(await tokens.list(ada.id)).toStrictEqual([other]);
      expect(await events()).toEqual([revoked(created)]);
    });

    test.each([
      ['that is unknown', async () => ({ id: randomUUID(), userId: ada.id })],
      ['of another account', async () => ({ id: (await create()).created.id, userId: (await insertUser())[0].id })],
      [
        'that has expired',
        async () => {
          const { created } = await create({ lifetimeMs: 1_000 });
          clock.set(at(1));
          return created;
        },
      ],
    ])('returns false for a token %s, without an event', async (_, keyOf) => {
      expect(await tokens.revoke(await keyOf())).toBe(false);
      expect(await events()).toEqual([]);
    });
  });

  test('tokens outlive the sessions of their account, and a change of its password', async () => {
    const { created } = await create();
    const renewal = { refreshToken: newSession(ada.id).refreshToken, idleMs: hourMs };
    const change = { passwordVersion: 1, passwordHash: 'changed', sessionId: session.id, renewal };
    await store.changePassword({ userId: ada.id, ...change });
    await store.sessions.endAll(ada.id);
    expect(await tokens.list(ada.id)).toStrictEqual([created]);
  });

  test('deleteExpired deletes up to so many expired tokens, and no others', async () => {
    for (let nth = 0; nth < 3; nth += 1) await create({ lifetimeMs: 1_000 });
    const { created } = await create();
    clock.set(at(1));
    expect(await tokens.deleteExpired(2)).toBe(2);
    expect(await tokens.deleteExpired(2)).toBe(1);
    expect(await tokens.deleteExpired(2)).toBe(0);
    expect(await tokens.list(ada.id)).toStrictEqual([created]);
    expect(await events()).toEqual([]);
  });
}
