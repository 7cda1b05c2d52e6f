import { describe, expect, test } from 'vitest';
import { client, ended, openUsers, otherPassword, password, refusal, refusalOf, revoked } from '../testing/users.ts';
import { createAccounts } from './accounts.ts';

const invalidCredentials = refusal('INVALID_CREDENTIALS');
const change = { currentPassword: password, newPassword: otherPassword };

/** Ada with two sessions, and rules of which a guess, once it was found right, waits until something else has happened. */
async function openTwoSessions() {
  const opened = openUsers();
  const ada = await opened.signUp('ada');
  const other = await opened.logIn('ada');
  const whileProven = (happens: () => Promise<unknown>) => {
    const { passwords } = opened;
    const matches = async (...guess: Parameters<typeof passwords.matches>) => {
      const isRight = await passwords.matches(...guess);
      await happens();
      return isRight;
    };
    return createAccounts({ ...opened.parts, passwords: { ...passwords, matches } });
  };
  const changeNow = () => opened.users.changePassword(ada.viewer, change, client);
  return { ...opened, ada, other, whileProven, changeNow };
}

describe('to change a password', () => {
  test('is refused without the one that it was, and changes nothing', async () => {
    const { users, sessions, ada, other, logIn, told } = await openTwoSessions();
    const wrong = { ...change, currentPassword: 'wrong horse' };
    await expect(users.changePassword(ada.viewer, wrong, client)).rejects.toEqual(invalidCredentials);
    await sessions.requireOpen(other.viewer);
    expect((await sessions.refresh(ada.refreshToken)).user).toEqual(ada.user);
    await expect(logIn('ada', otherPassword)).rejects.toEqual(invalidCredentials);
    await logIn('ada');
    expect(await told()).toEqual([]);
  });

  test.each([
    ['too short', 'short'],
    ['too long', 'x'.repeat(73)],
    ['known from breaches', 'password1'],
    ['with the username inside', "it is ADA's horse"],
  ])('to one that is %s is BAD_USER_INPUT, and changes nothing', async (_, newPassword) => {
    const { users, sessions, ada, other, logIn } = await openTwoSessions();
    const error = await refusalOf(users.changePassword(ada.viewer, { ...change, newPassword }, client));
    const problems = [{ field: 'newPassword', message: expect.any(String) }];
    expect(error).toEqual(refusal('BAD_USER_INPUT', { problems }));
    expect(JSON.stringify(error) + String(error)).not.toContain(newPassword);
    await sessions.requireOpen(other.viewer);
    await logIn('ada');
  });

  test('lets in with the new one, and not with the old', async () => {
    const { changeNow, logIn } = await openTwoSessions();
    await changeNow();
    await expect(logIn('ada')).rejects.toEqual(invalidCredentials);
    await logIn('ada', otherPassword);
  });

  test('ends every other session, and tells of each', async () => {
    const { sessions, ada, other, logIn, changeNow, told } = await openTwoSessions();
    const third = await logIn('ada');
    await changeNow();
    for (const each of [other, third]) {
      await expect(sessions.requireOpen(each.viewer)).rejects.toEqual(ended);
      await expect(sessions.refresh(each.refreshToken)).rejects.toEqual(refusal('INVALID_REFRESH_TOKEN'));
    }
    expect(await sessions.list(ada.viewer)).toMatchObject([{ id: ada.viewer.sessionId }]);
    const events = await told();
    expect(events).toHaveLength(2);
    expect(events).toEqual(expect.arrayContaining([other, third].map(({ viewer }) => revoked(viewer))));
  });

  test('keeps its own session, for which no refresh token from before holds any more', async () => {
    const { sessions, ada, changeNow, viewerOf } = await openTwoSessions();
    const { refreshToken } = await sessions.refresh(ada.refreshToken);
    const changed = await changeNow();
    expect(changed.user).toStrictEqual(ada.user);
    expect(await viewerOf(changed)).toEqual(ada.viewer);
    for (const token of [ada.refreshToken, refreshToken]) {
      await expect(sessions.refresh(token)).rejects.toEqual(refusal('INVALID_REFRESH_TOKEN'));
    }
    await sessions.requireOpen(ada.viewer);
    expect(await viewerOf(await sessions.refresh(changed.refreshToken))).toEqual(ada.viewer);
  });

  test('leaves the sessions of others as they are', async () => {
    const { signUp, changeNow, sessions, logIn } = await openTwoSessions();
    const grace = await signUp('grace');
    await changeNow();
    await sessions.refresh(grace.refreshToken);
    await logIn('grace');
  });

  test('to the same one again is taken, and ends the other sessions as well', async () => {
    const { users, sessions, ada, other, logIn } = await openTwoSessions();
    await users.changePassword(ada.viewer, { ...change, newPassword: password }, client);
    await expect(sessions.requireOpen(other.viewer)).rejects.toEqual(ended);
    await logIn('ada');
  });

  test('of an account that is gone is UNAUTHENTICATED', async () => {
    const { users, ada, changeNow } = await openTwoSessions();
    await users.deleteAccount(ada.viewer, password, client);
    await expect(changeNow()).rejects.toEqual(ended);
  });
});

describe('while a password is changed', () => {
  test('in two sessions at the same moment, one of them does, and the other is refused and has ended', async () => {
    const { users, sessions, ada, other, logIn } = await openTwoSessions();
    const rivals = [
      { viewer: ada.viewer, newPassword: 'password of the first' },
      { viewer: other.viewer, newPassword: 'password of the second' },
    ];
    const outcomes = await Promise.allSettled(
      rivals.map(({ viewer, newPassword }) => users.changePassword(viewer, { ...change, newPassword }, client)),
    );
    const won = outcomes.map(({ status }) => status === 'fulfilled');
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(outcomes).toContainEqual({ status: 'rejected', reason: invalidCredentials });
    const open = await Promise.allSettled(rivals.map(({ viewer }) => sessions.requireOpen(viewer)));
    expect(open.map(({ status }) => status === 'fulfilled')).toEqual(won);
    const logIns = await Promise.allSettled(rivals.map(({ newPassword }) => logIn('ada', newPassword)));
    expect(logIns.map(({ status }) => status === 'fulfilled')).toEqual(won);
  });

  test('a log-in that has proven the old one opens no session', async () => {
    const { sessions, ada, whileProven, changeNow } = await openTwoSessions();
    const logIn = whileProven(changeNow).logIn({ username: 'ada', password }, client);
    await expect(logIn).rejects.toEqual(invalidCredentials);
    expect(await sessions.list(ada.viewer)).toMatchObject([{ id: ada.viewer.sessionId }]);
  });

  test('another change that has proven the old one changes nothing', async () => {
    const { ada, whileProven, changeNow, logIn } = await openTwoSessions();
    const late = { ...change, newPassword: 'password of the late' };
    await expect(whileProven(changeNow).changePassword(ada.viewer, late, client)).rejects.toEqual(invalidCredentials);
    await logIn('ada', otherPassword);
  });

  test('a deletion that has proven the old one deletes nothing', async () => {
    const { users, ada, whileProven, changeNow } = await openTwoSessions();
    const deletion = whileProven(changeNow).deleteAccount(ada.viewer, password, client);
    await expect(deletion).rejects.toEqual(invalidCredentials);
    expect(await users.me(ada.user.id)).toEqual(ada.user);
  });

  test('the end of its session ends the change, too', async () => {
    const { sessions, ada, other, whileProven, logIn } = await openTwoSessions();
    const late = whileProven(() => sessions.end(other.viewer, ada.viewer.sessionId));
    await expect(late.changePassword(ada.viewer, change, client)).rejects.toEqual(ended);
    await sessions.requireOpen(other.viewer);
    await logIn('ada');
  });
});
