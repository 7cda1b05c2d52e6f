import bcrypt from 'bcrypt';
import { describe, expect, test } from 'vitest';
import { costOf, costsBurntAfterMiss } from './password-cost.ts';

test.each([4, 5])('a hash tells its cost: %i', async (cost) => {
  expect(costOf(await bcrypt.hash('correct horse', cost))).toBe(cost);
});

test.each(['', 'plain', '$2b$04$short', '$2b$4$', '$1$abcdefgh$abcdefghabcdefghabcdef', `$2b$04$${'é'.repeat(53)}`])(
  '%j has no cost',
  (hash) => {
    expect(costOf(hash)).toBeUndefined();
  },
);

describe('what is burnt after a miss', () => {
  test.each([
    [10, 12, [10, 11]],
    [11, 12, [11]],
    [12, 12, []],
    [13, 12, []],
  ])('of a hash of cost %i where today has %i', (kept, today, burnt) => {
    expect(costsBurntAfterMiss({ kept, today })).toEqual(burnt);
  });

  test('makes every miss as dear as one of today', () => {
    for (let today = 4; today <= 31; today++) {
      for (let kept = 4; kept <= today; kept++) {
        const rounds = [kept, ...costsBurntAfterMiss({ kept, today })].map((cost) => 2 ** cost);
        expect(rounds.reduce((sum, it) => sum + it)).toBe(2 ** today);
      }
    }
  });
});
