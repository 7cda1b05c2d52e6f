import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { LimitStore } from '../storage/limit-store.ts';
import { openSqliteLimitStore } from '../storage/sqlite/limit-store.ts';
import { elsewhere, here, inTurn, openThrottle, times } from '../testing/throttle.ts';

const limits = { failuresPerAccount: 2, failuresPerAddress: 5, registrationsPerAddress: 3 };

describe('the database', () => {
  test('keeps neither names nor addresses', async () => {
    const { wrong, register, file } = openThrottle({ limits });
    const account = `NAME-${randomUUID()}`;
    await inTurn(4, () => wrong({ account }));
    await register();
    for (const part of [file, `${file}-wal`]) {
      const bytes = readFileSync(part);
      expect([account, here].filter((text) => bytes.includes(text))).toEqual([]);
    }
    const stranger = new Database(file, { readonly: true });
    onTestFinished(() => void stranger.close());
    const keys = stranger.prepare('SELECT key FROM limits ORDER BY key').pluck().all();
    const hash = '[\\w-]{43}$';
    const names = ['account', 'address', 'delays:account', 'registrations'];
    expect(keys).toEqual(names.map((name) => expect.stringMatching(`^${name}:${hash}`)));
  });

  test('keeps nothing of a guess that went well, nor of one that counts for nothing', async () => {
    const { right, unavailable, file } = openThrottle();
    await right();
    await unavailable({ account: 'GRACE', address: elsewhere });
    const stranger = new Database(file, { readonly: true });
    onTestFinished(() => void stranger.close());
    expect(stranger.prepare('SELECT count(*) FROM limits').pluck().get()).toBe(0);
  });

  test('keeps nothing of a guess where another process was faster to the last place', async () => {
    const one = { ...limits, failuresPerAddress: 1 };
    const other = openThrottle({ limits: one });
    const counters = openSqliteLimitStore(other.file);
    let isOvertaken = false;
    const add: LimitStore['add'] = async (key, durationMs) => {
      if (!isOvertaken && key.startsWith('held:address:')) {
        isOvertaken = true;
        await other.wrong({ account: 'GRACE' });
      }
      return counters.add(key, durationMs);
    };
    const { right, compared } = openThrottle({ file: other.file, limits: one, counters: { ...counters, add } });
    expect(await right()).toEqual({ retryAfterSeconds: 900 });
    expect([isOvertaken, compared()]).toEqual([true, 0]);
    const stranger = new Database(other.file, { readonly: true });
    onTestFinished(() => void stranger.close());
    const failures = ['account', 'address'].map((name) => ({ name, points: 1 }));
    const rows = stranger.prepare("SELECT substr(key, 1, 7) AS name, points FROM limits WHERE key NOT LIKE 'delays:%'");
    expect(rows.all()).toEqual(failures);
  });

  test('takes a name of a megabyte, and one that is not well-formed', async () => {
    const { wrong } = openThrottle({ limits });
    for (const account of ['X'.repeat(1_000_000), '\uD800', "' OR 1=1 --"]) {
      const outcomes = await inTurn(3, () => wrong({ account, address: randomUUID() }));
      expect(outcomes).toEqual(times(3, 'WRONG'));
      expect(await wrong({ account, address: elsewhere })).toBe('WRONG');
    }
  });

  test('where it cannot count, no guess is compared; where it cannot forget, the guess stands', async () => {
    const { file, right, compared, guess, log } = openThrottle();
    const stranger = new Database(file);
    onTestFinished(() => void stranger.close());
    stranger.exec('BEGIN IMMEDIATE');
    expect(await right()).toBe('UNAVAILABLE');
    expect(compared()).toBe(0);
    stranger.exec('ROLLBACK');
    expect(log).toEqual([]);
    const outcome = await guess(async () => {
      stranger.exec('BEGIN IMMEDIATE');
      return 'RIGHT';
    });
    stranger.exec('ROLLBACK');
    expect(outcome).toBe('RIGHT');
    expect(log).toMatchObject([{ msg: 'what came of a guess is not counted' }, {}]);
    expect(await right()).toBe('RIGHT');
  });
});
