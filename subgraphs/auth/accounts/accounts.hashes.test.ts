import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openUsers, otherPassword, refusal } from '../testing/users.ts';

/** Ada's account, from when a hash cost 2^4, and the rules as they are now. */
async function openLater({ bcryptCost = 5 } = {}) {
  const before = openUsers({ bcryptCost: 4 });
  const ada = await before.signUp('ada');
  const now = openUsers({ bcryptCost, file: before.file });
  const hash = async () => (await now.store.findByUsernameKey('ADA'))?.passwordHash ?? '';
  return { ...now, ada, hash };
}

describe('a hash that costs less than it would now', () => {
  test('is redone when the account is logged in, which ends no session and needs no other password', async () => {
    const { logIn, hash, sessions, ada, told, passwords } = await openLater();
    expect(passwords.isOutdated(await hash())).toBe(true);
    await logIn('ada');
    expect(await hash()).toMatch(/^\$2b\$05\$/);
    await sessions.requireOpen(ada.viewer);
    await logIn('ada');
    expect(await told()).toEqual([]);
  });

  test('stays when somebody does not know the password', async () => {
    const { logIn, hash } = await openLater();
    await expect(logIn('ada', 'wrong horse')).rejects.toEqual(refusal('INVALID_CREDENTIALS'));
    expect(await hash()).toMatch(/^\$2b\$04\$/);
  });

  test('stays where it cannot be redone, which keeps nobody out and is logged without it', async () => {
    const { logIn, hash, lines, ada, file } = await openLater();
    const stranger = new Database(file);
    onTestFinished(() => void stranger.close());
    stranger.exec("CREATE TRIGGER refuse BEFORE UPDATE ON users BEGIN SELECT RAISE(ABORT, 'no more hashes'); END");
    const { user } = await logIn('ada');
    expect(user).toStrictEqual(ada.user);
    expect(lines).toMatchObject([{ level: 40, msg: 'hash not redone yet', userId: ada.user.id }]);
    expect(lines[0]?.err?.message).toBe('no more hashes');
    expect(JSON.stringify(lines)).not.toContain('$2b$');
    stranger.exec('DROP TRIGGER refuse');
    await logIn('ada');
    expect(await hash()).toMatch(/^\$2b\$05\$/);
  });

  test('is replaced by one of today with another password', async () => {
    const { users, hash, ada, logIn } = await openLater();
    const input = { currentPassword: 'correct horse', newPassword: otherPassword };
    await users.changePassword(ada.viewer, input, { address: '192.0.2.1', userAgent: undefined });
    expect(await hash()).toMatch(/^\$2b\$05\$/);
    await logIn('ada', otherPassword);
  });
});

test.each([4, 5])('a hash that costs 2^5 stays where it would cost 2^%i now', async (bcryptCost) => {
  const before = openUsers({ bcryptCost: 5 });
  await before.signUp('ada');
  const { store, logIn } = openUsers({ bcryptCost, file: before.file });
  const kept = await store.findByUsernameKey('ADA');
  await logIn('ada');
  expect(await store.findByUsernameKey('ADA')).toStrictEqual(kept);
});
