import { randomUUID } from 'node:crypto';
import { describe, expect, onTestFinished, test } from 'vitest';
import { aPurge, aRevocation, purgeAll } from '../testing/events.ts';
import { type ClockedStore, claimAll } from '../testing/resources.ts';
import { fenceContract } from './revocation-store.fences.contract.ts';
import { purgeContract } from './revocation-store.purge.contract.ts';

const start = new Date('2026-12-01T12:00:00.000Z');
const endOfTime = new Date('9999-01-01');

/**
 * Contract of every engine for revocations. All opened stores are one database, which only these tests use; what
 * remains open or pending is ended before each test.
 */
export function revocationStoreContract(open: () => ClockedStore): void {
  const opened = async () => {
    const store = open();
    store.clock.set(start);
    onTestFinished(() => store.close());
    await purgeAll(store);
    for (const { lease } of await claimAll(store)) await store.operations.end(lease);
    return store;
  };

  describe('a revoked session', () => {
    test('is revoked from then on, and no other session of the same or another user', async () => {
      const { revocations } = await opened();
      const received = aRevocation();
      const { userId } = received.event;
      const sessionId = 'sessionId' in received.event ? received.event.sessionId : '';
      expect(await revocations.isRevoked({ userId, sessionId })).toBe(false);
      expect(await revocations.accept(received)).toBe(true);
      expect(await revocations.isRevoked({ userId, sessionId })).toBe(true);
      expect(await revocations.isRevoked({ userId, sessionId: randomUUID() })).toBe(false);
      for (const other of ['', sessionId.toUpperCase(), `${sessionId} `, userId]) {
        expect(await revocations.isRevoked({ userId, sessionId: other })).toBe(false);
      }
      expect(await revocations.isPurged(userId)).toBe(false);
    });

    test('is revoked at once for every store on the same database', async () => {
      const [one, other] = [await opened(), await opened()];
      const [session, account] = [randomUUID(), randomUUID()];
      await one.revocations.accept(aRevocation({ userId: 'ada', sessionId: session }));
      await one.revocations.accept(aPurge(account));
      expect(await other.revocations.isRevoked({ userId: 'ada', sessionId: session })).toBe(true);
      expect(await other.revocations.isRevoked({ userId: account, sessionId: 'any' })).toBe(true);
      expect(await other.revocations.isPurged(account)).toBe(true);
    });

    test('is deleted when its tokens have expired, and not before', async () => {
      const { revocations, clock } = await opened();
      const viewer = { userId: randomUUID(), sessionId: randomUUID() };
      const received = { ...aRevocation(viewer), retentionMs: 5_000 };
      await revocations.accept(received);
      clock.advance(4_999);
      await revocations.deleteExpired(1_000);
      expect(await revocations.isRevoked(viewer)).toBe(true);
      expect(await revocations.accept(received)).toBe(false);
      clock.advance(1);
      await revocations.deleteExpired(1_000);
      expect(await revocations.isRevoked(viewer)).toBe(false);
      expect(await revocations.accept(received)).toBe(true);
    });

    test('of two events is deleted at the later of their times', async () => {
      const { revocations, clock } = await opened();
      const viewer = { userId: randomUUID(), sessionId: randomUUID() };
      for (const retentionMs of [6_000, 9_000, 7_000]) {
        expect(await revocations.accept({ ...aRevocation(viewer), retentionMs })).toBe(true);
      }
      clock.advance(8_999);
      await revocations.deleteExpired(1_000);
      expect(await revocations.isRevoked(viewer)).toBe(true);
      clock.advance(1);
      await revocations.deleteExpired(1_000);
      expect(await revocations.isRevoked(viewer)).toBe(false);
    });
  });

  describe('an event', () => {
    test.each([
      ['session-revoked', aRevocation],
      ['account-purged', () => aPurge()],
    ])('%s that is accepted fifty times concurrently is accepted once', async (_, make) => {
      const { revocations } = await opened();
      const received = make();
      const results = await Promise.all(Array.from({ length: 50 }, () => revocations.accept(received)));
      expect(results.filter(Boolean)).toHaveLength(1);
    });

    test('with a jti that was accepted before changes nothing, whatever its content', async () => {
      const store = await opened();
      const { revocations } = store;
      const { jti } = aRevocation();
      await revocations.accept({ ...aRevocation(), jti });
      const viewer = { userId: randomUUID(), sessionId: randomUUID() };
      expect(await revocations.accept({ ...aRevocation(viewer), jti })).toBe(false);
      expect(await revocations.accept({ ...aPurge(viewer.userId), jti })).toBe(false);
      expect(await revocations.isRevoked(viewer)).toBe(false);
      expect(await purgeAll(store)).toBe(0);
    });
  });

  describe('a purged account', () => {
    test('has all its sessions revoked, also later ones, and affects no other account', async () => {
      const { revocations } = await opened();
      const { event, ...received } = aPurge();
      const { userId } = event;
      expect(await revocations.isPurged(userId)).toBe(false);
      await revocations.accept({ event, ...received });
      expect(await revocations.isPurged(userId)).toBe(true);
      for (const sessionId of ['', randomUUID(), userId]) {
        expect(await revocations.isRevoked({ userId, sessionId })).toBe(true);
        expect(await revocations.isRevoked({ userId: randomUUID(), sessionId })).toBe(false);
      }
    });

    test('stays purged for ever, also after its event was deleted', async () => {
      const store = await opened();
      const { revocations } = store;
      const received = aPurge();
      const { userId } = received.event;
      await revocations.accept(received);
      await purgeAll(store);
      store.clock.set(endOfTime);
      await revocations.deleteExpired(1_000);
      expect(await revocations.isPurged(userId)).toBe(true);
      // A repeated event changes nothing: there is nothing left to purge.
      expect(await revocations.accept(received)).toBe(true);
      expect(await purgeAll(store)).toBe(0);
      expect(await revocations.isRevoked({ userId, sessionId: 'any' })).toBe(true);
    });
  });

  test('deleteExpired deletes up to the limit, and the rest in later calls', async () => {
    const { revocations, clock } = await opened();
    clock.set(endOfTime);
    await revocations.deleteExpired(1_000_000);
    const viewers = Array.from({ length: 5 }, () => ({ userId: 'ada', sessionId: randomUUID() }));
    for (const viewer of viewers) await revocations.accept({ ...aRevocation(viewer), retentionMs: 0 });
    const left: number[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      await revocations.deleteExpired(2);
      const revoked = await Promise.all(viewers.map((viewer) => revocations.isRevoked(viewer)));
      left.push(revoked.filter(Boolean).length);
    }
    expect(left).toEqual([3, 1, 0, 0]);
  });

  describe('after a tombstone', () => fenceContract(opened));
  describe('a purge', () => purgeContract(opened));
}
