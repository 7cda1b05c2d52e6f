import { afterEach, beforeEach, expect, test } from 'vitest';
import { insertUser } from '../testing/stored-accounts.ts';
import type { Delivery, Outbox } from './outbox.ts';
import type { UserStore } from './user-store.ts';

/** The contract below expects a store that was opened with these subscribers. */
export const subscribers = ['first', 'second'] as const;
const [first, second] = subscribers;

/** The contract of every engine's outbox. `open` returns a store whose outbox is empty. */
export function outboxContract(open: () => UserStore | Promise<UserStore>): void {
  let store: UserStore;
  let outbox: Outbox;
  beforeEach(async () => {
    store = await open();
    outbox = store.outbox;
  });
  afterEach(() => store.close());

  const now = new Date();
  const later = (ms: number) => new Date(now.getTime() + ms);
  /** Enqueues one event: an account is removed. */
  const enqueueOne = async (at = now) => {
    const user = await insertUser(store);
    await store.remove({ userId: user.id, passwordVersion: 1 }, at);
    return user.id;
  };
  /** Enqueues two events of one user: a session ends, then the account is removed. */
  const enqueueTwo = async () => {
    const user = await insertUser(store);
    await store.sessions.endAll(user.id, now);
    await store.remove({ userId: user.id, passwordVersion: 1 }, now);
    return user.id;
  };
  const dueAt = (at: Date, limit = 100) => outbox.due(first, at, limit);
  const usersOf = (due: Delivery[]) => due.map(({ event }) => event.userId);

  test('is empty without events', async () => {
    expect(await dueAt(later(1_000_000))).toEqual([]);
  });

  test('returns an event to each subscriber, with an id per subscriber, until it is accepted', async () => {
    const userId = await enqueueOne();
    const [delivery, ...others] = await dueAt(now);
    expect(others).toEqual([]);
    const event = { type: 'account-purged', userId };
    const ids = { seq: expect.any(Number), jti: expect.stringMatching(/^[\da-f-]{36}$/) };
    expect(delivery).toEqual({ ...ids, event, happenedAt: now, attempts: 0 });
    expect((await dueAt(now))[0]).toEqual(delivery);
    expect(await outbox.markAccepted(delivery?.seq ?? 0)).toBeUndefined();
    expect(await dueAt(now)).toEqual([]);
    expect(usersOf(await outbox.due(second, now, 100))).toEqual([userId]);
  });

  test('returns one event per user, in the order of the events, up to the limit', async () => {
    const users = [await enqueueOne(), await enqueueTwo(), await enqueueOne()];
    expect(usersOf(await dueAt(now))).toEqual(users);
    expect(usersOf(await dueAt(now, 2))).toEqual(users.slice(0, 2));
  });

  test('returns the oldest event of a user, and the next after it is accepted', async () => {
    const userId = await enqueueTwo();
    const [head, ...others] = await dueAt(now);
    expect([head?.event.type, others]).toEqual(['session-revoked', []]);
    const next = await outbox.markAccepted(head?.seq ?? 0);
    expect(next).toMatchObject({ event: { type: 'account-purged', userId }, attempts: 0 });
    expect(await dueAt(now)).toEqual([next]);
    expect(await outbox.markAccepted(next?.seq ?? 0)).toBeUndefined();
    expect(await dueAt(now)).toEqual([]);
  });

  test('orders a new event after the pending events of its user', async () => {
    const user = await insertUser(store);
    const account = { userId: user.id, passwordVersion: 1 };
    await store.sessions.endAll(user.id, now);
    const [head] = await dueAt(now);
    await store.remove(account, now);
    expect(await dueAt(now)).toEqual([head]);
    expect(await outbox.markAccepted(head?.seq ?? 0)).toMatchObject({ event: { type: 'account-purged' } });
  });

  test('returns events that are in the future after the clock was set back', async () => {
    const userId = await enqueueOne(later(3_600_000));
    expect(usersOf(await dueAt(now))).toEqual([userId]);
  });

  test('postpones an event together with the later events of its user', async () => {
    const postponed = await enqueueTwo();
    const other = await enqueueOne();
    const [head] = await dueAt(now);
    await outbox.postpone(head?.seq ?? 0, { dueAt: later(500), attempts: 3 });
    expect(usersOf(await dueAt(later(499)))).toEqual([other]);
    const due = await dueAt(later(500));
    expect(usersOf(due)).toEqual([other, postponed]);
    expect(due[1]).toEqual({ ...head, attempts: 3 });
    expect(await outbox.markAccepted(head?.seq ?? 0)).toMatchObject({ event: { type: 'account-purged' }, attempts: 0 });
  });

  test('ignores events that are gone', async () => {
    const userId = await enqueueTwo();
    const [head] = await dueAt(now);
    expect(await outbox.markAccepted(1_000_000)).toBeUndefined();
    await outbox.postpone(1_000_000, { dueAt: later(1_000_000), attempts: 1 });
    expect(await dueAt(now)).toEqual([head]);
    const next = await outbox.markAccepted(head?.seq ?? 0);
    // Another process may mark the same event.
    expect(await outbox.markAccepted(head?.seq ?? 0)).toBeUndefined();
    expect(await dueAt(now)).toEqual([next]);
    expect(usersOf(await dueAt(now))).toEqual([userId]);
  });
}
