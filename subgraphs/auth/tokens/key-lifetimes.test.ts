import { describe, expect, test } from 'vitest';
import { lifetimesOf, signingKeyAt, statesAt } from './key-lifetimes.ts';

const hour = (at: number) => new Date(Date.UTC(2026, 10, 24, at));
const key = (at: number) => ({ kid: `from ${at}`, signsFrom: hour(at) });
const keys = [key(1), key(5), key(9)];
const times = { tokenSeconds: 900 };
const tokensExpireMs = (900 + 60) * 1_000;

const stateAt = (ms: number) => statesAt(lifetimesOf(keys, times), ms);

test('a key is accepted until its tokens have expired, plus a margin of one minute', () => {
  expect(lifetimesOf(keys, times)).toEqual([
    { key: keys[0], acceptedUntilMs: hour(5).getTime() + tokensExpireMs },
    { key: keys[1], acceptedUntilMs: hour(9).getTime() + tokensExpireMs },
    { key: keys[2], acceptedUntilMs: Number.POSITIVE_INFINITY },
  ]);
});

test('the margin is configurable', () => {
  const [first] = lifetimesOf(keys, { tokenSeconds: 900, marginSeconds: 0 });
  expect(first?.acceptedUntilMs).toBe(hour(5).getTime() + 900_000);
});

describe('signingKeyAt', () => {
  test.each([
    ['returns the first before any has begun', hour(1).getTime() - 1, 'from 1'],
    ['returns a key from its time on', hour(1).getTime(), 'from 1'],
    ['returns the previous key until then', hour(5).getTime() - 1, 'from 1'],
    ['returns the next key to the millisecond', hour(5).getTime(), 'from 5'],
    ['returns the last key for ever', hour(10_000).getTime(), 'from 9'],
  ])('%s', (_, ms, kid) => {
    expect(signingKeyAt(keys, ms)?.kid).toBe(kid);
  });

  test('returns undefined without keys', () => {
    expect(signingKeyAt([], 0)).toBeUndefined();
  });
});

test.each([
  ['before any has begun', hour(0).getTime(), ['signing', 'next', 'next']],
  ['while the first signs', hour(4).getTime(), ['signing', 'next', 'next']],
  ['when the second begins', hour(5).getTime(), ['accepted', 'signing', 'next']],
  [
    'until the tokens of the first have expired',
    hour(5).getTime() + tokensExpireMs - 1,
    ['accepted', 'signing', 'next'],
  ],
  ['when they have', hour(5).getTime() + tokensExpireMs, ['expired', 'signing', 'next']],
  ['while the last signs', hour(9).getTime(), ['expired', 'accepted', 'signing']],
  ['long after', hour(1_000).getTime(), ['expired', 'expired', 'signing']],
])('statesAt, %s', (_, ms, states) => {
  expect(stateAt(ms)).toEqual(states);
});
