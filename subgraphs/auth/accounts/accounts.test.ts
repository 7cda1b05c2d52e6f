import { describe, expect, test } from 'vitest';
import { apiError, client, errorOf, openAccounts, otherPassword, password, sessionEnded } from '../testing/accounts.ts';

describe('register', () => {
  test.each([
    ['a short name', { username: 'ab', password }, ['username']],
    ['a name with a space', { username: 'ada lovelace', password }, ['username']],
    ['a name of white space', { username: ' \n\u00A0\u200B', password }, ['username']],
    ['the name in the password, with spaces around it', { username: ' Ada ', password: 'horse of ada' }, ['password']],
    ['a short password', { username: 'ada', password: 'secret' }, ['password']],
    ['a password that bcrypt would cut off', { username: 'ada', password: 'a'.repeat(73) }, ['password']],
    ['a password common in breaches', { username: 'ada', password: 'Password1' }, ['password']],
    ['the name in the password', { username: 'Ada', password: 'the horse of aDA' }, ['password']],
    ['empty input', { username: '', password: '' }, ['username', 'password']],
  ])('throws BAD_USER_INPUT with all issues for %s', async (_, credentials, fields) => {
    const { accounts } = openAccounts();
    const error = await errorOf(accounts.register(credentials, client));
    const problems = fields.map((field) => ({ field, message: expect.any(String) }));
    expect(error).toMatchObject({ name: 'ApiError', extensions: { code: 'BAD_USER_INPUT', problems } });
  });

  test('does not quote the password in errors', async () => {
    const { accounts } = openAccounts();
    const error = await errorOf(accounts.register({ username: 'ab', password: 'sEcReT' }, client));
    expect(JSON.stringify(error) + String(error)).not.toContain('sEcReT');
  });

  test.each(['ada', 'ADA', 'Ａｄａ', 'ada ', '\u00A0ada\n'])(
    'throws USERNAME_TAKEN for %j if ada exists',
    async (username) => {
      const { accounts, signUp, logIn } = openAccounts();
      await signUp('ada');
      const registering = accounts.register({ username, password: otherPassword }, client);
      await expect(registering).rejects.toEqual(apiError('USERNAME_TAKEN'));
      expect((await logIn(username)).user.username).toBe('ada');
    },
  );

  test('stores the name without white space around it, and the password with it', async () => {
    const { signUp, logIn, accounts } = openAccounts();
    const spaced = { username: '\u00A0Ada \n', password: ` ${password} ` };
    const { user } = await accounts.register(spaced, client);
    expect(user.username).toBe('Ada');
    expect((await logIn('Ada', spaced.password)).user).toEqual(user);
    await expect(logIn('Ada', password)).rejects.toEqual(apiError('INVALID_CREDENTIALS'));
    await expect(signUp('Ada')).rejects.toEqual(apiError('USERNAME_TAKEN'));
  });

  test.each([
    ['Cyrillic', '\u0430\u0501\u0430'],
    ['mixed Latin and Cyrillic', '\u0430da'],
  ])(
    'throws USERNAME_TAKEN for a confusable name in %s, which does not log in to the account either',
    async (_, username) => {
      const { accounts, signUp } = openAccounts();
      await signUp('ada');
      await expect(signUp(username)).rejects.toEqual(apiError('USERNAME_TAKEN'));
      await expect(accounts.logIn({ username, password }, client)).rejects.toEqual(apiError('INVALID_CREDENTIALS'));
    },
  );

  test('succeeds for one of two confusable names at the same time', async () => {
    const { signUp } = openAccounts();
    const outcomes = await Promise.allSettled([signUp('ada'), signUp('\u0430da')]);
    const rejected = outcomes.filter(({ status }) => status === 'rejected');
    expect(rejected).toEqual([{ status: 'rejected', reason: apiError('USERNAME_TAKEN') }]);
  });

  test('throws USERNAME_TAKEN without hashing: even while the queue of hashes is full', async () => {
    const { signUp, passwords } = openAccounts();
    await signUp('ada');
    const flood = Array.from({ length: 200 }, () => passwords.hash(password, client));
    const hashed = Promise.allSettled(flood);
    await expect(signUp('ada')).rejects.toEqual(apiError('USERNAME_TAKEN'));
    await expect(signUp('grace')).rejects.toEqual(apiError('SERVICE_UNAVAILABLE'));
    await hashed;
  });

  test('succeeds for one of two spellings of a name at the same time', async () => {
    const { accounts, logIn } = openAccounts();
    const passwords = ['password of the first', 'password of the second'];
    const [first, second] = await Promise.allSettled([
      accounts.register({ username: 'Ada', password: passwords[0] ?? '' }, client),
      accounts.register({ username: 'aDA', password: passwords[1] ?? '' }, client),
    ]);
    const [winner, loser] = first?.status === 'fulfilled' ? [first, second] : [second, first];
    expect(loser).toEqual({ status: 'rejected', reason: apiError('USERNAME_TAKEN') });
    expect(winner?.status).toBe('fulfilled');
    const outcomes = await Promise.allSettled(passwords.map((each) => logIn('ada', each)));
    expect(outcomes.map(({ status }) => status === 'fulfilled')).toEqual([winner === first, winner === second]);
  });

  test('creates an account with an open session', async () => {
    const { accounts, sessions, viewerOf } = openAccounts();
    const startedAt = Date.now();
    const { user, expiresIn, ...tokens } = await accounts.register({ username: 'Ａｄａ', password }, client);
    expect(user).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      username: 'Ada',
      createdAt: expect.any(Date),
    });
    expect(user.createdAt.getTime()).toBeGreaterThanOrEqual(startedAt);
    const viewer = await viewerOf(tokens);
    expect([expiresIn, viewer.id]).toEqual([60, user.id]);
    expect(await sessions.list(viewer)).toMatchObject([{ id: viewer.sessionId, userAgent: client.userAgent }]);
    expect(await accounts.me(user.id)).toEqual(user);
  });

  test('stores a hash of the password, and not the password', async () => {
    const { signUp, store } = openAccounts();
    await signUp('ada');
    const stored = await store.findByUsernameKey('ADA');
    expect(stored?.passwordHash).toMatch(/^\$2b\$04\$/);
    expect(JSON.stringify(stored)).not.toContain(password);
  });
});

describe('me and findMany', () => {
  test('me throws UNAUTHENTICATED for a deleted account', async () => {
    const { accounts } = openAccounts();
    await expect(accounts.me('8e0b1c7e-1111-4222-8333-444455556666')).rejects.toEqual(sessionEnded);
  });

  test('findMany returns only the own account', async () => {
    const { accounts, signUp } = openAccounts();
    const ada = await signUp('ada');
    const eve = await signUp('eve');
    const ids = [ada.user.id, 'unknown', eve.user.id, ada.user.id];
    expect(await accounts.findMany(ada.user.id, ids)).toEqual([ada.user, undefined, undefined, ada.user]);
    expect(await accounts.findMany(eve.user.id, [ada.user.id])).toEqual([undefined]);
  });

  test('findMany returns undefined for a deleted account', async () => {
    const { accounts } = openAccounts();
    expect(await accounts.findMany('unknown', ['unknown'])).toEqual([undefined]);
  });
});
