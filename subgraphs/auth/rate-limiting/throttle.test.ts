import { describe, expect, test } from 'vitest';
import type { LimitStore } from '../storage/limit-store.ts';
import {
  address,
  inSequence,
  openThrottle,
  otherAddress,
  passSeconds,
  rateLimited,
  times,
} from '../testing/throttle.ts';

const quarterHour = 15 * 60;
const hour = 60 * 60;
const strict = { failuresPerAccount: 2, failuresPerAddress: 5, registrationsPerAddress: 3 };

describe('wrong passwords for one account from one address', () => {
  test('are compared ten times; then the right password is rejected too, until 15 minutes after the first', async () => {
    const { wrong, right, comparisons } = openThrottle();
    expect(await wrong()).toBe('WRONG');
    passSeconds(60);
    expect(await inSequence(9, () => wrong())).toEqual(times(9, 'WRONG'));
    expect(await wrong()).toEqual(rateLimited(quarterHour - 60));
    passSeconds(quarterHour - 60 - 1);
    expect(await right()).toEqual(rateLimited(1));
    expect(comparisons()).toBe(10);
    passSeconds(1);
    expect(await right()).toBe('RIGHT');
  });

  test('block no other address and no other account', async () => {
    const { wrong, right } = openThrottle();
    await inSequence(11, () => wrong());
    expect(await right({ address: otherAddress })).toBe('RIGHT');
    expect(await right({ account: 'GRACE' })).toBe('RIGHT');
    expect(await right()).toEqual(rateLimited(quarterHour));
  });

  test('are reset by a success', async () => {
    const { wrong, right } = openThrottle();
    await inSequence(9, () => wrong());
    expect(await right()).toBe('RIGHT');
    expect(await inSequence(10, () => wrong())).toEqual(times(10, 'WRONG'));
    expect(await wrong()).toEqual(rateLimited(quarterHour));
  });

  test('are not reset by a success from another address or for another account', async () => {
    const { wrong, right } = openThrottle();
    await inSequence(10, () => wrong());
    await right({ address: otherAddress });
    await right({ account: 'GRACE' });
    expect(await wrong()).toEqual(rateLimited(quarterHour));
  });

  test('count for 15 minutes at most', async () => {
    const { wrong } = openThrottle();
    await inSequence(9, () => wrong());
    passSeconds(quarterHour);
    expect(await inSequence(10, () => wrong())).toEqual(times(10, 'WRONG'));
  });
});

describe('wrong passwords from one address', () => {
  test('are compared a hundred times for any accounts; then all accounts are blocked from this address only', async () => {
    const { wrong, right } = openThrottle();
    const outcomes = await inSequence(100, (at) => wrong({ account: `USER-${at}` }));
    expect(outcomes).toEqual(times(100, 'WRONG'));
    expect(await right()).toEqual(rateLimited(quarterHour));
    expect(await right({ address: otherAddress })).toBe('RIGHT');
  });

  test('are not reset by a success, which does not count either', async () => {
    const { wrong, right } = openThrottle({ limits: strict });
    await inSequence(4, (at) => wrong({ account: `USER-${at}` }));
    expect(await inSequence(20, () => right())).toEqual(times(20, 'RIGHT'));
    expect(await wrong()).toBe('WRONG');
    expect(await right()).toEqual(rateLimited(quarterHour));
  });

  test.each([
    ['count together in one IPv6 /64', '2001:db8:0:1::1', '2001:db8:0:1:ffff::2', rateLimited(quarterHour)],
    ['count apart in two IPv6 /64s', '2001:db8:0:1::1', '2001:db8:0:2::1', 'RIGHT'],
    [
      'count together for an IPv4 address, mapped into IPv6 or not',
      '192.0.2.1',
      '::ffff:192.0.2.1',
      rateLimited(quarterHour),
    ],
    ['count apart for two IPv4 addresses', '192.0.2.1', '192.0.2.2', 'RIGHT'],
  ])('%s', async (_, first, second, outcome) => {
    const { wrong, right } = openThrottle({ limits: strict });
    await inSequence(2, () => wrong({ account: 'ADA', address: first }));
    expect(await right({ account: 'ADA', address: second })).toEqual(outcome);
  });

  test('block for the longer time if both limits are reached', async () => {
    const { wrong } = openThrottle({ limits: strict });
    await inSequence(2, () => wrong());
    passSeconds(60);
    await inSequence(3, (at) => wrong({ account: `USER-${at}`, address: otherAddress }));
    expect(await wrong()).toEqual(rateLimited(quarterHour - 60));
    await inSequence(2, () => wrong({ address: otherAddress }));
    expect(await wrong({ address: otherAddress })).toEqual(rateLimited(quarterHour));
  });
});

test('an attempt that ends in SERVICE_UNAVAILABLE does not count', async () => {
  const { unavailable, wrong, comparisons } = openThrottle();
  expect(await inSequence(150, () => unavailable())).toEqual(times(150, 'UNAVAILABLE'));
  expect(comparisons()).toBe(150);
  expect(await inSequence(10, () => wrong())).toEqual(times(10, 'WRONG'));
});

test('an unexpected error does not count and is rethrown', async () => {
  const { throttle, wrong } = openThrottle({ limits: strict });
  const bug = new TypeError('undefined is not a function');
  for (let i = 0; i < 3; i++) {
    await expect(
      throttle.passwordAttempt({ account: 'ADA', address: address }, () => Promise.reject(bug)),
    ).rejects.toBe(bug);
  }
  expect(await wrong()).toBe('WRONG');
});

test('an attempt that ends in a later window does not reduce the count of that window', async () => {
  const { attempt, wrong, right } = openThrottle({ limits: strict });
  const slow = attempt(async () => {
    passSeconds(quarterHour);
    await inSequence(2, () => wrong({ account: 'GRACE' }));
    await inSequence(3, (at) => wrong({ account: `USER-${at}` }));
    return 'RIGHT';
  });
  expect(await slow).toBe('RIGHT');
  expect(await right()).toEqual(rateLimited(quarterHour));
});

describe('registrations', () => {
  test('are limited to 300 per address and hour, apart from password attempts', async () => {
    const { register, right, wrong } = openThrottle();
    await inSequence(11, () => wrong());
    expect(await inSequence(300, () => register())).toEqual(times(300, 'REGISTERED'));
    expect(await register()).toEqual(rateLimited(hour));
    expect(await register(otherAddress)).toBe('REGISTERED');
    expect(await right({ account: 'GRACE' })).toBe('RIGHT');
    passSeconds(hour);
    expect(await register()).toBe('REGISTERED');
  });

  test('count together in one IPv6 /64', async () => {
    const { register } = openThrottle({ limits: strict });
    await inSequence(3, (at) => register(`2001:db8::${at}`));
    expect(await register('2001:db8::ffff')).toEqual(rateLimited(hour));
    expect(await register('2001:db8:0:1::')).toBe('REGISTERED');
  });
});

describe('a limit of 0', () => {
  test('disables the limit per account only', async () => {
    const { wrong } = openThrottle({ limits: { ...strict, failuresPerAccount: 0 } });
    expect(await inSequence(5, () => wrong())).toEqual(times(5, 'WRONG'));
    expect(await wrong()).toEqual(rateLimited(quarterHour));
  });

  test('disables the limit per address only', async () => {
    const { wrong } = openThrottle({ limits: { ...strict, failuresPerAddress: 0 } });
    const outcomes = await inSequence(20, (at) => wrong({ account: `USER-${at}` }));
    expect(outcomes).toEqual(times(20, 'WRONG'));
    await inSequence(2, () => wrong());
    expect(await wrong()).toEqual(rateLimited(quarterHour));
  });

  test('everywhere reads no counters', async () => {
    const broken = () => Promise.reject(new Error('Must not be called.'));
    const counters: LimitStore = { ...noStore, read: broken, increment: broken, decrement: broken, delete: broken };
    const limits = { failuresPerAccount: 0, failuresPerAddress: 0, registrationsPerAddress: 0 };
    const { wrong, right, register, unavailable } = openThrottle({ limits, counters });
    expect(await inSequence(200, () => wrong())).toEqual(times(200, 'WRONG'));
    expect(await Promise.all([right(), unavailable(), register()])).toEqual(['RIGHT', 'UNAVAILABLE', 'REGISTERED']);
  });
});

const noStore: LimitStore = {
  read: async () => undefined,
  increment: async () => ({ points: 1, endsAt: 0 }),
  decrement: async () => {},
  set: async () => ({ points: 1, endsAt: 0 }),
  delete: async () => {},
  checkHealth: async () => ({}),
  close: () => {},
};
