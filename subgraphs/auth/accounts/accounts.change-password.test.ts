import { describe, expect, test } from 'vitest';
import {
  apiError,
  client,
  errorOf,
  openAccounts,
  otherPassword,
  password,
  revoked,
  sessionEnded,
} from '../testing/accounts.ts';
import { createAccounts } from './accounts.ts';

const invalidCredentials = apiError('INVALID_CREDENTIALS');
const change = { currentPassword: password, newPassword: otherPassword };

/** Ada with two sessions. `onceVerified` runs something between verifying her password and the change that it allows. */
async function openTwoSessions() {
  const opened = openAccounts();
  const ada = await opened.signUp('ada');
  const other = await opened.logIn('ada');
  const onceVerified = (run: () => Promise<unknown>) => {
    const { passwords } = opened;
    const matches = async (...args: Parameters<typeof passwords.matches>) => {
      const isRight = await passwords.matches(...args);
      await run();
      return isRight;
    };
    return createAccounts({ ...opened.parts, passwords: { ...passwords, matches } });
  };
  const changeNow = () => opened.accounts.changePassword(ada.viewer, change, client);
  return { ...opened, ada, other, onceVerified, changeNow };
}

describe('changePassword', () => {
  test('throws INVALID_CREDENTIALS, and changes nothing, for a wrong current password', async () => {
    const { accounts, sessions, ada, other, logIn, emittedEvents } = await openTwoSessions();
    const wrong = { ...change, currentPassword: 'wrong horse' };
    await expect(accounts.changePassword(ada.viewer, wrong, client)).rejects.toEqual(invalidCredentials);
    await sessions.requireOpen(other.viewer);
    expect((await sessions.refresh(ada.refreshToken)).user).toEqual(ada.user);
    await expect(logIn('ada', otherPassword)).rejects.toEqual(invalidCredentials);
    await logIn('ada');
    expect(await emittedEvents()).toEqual([]);
  });

  test.each([
    ['too short', 'short'],
    ['too long', 'x'.repeat(73)],
    ['common in breaches', 'password1'],
    ['with the username inside', "it is ADA's horse"],
  ])('throws BAD_USER_INPUT, and changes nothing, for a new password %s', async (_, newPassword) => {
    const { accounts, sessions, ada, other, logIn } = await openTwoSessions();
    const error = await errorOf(accounts.changePassword(ada.viewer, { ...change, newPassword }, client));
    const problems = [{ field: 'newPassword', message: expect.any(String) }];
    expect(error).toEqual(apiError('BAD_USER_INPUT', { problems }));
    expect(JSON.stringify(error) + String(error)).not.toContain(newPassword);
    await sessions.requireOpen(other.viewer);
    await logIn('ada');
  });

  test('makes log-ins need the new password', async () => {
    const { changeNow, logIn } = await openTwoSessions();
    await changeNow();
    await expect(logIn('ada')).rejects.toEqual(invalidCredentials);
    await logIn('ada', otherPassword);
  });

  test('ends all other sessions, with an event for each', async () => {
    const { sessions, ada, other, logIn, changeNow, emittedEvents } = await openTwoSessions();
    const third = await logIn('ada');
    await changeNow();
    for (const each of [other, third]) {
      await expect(sessions.requireOpen(each.viewer)).rejects.toEqual(sessionEnded);
      await expect(sessions.refresh(each.refreshToken)).rejects.toEqual(apiError('INVALID_REFRESH_TOKEN'));
    }
    expect(await sessions.list(ada.viewer)).toMatchObject([{ id: ada.viewer.sessionId }]);
    const events = await emittedEvents();
    expect(events).toHaveLength(2);
    expect(events).toEqual(expect.arrayContaining([other, third].map(({ viewer }) => revoked(viewer))));
  });

  test('keeps its own session, and invalidates its earlier refresh tokens', async () => {
    const { sessions, ada, changeNow, viewerOf } = await openTwoSessions();
    const { refreshToken } = await sessions.refresh(ada.refreshToken);
    const changed = await changeNow();
    expect(changed.user).toStrictEqual(ada.user);
    expect(await viewerOf(changed)).toEqual(ada.viewer);
    for (const token of [ada.refreshToken, refreshToken]) {
      await expect(sessions.refresh(token)).rejects.toEqual(apiError('INVALID_REFRESH_TOKEN'));
    }
    await sessions.requireOpen(ada.viewer);
    expect(await viewerOf(await sessions.refresh(changed.refreshToken))).toEqual(ada.viewer);
  });

  test('does not affect the sessions of other accounts', async () => {
    const { signUp, changeNow, sessions, logIn } = await openTwoSessions();
    const grace = await signUp('grace');
    await changeNow();
    await sessions.refresh(grace.refreshToken);
    await logIn('grace');
  });

  test('accepts the same password again, and ends the other sessions', async () => {
    const { accounts, sessions, ada, other, logIn } = await openTwoSessions();
    await accounts.changePassword(ada.viewer, { ...change, newPassword: password }, client);
    await expect(sessions.requireOpen(other.viewer)).rejects.toEqual(sessionEnded);
    await logIn('ada');
  });

  test('throws UNAUTHENTICATED for a deleted account', async () => {
    const { accounts, ada, changeNow } = await openTwoSessions();
    await accounts.deleteAccount(ada.viewer, password, client);
    await expect(changeNow()).rejects.toEqual(sessionEnded);
  });
});

describe('a concurrent change of the password', () => {
  test('from another session succeeds for one of them, and the other session ends', async () => {
    const { accounts, sessions, ada, other, logIn } = await openTwoSessions();
    const rivals = [
      { viewer: ada.viewer, newPassword: 'password of the first' },
      { viewer: other.viewer, newPassword: 'password of the second' },
    ];
    const outcomes = await Promise.allSettled(
      rivals.map(({ viewer, newPassword }) => accounts.changePassword(viewer, { ...change, newPassword }, client)),
    );
    const won = outcomes.map(({ status }) => status === 'fulfilled');
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(outcomes).toContainEqual({ status: 'rejected', reason: invalidCredentials });
    const open = await Promise.allSettled(rivals.map(({ viewer }) => sessions.requireOpen(viewer)));
    expect(open.map(({ status }) => status === 'fulfilled')).toEqual(won);
    const logIns = await Promise.allSettled(rivals.map(({ newPassword }) => logIn('ada', newPassword)));
    expect(logIns.map(({ status }) => status === 'fulfilled')).toEqual(won);
  });

  test('makes a log-in fail that has verified the old password', async () => {
    const { sessions, ada, onceVerified, changeNow } = await openTwoSessions();
    const logIn = onceVerified(changeNow).logIn({ username: 'ada', password }, client);
    await expect(logIn).rejects.toEqual(invalidCredentials);
    expect(await sessions.list(ada.viewer)).toMatchObject([{ id: ada.viewer.sessionId }]);
  });

  test('makes another change fail that has verified the old password', async () => {
    const { ada, onceVerified, changeNow, logIn } = await openTwoSessions();
    const late = { ...change, newPassword: 'password of the latecomer' };
    await expect(onceVerified(changeNow).changePassword(ada.viewer, late, client)).rejects.toEqual(invalidCredentials);
    await logIn('ada', otherPassword);
  });

  test('makes a deletion fail that has verified the old password', async () => {
    const { accounts, ada, onceVerified, changeNow } = await openTwoSessions();
    const deletion = onceVerified(changeNow).deleteAccount(ada.viewer, password, client);
    await expect(deletion).rejects.toEqual(invalidCredentials);
    expect(await accounts.me(ada.user.id)).toEqual(ada.user);
  });

  test('fails if its session ends meanwhile', async () => {
    const { sessions, ada, other, onceVerified, logIn } = await openTwoSessions();
    const late = onceVerified(() => sessions.end(other.viewer, ada.viewer.sessionId));
    await expect(late.changePassword(ada.viewer, change, client)).rejects.toEqual(sessionEnded);
    await sessions.requireOpen(other.viewer);
    await logIn('ada');
  });
});
