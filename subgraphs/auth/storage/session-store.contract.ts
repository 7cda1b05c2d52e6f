import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestClock, type TestClock } from '../../../platform/testing/test-clock.ts';
import type { SecurityEvent } from '../../../platform/tokens/security-event.ts';
import { acceptAll } from '../testing/outbox.ts';
import { newRefreshToken, newSession, newUser } from '../testing/stored-accounts.ts';
import {
  maxSessions,
  maxUnusedTokens,
  type NewSession,
  type RefreshTokenHashes,
  type Rotation,
  type Session,
  type SessionStore,
} from './session-store.ts';
import type { NewUser } from './user.ts';
import type { UserStore } from './user-store.ts';

const start = new Date();
/** The time `seconds` after the start. */
const at = (seconds: number) => new Date(start.getTime() + seconds * 1_000);
const hour = 3_600;
const hourMs = 3_600_000;

/** A session that was opened, with its first refresh token. */
type OpenedSession = Session & Pick<NewSession, 'refreshToken'>;

/** The contract below expects a store that was opened with this subscriber only. */
export const subscriber = 'http://127.0.0.1:9/events';

/** The contract of every engine that stores sessions. `open` returns a store that may hold other sessions. */
export function sessionStoreContract(open: (clock: TestClock) => UserStore): void {
  let clock: TestClock;
  let store: UserStore;
  let sessions: SessionStore;
  let ada: NewUser;
  let events: SecurityEvent[];
  beforeEach(async () => {
    events = [];
    clock = createTestClock(start);
    store = open(clock);
    sessions = store.sessions;
    ada = await insertUser();
  });
  afterEach(() => store.close());

  /** Stores an account and deletes its first session, without an event. */
  const insertUser = async () => {
    const user = newUser();
    await store.insert(user, newSession(user.id, { idleMs: 0 }));
    expect(await sessions.deleteExpired(1)).toBe(1);
    return user;
  };
  const openFor = async ({ id: userId }: NewUser, fields: Partial<NewSession> = {}): Promise<OpenedSession> => {
    const session = newSession(userId, fields);
    const opened = await sessions.open(session, { userId, passwordVersion: 1 });
    if (!opened) throw new Error('The session was not opened.');
    return { ...opened, refreshToken: session.refreshToken };
  };
  const withoutSecrets = ({ refreshToken, ...session }: OpenedSession) => session;
  const rotation = (used: RefreshTokenHashes, fields: Partial<Rotation> = {}): Rotation => {
    const times = { graceMs: 10_000, retryMs: 0, idleMs: hourMs };
    return { used, next: newRefreshToken(used.family), ...times, ...fields };
  };
  const rotateAt = (seconds: number, each: Rotation) => {
    clock.set(at(seconds));
    return sessions.rotate(each);
  };
  /** All events about a user since the start of the test, in order. */
  const eventsOf = async ({ id }: NewUser) => {
    events.push(...(await acceptAll(store.outbox, subscriber)));
    return events.filter(({ userId }) => userId === id);
  };
  const revoked = ({ userId, id: sessionId }: Session) => ({ type: 'session-revoked', userId, sessionId });

  describe('open returns undefined', () => {
    test.each([
      ['if the account is gone', { userId: randomUUID(), passwordVersion: 1 }],
      ['if the password was changed after it was verified', { passwordVersion: 2 }],
    ])('%s', async (_, account) => {
      const session = newSession(ada.id);
      expect(await sessions.open(session, { userId: ada.id, ...account })).toBeUndefined();
      expect(await sessions.find(session)).toBeUndefined();
      expect(await sessions.rotate(rotation(session.refreshToken))).toBe('UNKNOWN');
    });
  });

  test('ends the least recently used sessions beyond the maximum per account', async () => {
    const other = await insertUser();
    const unaffected = await openFor(other);
    const opened: OpenedSession[] = [];
    for (let nth = 0; nth < maxSessions + 2; nth++) {
      clock.set(at(nth));
      opened.push(await openFor(ada));
    }
    expect(await sessions.list(ada.id)).toStrictEqual(opened.slice(2).reverse().map(withoutSecrets));
    expect(await eventsOf(ada)).toEqual(opened.slice(0, 2).map(revoked));
    expect(await sessions.list(other.id)).toStrictEqual([withoutSecrets(unaffected)]);
    // The new session stays even if the clock was set back.
    clock.set(at(-hour));
    const newest = await openFor(ada);
    expect(await sessions.find(newest)).toStrictEqual(withoutSecrets(newest));
    expect(await sessions.list(ada.id)).toHaveLength(maxSessions);
  });

  test('open returns the session as stored, whose lifetime begins now', async () => {
    clock.set(at(5));
    const session = newSession(ada.id);
    const { id, userId, userAgent } = session;
    const times = { createdAt: at(5), lastUsedAt: at(5), expiresAt: at(5 + hour) };
    const opened = await sessions.open(session, { userId, passwordVersion: 1 });
    expect(opened).toStrictEqual({ id, userId, userAgent, ...times });
    expect(await sessions.find(session)).toStrictEqual(opened);
  });

  describe('find and list leave out a session', () => {
    test('of another account', async () => {
      const session = await openFor(ada);
      const other = await insertUser();
      expect(await sessions.find({ ...session, userId: other.id })).toBeUndefined();
      expect(await sessions.list(other.id)).toEqual([]);
    });

    test('from the millisecond at which it expires', async () => {
      const session = await openFor(ada);
      clock.set(at(hour - 0.001));
      expect(await sessions.find(session)).toStrictEqual(withoutSecrets(session));
      expect(await sessions.list(ada.id)).toHaveLength(1);
      clock.set(at(hour));
      expect(await sessions.find(session)).toBeUndefined();
      expect(await sessions.list(ada.id)).toEqual([]);
    });
  });

  test('find and list return open sessions as stored, most recently used first', async () => {
    const first = await openFor(ada, { userAgent: null });
    clock.set(at(2));
    const second = await openFor(ada);
    clock.set(at(1));
    const third = await openFor(ada);
    expect(await sessions.find(first)).toStrictEqual(withoutSecrets(first));
    expect(await sessions.list(ada.id)).toStrictEqual([second, third, first].map(withoutSecrets));
  });

  describe('rotate', () => {
    test.each(['', 'unknown', "' OR 1=1 --", 'x'.repeat(10_000)])(
      'returns UNKNOWN, and changes nothing, for %.20j',
      async (hash) => {
        const session = await openFor(ada);
        expect(await sessions.rotate(rotation({ hash, family: hash }))).toBe('UNKNOWN');
        expect(await sessions.list(ada.id)).toStrictEqual([withoutSecrets(session)]);
      },
    );

    test('extends the session and replaces the token', async () => {
      const session = await openFor(ada);
      const first = rotation(session.refreshToken);
      const rotated = await rotateAt(60, first);
      const { id, username } = ada;
      const extended = { ...withoutSecrets(session), lastUsedAt: at(60), expiresAt: at(60 + hour) };
      expect(rotated).toStrictEqual({ session: extended, user: { id, username, createdAt: start } });
      expect(await sessions.rotate(rotation(first.next))).toMatchObject({ session: { id: session.id } });
    });

    test('never extends a session beyond its end', async () => {
      const session = await openFor(ada, { maxMs: hourMs + 1_000 });
      const rotated = await rotateAt(60, rotation(session.refreshToken));
      expect(rotated).toMatchObject({ session: { expiresAt: at(hour + 1) } });
    });

    test('returns UNKNOWN for a token of an expired session', async () => {
      const session = await openFor(ada);
      expect(await rotateAt(hour, rotation(session.refreshToken))).toBe('UNKNOWN');
    });

    test('accepts a used token within its grace period, and issues another valid one', async () => {
      const { refreshToken } = await openFor(ada);
      await rotateAt(60, rotation(refreshToken));
      const again = rotation(refreshToken);
      expect(await rotateAt(69.999, again)).toMatchObject({ user: { id: ada.id } });
      expect(await sessions.rotate(rotation(again.next))).toMatchObject({ user: { id: ada.id } });
    });

    test('ends the session if a token is used after its grace period, which reuse does not extend', async () => {
      const session = await openFor(ada);
      const { refreshToken } = session;
      const first = rotation(refreshToken);
      await rotateAt(60, first);
      await rotateAt(69, rotation(refreshToken));
      expect(await rotateAt(70, rotation(refreshToken))).toBe('REUSED');
      expect(await sessions.find(session)).toBeUndefined();
      expect(await sessions.rotate(rotation(first.next))).toBe('UNKNOWN');
      expect(await eventsOf(ada)).toEqual([revoked(session)]);
    });

    test('ends the session if a used token comes back after any number of rotations', async () => {
      const session = await openFor(ada, { idleMs: 300 * hourMs, maxMs: 300 * hourMs });
      let used = session.refreshToken;
      for (let nth = 1; nth <= maxUnusedTokens + 10; nth++) {
        const next = rotation(used, { idleMs: 300 * hourMs });
        expect(await rotateAt(nth * 60, next)).toMatchObject({ session: { id: session.id } });
        used = next.next;
      }
      expect(await sessions.rotate(rotation(session.refreshToken))).toBe('REUSED');
      expect(await sessions.list(ada.id)).toEqual([]);
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
      const used = [1, 2].map(() => sessions.rotate(rotation(session.refreshToken, { graceMs: 0 })));
      const [first, second] = await Promise.all(used);
      expect([typeof first, second]).toEqual(['object', 'REUSED']);
      expect(await sessions.list(ada.id)).toEqual([]);
    });
  });

  describe('a session ends, with an event', () => {
    test('once, by any of its refresh tokens, used or not', async () => {
      const session = await openFor(ada);
      const unaffected = await openFor(ada);
      await sessions.rotate(rotation(session.refreshToken));
      await sessions.endByToken(session.refreshToken);
      await sessions.endByToken(session.refreshToken);
      await sessions.endByToken(newRefreshToken());
      expect(await sessions.list(ada.id)).toStrictEqual([withoutSecrets(unaffected)]);
      expect(await eventsOf(ada)).toEqual([revoked(session)]);
    });

    test('once, by its id, for its own account only', async () => {
      const session = await openFor(ada);
      const other = await insertUser();
      expect(await sessions.end({ ...session, userId: other.id })).toBe(false);
      expect(await sessions.end({ id: randomUUID(), userId: ada.id })).toBe(false);
      expect(await eventsOf(ada)).toEqual([]);
      expect(await sessions.end(session)).toBe(true);
      expect(await sessions.end(session)).toBe(false);
      expect(await eventsOf(ada)).toEqual([revoked(session)]);
    });

    test('not by its id after it has expired', async () => {
      const session = await openFor(ada);
      clock.set(at(hour));
      expect(await sessions.end(session)).toBe(false);
      expect(await eventsOf(ada)).toEqual([]);
    });

    test('with all sessions of its account, and no others', async () => {
      const first = await openFor(ada);
      const second = await openFor(ada);
      const other = await insertUser();
      const unaffected = await openFor(other);
      await sessions.endAll(ada.id);
      expect(await sessions.list(ada.id)).toEqual([]);
      expect(await sessions.list(other.id)).toStrictEqual([withoutSecrets(unaffected)]);
      expect(await eventsOf(other)).toEqual([]);
      const ended = await eventsOf(ada);
      expect(ended).toHaveLength(2);
      expect(ended).toEqual(expect.arrayContaining([revoked(first), revoked(second)]));
    });
  });

  describe('changePassword', () => {
    const change = ({ id: sessionId }: Session, passwordVersion = 1) => {
      const renewal = { refreshToken: newRefreshToken(), idleMs: hourMs };
      return { userId: ada.id, passwordVersion, passwordHash: 'changed', sessionId, renewal };
    };

    test('ends all other sessions and replaces the refresh tokens of its own', async () => {
      const own = await openFor(ada);
      const other = await openFor(ada);
      const changed = change(own);
      const { refreshToken } = changed.renewal;
      clock.set(at(60));
      const times = { lastUsedAt: at(60), expiresAt: at(60 + hour) };
      expect(await store.changePassword(changed)).toStrictEqual({ ...withoutSecrets(own), ...times });
      expect(await sessions.list(ada.id)).toHaveLength(1);
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
      expect(await rotateAt(3_000, rotation(own.refreshToken))).toBe('UNKNOWN');
      expect(await sessions.list(ada.id)).toHaveLength(1);
      expect(await eventsOf(ada)).toEqual([]);

      const last = change(own, 4);
      await store.changePassword(last);
      await sessions.endByToken(changed.renewal.refreshToken);
      expect(await sessions.rotate(rotation(last.renewal.refreshToken))).toBe('UNKNOWN');
      expect(await eventsOf(ada)).toEqual([revoked(own)]);
    });

    test.each([
      ['PASSWORD_CHANGED', 'if the password was changed after it was verified', 2],
      ['SESSION_ENDED', 'if the session has ended', 1],
    ])('returns %s, and changes nothing, %s', async (outcome, _, passwordVersion) => {
      const own = await openFor(ada);
      const other = await openFor(ada);
      if (outcome === 'SESSION_ENDED') await sessions.end(own);
      const eventsBefore = await eventsOf(ada);
      expect(await store.changePassword(change(own, passwordVersion))).toBe(outcome);
      expect(await sessions.find(other)).toStrictEqual(withoutSecrets(other));
      expect(await eventsOf(ada)).toEqual(eventsBefore);
      const unchanged = { passwordHash: ada.passwordHash, passwordVersion: 1 };
      expect(await store.findWithPassword(ada.id)).toMatchObject(unchanged);
    });

    test('makes open return undefined for the old password', async () => {
      const own = await openFor(ada);
      await store.changePassword(change(own));
      expect(await sessions.open(newSession(ada.id), { userId: ada.id, passwordVersion: 1 })).toBeUndefined();
    });
  });

  describe('remove', () => {
    test('deletes the sessions, frees the name and enqueues its event after all others', async () => {
      const session = await openFor(ada);
      const ended = await openFor(ada);
      await sessions.end(ended);
      expect(await store.remove({ userId: ada.id, passwordVersion: 1 })).toBe(true);
      expect(await store.findById(ada.id)).toBeUndefined();
      expect(await sessions.find(session)).toBeUndefined();
      expect(await sessions.rotate(rotation(session.refreshToken))).toBe('UNKNOWN');
      expect(await eventsOf(ada)).toEqual([revoked(ended), { type: 'account-purged', userId: ada.id }]);
      const next = { ...ada, id: randomUUID() };
      expect(await store.insert(next, newSession(next.id))).toMatchObject({ user: { id: next.id } });
    });

    test('returns false, and changes nothing, if the password was changed after it was verified', async () => {
      const session = await openFor(ada);
      expect(await store.remove({ userId: ada.id, passwordVersion: 2 })).toBe(false);
      expect(await sessions.find(session)).toStrictEqual(withoutSecrets(session));
      expect(await eventsOf(ada)).toEqual([]);
    });
  });

  test('deleteExpired deletes a batch of expired sessions, without events', async () => {
    for (let count = 0; count < 3; count += 1) await openFor(ada, { idleMs: 1_000 });
    const unaffected = await openFor(ada);
    clock.set(at(1));
    expect([await sessions.deleteExpired(2), await sessions.deleteExpired(2)]).toEqual([2, 1]);
    expect(await sessions.deleteExpired(2)).toBe(0);
    clock.set(start);
    expect(await sessions.list(ada.id)).toStrictEqual([withoutSecrets(unaffected)]);
    expect(await eventsOf(ada)).toEqual([]);
  });
}
