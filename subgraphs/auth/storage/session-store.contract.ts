import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SecurityEvent } from '../../../platform/tokens/security-event.ts';
import { acceptAll } from '../testing/outbox.ts';
import {
  maxSessions,
  maxUnusedTokens,
  type NewSession,
  type RefreshTokenHashes,
  type Rotation,
  type SessionStore,
} from './session-store.ts';
import { newUser } from './user-store.contract.ts';
import type { NewUser, UserStore } from './user-store.ts';

const now = new Date();
const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
const hour = 3_600;

/** The subscriber that a store of the contract below must be opened with, and no other. */
export const subscriber = 'http://127.0.0.1:9/events';

/** A refresh token that no store has seen yet, of a family of its own unless one is given. */
const newToken = (family: string = randomUUID()): RefreshTokenHashes => ({ hash: randomUUID(), family });

/** A session that no store holds yet. */
export function newSession(userId: string, fields: Partial<NewSession> = {}): NewSession {
  const times = { createdAt: now, lastUsedAt: now, expiresAt: later(hour), endsAt: later(3 * hour) };
  return { id: randomUUID(), userId, userAgent: 'a test', refreshToken: newToken(), ...times, ...fields };
}

/** What every engine that keeps sessions does; `open` gives a store that may hold others already. */
export function sessionStoreContract(open: () => UserStore | Promise<UserStore>): void {
  let store: UserStore;
  let sessions: SessionStore;
  let ada: NewUser;
  let told: SecurityEvent[];
  beforeEach(async () => {
    told = [];
    store = await open();
    sessions = store.sessions;
    ada = await insertUser();
  });
  afterEach(() => store.close());

  const insertUser = async () => {
    const user = newUser();
    await store.insert(user);
    return user;
  };
  const openFor = async ({ id: userId }: NewUser, fields: Partial<NewSession> = {}) => {
    const session = newSession(userId, fields);
    expect(await sessions.open(session, { userId, passwordVersion: 1 })).toBe(true);
    return session;
  };
  const shown = ({ refreshToken, endsAt, ...session }: NewSession) => session;
  const rotation = (used: RefreshTokenHashes, fields: Partial<Rotation> = {}): Rotation => {
    const times = { now: later(60), reusableUntil: later(70), expiresAt: later(60 + hour) };
    return { used, next: newToken(used.family), ...times, ...fields };
  };
  /** What subscribers are told of a user, in order, from the beginning of the test on. */
  const toldOf = async ({ id }: NewUser) => {
    told.push(...(await acceptAll(store.outbox, subscriber)));
    return told.filter(({ userId }) => userId === id);
  };
  const revoked = ({ userId, id: sessionId }: NewSession) => ({ type: 'session-revoked', userId, sessionId });

  describe('a session is not opened', () => {
    test.each([
      ['of an account that is gone', { userId: randomUUID(), passwordVersion: 1 }],
      ['by a password that has been changed since', { passwordVersion: 2 }],
    ])('%s', async (_, account) => {
      const session = newSession(ada.id);
      expect(await sessions.open(session, { userId: ada.id, ...account })).toBe(false);
      expect(await sessions.find(session, now)).toBeUndefined();
      expect(await sessions.rotate(rotation(session.refreshToken))).toBe('UNKNOWN');
    });
  });

  test('of more sessions than an account may have those end that were used longest ago', async () => {
    const other = await insertUser();
    const kept = await openFor(other);
    const opened: NewSession[] = [];
    for (let nth = 0; nth < maxSessions + 2; nth++) opened.push(await openFor(ada, { lastUsedAt: later(nth) }));
    expect(await sessions.list(ada.id, now)).toStrictEqual(opened.slice(2).reverse().map(shown));
    expect(await toldOf(ada)).toEqual(opened.slice(0, 2).map(revoked));
    expect(await sessions.list(other.id, now)).toStrictEqual([shown(kept)]);
    // Also one that is opened after the clock has been set back.
    const newest = await openFor(ada, { lastUsedAt: later(-hour) });
    expect(await sessions.find(newest, now)).toStrictEqual(shown(newest));
    expect(await sessions.list(ada.id, now)).toHaveLength(maxSessions);
  });

  describe('a session is not found', () => {
    test('under the name of another account', async () => {
      const session = await openFor(ada);
      const other = await insertUser();
      expect(await sessions.find({ ...session, userId: other.id }, now)).toBeUndefined();
      expect(await sessions.list(other.id, now)).toEqual([]);
    });

    test('from the millisecond on at which it expires', async () => {
      const session = await openFor(ada);
      const last = new Date(session.expiresAt.getTime() - 1);
      expect(await sessions.find(session, last)).toStrictEqual(shown(session));
      expect(await sessions.list(ada.id, last)).toHaveLength(1);
      expect(await sessions.find(session, session.expiresAt)).toBeUndefined();
      expect(await sessions.list(ada.id, session.expiresAt)).toEqual([]);
    });
  });

  test('an open session is found, and listed, as it was kept; the last used first', async () => {
    const first = await openFor(ada, { userAgent: null });
    const second = await openFor(ada, { lastUsedAt: later(2) });
    const third = await openFor(ada, { lastUsedAt: later(1) });
    expect(await sessions.find(first, now)).toStrictEqual(shown(first));
    expect(await sessions.list(ada.id, now)).toStrictEqual([second, third, first].map(shown));
  });

  describe('a refresh token', () => {
    test.each(['', 'unknown', "' OR 1=1 --", 'x'.repeat(10_000)])(
      'that is none changes nothing: %.20j',
      async (hash) => {
        const session = await openFor(ada);
        expect(await sessions.rotate(rotation({ hash, family: hash }))).toBe('UNKNOWN');
        expect(await sessions.list(ada.id, now)).toStrictEqual([shown(session)]);
      },
    );

    test('gives the session a longer life, and is followed by the next', async () => {
      const session = await openFor(ada);
      const first = rotation(session.refreshToken);
      const rotated = await sessions.rotate(first);
      const { id, username, createdAt } = ada;
      const goesOn = { ...shown(session), lastUsedAt: first.now, expiresAt: first.expiresAt };
      expect(rotated).toStrictEqual({ session: goesOn, user: { id, username, createdAt } });
      expect(await sessions.rotate(rotation(first.next))).toMatchObject({ session: { id: session.id } });
    });

    test('gives no longer life than the session may have at all', async () => {
      const session = await openFor(ada, { endsAt: later(hour + 1) });
      const rotated = await sessions.rotate(rotation(session.refreshToken));
      expect(rotated).toMatchObject({ session: { expiresAt: later(hour + 1) } });
    });

    test('of a session that has expired is unknown', async () => {
      const session = await openFor(ada);
      const late = rotation(session.refreshToken, { now: session.expiresAt });
      expect(await sessions.rotate(late)).toBe('UNKNOWN');
    });

    test('can be used again until its grace period ends, and gives another that holds', async () => {
      const { refreshToken } = await openFor(ada);
      await sessions.rotate(rotation(refreshToken, { reusableUntil: later(70) }));
      const again = rotation(refreshToken, { now: later(69), reusableUntil: later(79) });
      expect(await sessions.rotate(again)).toMatchObject({ user: { id: ada.id } });
      expect(await sessions.rotate(rotation(again.next))).toMatchObject({ user: { id: ada.id } });
    });

    test('that is used again after it ends the session: no use within it makes it longer', async () => {
      const session = await openFor(ada);
      const { refreshToken } = session;
      const first = rotation(refreshToken, { reusableUntil: later(70) });
      await sessions.rotate(first);
      await sessions.rotate(rotation(refreshToken, { now: later(69), reusableUntil: later(79) }));
      expect(await sessions.rotate(rotation(refreshToken, { now: later(70) }))).toBe('REUSED');
      expect(await sessions.find(session, now)).toBeUndefined();
      expect(await sessions.rotate(rotation(first.next))).toBe('UNKNOWN');
      expect(await toldOf(ada)).toEqual([revoked(session)]);
    });

    test('that was used ends its session, however often those after it have been used since', async () => {
      const session = await openFor(ada, { endsAt: later(300 * hour), expiresAt: later(300 * hour) });
      let used = session.refreshToken;
      for (let nth = 1; nth <= maxUnusedTokens + 10; nth++) {
        const at = { now: later(nth * 60), reusableUntil: later(nth * 60 + 10), expiresAt: later(300 * hour) };
        const next = rotation(used, at);
        expect(await sessions.rotate(next)).toMatchObject({ session: { id: session.id } });
        used = next.next;
      }
      expect(await sessions.rotate(rotation(session.refreshToken, { now: later(9_000) }))).toBe('REUSED');
      expect(await sessions.list(ada.id, now)).toEqual([]);
      expect(await toldOf(ada)).toEqual([revoked(session)]);
    });

    test('that is used again and again within its grace period leaves no more than so many that hold', async () => {
      const session = await openFor(ada);
      const uses = Array.from({ length: maxUnusedTokens + 5 }, () => rotation(session.refreshToken));
      for (const use of uses) expect(await sessions.rotate(use)).toMatchObject({ session: { id: session.id } });
      const newest = uses.at(-1)?.next ?? newToken();
      expect(await sessions.rotate(rotation(newest))).toMatchObject({ session: { id: session.id } });
      // The first of them is as good as used.
      expect(await sessions.rotate(rotation(uses[0]?.next ?? newToken()))).toBe('REUSED');
    });

    test('of two who use it at the same moment without a grace period one ends the session', async () => {
      const session = await openFor(ada);
      const at = { now: later(60), reusableUntil: later(60) };
      const used = [1, 2].map(() => sessions.rotate(rotation(session.refreshToken, at)));
      const [first, second] = await Promise.all(used);
      expect([typeof first, second]).toEqual(['object', 'REUSED']);
      expect(await sessions.list(ada.id, now)).toEqual([]);
    });
  });

  describe('what ends a session, and tells subscribers', () => {
    test('any of its refresh tokens, used or not, and once', async () => {
      const session = await openFor(ada);
      const kept = await openFor(ada);
      await sessions.rotate(rotation(session.refreshToken));
      await sessions.endByToken(session.refreshToken, now);
      await sessions.endByToken(session.refreshToken, now);
      await sessions.endByToken(newToken(), now);
      expect(await sessions.list(ada.id, now)).toStrictEqual([shown(kept)]);
      expect(await toldOf(ada)).toEqual([revoked(session)]);
    });

    test('its id, under the name of its own account only, and once', async () => {
      const session = await openFor(ada);
      const other = await insertUser();
      expect(await sessions.end({ ...session, userId: other.id }, now)).toBe(false);
      expect(await sessions.end({ id: randomUUID(), userId: ada.id }, now)).toBe(false);
      expect(await toldOf(ada)).toEqual([]);
      expect(await sessions.end(session, now)).toBe(true);
      expect(await sessions.end(session, now)).toBe(false);
      expect(await toldOf(ada)).toEqual([revoked(session)]);
    });

    test('not the id of one that has expired, which has ended by itself', async () => {
      const session = await openFor(ada);
      expect(await sessions.end(session, session.expiresAt)).toBe(false);
      expect(await toldOf(ada)).toEqual([]);
    });

    test('the end of all of an account, which leaves others theirs', async () => {
      const first = await openFor(ada);
      const second = await openFor(ada);
      const other = await insertUser();
      const kept = await openFor(other);
      await sessions.endAll(ada.id, now);
      expect(await sessions.list(ada.id, now)).toEqual([]);
      expect(await sessions.list(other.id, now)).toStrictEqual([shown(kept)]);
      expect(await toldOf(other)).toEqual([]);
      const told = await toldOf(ada);
      expect(told).toHaveLength(2);
      expect(told).toEqual(expect.arrayContaining([revoked(first), revoked(second)]));
    });
  });

  describe('a password that is changed', () => {
    const change = (session: NewSession, passwordVersion = 1) => {
      const times = { lastUsedAt: later(60), expiresAt: later(60 + hour) };
      const renewed = { refreshToken: newToken(), ...times };
      const { id: sessionId } = session;
      return { userId: ada.id, passwordVersion, passwordHash: 'changed', sessionId, renewed };
    };

    test('ends every other session, and replaces the refresh tokens of its own', async () => {
      const own = await openFor(ada);
      const other = await openFor(ada);
      const changed = change(own);
      const { lastUsedAt, expiresAt, refreshToken } = changed.renewed;
      expect(await store.changePassword(changed)).toStrictEqual({ ...shown(own), lastUsedAt, expiresAt });
      expect(await sessions.list(ada.id, now)).toHaveLength(1);
      expect(await toldOf(ada)).toEqual([revoked(other)]);
      expect(await sessions.rotate(rotation(own.refreshToken))).toBe('UNKNOWN');
      expect(await sessions.rotate(rotation(refreshToken))).toMatchObject({ session: { id: own.id } });
      expect(await store.findWithPassword(ada.id)).toMatchObject({ passwordHash: 'changed', passwordVersion: 2 });
    });

    test('leaves the refresh tokens before it nothing but to end the session', async () => {
      const own = await openFor(ada);
      const unused = rotation(own.refreshToken);
      await sessions.rotate(unused);
      await store.changePassword(change(own));
      await store.changePassword(change(own, 2));
      const changed = change(own, 3);
      await store.changePassword(changed);
      expect(await sessions.rotate(rotation(unused.next))).toBe('UNKNOWN');
      expect(await sessions.rotate(rotation(own.refreshToken, { now: later(9_000) }))).toBe('UNKNOWN');
      expect(await sessions.list(ada.id, now)).toHaveLength(1);
      expect(await toldOf(ada)).toEqual([]);

      const last = change(own, 4);
      await store.changePassword(last);
      await sessions.endByToken(changed.renewed.refreshToken, now);
      expect(await sessions.rotate(rotation(last.renewed.refreshToken))).toBe('UNKNOWN');
      expect(await toldOf(ada)).toEqual([revoked(own)]);
    });

    test.each([
      ['CHANGED', 'where it has been changed since it was proven', 2],
      ['ENDED', 'where the session has ended', 1],
    ])('changes nothing, and says %s, %s', async (outcome, _, passwordVersion) => {
      const own = await openFor(ada);
      const other = await openFor(ada);
      if (outcome === 'ENDED') await sessions.end(own, now);
      const told = await toldOf(ada);
      expect(await store.changePassword(change(own, passwordVersion))).toBe(outcome);
      expect(await sessions.find(other, now)).toStrictEqual(shown(other));
      expect(await toldOf(ada)).toEqual(told);
      const kept = { passwordHash: ada.passwordHash, passwordVersion: 1 };
      expect(await store.findWithPassword(ada.id)).toMatchObject(kept);
    });

    test('lets nobody in who has proven the old one', async () => {
      const own = await openFor(ada);
      await store.changePassword(change(own));
      expect(await sessions.open(newSession(ada.id), { userId: ada.id, passwordVersion: 1 })).toBe(false);
    });
  });

  describe('an account that is removed', () => {
    test('takes its sessions with it, frees its name, and is announced after all else', async () => {
      const session = await openFor(ada);
      const ended = await openFor(ada);
      await sessions.end(ended, now);
      expect(await store.remove({ userId: ada.id, passwordVersion: 1 }, later(1))).toBe(true);
      expect(await store.findById(ada.id)).toBeUndefined();
      expect(await sessions.find(session, now)).toBeUndefined();
      expect(await sessions.rotate(rotation(session.refreshToken))).toBe('UNKNOWN');
      expect(await toldOf(ada)).toEqual([revoked(ended), { type: 'account-purged', userId: ada.id }]);
      await store.insert({ ...ada, id: randomUUID() });
    });

    test('stays where its password has been changed since it was proven', async () => {
      const session = await openFor(ada);
      expect(await store.remove({ userId: ada.id, passwordVersion: 2 }, now)).toBe(false);
      expect(await sessions.find(session, now)).toStrictEqual(shown(session));
      expect(await toldOf(ada)).toEqual([]);
    });
  });

  test('sessions that have expired are forgotten, so many at a time, and nobody is told', async () => {
    const old = { expiresAt: later(1), endsAt: later(1) };
    for (const fields of [old, old, old]) await openFor(ada, fields);
    const kept = await openFor(ada);
    expect([await sessions.forgetExpired(later(1), 2), await sessions.forgetExpired(later(1), 2)]).toEqual([2, 1]);
    expect(await sessions.forgetExpired(later(1), 2)).toBe(0);
    expect(await sessions.list(ada.id, new Date(0))).toStrictEqual([shown(kept)]);
    expect(await toldOf(ada)).toEqual([]);
  });
}
