import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { apiError, openAccounts, otherPassword } from '../testing/accounts.ts';

/** Ada's account with a hash of cost 4, and the rules with a higher cost. */
async function openLater({ bcryptCost = 5 } = {}) {
  const before = openAccounts({ bcryptCost: 4 });
  const ada = await before.signUp('ada');
  const now = openAccounts({ bcryptCost, file: before.file });
  const hash = async () => (await now.store.findByUsernameKey('ADA'))?.passwordHash ?? '';
  return { ...now, ada, hash };
}

describe('a hash of a lower cost', () => {
  test('is replaced at the next log-in, without ending sessions', async () => {
    const { logIn, hash, sessions, ada, emittedEvents, passwords } = await openLater();
    expect(passwords.needsRehash(await hash())).toBe(true);
    await logIn('ada');
    expect(await hash()).toMatch(/^\$2b\$05\$/);
    await sessions.requireOpen(ada.viewer);
    await logIn('ada');
    expect(await emittedEvents()).toEqual([]);
  });

  test('stays after a wrong password', async () => {
    const { logIn, hash } = await openLater();
    await expect(logIn('ada', 'wrong horse')).rejects.toEqual(apiError('INVALID_CREDENTIALS'));
    expect(await hash()).toMatch(/^\$2b\$04\$/);
  });

  test('stays, with a warning, if it cannot be replaced, and the log-in succeeds', async () => {
    const { logIn, hash, lines, ada, file } = await openLater();
    const connection = new Database(file);
    onTestFinished(() => void connection.close());
    connection.exec("CREATE TRIGGER reject BEFORE UPDATE ON users BEGIN SELECT RAISE(ABORT, 'no more hashes'); END");
    const { user } = await logIn('ada');
    expect(user).toStrictEqual(ada.user);
    expect(lines).toMatchObject([
      { level: 40, msg: 'password could not be rehashed; trying again at the next log-in', userId: ada.user.id },
    ]);
    expect(lines[0]?.err?.message).toBe('no more hashes');
    expect(JSON.stringify(lines)).not.toContain('$2b$');
    connection.exec('DROP TRIGGER reject');
    await logIn('ada');
    expect(await hash()).toMatch(/^\$2b\$05\$/);
  });

  test('is replaced when the password is changed', async () => {
    const { accounts, hash, ada, logIn } = await openLater();
    const input = { currentPassword: 'correct horse', newPassword: otherPassword };
    await accounts.changePassword(ada.viewer, input, { address: '192.0.2.1', userAgent: undefined });
    expect(await hash()).toMatch(/^\$2b\$05\$/);
    await logIn('ada', otherPassword);
  });
});

test.each([4, 5])('a hash of cost 5 stays if the current cost is %i', async (bcryptCost) => {
  const before = openAccounts({ bcryptCost: 5 });
  await before.signUp('ada');
  const { store, logIn } = openAccounts({ bcryptCost, file: before.file });
  const before5 = await store.findByUsernameKey('ADA');
  await logIn('ada');
  expect(await store.findByUsernameKey('ADA')).toStrictEqual(before5);
});
