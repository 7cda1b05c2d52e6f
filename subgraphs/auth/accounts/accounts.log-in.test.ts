import { describe, expect, test } from 'vitest';
import { apiError, client, errorOf, openAccounts, password } from '../testing/accounts.ts';

const invalidCredentials = apiError('INVALID_CREDENTIALS');

describe('logIn', () => {
  test('throws the same error for an unknown name and a wrong password', async () => {
    const { signUp, logIn } = openAccounts();
    await signUp('ada');
    const errors = await Promise.all([errorOf(logIn('unknown')), errorOf(logIn('ada', 'wrong horse'))]);
    expect(errors).toEqual([invalidCredentials, invalidCredentials]);
    expect(errors.map(String)).toEqual(errors.map(() => String(errors[0])));
  });

  test.each([
    ['empty credentials', { username: '', password: '' }],
    ['a password that would match if it were cut off at NUL', { username: 'ada', password: `${password}\0` }],
    ['a name of white space', { username: ' \n\u00A0', password }],
    ['a name with a space in it', { username: 'a da', password }],
    ['a password with a trailing space', { username: 'ada', password: `${password} ` }],
    ['a password with a line end', { username: 'ada', password: `${password}\n` }],
    ['a name that ends in NUL', { username: 'ada\0', password }],
    ['a name with a lone surrogate', { username: 'ada\uD800', password }],
    ['a name with SQL', { username: "ada' --", password }],
    ['a password of a megabyte', { username: 'ada', password: 'x'.repeat(1_000_000) }],
    ['a name of a megabyte', { username: 'x'.repeat(1_000_000), password }],
  ])('throws INVALID_CREDENTIALS, and opens no session, for %s', async (_, credentials) => {
    const { accounts, sessions, signUp } = openAccounts();
    const { viewer } = await signUp('ada');
    await expect(accounts.logIn(credentials, client)).rejects.toEqual(invalidCredentials);
    expect(await sessions.list(viewer)).toHaveLength(1);
  });

  test.each(['Ada', 'aDA', 'Ａｄａ', 'Ada ', ' Ada', 'Ada\n', '\u00A0Ada\r\n', 'Ada\u200B'])(
    'as %j opens a new session for Ada',
    async (username) => {
      const { accounts, sessions, viewerOf, signUp } = openAccounts();
      const registered = await signUp('Ada');
      const elsewhere = { ...client, userAgent: 'another browser' };
      const { user, ...tokens } = await accounts.logIn({ username, password }, elsewhere);
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
    },
  );

  test('ends no other session', async () => {
    const { sessions, signUp, logIn, emittedEvents } = openAccounts();
    const { viewer } = await signUp('ada');
    await logIn('ada');
    await sessions.requireOpen(viewer);
    expect(await emittedEvents()).toEqual([]);
  });
});

test('logIn does not throw INVALID_CREDENTIALS if the database is closed', async () => {
  const { store, signUp, logIn } = openAccounts();
  await signUp('ada');
  store.close();
  const error = await errorOf(logIn('ada'));
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toEqual(invalidCredentials);
});
