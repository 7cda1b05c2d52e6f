import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SecurityEvent } from '../../../platform/tokens/security-event.ts';
import { acceptAll } from '../testing/outbox.ts';
import { newRefreshToken, newSession, newUser } from '../testing/stored-accounts.ts';
import {
  maxSessions,
  maxUnusedTokens,
  type NewSession,
  type RefreshTokenHashes,
  type Rotation,
  type SessionStore,
} from './session-store.ts';
import type { NewUser } from './user.ts';
import type { UserStore } from './user-store.ts';

const now = new Date();
const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
const hour = 3_600;

/** The contract below expects a store that was opened with this subscriber only. */
export const subscriber = 'http://127.0.0.1:9/events';

/** The contract of every engine that stores sessions. `open` returns a store that may hold other sessions. */
export function sessionStoreContract(open: () => UserStore | Promise<UserStore>): void {
  let store: UserStore;
  let sessions: SessionStore;
  let ada: NewUser;
  let events: SecurityEvent[];
  beforeEach(async () => {
    events = [];
    store = await open();
    sessions = store.sessions;
    ada = await insertUser();
  });
  afterEach(() => store.close());

  /** Stores an account and deletes its first session, without an event. */
  const insertUser = async () => {
    const user = newUser();
    const longAgo = new Date(0);
    await store.insert(user, newSession(user.id, { expiresAt: longAgo }));
    expect(await sessions.deleteExpired(longAgo, 1)).toBe(1);
    return user;
  };
  const openFor = async ({ id: userId }: NewUser, fields: Partial<NewSession> = {}) => {
    const times = { createdAt: now, lastUsedAt: now, expiresAt: later(hour), endsAt: later(3 * hour) };
    const session = newSession(userId, { ...times, ...fields });
    expect(await sessions.open(session, { userId, passwordVersion: 1 })).toBe(true);
    return session;
  };
  const withoutSecrets = ({ refreshToken, endsAt, ...session }: NewSession) => session;
  const rotation = (used: RefreshTokenHashes, fields: Partial<Rotation> = {}): Rotation => {
    const times = { now: later(60), reusableUntil: later(70), retryableUntil: null, expiresAt: later(60 + hour) };
    return { used, next: newRefreshToken(used.family), ...times, ...fields };
  };
  /** All events about a user since the start of the test, in order. */
  const eventsOf = async ({ id }: NewUser) => {
    events.push(...(await acceptAll(store.outbox, subscriber)));
    return events.filter(({ userId }) => userId === id);
  };
  const revoked = ({ userId, id: sessionId }: NewSession) => ({ type: 'session-revoked', userId, sessionId });

  describe('open returns false', () => {
    test.each([
      ['if the account is gone', { userId: randomUUID(), passwordVersion: 1 }],
      ['if the password was changed after it was verified', { passwordVersion: 2 }],
    ])('%s', async (_, account) => {
      const session = newSession(ada.id);
      expect(await sessions.open(session, { userId: ada.id, ...account })).toBe(false);
      expect(await sessions.find(session, now)).toBeUndefined();
      expect(await sessions.rotate(rotation(session.refreshToken))).toBe('UNKNOWN');
    });
  });

  test('ends the least recently used sessions beyond the maximum per account', async () => {
    const other = await insertUser();
    const unaffected = await openFor(other);
    const opened: NewSession[] = [];
    for (let nth = 0; nth < maxSessions + 2; nth++) opened.push(await openFor(ada, { lastUsedAt: later(nth) }));
    expect(await sessions.list(ada.id, now)).toStrictEqual(opened.slice(2).reverse().map(withoutSecrets));
    expect(await eventsOf(ada)).toEqual(opened.slice(0, 2).map(revoked));
    expect(await sessions.list(other.id, now)).toStrictEqual([withoutSecrets(unaffected)]);
    // The new session stays even if the clock was set back.
    const newest = await openFor(ada, { lastUsedAt: later(-hour) });
    expect(await sessions.find(newest, now)).toStrictEqual(withoutSecrets(newest));
    expect(await sessions.list(ada.id, now)).toHaveLength(maxSessions);
  });

  describe('find and list leave out a session', () => {
    test('of another account', async () => {
      const session = await openFor(ada);
      const other = await insertUser();
      expect(await sessions.find({ ...session, userId: other.id }, now)).toBeUndefined();
      expect(await sessions.list(other.id, now)).toEqual([]);
    });

    test('from the millisecond at which it expires', async () => {
      const session = await openFor(ada);
      const last = new Date(session.expiresAt.getTime() - 1);
      expect(await sessions.find(session, last)).toStrictEqual(withoutSecrets(session));
      expect(await sessions.list(ada.id, last)).toHaveLength(1);
      expect(await sessions.find(session, session.expiresAt)).toBeUndefined();
      expect(await sessions.list(ada.id, session.expiresAt)).toEqual([]);
    });
  });

  test('find and list return open sessions as stored, most recently used first', async () => {
    const first = await openFor(ada, { userAgent: null });
    const second = await openFor(ada, { lastUsedAt: later(2) });
    const third = await openFor(ada, { lastUsedAt: later(1) });
    expect(await sessions.find(first, now)).toStrictEqual(withoutSecrets(first));
    expect(await sessions.list(ada.id, now)).toStrictEqual([second, third, first].map(withoutSecrets));
  });

  describe('rotate', () => {
    test.each(['', 'unknown', "' OR 1=1 --", 'x'.repeat(10_000)])(
      'returns UNKNOWN, and changes nothing, for %.20j',
      async (hash) => {
        const session = await openFor(ada);
        expect(await sessions.rotate(rotation({ hash, family: hash }))).toBe('UNKNOWN');
        expect(await sessions.list(ada.id, now)).toStrictEqual([withoutSecrets(session)]);
      },
    );

    test('extends the session and replaces the token', async () => {
      const session = await openFor(ada);
      const first = rotation(session.refreshToken);
      const rotated = await sessions.rotate(first);
      const { id, username, createdAt } = ada;
      const extended = { ...withoutSecrets(session), lastUsedAt: first.now, expiresAt: first.expiresAt };
      expect(rotated).toStrictEqual({ session: extended, user: { id, username, createdAt } });
      expect(await sessions.rotate(rotation(first.next))).toMatchObject({ session: { id: session.id } });
    });

    test('never extends a session beyond its end', async () => {
      const session = await openFor(ada, { endsAt: later(hour + 1) });
      const rotated = await sessions.rotate(rotation(session.refreshToken));
      expect(rotated).toMatchObject({ session: { expiresAt: later(hour + 1) } });
    });

    test('returns UNKNOWN for a token of an expired session', async () => {
      const session = await openFor(ada);
      const late = rotation(session.refreshToken, { now: session.expiresAt });
      expect(await sessions.rotate(late)).toBe('UNKNOWN');
    });

    test('accepts a used token within its grace period, and issues another valid one', async () => {
      const { refreshToken } = await openFor(ada);
      await sessions.rotate(rotation(refreshToken, { reusableUntil: later(70) }));
      const again = rotation(refreshToken, { now: later(69), reusableUntil: later(79) });
      expect(await sessions.rotate(again)).toMatchObject({ user: { id: ada.id } });
      expect(await sessions.rotate(rotation(again.next))).toMatchObject({ user: { id: ada.id } });
    });

    test('ends the session if a token is used after its grace period, which reuse does not extend', async () => {
      const session = await openFor(ada);
      const { refreshToken } = session;
      const first = rotation(refreshToken, { reusableUntil: later(70) });
      await sessions.rotate(first);
      await sessions.rotate(rotation(refreshToken, { now: later(69), reusableUntil: later(79) }));
      expect(await sessions.rotate(rotation(refreshToken, { now: later(70) }))).toBe('REUSED');
      expect(await sessions.find(session, now)).toBeUndefined();
      expect(await sessions.rotate(rotation(first.next))).toBe('UNKNOWN');
      expect(await eventsOf(ada)).toEqual([revoked(session)]);
    });

    test('ends the session if a used token comes back after any number of rotations', async () => {
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
      expect(await eventsOf(ada)).toEqual([revoked(session)]);
    });

    test('keeps at most so many unused tokens if one is reused within its grace period', async () => {
      const session = await openFor(ada);
      const uses = Array.from({ length: maxUnusedTokens + 5 }, () => rotation(session.refreshToken));
      for (const use of uses) expect(await sessions.rotate(use)).toMatchObject({ session: { id: session.id } });
      const newest = uses.at(-1)?.next ?? newRefreshToken();
      expect(await sessions.rotate(rotation(newest))).toMatchObject({ session: { id: session.id } });
      // The oldest unused token was deleted and counts as used.
      expect(await sessions.rotate(rotation(uses[0]?.next ?? newRefreshToken()))).toBe('REUSED');
    });

    test('ends the session if a token is used twice at the same time without a grace period', async () => {
      const session = await openFor(ada);
      const at = { now: later(60), reusableUntil: later(60) };
      const used = [1, 2].map(() => sessions.rotate(rotation(session.refreshToken, at)));
      const [first, second] = await Promise.all(used);
      expect([typeof first, second]).toEqual(['object', 'REUSED']);
      expect(await sessions.list(ada.id, now)).toEqual([]);
    });
  });

  describe('a session ends, with an event', () => {
    test('once, by any of its refresh tokens, used or not', async () => {
      const session = await openFor(ada);
      const unaffected = await openFor(ada);
      await sessions.rotate(rotation(session.refreshToken));
      await sessions.endByToken(session.refreshToken, now);
      await sessions.endByToken(session.refreshToken, now);
      await sessions.endByToken(newRefreshToken(), now);
      expect(await sessions.list(ada.id, now)).toStrictEqual([withoutSecrets(unaffected)]);
      expect(await eventsOf(ada)).toEqual([revoked(session)]);
    });

    test('once, by its id, for its own account only', async () => {
      const session = await openFor(ada);
      const other = await insertUser();
      expect(await sessions.end({ ...session, userId: other.id }, now)).toBe(false);
      expect(await sessions.end({ id: randomUUID(), userId: ada.id }, now)).toBe(false);
      expect(await eventsOf(ada)).toEqual([]);
      expect(await sessions.end(session, now)).toBe(true);
      expect(await sessions.end(session, now)).toBe(false);
      expect(await eventsOf(ada)).toEqual([revoked(session)]);
    });

    test('not by its id after it has expired', async () => {
      const session = await openFor(ada);
      expect(await sessions.end(session, session.expiresAt)).toBe(false);
      expect(await eventsOf(ada)).toEqual([]);
    });

    test('with all sessions of its account, and no others', async () => {
      const first = await openFor(ada);
      const second = await openFor(ada);
      const other = await insertUser();
      const unaffected = await openFor(other);
      await sessions.endAll(ada.id, now);
      expect(await sessions.list(ada.id, now)).toEqual([]);
      expect(await sessions.list(other.id, now)).toStrictEqual([withoutSecrets(unaffected)]);
      expect(await eventsOf(other)).toEqual([]);
      const ended = await eventsOf(ada);
      expect(ended).toHaveLength(2);
      expect(ended).toEqual(expect.arrayContaining([revoked(first), revoked(second)]));
    });
  });

  describe('changePassword', () => {
    const change = (session: NewSession, passwordVersion = 1) => {
      const times = { lastUsedAt: later(60), expiresAt: later(60 + hour) };
      const renewed = { refreshToken: newRefreshToken(), ...times };
      const { id: sessionId } = session;
      return { userId: ada.id, passwordVersion, passwordHash: 'changed', sessionId, renewed };
    };

    test('ends all other sessions and replaces the refresh tokens of its own', async () => {
      const own = await openFor(ada);
      const other = await openFor(ada);
      const changed = change(own);
      const { lastUsedAt, expiresAt, refreshToken } = changed.renewed;
      expect(await store.changePassword(changed)).toStrictEqual({ ...withoutSecrets(own), lastUsedAt, expiresAt });
      expect(await sessions.list(ada.id, now)).toHaveLength(1);
      expect(await eventsOf(ada)).toEqual([revoked(other)]);
      expect(await sessions.rotate(rotation(own.refreshToken))).toBe('UNKNOWN');
      expect(await sessions.rotate(rotation(refreshToken))).toMatchObject({ session: { id: own.id } });
      expect(await store.findWithPassword(ada.id)).toMatchObject({ passwordHash: 'changed', passwordVersion: 2 });
    });

    test('lets replaced refresh tokens only end the session', async () => {
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
      expect(await eventsOf(ada)).toEqual([]);

      const last = change(own, 4);
      await store.changePassword(last);
      await sessions.endByToken(changed.renewed.refreshToken, now);
      expect(await sessions.rotate(rotation(last.renewed.refreshToken))).toBe('UNKNOWN');
      expect(await eventsOf(ada)).toEqual([revoked(own)]);
    });

    test.each([
      ['PASSWORD_CHANGED', 'if the password was changed after it was verified', 2],
      ['SESSION_ENDED', 'if the session has ended', 1],
    ])('returns %s, and changes nothing, %s', async (outcome, _, passwordVersion) => {
      const own = await openFor(ada);
      const other = await openFor(ada);
      if (outcome === 'SESSION_ENDED') await sessions.end(own, now);
      const eventsBefore = await eventsOf(ada);
      expect(await store.changePassword(change(own, passwordVersion))).toBe(outcome);
      expect(await sessions.find(other, now)).toStrictEqual(withoutSecrets(other));
      expect(await eventsOf(ada)).toEqual(eventsBefore);
      const unchanged = { passwordHash: ada.passwordHash, passwordVersion: 1 };
      expect(await store.findWithPassword(ada.id)).toMatchObject(unchanged);
    });

    test('makes open return false for the old password', async () => {
      const own = await openFor(ada);
      await store.changePassword(change(own));
      expect(await sessions.open(newSession(ada.id), { userId: ada.id, passwordVersion: 1 })).toBe(false);
    });
  });

  describe('remove', () => {
    test('deletes the sessions, frees the name and enqueues its event after all others', async () => {
      const session = await openFor(ada);
      const ended = await openFor(ada);
      await sessions.end(ended, now);
      expect(await store.remove({ userId: ada.id, passwordVersion: 1 }, later(1))).toBe(true);
      expect(await store.findById(ada.id)).toBeUndefined();
      expect(await sessions.find(session, now)).toBeUndefined();
      expect(await sessions.rotate(rotation(session.refreshToken))).toBe('UNKNOWN');
      expect(await eventsOf(ada)).toEqual([revoked(ended), { type: 'account-purged', userId: ada.id }]);
      const next = { ...ada, id: randomUUID() };
      expect(await store.insert(next, newSession(next.id))).toBe('INSERTED');
    });

    test('returns false, and changes nothing, if the password was changed after it was verified', async () => {
      const session = await openFor(ada);
      expect(await store.remove({ userId: ada.id, passwordVersion: 2 }, now)).toBe(false);
      expect(await sessions.find(session, now)).toStrictEqual(withoutSecrets(session));
      expect(await eventsOf(ada)).toEqual([]);
    });
  });

  test('deleteExpired deletes a batch of expired sessions, without events', async () => {
    const old = { expiresAt: later(1), endsAt: later(1) };
    for (const fields of [old, old, old]) await openFor(ada, fields);
    const unaffected = await openFor(ada);
    expect([await sessions.deleteExpired(later(1), 2), await sessions.deleteExpired(later(1), 2)]).toEqual([2, 1]);
    expect(await sessions.deleteExpired(later(1), 2)).toBe(0);
    expect(await sessions.list(ada.id, new Date(0))).toStrictEqual([withoutSecrets(unaffected)]);
    expect(await eventsOf(ada)).toEqual([]);
  });
}
