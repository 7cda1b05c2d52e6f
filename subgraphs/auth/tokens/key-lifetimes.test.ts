import { describe, expect, test } from 'vitest';
import { lifetimesOf, signingAt, statesAt } from './key-lifetimes.ts';

const hour = (at: number) => new Date(Date.UTC(2026, 10, 24, at));
const key = (at: number) => ({ kid: `from ${at}`, signsFrom: hour(at) });
const keys = [key(1), key(5), key(9)];
const times = { tokenSeconds: 900 };
const afterMs = (900 + 60) * 1_000;

const stateAt = (ms: number) => statesAt(lifetimesOf(keys, times), ms);

test('a key is accepted until the tokens have expired that it signed, and a minute more for clocks', () => {
  expect(lifetimesOf(keys, times)).toEqual([
    { key: keys[0], acceptedUntilMs: hour(5).getTime() + afterMs },
    { key: keys[1], acceptedUntilMs: hour(9).getTime() + afterMs },
    { key: keys[2], acceptedUntilMs: Number.POSITIVE_INFINITY },
  ]);
});

test('the minute more may be another', () => {
  const [first] = lifetimesOf(keys, { tokenSeconds: 900, marginSeconds: 0 });
  expect(first?.acceptedUntilMs).toBe(hour(5).getTime() + 900_000);
});

describe('the key that signs', () => {
  test.each([
    ['before the first has begun is the first', hour(1).getTime() - 1, 'from 1'],
    ['is each from its moment on', hour(1).getTime(), 'from 1'],
    ['is the one before until then', hour(5).getTime() - 1, 'from 1'],
    ['is the next to the millisecond', hour(5).getTime(), 'from 5'],
    ['is the last for ever', hour(10_000).getTime(), 'from 9'],
  ])('%s', (_, ms, kid) => {
    expect(signingAt(keys, ms)?.kid).toBe(kid);
  });

  test('is none where there is no key', () => {
    expect(signingAt([], 0)).toBeUndefined();
  });
});

test.each([
  ['before any has begun', hour(0).getTime(), ['signing', 'next', 'next']],
  ['while the first signs', hour(4).getTime(), ['signing', 'next', 'next']],
  ['when the second begins', hour(5).getTime(), ['accepted', 'signing', 'next']],
  ['until the tokens of the first have expired', hour(5).getTime() + afterMs - 1, ['accepted', 'signing', 'next']],
  ['when they have', hour(5).getTime() + afterMs, ['expired', 'signing', 'next']],
  ['while the last signs', hour(9).getTime(), ['expired', 'accepted', 'signing']],
  ['long after', hour(1_000).getTime(), ['expired', 'expired', 'signing']],
])('%s three keys are what they should be', (_, ms, states) => {
  expect(stateAt(ms)).toEqual(states);
});
