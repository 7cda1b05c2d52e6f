import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  changePassword,
  deleteAccount,
  logIn,
  logInAgain,
  logOut,
  refreshSession,
  refreshWith,
  sessionIdOf,
  sessionsOf,
} from '../../support/accounts.ts';
import { given } from '../../support/ask.ts';
import { viewer, viewerAndCount } from '../../support/documents.ts';
import { type Person, type System, startSystem } from '../../support/system.ts';

let system: System;
beforeAll(async () => {
  // Passwords that take so long that requests overtake each other.
  system = await startSystem({ passwords: { cost: 9, concurrency: 2 } });
});
afterAll(() => system.stop());

const newPassword = 'another horse altogether';
const ended = { code: 'UNAUTHENTICATED', reason: 'INVALID' };
const invalidCredentials = { code: 'INVALID_CREDENTIALS' };
const invalidRefreshToken = { code: 'INVALID_REFRESH_TOKEN' };

const change = async ({ ask, password }: Pick<Person, 'ask' | 'password'>, to = newPassword) => {
  const input = { currentPassword: password, newPassword: to };
  return given((await ask.data(changePassword, { input })).changePassword);
};
const refused = (ask: Person['ask'], currentPassword: string, to = newPassword) =>
  ask.refusal(changePassword, { input: { currentPassword, newPassword: to } });
const logInRefused = ({ username }: Person, password: string) =>
  system.ask.refusal(logIn, { input: { username, password } });
const refreshRefused = (refreshToken: string) => system.ask.refusal(refreshSession, { input: { refreshToken } });

describe('a password that is changed', () => {
  test('is the only one that logs in from then on', async () => {
    const ada = await system.signUp();
    await change(ada);
    expect(await logInRefused(ada, ada.password)).toEqual(invalidCredentials);
    const again = await logInAgain(system.gateway, { ...ada, password: newPassword });
    expect(await refused(again.ask, ada.password)).toEqual(invalidCredentials);
    await change({ ...again, password: newPassword }, ada.password);
    await logInAgain(system.gateway, ada);
  });

  test('ends every other session, and gives the viewer’s own a new pair', async () => {
    const ada = await system.signUp();
    const others = [await logInAgain(system.gateway, ada), await logInAgain(system.gateway, ada)];
    const next = await change(ada);
    expect(next).toMatchObject({ tokenType: 'Bearer', expiresIn: 900, user: { id: ada.id, username: ada.username } });
    for (const { ask, refreshToken } of others) {
      expect(await ask.refusal(viewer)).toEqual(ended);
      expect(await refreshRefused(refreshToken)).toEqual(invalidRefreshToken);
    }
    for (const token of [ada.token, next.accessToken]) {
      expect(await system.as(token).data(viewerAndCount)).toHaveProperty('me.id', ada.id);
      expect(await sessionsOf(system.as(token))).toMatchObject([{ id: sessionIdOf(ada.token), isCurrent: true }]);
    }
    await refreshWith(system.ask, next.refreshToken);
  });

  test('takes the refresh tokens from whoever else has them, of the viewer’s own session, too', async () => {
    const ada = await system.signUp();
    const second = await refreshWith(system.ask, ada.refreshToken);
    const next = await change(ada);
    for (const { refreshToken } of [ada, second]) {
      expect(await refreshRefused(refreshToken)).toEqual(invalidRefreshToken);
    }
    await refreshWith(system.ask, next.refreshToken);
  });

  test('leaves the refresh tokens before it to log out with: whoever has one only, as its answer was lost', async () => {
    const ada = await system.signUp();
    const next = await change(ada);
    await system.ask.data(logOut, { input: { refreshToken: ada.refreshToken } });
    expect(await refreshRefused(next.refreshToken)).toEqual(invalidRefreshToken);
    expect(await system.as(next.accessToken).refusal(viewer)).toEqual(ended);
  });

  test('may be one that it was before, and is no reason to end anybody else’s sessions', async () => {
    const [ada, bob] = [await system.signUp(), await system.signUp()];
    await change(ada, ada.password);
    await logInAgain(system.gateway, ada);
    expect(await sessionsOf(bob.ask)).toHaveLength(1);
  });
});

describe('changePassword is refused, and nothing is changed,', () => {
  const unchanged = async (ada: Person) => {
    expect(await sessionsOf(ada.ask)).toHaveLength(1);
    await refreshWith(system.ask, ada.refreshToken);
    await logInAgain(system.gateway, ada);
  };

  test('with a wrong password: INVALID_CREDENTIALS', async () => {
    const ada = await system.signUp();
    for (const wrong of ['', `${ada.password} `, ada.password.toUpperCase(), 'x'.repeat(1_000), `${ada.password}\0`]) {
      expect(await refused(ada.ask, wrong)).toEqual(invalidCredentials);
    }
    await unchanged(ada);
  });

  test.each(['MISSING', 'INVALID'])('without a token that holds: UNAUTHENTICATED, %s', async (reason) => {
    const ada = await system.signUp();
    const ask = reason === 'MISSING' ? system.ask : system.as(`${ada.token}x`);
    expect(await refused(ask, ada.password)).toEqual({ code: 'UNAUTHENTICATED', reason });
    await unchanged(ada);
  });

  test('for a new one that is none: BAD_USER_INPUT, with the path of the field', async () => {
    const ada = await system.signUp();
    const bad = ['short', 'x'.repeat(73), 'password1', `my-${ada.username}`, 'image-supergraph!'];
    for (const to of bad) {
      expect(await refused(ada.ask, ada.password, to)).toEqual({
        code: 'BAD_USER_INPUT',
        problems: [{ field: 'newPassword', message: expect.any(String) }],
      });
    }
    await unchanged(ada);
  });

  test('by a session that has ended, even with the right password: UNAUTHENTICATED', async () => {
    const ada = await system.signUp();
    await system.ask.data(logOut, { input: { refreshToken: ada.refreshToken } });
    expect(await refused(ada.ask, ada.password)).toEqual(ended);
    await logInAgain(system.gateway, ada);
  });

  test.each(['one session', 'a session each'])(
    'by all but one of those who change it at the same moment, by %s',
    async (by) => {
      const ada = await system.signUp();
      const asks = [ada.ask];
      while (asks.length < 4) asks.push(by === 'one session' ? ada.ask : (await logInAgain(system.gateway, ada)).ask);
      const answers = await Promise.all(
        asks.map((ask, nth) =>
          ask(changePassword, { input: { currentPassword: ada.password, newPassword: `${newPassword} ${nth}` } }),
        ),
      );
      const [winner, ...more] = answers.flatMap(({ data }, nth) => (data?.changePassword ? [nth] : []));
      expect(more).toEqual([]);
      const codes = answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code));
      for (const code of codes) expect(['INVALID_CREDENTIALS', 'UNAUTHENTICATED']).toContain(code);
      await logInAgain(system.gateway, { ...ada, password: `${newPassword} ${winner}` });
    },
  );
});

test('of a change of the password and a deletion with it at the same moment one is done', async () => {
  const ada = await system.signUp();
  const other = await logInAgain(system.gateway, ada);
  const [changed, deleted] = await Promise.all([
    ada.ask(changePassword, { input: { currentPassword: ada.password, newPassword } }),
    other.ask(deleteAccount, { input: { password: ada.password } }),
  ]);
  const done = [changed, deleted].filter(({ errors }) => errors.length === 0);
  expect(done).toHaveLength(1);
  const isLeft = done[0] === changed;
  const answer = await system.ask(logIn, { input: { username: ada.username, password: newPassword } });
  expect(answer.errors).toHaveLength(isLeft ? 0 : 1);
});
