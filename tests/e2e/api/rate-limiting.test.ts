import { describe, expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../support/files.ts';
import { changePassword, deleteAccount, logIn, logInAgain, register } from '../../support/graphql/accounts.ts';
import { viewer } from '../../support/graphql/documents.ts';
import type { GraphqlResponse, SendRequest } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import { type TestUser, uniqueName } from '../../support/systems/users.ts';

const byDefault = { failuresPerAccount: 10, failuresPerAddress: 100, registrationsPerAddress: 300 };
const off = { failuresPerAccount: 0, failuresPerAddress: 0, registrationsPerAddress: 0 };

/** Starts a system with other limits, which stops after the test. */
async function systemWith(limits: Partial<typeof byDefault> = {}, dataFolder = folderOfTest()): Promise<System> {
  const system = await startSystem({ limits: { ...byDefault, ...limits } }, { dataFolder });
  onTestFinished(system.stop);
  return system;
}

/** The error code of a response; undefined if it has no error. */
const codeOf = async (answer: Promise<GraphqlResponse<unknown>>) => (await answer).errors[0]?.extensions.code;
const attempt = (request: SendRequest, username: string, password = 'wrong horse') =>
  codeOf(request(logIn, { input: { username, password } }));

/** Runs sequentially. */
async function sequentially<Result>(times: number, run: (nth: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let nth = 0; nth < times; nth++) results.push(await run(nth));
  return results;
}

const wrong = (times: number) => Array(times).fill('INVALID_CREDENTIALS');

async function expectLimited(request: SendRequest, { username, password }: Pick<TestUser, 'username' | 'password'>) {
  const error = await request.error(logIn, { input: { username, password } });
  expect(error).toEqual({ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) });
  const { retryAfterSeconds } = error;
  expect(Number.isInteger(retryAfterSeconds)).toBe(true);
  expect(retryAfterSeconds).toBeGreaterThan(0);
  expect(retryAfterSeconds).toBeLessThanOrEqual(15 * 60);
}

describe('after 10 wrong passwords for an account', () => {
  test('even the right one is RATE_LIMITED with retryAfterSeconds, but no other account is limited', async () => {
    const { request, gateway, signUp } = await systemWith();
    const [ada, bob] = [await signUp(), await signUp()];
    expect(await sequentially(10, () => attempt(request, ada.username))).toEqual(wrong(10));
    await expectLimited(request, ada);
    await logInAgain(gateway, bob);
    expect(await ada.request.data(viewer)).toEqual({ me: { id: ada.id, username: ada.username } });
  });

  test('any spelling of the name is RATE_LIMITED', async () => {
    const { request, signUp } = await systemWith();
    const ada = await signUp();
    const wide = [...ada.username]
      .map((letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0))
      .join('');
    const spellings = [ada.username, ada.username.toUpperCase(), wide];
    expect(await sequentially(10, (nth) => attempt(request, spellings[nth % 3] ?? ''))).toEqual(wrong(10));
    for (const username of spellings) await expectLimited(request, { ...ada, username });
  });

  test('an unknown name is answered exactly as a registered one', async () => {
    const { request, signUp } = await systemWith();
    const names = [(await signUp()).username, uniqueName(), 'no name at all!'];
    const texts = await Promise.all(
      names.map(async (username) => {
        const input = { username, password: 'wrong horse' };
        const answers = await sequentially(11, () => request(logIn, { input }));
        return answers.map(({ status, text }) => [status, text.replace(/\d+/g, 'n')]);
      }),
    );
    expect(texts[1]).toEqual(texts[0]);
    expect(texts[2]).toEqual(texts[0]);
    expect(texts[0]?.[10]?.[1]).toContain('RATE_LIMITED');
  });

  test('the limit survives a restart of everything', async () => {
    const dataFolder = folderOfTest();
    const before = await systemWith({}, dataFolder);
    const ada = await before.signUp();
    await sequentially(10, () => attempt(before.request, ada.username));
    await before.stop();
    await expectLimited((await systemWith({}, dataFolder)).request, ada);
  });

  test('sent concurrently, no more passwords are compared', async () => {
    const { request, signUp } = await systemWith();
    const ada = await signUp();
    const codes = await Promise.all(Array.from({ length: 40 }, () => attempt(request, ada.username)));
    expect(codes.sort()).toEqual([...wrong(10), ...Array(30).fill('RATE_LIMITED')]);
  });
});

describe('the limit counts', () => {
  test('also wrong passwords of changePassword and deleteAccount, and then limits all three', async () => {
    const { request, signUp } = await systemWith();
    const ada = await signUp();
    const { username, password } = ada;
    const newPassword = 'another horse altogether';
    const change = (currentPassword: string) =>
      codeOf(ada.request(changePassword, { input: { currentPassword, newPassword } }));
    const remove = (candidate: string) => codeOf(ada.request(deleteAccount, { input: { password: candidate } }));
    const attempts = [() => attempt(request, username), () => change('wrong horse'), () => remove('wrong horse')];
    for (const attempt of [...attempts, ...attempts, ...attempts, () => remove('')]) {
      expect(await attempt()).toBe('INVALID_CREDENTIALS');
    }
    expect([await change(password), await remove(password), await attempt(request, username, password)]).toEqual(
      Array(3).fill('RATE_LIMITED'),
    );
  });

  test('only failures, and a successful log-in resets it', async () => {
    const { request, signUp } = await systemWith();
    const { username, password } = await signUp();
    expect(await sequentially(25, () => attempt(request, username, password))).toEqual(Array(25).fill(undefined));
    expect(await sequentially(9, () => attempt(request, username))).toEqual(wrong(9));
    expect(await attempt(request, username, password)).toBeUndefined();
    expect(await sequentially(10, () => attempt(request, username))).toEqual(wrong(10));
    await expectLimited(request, { username, password });
  });

  test('no invalid new password', async () => {
    const { gateway, signUp } = await systemWith();
    const ada = await signUp();
    const input = { currentPassword: ada.password, newPassword: 'short' };
    expect(await sequentially(12, () => codeOf(ada.request(changePassword, { input })))).toEqual(
      Array(12).fill('BAD_USER_INPUT'),
    );
    await logInAgain(gateway, ada);
  });
});

test('after 100 wrong passwords from an address, every account is RATE_LIMITED from there', async () => {
  const { request, signUp } = await systemWith();
  const ada = await signUp();
  const names = Array.from({ length: 100 }, uniqueName);
  expect(await sequentially(100, (nth) => attempt(request, names[nth] ?? ''))).toEqual(wrong(100));
  await expectLimited(request, ada);
  expect(await ada.request.data(viewer)).toEqual({ me: { id: ada.id, username: ada.username } });
});

describe('registrations', () => {
  const open = (request: SendRequest, username = uniqueName(), password = 'correct horse battery') =>
    codeOf(request(register, { input: { username, password } }));

  test('from one address are limited per hour; invalid input does not count', async () => {
    const dataFolder = folderOfTest();
    const before = await systemWith({ registrationsPerAddress: 3 }, dataFolder);
    expect(await sequentially(5, () => open(before.request, 'a b'))).toEqual(Array(5).fill('BAD_USER_INPUT'));
    expect(await sequentially(4, () => open(before.request))).toEqual([
      undefined,
      undefined,
      undefined,
      'RATE_LIMITED',
    ]);
    await before.stop();

    const after = await systemWith({ registrationsPerAddress: 3 }, dataFolder);
    const input = { username: uniqueName(), password: 'correct horse battery' };
    const error = await after.request.error(register, { input });
    expect(error).toEqual({ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) });
    expect(error.retryAfterSeconds).toBeLessThanOrEqual(60 * 60);
    // No account was created.
    expect(await attempt(after.request, input.username, input.password)).toBe('INVALID_CREDENTIALS');
  });

  test('count even if the name is taken, so that names cannot be enumerated without limit', async () => {
    const { request, signUp } = await systemWith({ registrationsPerAddress: 3 });
    const { username } = await signUp();
    expect(await sequentially(3, () => open(request, username))).toEqual([
      'USERNAME_TAKEN',
      'USERNAME_TAKEN',
      'RATE_LIMITED',
    ]);
  });
});

test('a limit of 0 means no limit', async () => {
  const { request, gateway, signUp } = await systemWith(off);
  const ada = await signUp();
  expect(await sequentially(110, () => attempt(request, ada.username))).toEqual(wrong(110));
  await logInAgain(gateway, ada);
});
