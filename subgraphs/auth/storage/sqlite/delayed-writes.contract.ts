import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { createTestClock, type TestClock } from '../../../../platform/testing/test-clock.ts';
import { folderOfTest } from '../../../../tests/support/files.ts';
import { newRefreshToken, newSession, newUser } from '../../testing/stored-accounts.ts';
import type { UserStore } from '../user-store.ts';

const start = new Date('2026-12-01T12:00:00.000Z');
const at = (seconds: number) => new Date(start.getTime() + seconds * 1_000);
const hour = 3_600;

/**
 * The contract of SQLite's writers about writes that wait for the lock of another process: they are decided, and dated, by
 * the time at which they run. `open` returns a store that writes events for the subscriber.
 */
export function delayedWritesContract(
  open: (store: { file: string; clock: TestClock; subscriber: string }) => UserStore,
): void {
  const subscriber = 'a subscriber';

  /** An account with a session, and a function that runs a write while the file is locked until a later time. */
  async function openAda() {
    const file = join(folderOfTest(), 'auth.sqlite');
    const clock = createTestClock(start);
    const store = open({ file, clock, subscriber });
    const other = new Database(file);
    onTestFinished(async () => {
      other.close();
      await store.close();
    });
    const ada = newUser();
    const session = newSession(ada.id, { idleMs: hour * 1_000 });
    await store.insert(ada, session);
    const whileLocked = async <Result>(until: Date, write: () => Promise<Result>): Promise<Result> => {
      other.exec('BEGIN IMMEDIATE');
      const written = write();
      clock.set(until);
      other.exec('ROLLBACK');
      return written;
    };
    const refresh = () => {
      const times = { graceMs: 10_000, retryMs: 0, idleMs: hour * 1_000 };
      const next = newRefreshToken(session.refreshToken.family);
      return store.sessions.rotate({ used: session.refreshToken, next, ...times });
    };
    return { store, clock, ada, session, whileLocked, refresh };
  }

  test('a used refresh token that waited beyond its grace period ends its session', async () => {
    const { whileLocked, refresh } = await openAda();
    expect(await refresh()).toMatchObject({ session: {} });
    expect(await whileLocked(at(10), refresh)).toBe('REUSED');
  });

  test('a grace period begins when the first use runs', async () => {
    const { clock, whileLocked, refresh } = await openAda();
    expect(await whileLocked(at(5), refresh)).toMatchObject({
      session: { lastUsedAt: at(5), expiresAt: at(5 + hour) },
    });
    clock.set(at(14.999));
    expect(await refresh()).toMatchObject({ session: {} });
  });

  test('a session that expires while a refresh, its end or a new password waits is not found', async () => {
    const { store, clock, ada, session, whileLocked, refresh } = await openAda();
    expect(await whileLocked(at(hour), refresh)).toBe('UNKNOWN');
    clock.set(start);
    expect(await whileLocked(at(hour), () => store.sessions.end(session))).toBe(false);
    clock.set(start);
    const renewal = { refreshToken: newRefreshToken(), idleMs: hour * 1_000 };
    const change = { userId: ada.id, passwordVersion: 1, passwordHash: 'changed', sessionId: session.id, renewal };
    expect(await whileLocked(at(hour), () => store.changePassword(change))).toBe('SESSION_ENDED');
  });

  test('an account and a session have the time at which they are stored', async () => {
    const { store, ada, whileLocked } = await openAda();
    const times = (seconds: number) => ({
      createdAt: at(seconds),
      lastUsedAt: at(seconds),
      expiresAt: at(seconds + hour),
    });
    const user = newUser();
    const inserted = await whileLocked(at(1), () => store.insert(user, newSession(user.id)));
    expect(inserted).toMatchObject({ user: { createdAt: at(1) }, session: times(1) });
    const account = { userId: ada.id, passwordVersion: 1 };
    expect(await whileLocked(at(2), () => store.sessions.open(newSession(ada.id), account))).toMatchObject(times(2));
  });

  test('an event has the time at which it happened, and a postponed one is due after its delay', async () => {
    const { store, clock, ada, whileLocked } = await openAda();
    await whileLocked(at(1), () => store.sessions.endAll(ada.id));
    const [event] = await store.outbox.due(subscriber, 1);
    expect(event).toMatchObject({ happenedAt: at(1) });
    await whileLocked(at(2), () => store.outbox.postpone(event?.seq ?? 0, { delayMs: 1_000, attempts: 1 }));
    clock.set(at(2.999));
    expect(await store.outbox.due(subscriber, 1)).toEqual([]);
    clock.set(at(3));
    expect(await store.outbox.due(subscriber, 1)).toEqual([{ ...event, attempts: 1 }]);
  });
}
