import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { apiError, client, openAccounts, otherPassword, password, revoked, sessionEnded } from '../testing/accounts.ts';

const purged = (userId: string) => ({ type: 'account-purged', userId });
const invalidCredentials = apiError('INVALID_CREDENTIALS');

/** Ada with two sessions. */
async function openAda() {
  const opened = openAccounts();
  const ada = await opened.signUp('ada');
  const other = await opened.logIn('ada');
  const deleteAda = (usedPassword = password) => opened.accounts.deleteAccount(ada.viewer, usedPassword, client);
  return { ...opened, ada, other, deleteAda };
}

describe('deleteAccount', () => {
  test('throws INVALID_CREDENTIALS, and deletes nothing, for a wrong password', async () => {
    const { accounts, sessions, ada, other, deleteAda, logIn, emittedEvents } = await openAda();
    await expect(deleteAda('wrong horse')).rejects.toEqual(invalidCredentials);
    expect(await accounts.me(ada.user.id)).toEqual(ada.user);
    await sessions.requireOpen(other.viewer);
    await sessions.refresh(ada.refreshToken);
    await logIn('ada');
    expect(await emittedEvents()).toEqual([]);
  });

  test('makes the account impossible to find and to log in to', async () => {
    const { accounts, ada, deleteAda, logIn } = await openAda();
    await deleteAda();
    await expect(accounts.me(ada.user.id)).rejects.toEqual(sessionEnded);
    expect(await accounts.findMany(ada.user.id, [ada.user.id])).toEqual([undefined]);
    await expect(logIn('ada')).rejects.toEqual(invalidCredentials);
    await expect(deleteAda()).rejects.toEqual(sessionEnded);
  });

  test('invalidates all access and refresh tokens of the account', async () => {
    const { sessions, ada, other, deleteAda } = await openAda();
    const { refreshToken } = await sessions.refresh(ada.refreshToken);
    await deleteAda();
    expect(await sessions.list(ada.viewer)).toEqual([]);
    for (const { viewer } of [ada, other]) await expect(sessions.requireOpen(viewer)).rejects.toEqual(sessionEnded);
    for (const token of [ada.refreshToken, refreshToken, other.refreshToken]) {
      await expect(sessions.refresh(token)).rejects.toEqual(apiError('INVALID_REFRESH_TOKEN'));
    }
  });

  test('leaves no row but its event', async () => {
    const { file, deleteAda } = await openAda();
    await deleteAda();
    const connection = new Database(file);
    onTestFinished(() => void connection.close());
    const countOf = (table: string) => connection.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    expect(['users', 'sessions', 'refresh_tokens', 'outbox'].map(countOf)).toEqual([0, 0, 0, 1]);
  });

  test('emits its event after all earlier events', async () => {
    const { accounts, sessions, ada, other, deleteAda, logIn, emittedEvents } = await openAda();
    await sessions.logOut(other.refreshToken);
    const third = await logIn('ada');
    await accounts.changePassword(ada.viewer, { currentPassword: password, newPassword: otherPassword }, client);
    await deleteAda(otherPassword);
    expect(await emittedEvents()).toEqual([revoked(other.viewer), revoked(third.viewer), purged(ada.user.id)]);
  });

  test('succeeds once, with one event, if called twice at the same time', async () => {
    const { deleteAda, ada, emittedEvents } = await openAda();
    const outcomes = await Promise.allSettled([deleteAda(), deleteAda()]);
    const rejected = outcomes.filter(({ status }) => status === 'rejected');
    expect(rejected).toEqual([{ status: 'rejected', reason: sessionEnded }]);
    expect(await emittedEvents()).toEqual([purged(ada.user.id)]);
  });

  test('does not affect other accounts', async () => {
    const { accounts, sessions, deleteAda, signUp } = await openAda();
    const grace = await signUp('grace');
    await deleteAda();
    expect(await accounts.me(grace.user.id)).toEqual(grace.user);
    await sessions.refresh(grace.refreshToken);
  });
});

describe('the name of a deleted account', () => {
  test.each(['ada', 'ADA', '\u0430d\u0430'])(
    'can be registered again as %s, for a different account',
    async (username) => {
      const { accounts, sessions, ada, deleteAda, logIn } = await openAda();
      await deleteAda();
      const other = await accounts.register({ username, password: otherPassword }, client);
      expect(other.user.id).not.toBe(ada.user.id);
      await expect(accounts.me(ada.user.id)).rejects.toEqual(sessionEnded);
      await expect(sessions.requireOpen(ada.viewer)).rejects.toEqual(sessionEnded);
      expect(await accounts.findMany(ada.viewer.id, [other.user.id])).toEqual([undefined]);
      await expect(logIn(username)).rejects.toEqual(invalidCredentials);
      expect((await logIn(username, otherPassword)).user).toEqual(other.user);
    },
  );
});
