import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { openUsers, refusal } from '../testing/users.ts';
import { completeConfusables, startMaintenance } from './maintenance.ts';

/** The rules, and another process's connection to their database. */
function open() {
  const opened = openUsers();
  const stranger = new Database(opened.file);
  onTestFinished(() => void stranger.close());
  const countOf = (table: string, where = 'true') =>
    stranger.prepare(`SELECT count(*) FROM ${table} WHERE ${where}`).pluck().get();
  return { ...opened, stranger, countOf };
}

describe('accounts of before there were look-alikes', () => {
  const forget = "DELETE FROM look_alikes WHERE user_id = (SELECT id FROM users WHERE username = 'ada')";
  const insertMany = `
    WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ?)
    INSERT INTO users (id, username, username_key, password_hash, created_at)
    SELECT 'id-' || n, 'user-' || n, 'USER-' || n, 'hash', 0 FROM counted`;

  test('are completed, so that nobody can register a name that looks like one of them', async () => {
    const { signUp, stranger, store } = open();
    await signUp('ada');
    stranger.exec(forget);
    await completeConfusables(store);
    await expect(signUp('\u0430d\u0430')).rejects.toEqual(refusal('USERNAME_TAKEN'));
    await signUp('grace');
  });

  test('are completed all, more than are read at once', async () => {
    const { stranger, store, countOf } = open();
    stranger.prepare(insertMany).run(1_001);
    expect(countOf('look_alikes')).toBe(0);
    await completeConfusables(store);
    const isComplete = "id IN (SELECT user_id FROM look_alikes WHERE script = 'Latn')";
    expect(countOf('users', isComplete)).toBe(1_001);
  });

  test('that look like each other stay both', async () => {
    const { signUp, logIn, stranger, store } = open();
    const ada = await signUp('ada');
    stranger.exec(forget);
    const other = await signUp('\u0430d\u0430');
    await completeConfusables(store);
    expect((await logIn('ada')).user).toEqual(ada.user);
    expect((await logIn('\u0430d\u0430')).user).toEqual(other.user);
  });
});

describe('sessions that have expired', () => {
  const expire = 'UPDATE sessions SET expires_at = 1 WHERE id = ?';
  const insertMany = `
    WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ?)
    INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at, ends_at, token_family)
    SELECT 'id-' || n, ?, 0, 0, 1, 1, 'family-' || n FROM counted`;

  /** Ada with a session that is open and one that has expired, and what looks after them, as often as is said. */
  async function start({ everyMs, expired = 0 }: { everyMs?: number; expired?: number } = {}) {
    const opened = open();
    const { signUp, logIn, stranger, store, countOf, told } = opened;
    const ada = await signUp('ada');
    const other = await logIn('ada');
    stranger.prepare(expire).run(other.viewer.sessionId);
    stranger.prepare(insertMany).run(expired, ada.user.id);
    const { log, lines } = captureLog();
    const upkeep = startMaintenance(store, log, everyMs);
    onTestFinished(upkeep.stop);
    const isDone = () =>
      vi.waitFor(() => expect([countOf('sessions'), countOf('refresh_tokens')]).toEqual([1, 1]), 10_000);
    const expireNext = async () => {
      const next = await logIn('ada');
      stranger.prepare(expire).run(next.viewer.sessionId);
    };
    return { ...opened, ada, told, lines, isDone, expireNext, stop: upkeep.stop };
  }

  test('are forgotten with their refresh tokens at the start, and nobody is told; those that are open stay', async () => {
    const { isDone, sessions, ada, told } = await start();
    await isDone();
    await sessions.refresh(ada.refreshToken);
    expect(await told()).toEqual([]);
  });

  test('are forgotten all, more than are at once', async () => {
    const { isDone } = await start({ expired: 1_200 });
    await isDone();
  });

  test('are forgotten again and again', async () => {
    const { isDone, expireNext } = await start({ everyMs: 10 });
    await isDone();
    await expireNext();
    await isDone();
  });

  test('are forgotten later where that cannot be now, which is logged', async () => {
    const { isDone, expireNext, stranger, lines } = await start({ everyMs: 10 });
    await isDone();
    stranger.exec("CREATE TRIGGER refuse BEFORE DELETE ON sessions BEGIN SELECT RAISE(ABORT, 'not now'); END");
    await expireNext();
    await vi.waitFor(() => expect(lines.length).toBeGreaterThan(1), 10_000);
    expect(lines[0]).toMatchObject({ level: 40, msg: 'expired sessions not forgotten yet' });
    stranger.exec('DROP TRIGGER refuse');
    await isDone();
  });

  test('are not looked for any more after it has stopped', async () => {
    const { isDone, expireNext, stop, store, lines } = await start({ everyMs: 10 });
    await isDone();
    await stop();
    await expireNext();
    store.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(lines).toEqual([]);
  });

  test('stopping waits for no pause', async () => {
    const { isDone, stop } = await start();
    await isDone();
    await stop();
  });
});
