import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { folderOfTest } from '../../support/files.ts';
import { deleteAccount, logIn, logInAgain, register } from '../../support/graphql/accounts.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import { uniqueName } from '../../support/systems/users.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const password = 'correct horse battery staple';
const taken = { code: 'USERNAME_TAKEN' };
const open = async (username: string, { request }: Pick<System, 'request'> = system) =>
  (await request(register, { input: { username, password } })).errors[0]?.extensions ?? 'registered';

describe('USERNAME_TAKEN for a name that is confusable with a registered one', () => {
  test.each([
    ['with one Cyrillic letter', 'paypal', 'p\u0430ypal'],
    ['all in Cyrillic', 'scope', '\u0455\u0441\u043e\u0440\u0435'],
    ['in capitals, all in Cyrillic', 'tom', '\u0422\u041e\u041c'],
    ['in Latin, of one in Cyrillic', '\u0430\u0445\u0440', 'axp'],
    ['with one Greek letter', 'google', 'go\u03bfgle'],
    ['with digits of another script', '1111', '\u0661\u0661\u0661\u0661'],
    ['with a Greek letter, of one in German', 'weiß', 'wei\u03b2'],
    ['with an accent, and one Cyrillic letter', 'am\u00e9lie', '\u0430m\u00e9lie'],
    ['with a capital i as an l', 'paypalqqs', 'paypaIqqs'],
    ['with a 1 as an l', 'paypalrrs', 'paypa1rrs'],
    ['with a dot below', 'paypalsss', 'p\u1ea1ypalsss'],
    ['with a Latin alpha', 'paypaltts', 'p\u0251ypaltts'],
    ['with a dot at its end', 'paypaluus', 'paypaluus.'],
    ['of one with a capital i as an l', 'paypaIvvs', 'paypalvvs'],
    ['with rn as m', 'modem', 'modern'],
  ])('%s', async (_, name, lookAlike) => {
    expect(await open(name)).toBe('registered');
    expect(await open(lookAlike)).toEqual(taken);
    // It does not log in to the other account either.
    const error = await system.request.error(logIn, { input: { username: lookAlike, password } });
    expect(error).toEqual({ code: 'INVALID_CREDENTIALS' });
    await logInAgain(system.gateway, { username: name, password });
  });

  test('for all but one of several confusable names registered concurrently', async () => {
    const names = ['cocoa', 'c\u043ecoa', 'co\u0441oa', 'coc\u043ea', '\u0441ocoa'];
    const outcomes = await Promise.all(names.map((name) => open(name)));
    expect(outcomes.filter((outcome) => outcome === 'registered')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome !== 'registered')).toEqual(Array(4).fill(taken));
  });
});

describe('registers a name of one script', () => {
  test.each([
    'Zoë_Ångström',
    'Софья',
    'Οδυσσεύς',
    'مُحَمَّد',
    'प्रेमचंद',
    '李清照',
    '山田タロウさん',
    '세종대왕',
    'דוד-כהן',
    'o.connor-2',
  ])('%s', async (username) => {
    expect(await open(username)).toBe('registered');
    await logInAgain(system.gateway, { username, password });
  });

  test.each([
    ['resume', 'résumé'],
    ['ilya', 'llya'],
    ['Pyotr', 'Пётр'],
  ])('although %s is there: %s', async (name, other) => {
    expect([await open(name), await open(other)]).toEqual(['registered', 'registered']);
  });
});

test('a name that is confusable with a deleted one can be registered', async () => {
  const ada = await system.signUp();
  const lookAlike = ada.username.replace('s', '\u0455');
  expect(await open(lookAlike)).toEqual(taken);
  await ada.request.data(deleteAccount, { input: { password: ada.password } });
  expect(await open(lookAlike)).toBe('registered');
});

test('the next start also protects accounts that an earlier version registered', async () => {
  const dataFolder = folderOfTest();
  const before = await startSystem({}, { dataFolder });
  const username = uniqueName();
  await open(username, before);
  await before.stop();
  const db = new Database(join(dataFolder, 'auth.sqlite'));
  const idOfAccount = db.prepare('SELECT id FROM users').pluck().get();
  expect(db.prepare('DELETE FROM look_alikes WHERE user_id = ?').run(idOfAccount).changes).toBeGreaterThan(0);
  db.close();

  const after = await startSystem({}, { dataFolder });
  onTestFinished(after.stop);
  expect(await open(username.replace('e', '\u0435'), after)).toEqual(taken);
});
