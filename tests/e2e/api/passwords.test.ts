import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../support/files.ts';
import { changePassword, logIn, logInAgain, register } from '../../support/graphql/accounts.ts';
import { viewerAndCount } from '../../support/graphql/documents.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import { uniqueName } from '../../support/systems/users.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const registerAs = (password: string, username = uniqueName()) =>
  system.request(register, { input: { username, password } });
const invalidCredentials = { code: 'INVALID_CREDENTIALS' };

describe('a password can be', () => {
  test.each([
    ['8 letters of one kind', 'xkwqzvjp'],
    ['8 characters of two UTF-16 units each', '🐴'.repeat(8)],
    ['72 bytes', '長'.repeat(24)],
    ['spaces in it, and at its ends', '  correct  horse  '],
    ['nothing but spaces', ' '.repeat(9)],
    ['of any script', 'пароль בלי סוף รหัสผ่าน'],
    ['tabs, line breaks and controls', 'a\tb\r\nc\u0007d\u009f\u200d'],
    ['quotes and a dollar', `'"\\$2b$10$\${x}--;%00`],
    ['one of another account', 'the password of two'],
    ['one of another account, registered later', 'the password of two'],
  ])('%s', async (_, password) => {
    const username = uniqueName();
    expect((await registerAs(password, username)).errors).toEqual([]);
    await logInAgain(system.gateway, { username, password });
    for (const other of [password.trim(), `${password} `, password.slice(0, -1)].filter((each) => each !== password)) {
      const error = await system.request.error(logIn, { input: { username, password: other } });
      expect(error).toEqual(invalidCredentials);
    }
  });

  test('typed in another Unicode normalization form, as by another keyboard', async () => {
    const username = uniqueName();
    await registerAs('Größe und Höhe', username);
    await logInAgain(system.gateway, { username, password: 'Größe und Höhe'.normalize('NFD') });
    // Case and width are significant.
    for (const password of ['größe und höhe', 'Ｇröße und Höhe'])
      expect(await system.request.error(logIn, { input: { username, password } })).toEqual(invalidCredentials);
  });
});

describe('BAD_USER_INPUT, with the field and the reason, for a password', () => {
  const username = `Ada.${uniqueName().slice(-8)}`;
  test.each([
    ['of 7 characters', 'xkwqzvj', 'at least 8 characters'],
    ['of 7 characters, but 14 UTF-16 units', '🐴'.repeat(7), 'at least 8 characters'],
    ['of 7 characters, but 14 code points before normalization', 'e\u0301'.repeat(7), 'at least 8 characters'],
    ['of 7 code points that are one grapheme', '👩‍👩‍👧‍👦', 'at least 8 characters'],
    ['that is empty', '', 'at least 8 characters'],
    ['of 73 bytes', 'x'.repeat(73), 'at most 72 bytes'],
    ['of 25 characters that are 75 bytes', '長'.repeat(25), 'at most 72 bytes'],
    ['that fills the whole request', 'x'.repeat(500_000), 'at most 72 bytes'],
    ['known from breaches', 'password1', 'breaches'],
    ['known from breaches, in other case', 'PassWord1', 'breaches'],
    ['known from breaches, in wide letters', 'ｐａｓｓｗｏｒｄ１', 'breaches'],
    ['with the username inside', `my ${username}!`, 'username'],
    ['with the username inside, in other case', `MY ${username.toUpperCase()}!`, 'username'],
    ['with the product’s name inside', 'my image-supergraph!', 'name of this product'],
    ['with the product’s name inside, in another spelling', 'Image Super_Graph 1', 'name of this product'],
    ['with NUL inside', 'correct\0horse', 'NUL'],
    ['with a lone surrogate', 'correct \ud83d horse', 'well-formed'],
  ])('%s', async (_, password, says) => {
    const { errors, data } = await registerAs(password, username);
    expect(data).toEqual({ register: null });
    expect(errors).toMatchObject([
      {
        path: ['register'],
        extensions: {
          code: 'BAD_USER_INPUT',
          problems: [{ field: 'password', message: expect.stringContaining(says) }],
        },
      },
    ]);
  });

  test('with several of these: lists all of them, and does not repeat the password', async () => {
    const { errors, text } = await registerAs(`${username} of image-supergraph`, username);
    const problem = { field: 'password', message: expect.any(String) };
    expect(errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', problems: [problem, problem] });
    expect(text).not.toContain(username);
  });
});

test('a password is never truncated: one with more than its 72 bytes is another', async () => {
  const username = uniqueName();
  const password = 'x'.repeat(72);
  await registerAs(password, username);
  const error = await system.request.error(logIn, { input: { username, password: `${password}y` } });
  expect(error).toEqual(invalidCredentials);
});

test('a higher minimum length applies to new passwords only', async () => {
  const dataFolder = folderOfTest();
  const before = await startSystem({}, { dataFolder });
  const [username, password] = [uniqueName(), 'xkwqzvjp'];
  await before.request.data(register, { input: { username, password } });
  await before.stop();

  const after = await startSystem({ passwords: { cost: 4, concurrency: 2, minCharacters: 12 } }, { dataFolder });
  onTestFinished(after.stop);
  const { request } = await logInAgain(after.gateway, { username, password });
  const problem = (field: string) => ({
    code: 'BAD_USER_INPUT',
    problems: [{ field, message: expect.stringContaining('at least 12 characters') }],
  });
  const newPassword = 'x'.repeat(11);
  expect(await after.request.error(register, { input: { username: uniqueName(), password: newPassword } })).toEqual(
    problem('password'),
  );
  const change = (to: string) => ({ input: { currentPassword: password, newPassword: to } });
  expect(await request.error(changePassword, change(newPassword))).toEqual(problem('newPassword'));
  await request.data(changePassword, change(`${newPassword}y`));
});

test('a log-in rehashes the password when the cost has been raised, and ends no session', async () => {
  const dataFolder = folderOfTest();
  const costs = () => {
    const db = new Database(join(dataFolder, 'auth.sqlite'), { readonly: true });
    const hashes = db.prepare<[], string>('SELECT password_hash FROM users').pluck().all();
    db.close();
    return hashes.map((hash) => Number(hash.split('$')[2]));
  };
  const before = await startSystem({ passwords: { cost: 4, concurrency: 2 } }, { dataFolder });
  const ada = await before.signUp();
  await before.stop();
  expect(costs()).toEqual([4]);

  const after = await startSystem({ passwords: { cost: 6, concurrency: 2 } }, { dataFolder });
  onTestFinished(after.stop);
  const { username, password } = ada;
  await after.request.error(logIn, { input: { username, password: `${password}!` } });
  expect(costs()).toEqual([4]);
  await logInAgain(after.gateway, ada);
  expect(costs()).toEqual([6]);
  await logInAgain(after.gateway, ada);
  expect(await after.as(ada.accessToken).data(viewerAndCount)).toHaveProperty('me', { id: ada.id, username });
});
