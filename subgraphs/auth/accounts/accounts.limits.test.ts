import { describe, expect, onTestFinished, test } from 'vitest';
import type { ClientInfo } from '../../../platform/http/client-info.ts';
import { apiError, client, errorOf, openAccounts, otherPassword, password, stopClock } from '../testing/accounts.ts';
import { inSequence, otherAddress, passSeconds } from '../testing/throttle.ts';

const quarterHour = 900;
const wrong = 'wrong horse';
const invalidCredentials = apiError('INVALID_CREDENTIALS');
const limited = (retryAfterSeconds: number) => apiError('RATE_LIMITED', { retryAfterSeconds });
const change = { currentPassword: password, newPassword: otherPassword };
const otherClient = { ...client, address: otherAddress };

/** Ada, with two wrong passwords allowed per account, and every operation that verifies a password. */
async function openAda({ failuresPerAccount = 2, failuresPerAddress = 0 } = {}) {
  stopClock();
  const opened = openAccounts({ limits: { failuresPerAccount, failuresPerAddress } });
  const { accounts, signUp } = opened;
  const ada = await signUp('ada');
  const attempt = {
    login: (by: string) => accounts.logIn({ username: 'ada', password: by }, client),
    changePassword: (by: string) => accounts.changePassword(ada.viewer, { ...change, currentPassword: by }, client),
    deleteAccount: (by: string) => accounts.deleteAccount(ada.viewer, by, client),
  };
  return { ...opened, ada, attempt };
}

const fields = ['login', 'changePassword', 'deleteAccount'] as const;

describe('after too many wrong passwords', () => {
  test.each(fields)('%s throws RATE_LIMITED, even for the right password, until the window ends', async (field) => {
    const { attempt } = await openAda();
    const errors = await inSequence(3, () => errorOf(attempt[field](wrong)));
    expect(errors).toEqual([invalidCredentials, invalidCredentials, limited(quarterHour)]);
    passSeconds(quarterHour - 1);
    await expect(attempt[field](password)).rejects.toEqual(limited(1));
    passSeconds(1);
    await attempt[field](password);
  });

  test.each(fields)('in any operation, %s throws RATE_LIMITED and changes nothing', async (field) => {
    const { attempt, accounts, sessions, ada, logIn } = await openAda();
    await errorOf(attempt.deleteAccount(wrong));
    await errorOf(attempt.changePassword(wrong));
    await expect(attempt[field](password)).rejects.toEqual(limited(quarterHour));
    expect(await accounts.me(ada.user.id)).toEqual(ada.user);
    expect(await sessions.list(ada.viewer)).toHaveLength(1);
    passSeconds(quarterHour);
    await logIn('ada');
  });

  test.each([
    ['in another case or width', ['ada', 'ADA', 'Ａｄａ']],
    ['with white space around it', ['ada', 'ada ', '\u00A0ada\n']],
  ])('for spellings of one name %s, all of them are blocked', async (_, names) => {
    const { accounts } = await openAda();
    const errors = await inSequence(3, (at) =>
      errorOf(accounts.logIn({ username: names[at] ?? '', password: wrong }, client)),
    );
    expect(errors).toEqual([invalidCredentials, invalidCredentials, limited(quarterHour)]);
  });

  test('for an unknown name, it is blocked like any other', async () => {
    const { accounts } = await openAda();
    const errors = await inSequence(3, () => errorOf(accounts.logIn({ username: 'unknown', password }, client)));
    expect(errors).toEqual([invalidCredentials, invalidCredentials, limited(quarterHour)]);
  });

  test('from one address, others are not blocked, even with sessions from it', async () => {
    const { attempt, accounts, ada } = await openAda();
    await inSequence(3, () => errorOf(attempt.login(wrong)));
    await accounts.logIn({ username: 'ada', password }, otherClient);
    await accounts.changePassword(ada.viewer, change, otherClient);
    await accounts.deleteAccount(ada.viewer, otherPassword, otherClient);
  });

  test('for several accounts, all are blocked from that address', async () => {
    const { attempt, accounts } = await openAda({ failuresPerAccount: 0, failuresPerAddress: 3 });
    const names = ['grace', 'eve'];
    await inSequence(2, (at) => errorOf(accounts.logIn({ username: names[at] ?? '', password }, client)));
    await expect(attempt.deleteAccount(wrong)).rejects.toEqual(invalidCredentials);
    await expect(attempt.login(password)).rejects.toEqual(limited(quarterHour));
    await accounts.logIn({ username: 'ada', password }, otherClient);
  });

  test('a success before the limit resets the count', async () => {
    const { attempt } = await openAda();
    await errorOf(attempt.login(wrong));
    await attempt.changePassword(password);
    await expect(attempt.login(password)).rejects.toEqual(invalidCredentials);
    await expect(attempt.deleteAccount(wrong)).rejects.toEqual(invalidCredentials);
    await expect(attempt.login(otherPassword)).rejects.toEqual(limited(quarterHour));
  });

  test('does not count attempts with an invalid new password, which is checked first', async () => {
    const { accounts, ada, attempt } = await openAda();
    const bad = { currentPassword: wrong, newPassword: 'short' };
    const errors = await inSequence(3, () => errorOf(accounts.changePassword(ada.viewer, bad, client)));
    expect(errors).toMatchObject([1, 2, 3].map(() => ({ extensions: { code: 'BAD_USER_INPUT' } })));
    await attempt.login(password);
  });
});

describe('after too many registrations', () => {
  const open = () => {
    stopClock();
    return openAccounts({ limits: { registrationsPerAddress: 2 } });
  };

  test('register throws RATE_LIMITED for an hour, for that address only', async () => {
    const { accounts, signUp, logIn } = open();
    await signUp('ada');
    await signUp('grace');
    await expect(signUp('eve')).rejects.toEqual(limited(3_600));
    await expect(logIn('eve')).rejects.toEqual(invalidCredentials);
    await accounts.register({ username: 'bob', password }, otherClient);
    passSeconds(3_600);
    await signUp('eve');
  });

  test('USERNAME_TAKEN counts, and BAD_USER_INPUT does not', async () => {
    const { accounts, signUp } = open();
    await signUp('ada');
    const errors = await inSequence(3, () => errorOf(accounts.register({ username: 'a', password }, client)));
    expect(errors).toMatchObject([1, 2, 3].map(() => ({ extensions: { code: 'BAD_USER_INPUT' } })));
    await expect(signUp('ada')).rejects.toEqual(apiError('USERNAME_TAKEN'));
    await expect(signUp('ada')).rejects.toEqual(limited(3_600));
  });
});

describe('a flood of requests from one address', () => {
  /** Ada's account with a hash of a lower cost, and more hashes from her address than can be queued. */
  async function openFlood() {
    const before = openAccounts({ bcryptCost: 4 });
    const { viewer } = await before.signUp('ada');
    const { accounts, passwords, store } = openAccounts({ bcryptCost: 5, file: before.file });
    const flood = Promise.allSettled(Array.from({ length: 200 }, () => passwords.hash(password, client)));
    onTestFinished(async () => void (await flood));
    const call = {
      register: (from: ClientInfo) => accounts.register({ username: 'grace', password }, from),
      login: (from: ClientInfo) => accounts.logIn({ username: 'ada', password }, from),
      changePassword: (from: ClientInfo) => accounts.changePassword(viewer, change, from),
      deleteAccount: (from: ClientInfo) => accounts.deleteAccount(viewer, password, from),
    };
    return { call, store };
  }

  test.each(['register', ...fields] as const)('does not prevent %s from another address', async (field) => {
    const { call } = await openFlood();
    await expect(call[field](client)).rejects.toEqual(apiError('SERVICE_UNAVAILABLE'));
    await call[field](otherClient);
  });

  test('does not prevent rehashing for another address', async () => {
    const { call, store } = await openFlood();
    await call.login(otherClient);
    expect((await store.findByUsernameKey('ADA'))?.passwordHash).toMatch(/^\$2b\$05\$/);
  });
});
