import { describe, expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../support/files.ts';
import { changePassword, deleteAccount, logIn, logInAgain, register } from '../../support/graphql/accounts.ts';
import { viewer } from '../../support/graphql/documents.ts';
import type { GraphqlResponse, SendRequest } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import { type TestUser, uniqueName } from '../../support/systems/users.ts';

const byDefault = { failuresPerAccount: 10, failuresPerAddress: 100, registrationsPerAddress: 300 };
const off = { failuresPerAccount: 0, failuresPerAddress: 0, registrationsPerAddress: 0 };

/** A system with other limits, which stops when the test is over. */
async function systemWith(limits: Partial<typeof byDefault> = {}, dataFolder = folderOfTest()): Promise<System> {
  const system = await startSystem({ limits: { ...byDefault, ...limits } }, { dataFolder });
  onTestFinished(system.stop);
  return system;
}

/** What a guess comes to: the code, or nothing where it is right. */
const codeOf = async (answer: Promise<GraphqlResponse<unknown>>) => (await answer).errors[0]?.extensions.code;
const guess = (request: SendRequest, username: string, password = 'wrong horse') =>
  codeOf(request(logIn, { input: { username, password } }));

/** One after the other. */
async function inTurn<Result>(times: number, run: (nth: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let nth = 0; nth < times; nth++) results.push(await run(nth));
  return results;
}

const wrong = (times: number) => Array(times).fill('INVALID_CREDENTIALS');

async function expectLimited(request: SendRequest, { username, password }: Pick<TestUser, 'username' | 'password'>) {
  const refusal = await request.error(logIn, { input: { username, password } });
  expect(refusal).toEqual({ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) });
  const { retryAfterSeconds } = refusal;
  expect(Number.isInteger(retryAfterSeconds)).toBe(true);
  expect(retryAfterSeconds).toBeGreaterThan(0);
  expect(retryAfterSeconds).toBeLessThanOrEqual(15 * 60);
}

describe('after 10 wrong passwords for an account', () => {
  test('even the right one is RATE_LIMITED, and says for how long; other accounts are not', async () => {
    const { request, gateway, signUp } = await systemWith();
    const [ada, bob] = [await signUp(), await signUp()];
    expect(await inTurn(10, () => guess(request, ada.username))).toEqual(wrong(10));
    await expectLimited(request, ada);
    await logInAgain(gateway, bob);
    expect(await ada.request.data(viewer)).toEqual({ me: { id: ada.id, username: ada.username } });
  });

  test('it is so however the name is written', async () => {
    const { request, signUp } = await systemWith();
    const ada = await signUp();
    const wide = [...ada.username]
      .map((letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0))
      .join('');
    const spellings = [ada.username, ada.username.toUpperCase(), wide];
    expect(await inTurn(10, (nth) => guess(request, spellings[nth % 3] ?? ''))).toEqual(wrong(10));
    for (const username of spellings) await expectLimited(request, { ...ada, username });
  });

  test('an account that there is not is no other, to the letter', async () => {
    const { request, signUp } = await systemWith();
    const names = [(await signUp()).username, uniqueName(), 'no name at all!'];
    const texts = await Promise.all(
      names.map(async (username) => {
        const input = { username, password: 'wrong horse' };
        const answers = await inTurn(11, () => request(logIn, { input }));
        return answers.map(({ status, text }) => [status, text.replace(/\d+/g, 'n')]);
      }),
    );
    expect(texts[1]).toEqual(texts[0]);
    expect(texts[2]).toEqual(texts[0]);
    expect(texts[0]?.[10]?.[1]).toContain('RATE_LIMITED');
  });

  test('it is so after a restart of everything, too', async () => {
    const dataFolder = folderOfTest();
    const before = await systemWith({}, dataFolder);
    const ada = await before.signUp();
    await inTurn(10, () => guess(before.request, ada.username));
    await before.stop();
    await expectLimited((await systemWith({}, dataFolder)).request, ada);
  });

  test('which came at the same moment, no more are compared', async () => {
    const { request, signUp } = await systemWith();
    const ada = await signUp();
    const codes = await Promise.all(Array.from({ length: 40 }, () => guess(request, ada.username)));
    expect(codes.sort()).toEqual([...wrong(10), ...Array(30).fill('RATE_LIMITED')]);
  });
});

describe('what counts', () => {
  test('is a wrong password of changePassword and deleteAccount, too; then all three are RATE_LIMITED', async () => {
    const { request, signUp } = await systemWith();
    const ada = await signUp();
    const { username, password } = ada;
    const newPassword = 'another horse altogether';
    const change = (currentPassword: string) =>
      codeOf(ada.request(changePassword, { input: { currentPassword, newPassword } }));
    const remove = (given: string) => codeOf(ada.request(deleteAccount, { input: { password: given } }));
    const attempts = [() => guess(request, username), () => change('wrong horse'), () => remove('wrong horse')];
    for (const attempt of [...attempts, ...attempts, ...attempts, () => remove('')]) {
      expect(await attempt()).toBe('INVALID_CREDENTIALS');
    }
    expect([await change(password), await remove(password), await guess(request, username, password)]).toEqual(
      Array(3).fill('RATE_LIMITED'),
    );
  });

  test('are failures alone: any number of log-ins go well, and one makes up for those before it', async () => {
    const { request, signUp } = await systemWith();
    const { username, password } = await signUp();
    expect(await inTurn(25, () => guess(request, username, password))).toEqual(Array(25).fill(undefined));
    expect(await inTurn(9, () => guess(request, username))).toEqual(wrong(9));
    expect(await guess(request, username, password)).toBeUndefined();
    expect(await inTurn(10, () => guess(request, username))).toEqual(wrong(10));
    await expectLimited(request, { username, password });
  });

  test('is no new password that is none', async () => {
    const { gateway, signUp } = await systemWith();
    const ada = await signUp();
    const input = { currentPassword: ada.password, newPassword: 'short' };
    expect(await inTurn(12, () => codeOf(ada.request(changePassword, { input })))).toEqual(
      Array(12).fill('BAD_USER_INPUT'),
    );
    await logInAgain(gateway, ada);
  });
});

test('after 100 wrong passwords from an address, for whatever accounts, no account is to be tried from there', async () => {
  const { request, signUp } = await systemWith();
  const ada = await signUp();
  const names = Array.from({ length: 100 }, uniqueName);
  expect(await inTurn(100, (nth) => guess(request, names[nth] ?? ''))).toEqual(wrong(100));
  await expectLimited(request, ada);
  expect(await ada.request.data(viewer)).toEqual({ me: { id: ada.id, username: ada.username } });
});

describe('registrations', () => {
  const open = (request: SendRequest, username = uniqueName(), password = 'correct horse battery') =>
    codeOf(request(register, { input: { username, password } }));

  test('from one address are so many in an hour, RATE_LIMITED beyond; what is refused as input is none', async () => {
    const dataFolder = folderOfTest();
    const before = await systemWith({ registrationsPerAddress: 3 }, dataFolder);
    expect(await inTurn(5, () => open(before.request, 'a b'))).toEqual(Array(5).fill('BAD_USER_INPUT'));
    expect(await inTurn(4, () => open(before.request))).toEqual([undefined, undefined, undefined, 'RATE_LIMITED']);
    await before.stop();

    const after = await systemWith({ registrationsPerAddress: 3 }, dataFolder);
    const input = { username: uniqueName(), password: 'correct horse battery' };
    const refusal = await after.request.error(register, { input });
    expect(refusal).toEqual({ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) });
    expect(refusal.retryAfterSeconds).toBeLessThanOrEqual(60 * 60);
    // Nor was there one.
    expect(await guess(after.request, input.username, input.password)).toBe('INVALID_CREDENTIALS');
  });

  test('that find the name taken count: names are not to be tried out without end', async () => {
    const { request, signUp } = await systemWith({ registrationsPerAddress: 3 });
    const { username } = await signUp();
    expect(await inTurn(3, () => open(request, username))).toEqual([
      'USERNAME_TAKEN',
      'USERNAME_TAKEN',
      'RATE_LIMITED',
    ]);
  });
});

test('a limit of 0 is none', async () => {
  const { request, gateway, signUp } = await systemWith(off);
  const ada = await signUp();
  expect(await inTurn(110, () => guess(request, ada.username))).toEqual(wrong(110));
  await logInAgain(gateway, ada);
});
