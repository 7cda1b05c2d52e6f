import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Delivery, Outbox } from './outbox.ts';
import { newSession } from './session-store.contract.ts';
import { newUser } from './user-store.contract.ts';
import type { UserStore } from './user-store.ts';

/** The subscribers that a store of the contract below must be opened with. */
export const subscribers = ['first', 'second'] as const;
const [first, second] = subscribers;

/** What every engine's outbox does; `open` gives a store whose outbox is empty. */
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
  /** Something happens to a user: an account is removed. */
  const happen = async (at = now) => {
    const user = newUser();
    await store.insert(user);
    await store.remove({ userId: user.id, passwordVersion: 1 }, at);
    return user.id;
  };
  /** Two things happen to one user. */
  const happenTwice = async () => {
    const user = newUser();
    await store.insert(user);
    await store.sessions.open(newSession(user.id), { userId: user.id, passwordVersion: 1 });
    await store.sessions.endAll(user.id, now);
    await store.remove({ userId: user.id, passwordVersion: 1 }, now);
    return user.id;
  };
  const dueAt = (at: Date, limit = 100) => outbox.due(first, at, limit);
  const usersOf = (due: Delivery[]) => due.map(({ event }) => event.userId);

  test('nothing is due where nothing has happened', async () => {
    expect(await dueAt(later(1_000_000))).toEqual([]);
  });

  test('each subscriber is told, under ids of their own, until it has accepted', async () => {
    const userId = await happen();
    const [delivery, ...others] = await dueAt(now);
    expect(others).toEqual([]);
    const event = { type: 'account-purged', userId };
    const known = { seq: expect.any(Number), jti: expect.stringMatching(/^[\da-f-]{36}$/) };
    expect(delivery).toEqual({ ...known, event, happenedAt: now, attempts: 0 });
    expect((await dueAt(now))[0]).toEqual(delivery);
    expect(await outbox.accepted(delivery?.seq ?? 0)).toBeUndefined();
    expect(await dueAt(now)).toEqual([]);
    expect(usersOf(await outbox.due(second, now, 100))).toEqual([userId]);
  });

  test('of users in the order in which things happened to them, so many at a time', async () => {
    const users = [await happen(), await happenTwice(), await happen()];
    expect(usersOf(await dueAt(now))).toEqual(users);
    expect(usersOf(await dueAt(now, 2))).toEqual(users.slice(0, 2));
  });

  test('of one user first what happened first, and the next when that has been accepted', async () => {
    const userId = await happenTwice();
    const [head, ...others] = await dueAt(now);
    expect([head?.event.type, others]).toEqual(['session-revoked', []]);
    const next = await outbox.accepted(head?.seq ?? 0);
    expect(next).toMatchObject({ event: { type: 'account-purged', userId }, attempts: 0 });
    expect(await dueAt(now)).toEqual([next]);
    expect(await outbox.accepted(next?.seq ?? 0)).toBeUndefined();
    expect(await dueAt(now)).toEqual([]);
  });

  test('what happens to a user for whom something waits is told after it', async () => {
    const user = newUser();
    await store.insert(user);
    const account = { userId: user.id, passwordVersion: 1 };
    await store.sessions.open(newSession(user.id), account);
    await store.sessions.endAll(user.id, now);
    const [head] = await dueAt(now);
    await store.remove(account, now);
    expect(await dueAt(now)).toEqual([head]);
    expect(await outbox.accepted(head?.seq ?? 0)).toMatchObject({ event: { type: 'account-purged' } });
  });

  test('what happened before the clock was set back is due at once', async () => {
    const userId = await happen(later(3_600_000));
    expect(usersOf(await dueAt(now))).toEqual([userId]);
  });

  test('what is postponed is due later, and so is what happened to its user afterwards; others come before it', async () => {
    const patient = await happenTwice();
    const other = await happen();
    const [head] = await dueAt(now);
    await outbox.postpone(head?.seq ?? 0, { dueAt: later(500), attempts: 3 });
    expect(usersOf(await dueAt(later(499)))).toEqual([other]);
    const due = await dueAt(later(500));
    expect(usersOf(due)).toEqual([other, patient]);
    expect(due[1]).toEqual({ ...head, attempts: 3 });
    expect(await outbox.accepted(head?.seq ?? 0)).toMatchObject({ event: { type: 'account-purged' }, attempts: 0 });
  });

  test('to accept or to postpone what is not there any more changes nothing', async () => {
    const userId = await happenTwice();
    const [head] = await dueAt(now);
    expect(await outbox.accepted(1_000_000)).toBeUndefined();
    await outbox.postpone(1_000_000, { dueAt: later(1_000_000), attempts: 1 });
    expect(await dueAt(now)).toEqual([head]);
    const next = await outbox.accepted(head?.seq ?? 0);
    // Another process was told of it, too.
    expect(await outbox.accepted(head?.seq ?? 0)).toBeUndefined();
    expect(await dueAt(now)).toEqual([next]);
    expect(usersOf(await dueAt(now))).toEqual([userId]);
  });
}
