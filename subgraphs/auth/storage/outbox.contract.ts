import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Delivery, Due, Outbox } from './outbox.ts';
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
  const all = { users: 100, perUser: 100, after: '' };
  const dueAt = async (at: Date, perUser = 100) => (await outbox.due(first, at, { ...all, perUser })).deliveries;
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
    await outbox.accepted(delivery?.seq ?? 0);
    expect(await dueAt(now)).toEqual([]);
    expect(usersOf((await outbox.due(second, now, all)).deliveries)).toEqual([userId]);
  });

  test('so many users at a time, one after the other, until it has come round', async () => {
    const users = [await happen(), await happenTwice(), await happen()].sort();
    const seen: string[] = [];
    const lasts: (string | undefined)[] = [];
    for (let after: string | undefined = ''; after !== undefined; ) {
      const due: Due = await outbox.due(first, now, { ...all, users: 2, after });
      seen.push(...new Set(usersOf(due.deliveries)));
      lasts.push(due.last);
      after = due.last;
    }
    expect(seen).toEqual(users);
    expect(lasts).toEqual([users[1], undefined]);
  });

  test('what happened before the clock was set back is due at once', async () => {
    const userId = await happen(later(3_600_000));
    expect(usersOf(await dueAt(now))).toEqual([userId]);
  });

  test('what is postponed is due later, and so is what happened to its user afterwards', async () => {
    const patient = await happenTwice();
    const other = await happen();
    const head = (await dueAt(now)).find(({ event }) => event.userId === patient);
    await outbox.postpone(head?.seq ?? 0, later(500));
    expect(usersOf(await dueAt(later(499)))).toEqual([other]);
    const due = await dueAt(later(500));
    expect(usersOf(due).sort()).toEqual([patient, patient, other].sort());
    const patients = due.filter(({ event }) => event.userId === patient);
    expect(patients.map(({ attempts }) => attempts)).toEqual([1, 0]);
    expect(patients.map(({ event }) => event.type)).toEqual(['session-revoked', 'account-purged']);
  });

  test('to accept or to postpone what is not there any more changes nothing', async () => {
    const userId = await happen();
    await outbox.accepted(1_000_000);
    await outbox.postpone(1_000_000, later(1_000_000));
    expect(usersOf(await dueAt(now))).toEqual([userId]);
  });

  test('of one user it gives the oldest few, and all that are due of others', async () => {
    const many = await happenTwice();
    const other = await happen();
    const oldest = await dueAt(now, 1);
    expect(usersOf(oldest).sort()).toEqual([many, other].sort());
    expect(oldest.find(({ event }) => event.userId === many)?.event.type).toBe('session-revoked');
    expect(usersOf(await dueAt(now, 2)).sort()).toEqual([many, many, other].sort());
  });
}
