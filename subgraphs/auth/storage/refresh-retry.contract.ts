import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRandom } from '../../../gateway/execution/differential/operations/random.ts';
import { createTestClock, type TestClock } from '../../../platform/testing/test-clock.ts';
import { acceptAll } from '../testing/outbox.ts';
import { createRefreshTokenModel, type ModelOutcome } from '../testing/refresh-token-model.ts';
import { newRefreshToken, newSession, newUser } from '../testing/stored-accounts.ts';
import { maxUnusedTokens, type RefreshTokenHashes } from './session-store.ts';
import type { UserStore } from './user-store.ts';

const start = new Date('2026-11-30T12:00:00.000Z');
const endMs = 1_000_000_000;
const at = (seconds: number) => new Date(start.getTime() + seconds * 1_000);
const usual = { graceSeconds: 10, retrySeconds: 100 };

/** The contract of every engine about lost responses of refreshes. `open` returns a store with this one subscriber. */
export function refreshRetryContract(open: (clock: TestClock) => UserStore, subscriber: string): void {
  let clock: TestClock;
  let store: UserStore;
  beforeEach(async () => {
    clock = createTestClock(start);
    store = open(clock);
  });
  afterEach(() => store.close());

  /** A session, and what happens to its refresh tokens at a number of seconds after `start`. */
  const openSession = async (times = usual) => {
    const user = newUser();
    const userId = user.id;
    const session = newSession(userId, { idleMs: endMs, maxMs: endMs });
    clock.set(start);
    await store.insert(user, session);
    const [graceMs, retryMs] = [times.graceSeconds * 1_000, times.retrySeconds * 1_000];

    /** Returns the next token, or the outcome if there is none. */
    const use = async (used: RefreshTokenHashes, seconds: number) => {
      const next = newRefreshToken(used.family);
      clock.set(at(seconds));
      const rotated = await store.sessions.rotate({ used, next, graceMs, retryMs, idleMs: endMs });
      return typeof rotated === 'string' ? rotated : next;
    };
    let passwordVersion = 1;
    return {
      session,
      first: session.refreshToken,
      use,
      /** Uses a token that must be exchanged. */
      exchange: async (used: RefreshTokenHashes, seconds: number): Promise<RefreshTokenHashes> => {
        const next = await use(used, seconds);
        if (typeof next === 'string') throw new Error(`The token was not exchanged: ${next}`);
        return next;
      },
      changePassword: async (seconds: number) => {
        const refreshToken = newRefreshToken();
        const renewal = { refreshToken, idleMs: endMs };
        const change = { userId, passwordVersion, passwordHash: 'changed', sessionId: session.id, renewal };
        clock.set(at(seconds));
        expect(await store.changePassword(change)).toMatchObject({ id: session.id });
        passwordVersion += 1;
        return refreshToken;
      },
      isOpen: async () => (await store.sessions.find(session)) !== undefined,
      eventCount: async () =>
        (await acceptAll(store.outbox, subscriber)).filter((event) => event.userId === userId).length,
    };
  };

  describe('a used refresh token whose response was lost', () => {
    test('is exchanged after its grace period, and voids the token that came of it', async () => {
      const { first, use, exchange, isOpen, eventCount } = await openSession();
      const lost = await exchange(first, 0);
      const next = await exchange(first, 10);
      expect(await isOpen()).toBe(true);
      await exchange(await exchange(next, 20), 30);
      expect(await use(lost, 40)).toBe('REUSED');
      expect([await isOpen(), await eventCount()]).toEqual([false, 1]);
    });

    test('is exchanged until its time is over, to the millisecond', async () => {
      const inTime = await openSession();
      await inTime.exchange(inTime.first, 0);
      await inTime.exchange(inTime.first, 99.999);
      const late = await openSession();
      await late.exchange(late.first, 0);
      expect(await late.use(late.first, 100)).toBe('REUSED');
      expect(await late.isOpen()).toBe(false);
    });

    test('is exchanged again and again while every response is lost, in a time that begins with its first use', async () => {
      const { first, use, exchange } = await openSession();
      await exchange(first, 0);
      for (const seconds of [20, 40, 60, 80]) await exchange(first, seconds);
      expect(await use(first, 100)).toBe('REUSED');
    });

    test('is exchanged although earlier ones were lost and retried, too', async () => {
      const { first, exchange } = await openSession();
      let token = first;
      for (let seconds = 0; seconds < 300; seconds += 60) {
        await exchange(token, seconds);
        token = await exchange(token, seconds + 30);
      }
    });

    test('has a new grace period after a retry, in which uses void nothing, also beyond its time', async () => {
      const { first, use, exchange } = await openSession();
      await exchange(first, 0);
      const retried = await exchange(first, 95);
      const raced = await exchange(first, 104.999);
      await exchange(retried, 105);
      await exchange(raced, 105);
      expect(await use(first, 105)).toBe('REUSED');
    });

    test('voids every token that came of it in its grace period', async () => {
      const { first, use, exchange } = await openSession();
      const [lost, raced] = [await exchange(first, 0), await exchange(first, 5)];
      await exchange(first, 20);
      for (const token of [raced, lost]) expect(['REUSED', 'UNKNOWN']).toContain(await use(token, 21));
      expect(await use(first, 22)).toBe('UNKNOWN');
    });

    test('is exchanged once more for each of several retries at the same time', async () => {
      const { first, exchange } = await openSession();
      await exchange(first, 0);
      const retried = await Promise.all([1, 2, 3].map(() => exchange(first, 20)));
      for (const token of retried) await exchange(token, 21);
    });
  });

  describe('a used refresh token ends its session', () => {
    test.each([
      ['after its grace period', 11],
      ['even if that use was within its grace period', 5],
    ])('once the token that came of it was used, %s', async (_, childUsedAt) => {
      const { first, use, exchange, isOpen } = await openSession();
      const next = await exchange(first, 0);
      const newest = await exchange(next, childUsedAt);
      expect(await use(first, 20)).toBe('REUSED');
      expect(await use(newest, 21)).toBe('UNKNOWN');
      expect(await isOpen()).toBe(false);
    });

    test('if any of the tokens that came of it was used', async () => {
      const { first, use, exchange } = await openSession();
      const [raced] = [await exchange(first, 0), await exchange(first, 5)];
      await exchange(raced, 6);
      await exchange(first, 7);
      expect(await use(first, 20)).toBe('REUSED');
    });

    test('if a token that came of it was used at the same time and first', async () => {
      const { first, use, exchange } = await openSession();
      const next = await exchange(first, 0);
      const outcomes = await Promise.all([use(next, 20), use(first, 20)]);
      expect(outcomes).toEqual([expect.any(Object), 'REUSED']);
    });

    test('while retries are off', async () => {
      const { first, use, exchange } = await openSession({ graceSeconds: 10, retrySeconds: 0 });
      await exchange(first, 0);
      await exchange(first, 9.999);
      expect(await use(first, 10)).toBe('REUSED');
    });

    test('after its grace period if its time for retries is shorter', async () => {
      const { first, use, exchange } = await openSession({ graceSeconds: 10, retrySeconds: 5 });
      await exchange(first, 0);
      await exchange(first, 9.999);
      expect(await use(first, 10)).toBe('REUSED');
    });

    test('without a grace period, only once a token that came of it was used', async () => {
      const { first, use, exchange } = await openSession({ graceSeconds: 0, retrySeconds: 100 });
      const lost = await exchange(first, 0);
      const next = await exchange(first, 0);
      const newest = await exchange(next, 0);
      expect(await use(first, 0)).toBe('REUSED');
      for (const token of [lost, newest]) expect(await use(token, 0)).toBe('UNKNOWN');
    });

    test('if more tokens came of it than a session keeps, because the oldest counts as used', async () => {
      const { first, use, exchange } = await openSession();
      for (let count = 0; count <= maxUnusedTokens; count += 1) await exchange(first, 0);
      expect(await use(first, 20)).toBe('REUSED');
    });
  });

  test('no replaced refresh token is exchanged after a change of the password', async () => {
    const { first, use, exchange, changePassword, isOpen } = await openSession();
    const lost = await exchange(first, 0);
    const retried = await exchange(first, 20);
    const renewed = await changePassword(21);
    for (const token of [first, lost, retried]) expect(await use(token, 22)).toBe('UNKNOWN');
    const next = await exchange(renewed, 23);
    expect(await isOpen()).toBe(true);
    await exchange(renewed, 40);
    expect(await use(next, 41)).toBe('REUSED');
  });

  test.each(['retried', 'voided'] as const)('a log-out accepts a %s refresh token', async (kind) => {
    const { first, exchange, isOpen } = await openSession();
    const voided = await exchange(first, 0);
    await exchange(first, 20);
    await store.sessions.endByToken(kind === 'voided' ? voided : first);
    expect(await isOpen()).toBe(false);
  });

  test('a used refresh token is not exchanged after its session has expired or ended', async () => {
    const { session, first, use, exchange } = await openSession({ graceSeconds: 10, retrySeconds: 2_000_000 });
    await exchange(first, 0);
    expect(await use(first, 1_000_000)).toBe('UNKNOWN');
    clock.set(at(20));
    expect(await store.sessions.end(session)).toBe(true);
    expect(await use(first, 21)).toBe('UNKNOWN');
  });

  test.each([
    usual,
    { graceSeconds: 0, retrySeconds: 100 },
    { graceSeconds: 10, retrySeconds: 0 },
    { graceSeconds: 10, retrySeconds: 5 },
    { graceSeconds: 0, retrySeconds: 0 },
  ])('random uses have the outcome that the rule gives them: %j', async (times) => {
    const { graceSeconds: grace, retrySeconds: retry } = times;
    const pauses = [0, 0, 1, 3, grace, Math.max(0, grace - 1), retry, Math.max(0, retry - grace)];
    const seen = new Set<ModelOutcome>();
    for (let seed = 1; seed <= 30; seed += 1) {
      const random = createRandom(`${JSON.stringify(times)} ${seed}`);
      const { first, use, changePassword, isOpen, eventCount } = await openSession(times);
      const model = createRefreshTokenModel(times);
      const stored = [first];
      const log: string[] = [];
      for (let seconds = 0, step = 0; step < 25 && model.isOpen(); step += 1) {
        seconds += random.pick(pauses);
        if (random.chance(0.04)) {
          stored.push(await changePassword(seconds));
          model.changePassword();
          log.push(`${seconds}: password`);
          continue;
        }
        // Mostly one of the newest: old ones end the session.
        const index = Math.max(0, stored.length - 1 - random.below(random.chance(0.8) ? 3 : stored.length));
        const expected = model.use(model.tokens[index] ?? { parent: undefined }, seconds);
        const next = await use(stored[index] ?? newRefreshToken(), seconds);
        seen.add(expected);
        log.push(`${seconds}: token ${index} ${expected}`);
        const outcome = typeof next === 'string' ? next : 'exchanged';
        const isExchanged = expected !== 'UNKNOWN' && expected !== 'REUSED';
        expect({ seed, log, outcome }).toEqual({ seed, log, outcome: isExchanged ? 'exchanged' : expected });
        if (typeof next !== 'string') stored.push(next);
      }
      expect([seed, await isOpen(), await eventCount()]).toEqual([seed, model.isOpen(), model.isOpen() ? 0 : 1]);
    }
    const possible: ModelOutcome[] = ['FIRST_USE', 'REUSED', 'UNKNOWN'];
    if (grace > 0) possible.push('IN_GRACE');
    if (retry > grace) possible.push('RETRY');
    expect([...seen].sort()).toEqual(possible.sort());
  });
}
