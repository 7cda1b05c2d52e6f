import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestClock, type TestClock } from '../../../platform/testing/test-clock.ts';
import { insertUser } from '../testing/stored-accounts.ts';
import type { Delivery, Outbox } from './outbox.ts';
import type { UserStore } from './user-store.ts';

/** The contract below expects a store that was opened with these subscribers. */
export const subscribers = ['first', 'second'] as const;
const [first, second] = subscribers;

/** The contract of every engine's outbox. `open` returns a store whose outbox is empty. */
export function outboxContract(open: (clock: TestClock) => UserStore): void {
  const now = new Date();
  const later = (ms: number) => new Date(now.getTime() + ms);
  let clock: TestClock;
  let store: UserStore;
  let outbox: Outbox;
  beforeEach(async () => {
    clock = createTestClock(now);
    store = open(clock);
    outbox = store.outbox;
  });
  afterEach(() => store.close());

  /** Enqueues one event: an account is removed. */
  const enqueueOne = async () => {
    const user = await insertUser(store);
    await store.remove({ userId: user.id, passwordVersion: 1 });
    return user.id;
  };
  /** Enqueues two events of one user: a session ends, then the account is removed. */
  const enqueueTwo = async () => {
    const user = await insertUser(store);
    await store.sessions.endAll(user.id);
    await store.remove({ userId: user.id, passwordVersion: 1 });
    return user.id;
  };
  const due = (limit = 100) => outbox.due(first, limit);
  const usersOf = (deliveries: Delivery[]) => deliveries.map(({ event }) => event.userId);

  test('is empty without events', async () => {
    expect(await due()).toEqual([]);
  });

  test('returns an event to each subscriber, with an id per subscriber, until it is accepted', async () => {
    const userId = await enqueueOne();
    const [delivery, ...others] = await due();
    expect(others).toEqual([]);
    const event = { type: 'account-purged', userId };
    const ids = { seq: expect.any(Number), jti: expect.stringMatching(/^[\da-f-]{36}$/) };
    expect(delivery).toEqual({ ...ids, event, happenedAt: now, attempts: 0 });
    expect((await due())[0]).toEqual(delivery);
    expect(await outbox.markAccepted(delivery?.seq ?? 0)).toBeUndefined();
    expect(await due()).toEqual([]);
    expect(usersOf(await outbox.due(second, 100))).toEqual([userId]);
  });

  test('returns one event per user, in the order of the events, up to the limit', async () => {
    const users = [await enqueueOne(), await enqueueTwo(), await enqueueOne()];
    expect(usersOf(await due())).toEqual(users);
    expect(usersOf(await due(2))).toEqual(users.slice(0, 2));
  });

  test('returns the oldest event of a user, and the next after it is accepted', async () => {
    const userId = await enqueueTwo();
    const [head, ...others] = await due();
    expect([head?.event.type, others]).toEqual(['session-revoked', []]);
    const next = await outbox.markAccepted(head?.seq ?? 0);
    expect(next).toMatchObject({ event: { type: 'account-purged', userId }, attempts: 0 });
    expect(await due()).toEqual([next]);
    expect(await outbox.markAccepted(next?.seq ?? 0)).toBeUndefined();
    expect(await due()).toEqual([]);
  });

  test('orders a new event after the pending events of its user', async () => {
    const user = await insertUser(store);
    const account = { userId: user.id, passwordVersion: 1 };
    await store.sessions.endAll(user.id);
    const [head] = await due();
    await store.remove(account);
    expect(await due()).toEqual([head]);
    expect(await outbox.markAccepted(head?.seq ?? 0)).toMatchObject({ event: { type: 'account-purged' } });
  });

  test('returns events that are in the future after the clock was set back', async () => {
    clock.set(later(3_600_000));
    const userId = await enqueueOne();
    clock.set(now);
    expect(usersOf(await due())).toEqual([userId]);
  });

  test('postpones an event together with the later events of its user', async () => {
    const postponed = await enqueueTwo();
    const other = await enqueueOne();
    const [head] = await due();
    await outbox.postpone(head?.seq ?? 0, { delayMs: 500, attempts: 3 });
    clock.set(later(499));
    expect(usersOf(await due())).toEqual([other]);
    clock.set(later(500));
    const both = await due();
    expect(usersOf(both)).toEqual([other, postponed]);
    expect(both[1]).toEqual({ ...head, attempts: 3 });
    expect(await outbox.markAccepted(head?.seq ?? 0)).toMatchObject({ event: { type: 'account-purged' }, attempts: 0 });
  });

  test('ignores events that are gone', async () => {
    const userId = await enqueueTwo();
    const [head] = await due();
    expect(await outbox.markAccepted(1_000_000)).toBeUndefined();
    await outbox.postpone(1_000_000, { delayMs: 1_000_000, attempts: 1 });
    expect(await due()).toEqual([head]);
    const next = await outbox.markAccepted(head?.seq ?? 0);
    // Another process may mark the same event.
    expect(await outbox.markAccepted(head?.seq ?? 0)).toBeUndefined();
    expect(await due()).toEqual([next]);
    expect(usersOf(await due())).toEqual([userId]);
  });
}
