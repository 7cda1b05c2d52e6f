import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { folderOfTest, readInOtherProcess } from '../../../tests/support/files.ts';
import type { LimitStore } from '../storage/limit-store.ts';
import { openSqliteLimitStore } from '../storage/sqlite/limit-store.ts';
import { address, inSequence, openThrottle, otherAddress, times } from '../testing/throttle.ts';
import { createQuotas } from './quota.ts';

const limits = { failuresPerAccount: 2, failuresPerAddress: 5, registrationsPerAddress: 3 };

describe('the database', () => {
  test('holds neither usernames nor addresses', async () => {
    const { wrong, register, file } = openThrottle({ limits });
    const account = `NAME-${randomUUID()}`;
    await inSequence(4, () => wrong({ account }));
    await register();
    for (const part of [file, `${file}-wal`]) {
      const bytes = readInOtherProcess(part);
      expect([account, address].filter((text) => bytes.includes(text))).toEqual([]);
    }
    const connection = new Database(file, { readonly: true });
    onTestFinished(() => void connection.close());
    const keys = connection.prepare('SELECT key FROM limits ORDER BY key').pluck().all();
    const hash = '[\\w-]{43}$';
    const names = ['account', 'address', 'delays:account', 'registrations'];
    expect(keys).toEqual(names.map((name) => expect.stringMatching(`^${name}:${hash}`)));
  });

  test('holds nothing about attempts that do not count', async () => {
    const { right, unavailable, file } = openThrottle();
    await right();
    await unavailable({ account: 'GRACE', address: otherAddress });
    const connection = new Database(file, { readonly: true });
    onTestFinished(() => void connection.close());
    expect(connection.prepare('SELECT count(*) FROM limits').pluck().get()).toBe(0);
  });

  test('holds no reservation if another process took the last room', async () => {
    const one = { ...limits, failuresPerAddress: 1 };
    const other = openThrottle({ limits: one });
    const counters = openSqliteLimitStore(other.file);
    let otherWasFirst = false;
    const increment: LimitStore['increment'] = async (key, durationMs) => {
      if (!otherWasFirst && key.startsWith('held:address:')) {
        otherWasFirst = true;
        await other.wrong({ account: 'GRACE' });
      }
      return counters.increment(key, durationMs);
    };
    const { right, comparisons } = openThrottle({
      file: other.file,
      limits: one,
      counters: { ...counters, increment },
    });
    expect(await right()).toEqual({ retryAfterSeconds: 900 });
    expect([otherWasFirst, comparisons()]).toEqual([true, 0]);
    const connection = new Database(other.file, { readonly: true });
    onTestFinished(() => void connection.close());
    const failures = ['account', 'address'].map((name) => ({ name, points: 1 }));
    const rows = connection.prepare(
      "SELECT substr(key, 1, 7) AS name, points FROM limits WHERE key NOT LIKE 'delays:%'",
    );
    expect(rows.all()).toEqual(failures);
  });

  test('has the end of a block that it tells, even if the block waited for the lock', async () => {
    const file = join(folderOfTest(), 'auth.sqlite');
    const [store, connection] = [openSqliteLimitStore(file), new Database(file)];
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => {
      vi.useRealTimers();
      [store, connection].forEach((each) => void each.close());
    });
    const set: LimitStore['set'] = async (...counter) => {
      connection.exec('BEGIN IMMEDIATE');
      const stored = store.set(...counter);
      await setImmediate();
      vi.setSystemTime(Date.now() + 2_000);
      connection.exec('ROLLBACK');
      return stored;
    };
    const settings = { name: 'account', limit: 1, windowMs: 60_000, onSuccess: 'IGNORE' as const };
    const quota = createQuotas({ ...settings, counters: { ...store, set } })('ada');
    await store.increment(quota.key, settings.windowMs);
    const blockedUntil = await quota.blockedUntil();
    expect(blockedUntil).toBeGreaterThan(Date.now());
    expect(await quota.blockedUntil()).toBe(blockedUntil);
  });

  test('accepts usernames of a megabyte and ill-formed text', async () => {
    const { wrong } = openThrottle({ limits });
    for (const account of ['X'.repeat(1_000_000), '\uD800', "' OR 1=1 --"]) {
      const outcomes = await inSequence(3, () => wrong({ account, address: randomUUID() }));
      expect(outcomes).toEqual(times(3, 'WRONG'));
      expect(await wrong({ account, address: otherAddress })).toBe('WRONG');
    }
  });

  test('locked before an attempt prevents it; locked after it, its outcome stands', async () => {
    const { file, right, comparisons, attempt, log } = openThrottle();
    const connection = new Database(file);
    onTestFinished(() => void connection.close());
    connection.exec('BEGIN IMMEDIATE');
    expect(await right()).toBe('UNAVAILABLE');
    expect(comparisons()).toBe(0);
    connection.exec('ROLLBACK');
    expect(log).toEqual([]);
    const outcome = await attempt(async () => {
      connection.exec('BEGIN IMMEDIATE');
      return 'RIGHT';
    });
    connection.exec('ROLLBACK');
    expect(outcome).toBe('RIGHT');
    expect(log).toMatchObject([{ msg: 'outcome of a log-in attempt could not be counted' }, {}]);
    expect(await right()).toBe('RIGHT');
  });
});
