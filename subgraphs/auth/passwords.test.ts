import { describe, expect, test } from 'vitest';
import { createPasswords, passwordProblems } from './passwords.ts';

const cheap = () => createPasswords({ cost: 4, concurrency: 2 });
/** Decided in DECISIONS.md. */
const maxWaiting = 40;
const unavailable = { name: 'Refusal', extensions: { code: 'SERVICE_UNAVAILABLE' } };
const problem = (message: string) => [{ field: 'password', message }];
const tooLong = problem('A password has at most 72 bytes of UTF-8.');
const tooShort = problem('A password has at least 8 characters.');
const notText = problem('A password is well-formed text without NUL.');

describe('what is no password', () => {
  test.each([
    ['nothing', '', tooShort],
    ['7 letters', 'abcdefg', tooShort],
    ['7 characters of two units each', '😀'.repeat(7), tooShort],
    ['4 letters, each with a mark that it becomes one with', 'e\u0301'.repeat(4), tooShort],
    ['73 letters', 'a'.repeat(73), tooLong],
    ['37 letters of two bytes each', 'é'.repeat(37), tooLong],
    ['36 letters of two bytes and one of one', `${'é'.repeat(36)}a`, tooLong],
    ['25 letters of three bytes each', '李'.repeat(25), tooLong],
    ['19 characters of four bytes each', '😀'.repeat(19), tooLong],
    ['a megabyte', 'a'.repeat(1_000_000), tooLong],
    ['NUL, where C ends a text', 'secret\0secret', notText],
    ['NUL alone', '\0'.repeat(8), notText],
    ['the first half of a character', 'password\uD83D', notText],
    ['the second half of a character', '\uDE00password', notText],
    ['two halves the wrong way round', 'password\uDE00\uD83D', notText],
  ])('%s', (_, password, problems) => {
    expect(passwordProblems(password)).toEqual(problems);
  });

  test('a megabyte of marks, which is not normalised to find that out', () => {
    expect(passwordProblems(`a${'\u0301\u0316'.repeat(250_000)}`)).toEqual(tooLong);
  }, 2_000);
});

describe('what is a password', () => {
  test.each([
    ['8 letters', 'abcdefgh'],
    ['8 spaces', ' '.repeat(8)],
    ['8 characters of two units each', '😀'.repeat(8)],
    ['72 letters', 'a'.repeat(72)],
    ['36 letters of two bytes each', 'é'.repeat(36)],
    ['36 letters of two bytes each, written in two parts', 'e\u0301'.repeat(36)],
    ['24 letters of three bytes each', '李'.repeat(24)],
    ['18 characters of four bytes each', '😀'.repeat(18)],
    ['36 letters of two bytes each, written in three parts', 'u\u0308\u0304'.repeat(36)],
  ])('%s', (_, password) => {
    expect(passwordProblems(password)).toEqual([]);
  });
});

describe('a password does not match', () => {
  test('another', async () => {
    const { hash, matches } = cheap();
    const kept = await hash('correct horse');
    for (const other of ['correct horsE', 'correct hors', 'correct horse ', '', '\0']) {
      expect({ other, matches: await matches(other, kept) }).toEqual({ other, matches: false });
    }
  });

  test('where there is no account', async () => {
    expect(await cheap().matches('correct horse', undefined)).toBe(false);
  });

  test('one that bcrypt would have cut off at its 72 bytes', async () => {
    const { hash, matches } = cheap();
    const longest = 'a'.repeat(72);
    const kept = await hash(longest);
    expect(await matches(longest, kept)).toBe(true);
    expect(await matches(`${longest}b`, kept)).toBe(false);
    expect(await matches(longest.repeat(1_000), kept)).toBe(false);
  });

  test('one that bcrypt would have cut off in the middle of a character', async () => {
    const { hash, matches } = cheap();
    const kept = await hash(`${'a'.repeat(70)}é`);
    expect(await matches(`${'a'.repeat(70)}éé`, kept)).toBe(false);
  });

  test('one that goes on after NUL', async () => {
    const { hash, matches } = cheap();
    const kept = await hash('correct horse');
    expect(await matches('correct horse\0battery', kept)).toBe(false);
  });

  test('one that looks the same once what is not well-formed is replaced', async () => {
    const { hash, matches } = cheap();
    const kept = await hash('password\uFFFD');
    expect(await matches('password\uD83D', kept)).toBe(false);
  });

  test.each(['', 'plain', '$2b$04$short', '$1$abcdefgh$abcdefghabcdefghabcdef'])(
    'the damaged hash %j',
    async (kept) => {
      expect(await cheap().matches('correct horse', kept)).toBe(false);
    },
  );
});

describe('a password matches', () => {
  test.each([
    ['as it was', 'correct horse', 'correct horse'],
    ['typed in parts', 'crème brûlée', 'cre\u0300me bru\u0302le\u0301e'],
    ['typed whole', 'cre\u0300me bru\u0302le\u0301e', 'crème brûlée'],
    ['of 72 bytes, typed in parts', 'ǖ'.repeat(36), 'u\u0308\u0304'.repeat(36)],
    ['of emoji', '👩‍💻👨‍👩‍👧‍👦', '👩‍💻👨‍👩‍👧‍👦'],
  ])('%s', async (_, kept, typed) => {
    const { hash, matches } = cheap();
    expect(await matches(typed, await hash(kept))).toBe(true);
  });

  test('a hash of another cost than is in use now', async () => {
    const kept = await createPasswords({ cost: 5, concurrency: 1 }).hash('correct horse');
    expect(await cheap().matches('correct horse', kept)).toBe(true);
  });
});

test.each([4, 5])('what is kept of a password is bcrypt of cost %i with a salt of its own', async (cost) => {
  const { hash } = createPasswords({ cost, concurrency: 2 });
  const [one, other] = await Promise.all([hash('correct horse'), hash('correct horse')]);
  const format = new RegExp(`^\\$2b\\$${String(cost).padStart(2, '0')}\\$[./A-Za-z0-9]{53}$`);
  expect([one, other]).toEqual([expect.stringMatching(format), expect.stringMatching(format)]);
  expect(one).not.toBe(other);
});

describe('where too many passwords are to be hashed', () => {
  test.each([1, 3])(`with %i at once, ${maxWaiting} more wait, and the next is refused`, async (concurrency) => {
    const { hash, matches } = createPasswords({ cost: 4, concurrency });
    const accepted = Array.from({ length: concurrency + maxWaiting }, () => hash('correct horse'));
    await expect(hash('correct horse')).rejects.toMatchObject(unavailable);
    await expect(matches('correct horse', '$2b$04$')).rejects.toMatchObject(unavailable);
    expect(await Promise.all(accepted)).toEqual(accepted.map(() => expect.stringMatching(/^\$2b\$04\$/)));
  });

  test('the name of nobody is refused as anybody else is', async () => {
    const { hash, matches } = createPasswords({ cost: 4, concurrency: 1 });
    const accepted = Array.from({ length: 1 + maxWaiting }, () => hash('correct horse'));
    await expect(matches('correct horse', undefined)).rejects.toMatchObject(unavailable);
    await Promise.all(accepted);
    expect(await matches('correct horse', undefined)).toBe(false);
  });
});
