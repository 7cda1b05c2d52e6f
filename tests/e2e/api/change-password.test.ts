import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  changePassword,
  deleteAccount,
  logIn,
  logInAgain,
  logOut,
  refreshSession,
  refreshWith,
  sessionsOf,
} from '../../support/graphql/accounts.ts';
import { viewer, viewerAndCount } from '../../support/graphql/documents.ts';
import { requireValue } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';
import { sessionIdOf } from '../../support/tokens.ts';

let system: System;
beforeAll(async () => {
  // Slow hashing, so that concurrent requests overlap.
  system = await startSystem({ passwords: { cost: 9, concurrency: 2 } });
});
afterAll(() => system.stop());

const newPassword = 'another horse altogether';
const ended = { code: 'UNAUTHENTICATED', reason: 'INVALID' };
const invalidCredentials = { code: 'INVALID_CREDENTIALS' };
const invalidRefreshToken = { code: 'INVALID_REFRESH_TOKEN' };

const change = async ({ request, password }: Pick<TestUser, 'request' | 'password'>, to = newPassword) => {
  const input = { currentPassword: password, newPassword: to };
  return requireValue((await request.data(changePassword, { input })).changePassword);
};
const changeError = (request: TestUser['request'], currentPassword: string, to = newPassword) =>
  request.error(changePassword, { input: { currentPassword, newPassword: to } });
const logInError = ({ username }: TestUser, password: string) =>
  system.request.error(logIn, { input: { username, password } });
const refreshError = (refreshToken: string) => system.request.error(refreshSession, { input: { refreshToken } });

describe('changePassword', () => {
  test('makes the new password the only one that logs in', async () => {
    const ada = await system.signUp();
    await change(ada);
    expect(await logInError(ada, ada.password)).toEqual(invalidCredentials);
    const again = await logInAgain(system.gateway, { ...ada, password: newPassword });
    expect(await changeError(again.request, ada.password)).toEqual(invalidCredentials);
    await change({ ...again, password: newPassword }, ada.password);
    await logInAgain(system.gateway, ada);
  });

  test('ends every other session, and gives the viewer’s session a new token pair', async () => {
    const ada = await system.signUp();
    const others = [await logInAgain(system.gateway, ada), await logInAgain(system.gateway, ada)];
    const next = await change(ada);
    expect(next).toMatchObject({ tokenType: 'Bearer', expiresIn: 900, user: { id: ada.id, username: ada.username } });
    for (const { request, refreshToken } of others) {
      expect(await request.error(viewer)).toEqual(ended);
      expect(await refreshError(refreshToken)).toEqual(invalidRefreshToken);
    }
    for (const token of [ada.accessToken, next.accessToken]) {
      expect(await system.as(token).data(viewerAndCount)).toHaveProperty('me.id', ada.id);
      expect(await sessionsOf(system.as(token))).toMatchObject([{ id: sessionIdOf(ada.accessToken), isCurrent: true }]);
    }
    await refreshWith(system.request, next.refreshToken);
  });

  test('invalidates every earlier refresh token, also of the viewer’s own session', async () => {
    const ada = await system.signUp();
    const second = await refreshWith(system.request, ada.refreshToken);
    const next = await change(ada);
    for (const { refreshToken } of [ada, second]) {
      expect(await refreshError(refreshToken)).toEqual(invalidRefreshToken);
    }
    await refreshWith(system.request, next.refreshToken);
  });

  test('lets a client that lost the response log out with its earlier refresh token', async () => {
    const ada = await system.signUp();
    const next = await change(ada);
    await system.request.data(logOut, { input: { refreshToken: ada.refreshToken } });
    expect(await refreshError(next.refreshToken)).toEqual(invalidRefreshToken);
    expect(await system.as(next.accessToken).error(viewer)).toEqual(ended);
  });

  test('accepts an earlier password, and ends no session of other users', async () => {
    const [ada, bob] = [await system.signUp(), await system.signUp()];
    await change(ada, ada.password);
    await logInAgain(system.gateway, ada);
    expect(await sessionsOf(bob.request)).toHaveLength(1);
  });
});

describe('changePassword fails and changes nothing', () => {
  const unchanged = async (ada: TestUser) => {
    expect(await sessionsOf(ada.request)).toHaveLength(1);
    await refreshWith(system.request, ada.refreshToken);
    await logInAgain(system.gateway, ada);
  };

  test('INVALID_CREDENTIALS with a wrong password', async () => {
    const ada = await system.signUp();
    for (const wrong of ['', `${ada.password} `, ada.password.toUpperCase(), 'x'.repeat(1_000), `${ada.password}\0`]) {
      expect(await changeError(ada.request, wrong)).toEqual(invalidCredentials);
    }
    await unchanged(ada);
  });

  test.each(['MISSING', 'INVALID'])('without a token that holds: UNAUTHENTICATED, %s', async (reason) => {
    const ada = await system.signUp();
    const request = reason === 'MISSING' ? system.request : system.as(`${ada.accessToken}x`);
    expect(await changeError(request, ada.password)).toEqual({ code: 'UNAUTHENTICATED', reason });
    await unchanged(ada);
  });

  test('BAD_USER_INPUT, with the path of the field, for an invalid new password', async () => {
    const ada = await system.signUp();
    const bad = ['short', 'x'.repeat(73), 'password1', `my-${ada.username}`, 'image-supergraph!'];
    for (const to of bad) {
      expect(await changeError(ada.request, ada.password, to)).toEqual({
        code: 'BAD_USER_INPUT',
        problems: [{ field: 'newPassword', message: expect.any(String) }],
      });
    }
    await unchanged(ada);
  });

  test('UNAUTHENTICATED in an ended session, even with the right password', async () => {
    const ada = await system.signUp();
    await system.request.data(logOut, { input: { refreshToken: ada.refreshToken } });
    expect(await changeError(ada.request, ada.password)).toEqual(ended);
    await logInAgain(system.gateway, ada);
  });

  test.each(['one session', 'a session each'])('for all but one of several concurrent changes, by %s', async (by) => {
    const ada = await system.signUp();
    const requests = [ada.request];
    while (requests.length < 4)
      requests.push(by === 'one session' ? ada.request : (await logInAgain(system.gateway, ada)).request);
    const answers = await Promise.all(
      requests.map((request, nth) =>
        request(changePassword, { input: { currentPassword: ada.password, newPassword: `${newPassword} ${nth}` } }),
      ),
    );
    const [winner, ...more] = answers.flatMap(({ data }, nth) => (data?.changePassword ? [nth] : []));
    expect(more).toEqual([]);
    const codes = answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code));
    for (const code of codes) expect(['INVALID_CREDENTIALS', 'UNAUTHENTICATED']).toContain(code);
    await logInAgain(system.gateway, { ...ada, password: `${newPassword} ${winner}` });
  });
});

test('of a concurrent changePassword and deleteAccount, exactly one succeeds', async () => {
  const ada = await system.signUp();
  const other = await logInAgain(system.gateway, ada);
  const [changed, deleted] = await Promise.all([
    ada.request(changePassword, { input: { currentPassword: ada.password, newPassword } }),
    other.request(deleteAccount, { input: { password: ada.password } }),
  ]);
  const done = [changed, deleted].filter(({ errors }) => errors.length === 0);
  expect(done).toHaveLength(1);
  const isLeft = done[0] === changed;
  const answer = await system.request(logIn, { input: { username: ada.username, password: newPassword } });
  expect(answer.errors).toHaveLength(isLeft ? 0 : 1);
});
