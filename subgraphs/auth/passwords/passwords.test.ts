import bcrypt from 'bcrypt';
import { describe, expect, test } from 'vitest';
import { createAbortable } from '../../../platform/async/signal.ts';
import { costOf, createPasswords, dummyCostsAfterMiss, type PasswordSettings } from './passwords.ts';

const defaultAddress = '192.0.2.1';
const otherAddress = '198.51.100.1';

/** Uses one client address, unless a test passes another. */
function openPasswords(settings: PasswordSettings) {
  const passwords = createPasswords(settings);
  return {
    ...passwords,
    hash: (password: string, address = defaultAddress) => passwords.hash(password, { address }),
    matches: (password: string, hash: string | undefined, address = defaultAddress) =>
      passwords.matches(password, hash, { address }),
  };
}

const cheap = () => openPasswords({ cost: 4, concurrency: 2 });
/** See docs/decisions/0011-limit-concurrent-password-hashes.md. */
const maxQueued = 40;
const unavailable = { name: 'ApiError', extensions: { code: 'SERVICE_UNAVAILABLE' } };

describe('matches returns false', () => {
  test('for another password', async () => {
    const { hash, matches } = cheap();
    const hashed = await hash('correct horse');
    for (const other of ['correct horsE', 'correct hors', 'correct horse ', '', '\0']) {
      expect({ other, matches: await matches(other, hashed) }).toEqual({ other, matches: false });
    }
  });

  test('without a hash, as for an unknown account', async () => {
    expect(await cheap().matches('correct horse', undefined)).toBe(false);
  });

  test('for a password that bcrypt would cut off at 72 bytes', async () => {
    const { hash, matches } = cheap();
    const longest = 'a'.repeat(72);
    const hashed = await hash(longest);
    expect(await matches(longest, hashed)).toBe(true);
    expect(await matches(`${longest}b`, hashed)).toBe(false);
    expect(await matches(longest.repeat(1_000), hashed)).toBe(false);
  });

  test('for a password that bcrypt would cut off inside a character', async () => {
    const { hash, matches } = cheap();
    const hashed = await hash(`${'a'.repeat(70)}é`);
    expect(await matches(`${'a'.repeat(70)}éé`, hashed)).toBe(false);
  });

  test('for a password that continues after NUL', async () => {
    const { hash, matches } = cheap();
    const hashed = await hash('correct horse');
    expect(await matches('correct horse\0battery', hashed)).toBe(false);
  });

  test('for a lone surrogate, which UTF-8 would replace by U+FFFD', async () => {
    const { hash, matches } = cheap();
    const hashed = await hash('password\uFFFD');
    expect(await matches('password\uD83D', hashed)).toBe(false);
  });

  test.each(['', 'plain', '$2b$04$short', '$1$abcdefgh$abcdefghabcdefghabcdef'])(
    'for the damaged hash %j',
    async (hashed) => {
      expect(await cheap().matches('correct horse', hashed)).toBe(false);
    },
  );
});

describe('matches returns true for a password', () => {
  test.each([
    ['typed in the same way', 'correct horse', 'correct horse'],
    ['typed with combining marks', 'crème brûlée', 'cre\u0300me bru\u0302le\u0301e'],
    ['typed with composed letters', 'cre\u0300me bru\u0302le\u0301e', 'crème brûlée'],
    ['of 72 bytes, typed with combining marks', 'ǖ'.repeat(36), 'u\u0308\u0304'.repeat(36)],
    ['of emoji', '👩‍💻👨‍👩‍👧‍👦', '👩‍💻👨‍👩‍👧‍👦'],
  ])('%s', async (_, hashed, typed) => {
    const { hash, matches } = cheap();
    expect(await matches(typed, await hash(hashed))).toBe(true);
  });

  test.each([4, 5, 6])('whose hash has cost %i while the current cost is 5', async (cost) => {
    const hashed = await openPasswords({ cost, concurrency: 1 }).hash('correct horse');
    const { matches } = openPasswords({ cost: 5, concurrency: 1 });
    expect(await matches('correct horse', hashed)).toBe(true);
    expect(await matches('correct hors', hashed)).toBe(false);
  });

  test.each([
    ['too short', 'abc'],
    ['common', 'password1'],
    ['empty', ''],
  ])('that the rules for new passwords reject as %s', async (_, old) => {
    const { hash, matches } = openPasswords({ cost: 4, concurrency: 1, minCharacters: 20 });
    expect(await matches(old, await hash(old))).toBe(true);
  });
});

test.each([4, 5])('hash uses bcrypt of cost %i with a new salt each time', async (cost) => {
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
])('needsRehash with the current cost 5 and a hash of cost %i: %s', async (cost, needsRehash) => {
  const hashed = await openPasswords({ cost, concurrency: 1 }).hash('correct horse');
  expect(openPasswords({ cost: 5, concurrency: 1 }).needsRehash(hashed)).toBe(needsRehash);
});

test('needsRehash returns false for a damaged hash', () => {
  expect(cheap().needsRehash('$2b$04$short')).toBe(false);
});

describe('validate', () => {
  const { validate } = openPasswords({ cost: 4, concurrency: 1, minCharacters: 9 });

  test('reports issues under the name of the field', () => {
    expect(validate('abcdefgh', { username: 'ada', field: 'newPassword' })).toEqual([
      { field: 'newPassword', message: 'A password has at least 9 characters.' },
    ]);
  });

  test('returns no issues for a good password', () => {
    expect(validate('correct horse', { username: 'ada', field: 'newPassword' })).toEqual([]);
  });
});

describe('a full queue', () => {
  test.each([1, 3])(`rejects the next with %i running and ${maxQueued} queued`, async (concurrency) => {
    const { hash, matches } = openPasswords({ cost: 4, concurrency });
    const accepted = Array.from({ length: concurrency + maxQueued }, () => hash('correct horse'));
    await expect(hash('correct horse')).rejects.toMatchObject(unavailable);
    await expect(matches('correct horse', '$2b$04$')).rejects.toMatchObject(unavailable);
    expect(await Promise.all(accepted)).toEqual(accepted.map(() => expect.stringMatching(/^\$2b\$04\$/)));
  });

  test('rejects unknown accounts like others', async () => {
    const { hash, matches } = openPasswords({ cost: 4, concurrency: 1 });
    const accepted = Array.from({ length: 1 + maxQueued }, () => hash('correct horse'));
    await expect(matches('correct horse', undefined)).rejects.toMatchObject(unavailable);
    await Promise.all(accepted);
    expect(await matches('correct horse', undefined)).toBe(false);
  });

  test('rejects the newest request of the busiest network, and serves networks in rotation', async () => {
    const { hash, matches } = openPasswords({ cost: 4, concurrency: 1 });
    const order: string[] = [];
    const done = (name: string) => (work: Promise<unknown>) =>
      work.then(
        () => order.push(name),
        ({ extensions }) => order.push(`${name} ${extensions.code}`),
      );
    const flood = Array.from({ length: 1 + maxQueued }, () => done('flood')(hash('correct horse')));
    const other = [hash('correct horse', otherAddress), matches('correct horse', undefined, otherAddress)];
    await Promise.all([...flood, ...other.map(done('other'))]);
    const firstServed = ['flood', 'flood', 'other', 'flood', 'other'];
    const rejected = 'flood SERVICE_UNAVAILABLE';
    expect(order).toEqual([rejected, rejected, ...firstServed, ...Array(maxQueued - 4).fill('flood')]);
  });

  test('treats addresses of one /64 as one network', async () => {
    const { hash } = openPasswords({ cost: 4, concurrency: 1 });
    const accepted = Array.from({ length: 1 + maxQueued }, (_, at) => hash('correct horse', `2001:db8::${at}`));
    await expect(hash('correct horse', '2001:db8::ffff')).rejects.toMatchObject(unavailable);
    await Promise.all(accepted);
  });
});

test.each([4, 5])('costOf reads the cost %i', async (cost) => {
  expect(costOf(await bcrypt.hash('correct horse', cost))).toBe(cost);
});

test.each(['', 'plain', '$2b$04$short', '$2b$4$', '$1$abcdefgh$abcdefghabcdefghabcdef', `$2b$04$${'é'.repeat(53)}`])(
  'costOf returns undefined for %j',
  (hash) => {
    expect(costOf(hash)).toBeUndefined();
  },
);

describe('dummyCostsAfterMiss', () => {
  test.each([
    [10, 12, [10, 11]],
    [11, 12, [11]],
    [12, 12, []],
    [13, 12, []],
  ])('for a hash of cost %i and the current cost %i', (storedCost, currentCost, expected) => {
    expect(dummyCostsAfterMiss({ storedCost, currentCost })).toEqual(expected);
  });

  test('adds up to the current cost for every stored cost', () => {
    for (let currentCost = 4; currentCost <= 31; currentCost++) {
      for (let storedCost = 4; storedCost <= currentCost; storedCost++) {
        const rounds = [storedCost, ...dummyCostsAfterMiss({ storedCost, currentCost })].map((cost) => 2 ** cost);
        expect(rounds.reduce((sum, it) => sum + it)).toBe(2 ** currentCost);
      }
    }
  });
});

test('a password in the queue is not hashed once its client has gone; one that has begun is', async () => {
  const { hash, matches } = createPasswords({ cost: 4, concurrency: 1 });
  const abandoned = createAbortable();
  const from = { address: defaultAddress, abandoned };
  const begun = hash('correct horse', from);
  const queued = [hash('correct horse', from), matches('correct horse', undefined, from)];
  const other = hash('correct horse', { address: otherAddress });
  const gone = new Error('The client has disconnected.');
  abandoned.abort(gone);
  const outcomes = await Promise.allSettled(queued);
  expect(outcomes).toEqual(queued.map(() => ({ status: 'rejected', reason: gone })));
  expect([costOf(await begun), costOf(await other)]).toEqual([4, 4]);
});
