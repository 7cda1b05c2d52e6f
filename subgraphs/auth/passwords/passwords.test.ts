import { describe, expect, test } from 'vitest';
import { createPasswords, type PasswordSettings } from './passwords.ts';

const here = '192.0.2.1';
const elsewhere = '198.51.100.1';

/** Of those who ask from here, unless a test says otherwise. */
function openPasswords(settings: PasswordSettings) {
  const passwords = createPasswords(settings);
  return {
    ...passwords,
    hash: (password: string, address = here) => passwords.hash(password, address),
    matches: (password: string, hash: string | undefined, address = here) => passwords.matches(password, hash, address),
  };
}

const cheap = () => openPasswords({ cost: 4, concurrency: 2 });
/** See docs/decisions/0011-limit-concurrent-password-hashes.md. */
const maxWaiting = 40;
const unavailable = { name: 'ApiError', extensions: { code: 'SERVICE_UNAVAILABLE' } };

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

  test.each([4, 5, 6])('a hash of cost %i, where 5 is in use now', async (cost) => {
    const kept = await openPasswords({ cost, concurrency: 1 }).hash('correct horse');
    const { matches } = openPasswords({ cost: 5, concurrency: 1 });
    expect(await matches('correct horse', kept)).toBe(true);
    expect(await matches('correct hors', kept)).toBe(false);
  });

  test.each([
    ['shorter than new ones are', 'abc'],
    ['common', 'password1'],
    ['empty', ''],
  ])('what an older policy let in: %s', async (_, old) => {
    const { hash, matches } = openPasswords({ cost: 4, concurrency: 1, minCharacters: 20 });
    expect(await matches(old, await hash(old))).toBe(true);
  });
});

test.each([4, 5])('what is kept of a password is bcrypt of cost %i with a salt of its own', async (cost) => {
  const { hash } = openPasswords({ cost, concurrency: 2 });
  const [one, other] = await Promise.all([hash('correct horse'), hash('correct horse')]);
  const format = new RegExp(`^\\$2b\\$${String(cost).padStart(2, '0')}\\$[./A-Za-z0-9]{53}$`);
  expect([one, other]).toEqual([expect.stringMatching(format), expect.stringMatching(format)]);
  expect(one).not.toBe(other);
});

test.each([
  [4, true],
  [5, false],
  [6, false],
])('where 5 is in use now, a hash of cost %i is outdated: %s', async (cost, isOutdated) => {
  const kept = await openPasswords({ cost, concurrency: 1 }).hash('correct horse');
  expect(openPasswords({ cost: 5, concurrency: 1 }).isOutdated(kept)).toBe(isOutdated);
});

test('what no password ever matches is not outdated', () => {
  expect(cheap().isOutdated('$2b$04$short')).toBe(false);
});

describe('what keeps a text from being a new password', () => {
  const { problems } = openPasswords({ cost: 4, concurrency: 1, minCharacters: 9 });

  test('is told of the field that is blamed, by the rules of the settings', () => {
    expect(problems('abcdefgh', { username: 'ada', field: 'newPassword' })).toEqual([
      { field: 'newPassword', message: 'A password has at least 9 characters.' },
    ]);
  });

  test('is nothing, where it keeps the rules', () => {
    expect(problems('correct horse', { username: 'ada', field: 'newPassword' })).toEqual([]);
  });
});

describe('where too many passwords are to be hashed', () => {
  test.each([1, 3])(`with %i at once, ${maxWaiting} more wait, and the next is refused`, async (concurrency) => {
    const { hash, matches } = openPasswords({ cost: 4, concurrency });
    const accepted = Array.from({ length: concurrency + maxWaiting }, () => hash('correct horse'));
    await expect(hash('correct horse')).rejects.toMatchObject(unavailable);
    await expect(matches('correct horse', '$2b$04$')).rejects.toMatchObject(unavailable);
    expect(await Promise.all(accepted)).toEqual(accepted.map(() => expect.stringMatching(/^\$2b\$04\$/)));
  });

  test('the name of nobody is refused as anybody else is', async () => {
    const { hash, matches } = openPasswords({ cost: 4, concurrency: 1 });
    const accepted = Array.from({ length: 1 + maxWaiting }, () => hash('correct horse'));
    await expect(matches('correct horse', undefined)).rejects.toMatchObject(unavailable);
    await Promise.all(accepted);
    expect(await matches('correct horse', undefined)).toBe(false);
  });

  test('nobody elsewhere is: whoever waits here makes room, and each network has its turn', async () => {
    const { hash, matches } = openPasswords({ cost: 4, concurrency: 1 });
    const order: string[] = [];
    const done = (name: string) => (work: Promise<unknown>) =>
      work.then(
        () => order.push(name),
        ({ extensions }) => order.push(`${name} ${extensions.code}`),
      );
    const crowd = Array.from({ length: 1 + maxWaiting }, () => done('here')(hash('correct horse')));
    const other = [hash('correct horse', elsewhere), matches('correct horse', undefined, elsewhere)];
    await Promise.all([...crowd, ...other.map(done('elsewhere'))]);
    const turns = ['here', 'here', 'elsewhere', 'here', 'elsewhere'];
    const refused = 'here SERVICE_UNAVAILABLE';
    expect(order).toEqual([refused, refused, ...turns, ...Array(maxWaiting - 4).fill('here')]);
  });

  test('the addresses of one /64 are one network', async () => {
    const { hash } = openPasswords({ cost: 4, concurrency: 1 });
    const accepted = Array.from({ length: 1 + maxWaiting }, (_, at) => hash('correct horse', `2001:db8::${at}`));
    await expect(hash('correct horse', '2001:db8::ffff')).rejects.toMatchObject(unavailable);
    await Promise.all(accepted);
  });
});
