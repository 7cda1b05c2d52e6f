import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { apiError, openAccounts } from '../testing/accounts.ts';
import { newPersonalAccessToken } from '../testing/stored-accounts.ts';
import { startMaintenance, updateSkeletons } from './maintenance.ts';

/** The rules, and a second connection to their database. */
function open() {
  const opened = openAccounts();
  const connection = new Database(opened.file);
  onTestFinished(() => void connection.close());
  const countOf = (table: string, where = 'true') =>
    connection.prepare(`SELECT count(*) FROM ${table} WHERE ${where}`).pluck().get();
  return { ...opened, connection, countOf };
}

describe('updateSkeletons', () => {
  const deleteSkeletons = "DELETE FROM look_alikes WHERE user_id = (SELECT id FROM users WHERE username = 'ada')";
  const insertMany = `
    WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ?)
    INSERT INTO users (id, username, username_key, password_hash, created_at)
    SELECT 'id-' || n, 'user-' || n, 'USER-' || n, 'hash', 0 FROM counted`;

  test('prevents the registration of names that are confusable with old accounts', async () => {
    const { signUp, connection, store } = open();
    await signUp('ada');
    connection.exec(deleteSkeletons);
    await updateSkeletons(store);
    await expect(signUp('\u0430d\u0430')).rejects.toEqual(apiError('USERNAME_TAKEN'));
    await signUp('grace');
  });

  test('completes more accounts than one batch', async () => {
    const { connection, store, countOf } = open();
    connection.prepare(insertMany).run(1_001);
    expect(countOf('look_alikes')).toBe(0);
    await updateSkeletons(store);
    const isComplete = "id IN (SELECT user_id FROM look_alikes WHERE script = 'Latn')";
    expect(countOf('users', isComplete)).toBe(1_001);
  });

  test('replaces skeletons of a former version, which did not compare names of one script', async () => {
    const { signUp, logIn, connection, store, countOf } = open();
    const ada = await signUp('paypalqqs');
    connection.exec(deleteSkeletons.replace('ada', 'paypalqqs'));
    const other = await signUp('paypaIqqs');
    connection.exec(`
      UPDATE users SET skeleton_version = 1;
      DELETE FROM look_alikes;
      INSERT INTO look_alikes SELECT id, username, 'Latn' FROM users`);
    await signUp('paypa1qqs.2');
    await updateSkeletons(store);
    await expect(signUp('paypa1qqs')).rejects.toEqual(apiError('USERNAME_TAKEN'));
    expect(countOf('users', 'skeleton_version = 2')).toBe(3);
    expect((await logIn('PAYPALQQS')).user).toEqual(ada.user);
    expect((await logIn('paypaiqqs')).user).toEqual(other.user);
  });

  test('keeps existing accounts that are confusable with each other', async () => {
    const { signUp, logIn, connection, store } = open();
    const ada = await signUp('ada');
    connection.exec(deleteSkeletons);
    const other = await signUp('\u0430d\u0430');
    await updateSkeletons(store);
    expect((await logIn('ada')).user).toEqual(ada.user);
    expect((await logIn('\u0430d\u0430')).user).toEqual(other.user);
  });
});

describe('startMaintenance', () => {
  const expire = 'UPDATE sessions SET expires_at = 1 WHERE id = ?';
  const insertMany = `
    WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ?)
    INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at, ends_at, token_family)
    SELECT 'id-' || n, ?, 0, 0, 1, 1, 'family-' || n FROM counted`;

  /** Ada with an open and an expired session, and running maintenance. */
  async function start({ intervalMs, expired = 0 }: { intervalMs?: number; expired?: number } = {}) {
    const opened = open();
    const { signUp, logIn, connection, store, countOf, emittedEvents } = opened;
    const ada = await signUp('ada');
    const other = await logIn('ada');
    connection.prepare(expire).run(other.viewer.sessionId);
    connection.prepare(insertMany).run(expired, ada.user.id);
    const { log, lines } = captureLog();
    const maintenance = startMaintenance(store, log, intervalMs);
    onTestFinished(maintenance.stop);
    const isDone = () =>
      vi.waitFor(() => expect([countOf('sessions'), countOf('refresh_tokens')]).toEqual([1, 1]), 20_000);
    const expireAnother = async () => {
      const next = await logIn('ada');
      connection.prepare(expire).run(next.viewer.sessionId);
    };
    return { ...opened, ada, emittedEvents, lines, isDone, expireAnother, stop: maintenance.stop };
  }

  test('deletes expired sessions at once, without events', async () => {
    const { isDone, sessions, ada, emittedEvents } = await start();
    await isDone();
    await sessions.refresh(ada.refreshToken);
    expect(await emittedEvents()).toEqual([]);
  });

  test('deletes expired personal access tokens, and no others', async () => {
    const { isDone, ada, connection, store, countOf, emittedEvents } = await start({ intervalMs: 10 });
    const session = { id: ada.viewer.sessionId, userId: ada.user.id };
    const [expired, kept] = [newPersonalAccessToken(ada.user.id), newPersonalAccessToken(ada.user.id)];
    for (const token of [expired, kept]) await store.personalAccessTokens.create(token, session);
    connection.prepare('UPDATE personal_access_tokens SET expires_at = 1 WHERE id = ?').run(expired.id);
    await vi.waitFor(() => expect(countOf('personal_access_tokens')).toBe(1), 20_000);
    expect(await store.personalAccessTokens.list(ada.user.id)).toMatchObject([{ id: kept.id }]);
    await isDone();
    expect(await emittedEvents()).toEqual([]);
  });

  test('deletes more sessions than one batch', async () => {
    const { isDone } = await start({ expired: 1_200 });
    await isDone();
  });

  test('deletes sessions again at each interval', async () => {
    const { isDone, expireAnother } = await start({ intervalMs: 10 });
    await isDone();
    await expireAnother();
    await isDone();
  });

  test('logs a warning and tries again if the deletion fails', async () => {
    const { isDone, expireAnother, connection, lines } = await start({ intervalMs: 10 });
    await isDone();
    connection.exec("CREATE TRIGGER reject BEFORE DELETE ON sessions BEGIN SELECT RAISE(ABORT, 'not now'); END");
    await expireAnother();
    await vi.waitFor(() => expect(lines.length).toBeGreaterThan(1), 20_000);
    expect(lines[0]).toMatchObject({ level: 40, msg: 'expired sessions could not be deleted; trying again later' });
    connection.exec('DROP TRIGGER reject');
    await isDone();
  });

  test('does nothing after it is stopped', async () => {
    const { isDone, expireAnother, stop, store, lines } = await start({ intervalMs: 10 });
    await isDone();
    await stop();
    await expireAnother();
    store.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(lines).toEqual([]);
  });

  test('stops before the next interval', async () => {
    const { isDone, stop } = await start();
    await isDone();
    await stop();
  });
});
