import { describe, expect, test } from 'vitest';
import { createAuthenticate } from '../../runtime/access-token.ts';
import { openUsers, verifier } from './test-users.ts';

const password = 'correct horse';

const viewerOf = ({ accessToken }: { accessToken: string }) => createAuthenticate(verifier)(`Bearer ${accessToken}`);
const refusal = (code: string) => expect.objectContaining({ name: 'Refusal', extensions: { code } });
const refusalOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('to register', () => {
  test.each([
    ['too short a name', { username: 'ab', password }, ['username']],
    ['a name that is no name', { username: 'ada lovelace', password }, ['username']],
    ['too short a password', { username: 'ada', password: 'secret' }, ['password']],
    ['a password that bcrypt would cut', { username: 'ada', password: 'a'.repeat(73) }, ['password']],
    ['both wrong', { username: '', password: '' }, ['username', 'password']],
  ])('with %s is BAD_USER_INPUT, with every problem', async (_, credentials, fields) => {
    const { users } = openUsers();
    const error = await refusalOf(users.register(credentials));
    const problems = fields.map((field) => ({ field, message: expect.any(String) }));
    expect(error).toMatchObject({ name: 'Refusal', extensions: { code: 'BAD_USER_INPUT', problems } });
  });

  test('repeats nothing of the password in what it refuses', async () => {
    const { users } = openUsers();
    const error = await refusalOf(users.register({ username: 'ab', password: 'sEcReT' }));
    expect(JSON.stringify(error) + String(error)).not.toContain('sEcReT');
  });

  test.each(['ada', 'ADA', 'Ａｄａ'])('as %s is USERNAME_TAKEN where there is an ada', async (username) => {
    const { users } = openUsers();
    await users.register({ username: 'ada', password });
    await expect(users.register({ username, password: 'another password' })).rejects.toEqual(refusal('USERNAME_TAKEN'));
    expect((await users.logIn({ username, password })).user.username).toBe('ada');
  });

  test('with a name that is taken costs no hash: it is refused while nobody could hash a password', async () => {
    const { users, passwords } = openUsers();
    await users.register({ username: 'ada', password });
    const others = Array.from({ length: 200 }, () => passwords.hash(password));
    const hashed = Promise.allSettled(others);
    await expect(users.register({ username: 'ada', password })).rejects.toEqual(refusal('USERNAME_TAKEN'));
    await expect(users.register({ username: 'grace', password })).rejects.toEqual(refusal('SERVICE_UNAVAILABLE'));
    await hashed;
  });

  test('with one name in two cases at the same moment succeeds for exactly one', async () => {
    const { users } = openUsers();
    const passwords = ['password of the first', 'password of the second'];
    const [first, second] = await Promise.allSettled([
      users.register({ username: 'Ada', password: passwords[0] ?? '' }),
      users.register({ username: 'aDA', password: passwords[1] ?? '' }),
    ]);
    const [winner, loser] = first?.status === 'fulfilled' ? [first, second] : [second, first];
    expect(loser).toEqual({ status: 'rejected', reason: refusal('USERNAME_TAKEN') });
    expect(winner?.status).toBe('fulfilled');
    const logIns = passwords.map((each) => users.logIn({ username: 'ada', password: each }));
    const outcomes = await Promise.allSettled(logIns);
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([winner === first, winner === second]);
  });

  test('opens an account and logs it in', async () => {
    const { users } = openUsers();
    const begunAt = Date.now();
    const { user, expiresIn, ...token } = await users.register({ username: 'Ａｄａ', password });
    expect(user).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      username: 'Ada',
      createdAt: expect.any(Date),
    });
    expect(user.createdAt.getTime()).toBeGreaterThanOrEqual(begunAt);
    expect([expiresIn, viewerOf(token)]).toEqual([60, { id: user.id }]);
    expect(await users.me(user.id)).toEqual(user);
  });

  test('keeps a hash of the password and not the password', async () => {
    const { users, store } = openUsers();
    await users.register({ username: 'ada', password });
    const kept = await store.findByUsernameKey('ADA');
    expect(kept?.passwordHash).toMatch(/^\$2b\$04\$/);
    expect(JSON.stringify(kept)).not.toContain(password);
  });
});

describe('to log in', () => {
  test('is refused in the same words for an unknown name and a wrong password', async () => {
    const { users } = openUsers();
    await users.register({ username: 'ada', password });
    const refusals = await Promise.all([
      refusalOf(users.logIn({ username: 'nobody', password })),
      refusalOf(users.logIn({ username: 'ada', password: 'wrong horse' })),
    ]);
    expect(refusals).toEqual([refusal('INVALID_CREDENTIALS'), refusal('INVALID_CREDENTIALS')]);
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
  ])('with %s is INVALID_CREDENTIALS', async (_, credentials) => {
    const { users } = openUsers();
    await users.register({ username: 'ada', password });
    await expect(users.logIn(credentials)).rejects.toEqual(refusal('INVALID_CREDENTIALS'));
  });

  test.each(['Ada', 'aDA', 'Ａｄａ'])('as %s gives Ada a token, and no hash', async (username) => {
    const { users } = openUsers();
    const registered = await users.register({ username: 'Ada', password });
    const { user, ...token } = await users.logIn({ username, password });
    expect(user).toStrictEqual(registered.user);
    expect(viewerOf(token)).toEqual({ id: user.id });
    expect(token.accessToken).not.toBe(registered.accessToken);
  });
});

describe('an account', () => {
  test('that is gone while its token still holds is UNAUTHENTICATED', async () => {
    const { users } = openUsers();
    const extensions = { code: 'UNAUTHENTICATED', reason: 'INVALID' };
    await expect(users.me('8e0b1c7e-1111-4222-8333-444455556666')).rejects.toMatchObject({
      name: 'Refusal',
      extensions,
    });
  });

  test("is nobody else's to find", async () => {
    const { users } = openUsers();
    const ada = await users.register({ username: 'ada', password });
    const eve = await users.register({ username: 'eve', password });
    const ids = [ada.user.id, 'nobody', eve.user.id, ada.user.id];
    expect(await users.findMany(ada.user.id, ids)).toEqual([ada.user, undefined, undefined, ada.user]);
    expect(await users.findMany(eve.user.id, [ada.user.id])).toEqual([undefined]);
  });

  test('that is gone is not found', async () => {
    const { users } = openUsers();
    expect(await users.findMany('nobody', ['nobody'])).toEqual([undefined]);
  });
});

test('while the database is away nobody is told that a name or a password is wrong', async () => {
  const { users, store } = openUsers();
  await users.register({ username: 'ada', password });
  store.close();
  const error = await refusalOf(users.logIn({ username: 'ada', password }));
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toEqual(refusal('INVALID_CREDENTIALS'));
});
