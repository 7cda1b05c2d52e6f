import { describe, expect, test } from 'vitest';
import { client, openUsers, password, refusal, refusalOf } from '../testing/users.ts';

const invalidCredentials = refusal('INVALID_CREDENTIALS');

describe('to log in', () => {
  test('is refused in the same words for an unknown name and a wrong password', async () => {
    const { signUp, logIn } = openUsers();
    await signUp('ada');
    const refusals = await Promise.all([refusalOf(logIn('nobody')), refusalOf(logIn('ada', 'wrong horse'))]);
    expect(refusals).toEqual([invalidCredentials, invalidCredentials]);
    expect(refusals.map(String)).toEqual(refusals.map(() => String(refusals[0])));
  });

  test.each([
    ['nothing at all', { username: '', password: '' }],
    ['a password that would match once it is cut', { username: 'ada', password: `${password}\0` }],
    ['a name with a space after it', { username: 'ada ', password }],
    ['a name that ends in NUL', { username: 'ada\0', password }],
    ['a name in half a character', { username: 'ada\uD800', password }],
    ['a name for SQL', { username: "ada' --", password }],
    ['a password of a megabyte', { username: 'ada', password: 'x'.repeat(1_000_000) }],
    ['a name of a megabyte', { username: 'x'.repeat(1_000_000), password }],
  ])('with %s is INVALID_CREDENTIALS, and opens no session', async (_, credentials) => {
    const { users, sessions, signUp } = openUsers();
    const { viewer } = await signUp('ada');
    await expect(users.logIn(credentials, client)).rejects.toEqual(invalidCredentials);
    expect(await sessions.list(viewer)).toHaveLength(1);
  });

  test.each(['Ada', 'aDA', 'Ａｄａ'])('as %s gives Ada tokens of a new session, and no hash', async (username) => {
    const { users, sessions, viewerOf, signUp } = openUsers();
    const registered = await signUp('Ada');
    const elsewhere = { ...client, userAgent: 'another browser' };
    const { user, ...tokens } = await users.logIn({ username, password }, elsewhere);
    expect(user).toStrictEqual(registered.user);
    const viewer = await viewerOf(tokens);
    expect(viewer.id).toBe(user.id);
    expect(tokens.accessToken).not.toBe(registered.accessToken);
    expect(tokens.refreshToken).not.toBe(registered.refreshToken);
    const open = await sessions.list(viewer);
    expect(Object.fromEntries(open.map(({ id, userAgent }) => [id, userAgent]))).toEqual({
      [registered.viewer.sessionId]: client.userAgent,
      [viewer.sessionId]: 'another browser',
    });
  });

  test('ends no session that is open', async () => {
    const { sessions, signUp, logIn, told } = openUsers();
    const { viewer } = await signUp('ada');
    await logIn('ada');
    await sessions.requireOpen(viewer);
    expect(await told()).toEqual([]);
  });
});

test('while the database is away nobody is told that a name or a password is wrong', async () => {
  const { store, signUp, logIn } = openUsers();
  await signUp('ada');
  store.close();
  const error = await refusalOf(logIn('ada'));
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toEqual(invalidCredentials);
});
