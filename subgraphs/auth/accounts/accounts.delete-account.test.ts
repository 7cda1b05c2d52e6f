import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { client, ended, openUsers, otherPassword, password, refusal, revoked } from '../testing/users.ts';

const purged = (userId: string) => ({ type: 'account-purged', userId });
const invalidCredentials = refusal('INVALID_CREDENTIALS');

/** Ada with two sessions, and the deletion of her account. */
async function openAda() {
  const opened = openUsers();
  const ada = await opened.signUp('ada');
  const other = await opened.logIn('ada');
  const deleteAda = (by = password) => opened.users.deleteAccount(ada.viewer, by, client);
  return { ...opened, ada, other, deleteAda };
}

describe('to delete an account', () => {
  test('is refused without its password, and deletes nothing', async () => {
    const { users, sessions, ada, other, deleteAda, logIn, told } = await openAda();
    await expect(deleteAda('wrong horse')).rejects.toEqual(invalidCredentials);
    expect(await users.me(ada.user.id)).toEqual(ada.user);
    await sessions.requireOpen(other.viewer);
    await sessions.refresh(ada.refreshToken);
    await logIn('ada');
    expect(await told()).toEqual([]);
  });

  test('takes it away: nobody finds it, and nobody logs in to it', async () => {
    const { users, ada, deleteAda, logIn } = await openAda();
    await deleteAda();
    await expect(users.me(ada.user.id)).rejects.toEqual(ended);
    expect(await users.findMany(ada.user.id, [ada.user.id])).toEqual([undefined]);
    await expect(logIn('ada')).rejects.toEqual(invalidCredentials);
    await expect(deleteAda()).rejects.toEqual(ended);
  });

  test('ends every session of it, by access token and by refresh token', async () => {
    const { sessions, ada, other, deleteAda } = await openAda();
    const { refreshToken } = await sessions.refresh(ada.refreshToken);
    await deleteAda();
    expect(await sessions.list(ada.viewer)).toEqual([]);
    for (const { viewer } of [ada, other]) await expect(sessions.requireOpen(viewer)).rejects.toEqual(ended);
    for (const token of [ada.refreshToken, refreshToken, other.refreshToken]) {
      await expect(sessions.refresh(token)).rejects.toEqual(refusal('INVALID_REFRESH_TOKEN'));
    }
  });

  test('leaves no row of it but what others must be told', async () => {
    const { file, deleteAda } = await openAda();
    await deleteAda();
    const stranger = new Database(file);
    onTestFinished(() => void stranger.close());
    const countOf = (table: string) => stranger.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    expect(['users', 'sessions', 'refresh_tokens', 'outbox'].map(countOf)).toEqual([0, 0, 0, 1]);
  });

  test('is told after all that happened to it before', async () => {
    const { users, sessions, ada, other, deleteAda, logIn, told } = await openAda();
    await sessions.logOut(other.refreshToken);
    const third = await logIn('ada');
    await users.changePassword(ada.viewer, { currentPassword: password, newPassword: otherPassword }, client);
    await deleteAda(otherPassword);
    expect(await told()).toEqual([revoked(other.viewer), revoked(third.viewer), purged(ada.user.id)]);
  });

  test('twice at the same moment is done and told once, and the other is UNAUTHENTICATED', async () => {
    const { deleteAda, ada, told } = await openAda();
    const outcomes = await Promise.allSettled([deleteAda(), deleteAda()]);
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toEqual([{ status: 'rejected', reason: ended }]);
    expect(await told()).toEqual([purged(ada.user.id)]);
  });

  test("leaves everybody else's as it is", async () => {
    const { users, sessions, deleteAda, signUp } = await openAda();
    const grace = await signUp('grace');
    await deleteAda();
    expect(await users.me(grace.user.id)).toEqual(grace.user);
    await sessions.refresh(grace.refreshToken);
  });
});

describe('the name of an account that was deleted', () => {
  test.each(['ada', 'ADA', '\u0430d\u0430'])(
    'can be registered again, as %s, and is another account then',
    async (username) => {
      const { users, sessions, ada, deleteAda, logIn } = await openAda();
      await deleteAda();
      const somebody = await users.register({ username, password: otherPassword }, client);
      expect(somebody.user.id).not.toBe(ada.user.id);
      await expect(users.me(ada.user.id)).rejects.toEqual(ended);
      await expect(sessions.requireOpen(ada.viewer)).rejects.toEqual(ended);
      expect(await users.findMany(ada.viewer.id, [somebody.user.id])).toEqual([undefined]);
      await expect(logIn(username)).rejects.toEqual(invalidCredentials);
      expect((await logIn(username, otherPassword)).user).toEqual(somebody.user);
    },
  );
});
