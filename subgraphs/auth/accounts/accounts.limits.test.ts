import { describe, expect, onTestFinished, test } from 'vitest';
import type { ClientInfo } from '../../../platform/http/client-info.ts';
import { elsewhere, inTurn, passSeconds } from '../testing/throttle.ts';
import { client, openUsers, otherPassword, password, refusal, refusalOf, stopClock } from '../testing/users.ts';

const quarterHour = 900;
const wrong = 'wrong horse';
const invalidCredentials = refusal('INVALID_CREDENTIALS');
const limited = (retryAfterSeconds: number) => refusal('RATE_LIMITED', { retryAfterSeconds });
const change = { currentPassword: password, newPassword: otherPassword };
const away = { ...client, address: elsewhere };

/** Ada, of whose password two may be guessed wrong from one address; and every way to guess it. */
async function openAda({ failuresPerAccount = 2, failuresPerAddress = 0 } = {}) {
  stopClock();
  const opened = openUsers({ limits: { failuresPerAccount, failuresPerAddress } });
  const { users, signUp } = opened;
  const ada = await signUp('ada');
  const guess = {
    login: (by: string) => users.logIn({ username: 'ada', password: by }, client),
    changePassword: (by: string) => users.changePassword(ada.viewer, { ...change, currentPassword: by }, client),
    deleteAccount: (by: string) => users.deleteAccount(ada.viewer, by, client),
  };
  return { ...opened, ada, guess };
}

const fields = ['login', 'changePassword', 'deleteAccount'] as const;

describe('too many wrong passwords', () => {
  test.each(fields)('at %s are RATE_LIMITED, and so is the right one until their time is over', async (field) => {
    const { guess } = await openAda();
    const refusals = await inTurn(3, () => refusalOf(guess[field](wrong)));
    expect(refusals).toEqual([invalidCredentials, invalidCredentials, limited(quarterHour)]);
    passSeconds(quarterHour - 1);
    await expect(guess[field](password)).rejects.toEqual(limited(1));
    passSeconds(1);
    await guess[field](password);
  });

  test.each(fields)('anywhere are too many at %s, which changes nothing then', async (field) => {
    const { guess, users, sessions, ada, logIn } = await openAda();
    await refusalOf(guess.deleteAccount(wrong));
    await refusalOf(guess.changePassword(wrong));
    await expect(guess[field](password)).rejects.toEqual(limited(quarterHour));
    expect(await users.me(ada.user.id)).toEqual(ada.user);
    expect(await sessions.list(ada.viewer)).toHaveLength(1);
    passSeconds(quarterHour);
    await logIn('ada');
  });

  test('are as many for each way to write the name', async () => {
    const { users } = await openAda();
    const names = ['ada', 'ADA', 'Ａｄａ'];
    const refusals = await inTurn(3, (at) =>
      refusalOf(users.logIn({ username: names[at] ?? '', password: wrong }, client)),
    );
    expect(refusals).toEqual([invalidCredentials, invalidCredentials, limited(quarterHour)]);
  });

  test('are as many for a name that nobody has', async () => {
    const { users } = await openAda();
    const refusals = await inTurn(3, () => refusalOf(users.logIn({ username: 'nobody', password }, client)));
    expect(refusals).toEqual([invalidCredentials, invalidCredentials, limited(quarterHour)]);
  });

  test('keep nobody out who comes from elsewhere, wherever the session is from', async () => {
    const { guess, users, ada } = await openAda();
    await inTurn(3, () => refusalOf(guess.login(wrong)));
    await users.logIn({ username: 'ada', password }, away);
    await users.changePassword(ada.viewer, change, away);
    await users.deleteAccount(ada.viewer, otherPassword, away);
  });

  test('for several accounts are RATE_LIMITED for all at that address', async () => {
    const { guess, users } = await openAda({ failuresPerAccount: 0, failuresPerAddress: 3 });
    const names = ['grace', 'eve'];
    await inTurn(2, (at) => refusalOf(users.logIn({ username: names[at] ?? '', password }, client)));
    await expect(guess.deleteAccount(wrong)).rejects.toEqual(invalidCredentials);
    await expect(guess.login(password)).rejects.toEqual(limited(quarterHour));
    await users.logIn({ username: 'ada', password }, away);
  });

  test('are counted from none again after the right one', async () => {
    const { guess } = await openAda();
    await refusalOf(guess.login(wrong));
    await guess.changePassword(password);
    await expect(guess.login(password)).rejects.toEqual(invalidCredentials);
    await expect(guess.deleteAccount(wrong)).rejects.toEqual(invalidCredentials);
    await expect(guess.login(otherPassword)).rejects.toEqual(limited(quarterHour));
  });

  test('are none where the new password is refused, which is told before the other is looked at', async () => {
    const { users, ada, guess } = await openAda();
    const bad = { currentPassword: wrong, newPassword: 'short' };
    const refusals = await inTurn(3, () => refusalOf(users.changePassword(ada.viewer, bad, client)));
    expect(refusals).toMatchObject([1, 2, 3].map(() => ({ extensions: { code: 'BAD_USER_INPUT' } })));
    await guess.login(password);
  });
});

describe('too many registrations', () => {
  const open = () => {
    stopClock();
    return openUsers({ limits: { registrationsPerAddress: 2 } });
  };

  test('from one address are RATE_LIMITED for an hour, and open no account; those from elsewhere are not', async () => {
    const { users, signUp, logIn } = open();
    await signUp('ada');
    await signUp('grace');
    await expect(signUp('eve')).rejects.toEqual(limited(3_600));
    await expect(logIn('eve')).rejects.toEqual(invalidCredentials);
    await users.register({ username: 'bob', password }, away);
    passSeconds(3_600);
    await signUp('eve');
  });

  test('are also those whose name was taken, and none whose input was refused', async () => {
    const { users, signUp } = open();
    await signUp('ada');
    const refusals = await inTurn(3, () => refusalOf(users.register({ username: 'a', password }, client)));
    expect(refusals).toMatchObject([1, 2, 3].map(() => ({ extensions: { code: 'BAD_USER_INPUT' } })));
    await expect(signUp('ada')).rejects.toEqual(refusal('USERNAME_TAKEN'));
    await expect(signUp('ada')).rejects.toEqual(limited(3_600));
  });
});

describe('a crowd that asks for more from one address than can be hashed', () => {
  /** Ada's account, from when a hash cost less, and the crowd. */
  async function openCrowd() {
    const before = openUsers({ bcryptCost: 4 });
    const { viewer } = await before.signUp('ada');
    const { users, passwords, store } = openUsers({ bcryptCost: 5, file: before.file });
    const crowd = Promise.allSettled(Array.from({ length: 200 }, () => passwords.hash(password, client.address)));
    onTestFinished(async () => void (await crowd));
    const ask = {
      register: (from: ClientInfo) => users.register({ username: 'grace', password }, from),
      login: (from: ClientInfo) => users.logIn({ username: 'ada', password }, from),
      changePassword: (from: ClientInfo) => users.changePassword(viewer, change, from),
      deleteAccount: (from: ClientInfo) => users.deleteAccount(viewer, password, from),
    };
    return { ask, store };
  }

  test.each(['register', ...fields] as const)('keeps nobody elsewhere from %s', async (field) => {
    const { ask } = await openCrowd();
    await expect(ask[field](client)).rejects.toEqual(refusal('SERVICE_UNAVAILABLE'));
    await ask[field](away);
  });

  test('keeps no hash of somebody elsewhere from being redone', async () => {
    const { ask, store } = await openCrowd();
    await ask.login(away);
    expect((await store.findByUsernameKey('ADA'))?.passwordHash).toMatch(/^\$2b\$05\$/);
  });
});
