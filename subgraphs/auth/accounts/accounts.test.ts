import { describe, expect, test } from 'vitest';
import { client, ended, openUsers, otherPassword, password, refusal, refusalOf } from '../testing/users.ts';

describe('to register', () => {
  test.each([
    ['too short a name', { username: 'ab', password }, ['username']],
    ['a name that is no name', { username: 'ada lovelace', password }, ['username']],
    ['too short a password', { username: 'ada', password: 'secret' }, ['password']],
    ['a password that bcrypt would cut', { username: 'ada', password: 'a'.repeat(73) }, ['password']],
    ['a password that is known from breaches', { username: 'ada', password: 'Password1' }, ['password']],
    ['the name in the password', { username: 'Ada', password: 'the horse of aDA' }, ['password']],
    ['both wrong', { username: '', password: '' }, ['username', 'password']],
  ])('with %s is BAD_USER_INPUT, with every problem', async (_, credentials, fields) => {
    const { users } = openUsers();
    const error = await refusalOf(users.register(credentials, client));
    const problems = fields.map((field) => ({ field, message: expect.any(String) }));
    expect(error).toMatchObject({ name: 'ApiError', extensions: { code: 'BAD_USER_INPUT', problems } });
  });

  test('repeats nothing of the password in what it refuses', async () => {
    const { users } = openUsers();
    const error = await refusalOf(users.register({ username: 'ab', password: 'sEcReT' }, client));
    expect(JSON.stringify(error) + String(error)).not.toContain('sEcReT');
  });

  test.each(['ada', 'ADA', 'Ａｄａ'])('as %s is USERNAME_TAKEN where there is an ada', async (username) => {
    const { users, signUp, logIn } = openUsers();
    await signUp('ada');
    const taken = users.register({ username, password: otherPassword }, client);
    await expect(taken).rejects.toEqual(refusal('USERNAME_TAKEN'));
    expect((await logIn(username)).user.username).toBe('ada');
  });

  test.each([
    ['Cyrillic', '\u0430\u0501\u0430'],
    ['Latin and Cyrillic', '\u0430da'],
  ])(
    'with a name that looks like another in %s is USERNAME_TAKEN, and it is no other way to that account',
    async (_, username) => {
      const { users, signUp } = openUsers();
      await signUp('ada');
      await expect(signUp(username)).rejects.toEqual(refusal('USERNAME_TAKEN'));
      await expect(users.logIn({ username, password }, client)).rejects.toEqual(refusal('INVALID_CREDENTIALS'));
    },
  );

  test('with two names that look alike at the same moment succeeds for exactly one', async () => {
    const { signUp } = openUsers();
    const outcomes = await Promise.allSettled([signUp('ada'), signUp('\u0430da')]);
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toEqual([{ status: 'rejected', reason: refusal('USERNAME_TAKEN') }]);
  });

  test('with a name that is taken costs no hash: it is refused while nobody could hash a password', async () => {
    const { signUp, passwords } = openUsers();
    await signUp('ada');
    const others = Array.from({ length: 200 }, () => passwords.hash(password, client.address));
    const hashed = Promise.allSettled(others);
    await expect(signUp('ada')).rejects.toEqual(refusal('USERNAME_TAKEN'));
    await expect(signUp('grace')).rejects.toEqual(refusal('SERVICE_UNAVAILABLE'));
    await hashed;
  });

  test('with one name in two cases at the same moment succeeds for exactly one', async () => {
    const { users, logIn } = openUsers();
    const passwords = ['password of the first', 'password of the second'];
    const [first, second] = await Promise.allSettled([
      users.register({ username: 'Ada', password: passwords[0] ?? '' }, client),
      users.register({ username: 'aDA', password: passwords[1] ?? '' }, client),
    ]);
    const [winner, loser] = first?.status === 'fulfilled' ? [first, second] : [second, first];
    expect(loser).toEqual({ status: 'rejected', reason: refusal('USERNAME_TAKEN') });
    expect(winner?.status).toBe('fulfilled');
    const outcomes = await Promise.allSettled(passwords.map((each) => logIn('ada', each)));
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([winner === first, winner === second]);
  });

  test('opens an account and logs it in', async () => {
    const { users, sessions, viewerOf } = openUsers();
    const begunAt = Date.now();
    const { user, expiresIn, ...tokens } = await users.register({ username: 'Ａｄａ', password }, client);
    expect(user).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      username: 'Ada',
      createdAt: expect.any(Date),
    });
    expect(user.createdAt.getTime()).toBeGreaterThanOrEqual(begunAt);
    const viewer = await viewerOf(tokens);
    expect([expiresIn, viewer.id]).toEqual([60, user.id]);
    expect(await sessions.list(viewer)).toMatchObject([{ id: viewer.sessionId, userAgent: client.userAgent }]);
    expect(await users.me(user.id)).toEqual(user);
  });

  test('keeps a hash of the password and not the password', async () => {
    const { signUp, store } = openUsers();
    await signUp('ada');
    const kept = await store.findByUsernameKey('ADA');
    expect(kept?.passwordHash).toMatch(/^\$2b\$04\$/);
    expect(JSON.stringify(kept)).not.toContain(password);
  });
});

describe('an account', () => {
  test('that is gone while its token still holds is UNAUTHENTICATED', async () => {
    const { users } = openUsers();
    await expect(users.me('8e0b1c7e-1111-4222-8333-444455556666')).rejects.toEqual(ended);
  });

  test("is nobody else's to find", async () => {
    const { users, signUp } = openUsers();
    const ada = await signUp('ada');
    const eve = await signUp('eve');
    const ids = [ada.user.id, 'nobody', eve.user.id, ada.user.id];
    expect(await users.findMany(ada.user.id, ids)).toEqual([ada.user, undefined, undefined, ada.user]);
    expect(await users.findMany(eve.user.id, [ada.user.id])).toEqual([undefined]);
  });

  test('that is gone is not found', async () => {
    const { users } = openUsers();
    expect(await users.findMany('nobody', ['nobody'])).toEqual([undefined]);
  });
});
