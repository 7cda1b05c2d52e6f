import { describe, expect, test } from 'vitest';
import type { LimitStore } from '../storage/limit-store.ts';
import { elsewhere, here, inTurn, openThrottle, passSeconds, refused, times } from '../testing/throttle.ts';

const quarterHour = 15 * 60;
const hour = 60 * 60;
const strict = { failuresPerAccount: 2, failuresPerAddress: 5, registrationsPerAddress: 3 };

describe('wrong guesses at one account from one address', () => {
  test('are compared ten times; then even the right password is refused, until 15 minutes after the first', async () => {
    const { wrong, right, compared } = openThrottle();
    expect(await wrong()).toBe('WRONG');
    passSeconds(60);
    expect(await inTurn(9, () => wrong())).toEqual(times(9, 'WRONG'));
    expect(await wrong()).toEqual(refused(quarterHour - 60));
    passSeconds(quarterHour - 60 - 1);
    expect(await right()).toEqual(refused(1));
    expect(compared()).toBe(10);
    passSeconds(1);
    expect(await right()).toBe('RIGHT');
  });

  test('hold up nobody elsewhere, and no other account', async () => {
    const { wrong, right } = openThrottle();
    await inTurn(11, () => wrong());
    expect(await right({ address: elsewhere })).toBe('RIGHT');
    expect(await right({ account: 'GRACE' })).toBe('RIGHT');
    expect(await right()).toEqual(refused(quarterHour));
  });

  test('are forgotten when a guess goes well', async () => {
    const { wrong, right } = openThrottle();
    await inTurn(9, () => wrong());
    expect(await right()).toBe('RIGHT');
    expect(await inTurn(10, () => wrong())).toEqual(times(10, 'WRONG'));
    expect(await wrong()).toEqual(refused(quarterHour));
  });

  test('are not forgotten when one from elsewhere goes well, or at another account', async () => {
    const { wrong, right } = openThrottle();
    await inTurn(10, () => wrong());
    await right({ address: elsewhere });
    await right({ account: 'GRACE' });
    expect(await wrong()).toEqual(refused(quarterHour));
  });

  test('each count for 15 minutes at most', async () => {
    const { wrong } = openThrottle();
    await inTurn(9, () => wrong());
    passSeconds(quarterHour);
    expect(await inTurn(10, () => wrong())).toEqual(times(10, 'WRONG'));
  });
});

describe('wrong guesses from one address', () => {
  test('are compared a hundred times, whatever the account; then every account is refused there, and nowhere else', async () => {
    const { wrong, right } = openThrottle();
    const guesses = await inTurn(100, (at) => wrong({ account: `USER-${at}` }));
    expect(guesses).toEqual(times(100, 'WRONG'));
    expect(await right()).toEqual(refused(quarterHour));
    expect(await right({ address: elsewhere })).toBe('RIGHT');
  });

  test('are not forgotten when one goes well, which itself does not count', async () => {
    const { wrong, right } = openThrottle({ limits: strict });
    await inTurn(4, (at) => wrong({ account: `USER-${at}` }));
    expect(await inTurn(20, () => right())).toEqual(times(20, 'RIGHT'));
    expect(await wrong()).toBe('WRONG');
    expect(await right()).toEqual(refused(quarterHour));
  });

  test.each([
    ['one /64 of IPv6', '2001:db8:0:1::1', '2001:db8:0:1:ffff::2', refused(quarterHour)],
    ['two of IPv6', '2001:db8:0:1::1', '2001:db8:0:2::1', 'RIGHT'],
    ['IPv4, mapped into IPv6 or not', '192.0.2.1', '::ffff:192.0.2.1', refused(quarterHour)],
    ['neighbours of IPv4', '192.0.2.1', '192.0.2.2', 'RIGHT'],
  ])('%s', async (_, first, second, outcome) => {
    const { wrong, right } = openThrottle({ limits: strict });
    await inTurn(2, () => wrong({ account: 'ADA', address: first }));
    expect(await right({ account: 'ADA', address: second })).toEqual(outcome);
  });

  test('where both limits are reached, the wait is the longer one', async () => {
    const { wrong } = openThrottle({ limits: strict });
    await inTurn(2, () => wrong());
    passSeconds(60);
    await inTurn(3, (at) => wrong({ account: `USER-${at}`, address: elsewhere }));
    expect(await wrong()).toEqual(refused(quarterHour - 60));
    await inTurn(2, () => wrong({ address: elsewhere }));
    expect(await wrong({ address: elsewhere })).toEqual(refused(quarterHour));
  });
});

test('a guess of which nobody knows whether it was right counts for nothing', async () => {
  const { unavailable, wrong, compared } = openThrottle();
  expect(await inTurn(150, () => unavailable())).toEqual(times(150, 'UNAVAILABLE'));
  expect(compared()).toBe(150);
  expect(await inTurn(10, () => wrong())).toEqual(times(10, 'WRONG'));
});

test('a bug in a guess counts for nothing, and comes through as it is', async () => {
  const { throttle, wrong } = openThrottle({ limits: strict });
  const bug = new TypeError('undefined is not a function');
  for (let i = 0; i < 3; i++) {
    await expect(throttle.guess({ account: 'ADA', address: here }, () => Promise.reject(bug))).rejects.toBe(bug);
  }
  expect(await wrong()).toBe('WRONG');
});

test('a guess that was under way when its 15 minutes ended takes nothing off the next ones', async () => {
  const { guess, wrong, right } = openThrottle({ limits: strict });
  const slow = guess(async () => {
    passSeconds(quarterHour);
    await inTurn(2, () => wrong({ account: 'GRACE' }));
    await inTurn(3, (at) => wrong({ account: `USER-${at}` }));
    return 'RIGHT';
  });
  expect(await slow).toBe('RIGHT');
  expect(await right()).toEqual(refused(quarterHour));
});

describe('registrations', () => {
  test('from one address are three hundred in an hour, and have nothing to do with guesses', async () => {
    const { register, right, wrong } = openThrottle();
    await inTurn(11, () => wrong());
    expect(await inTurn(300, () => register())).toEqual(times(300, 'REGISTERED'));
    expect(await register()).toEqual(refused(hour));
    expect(await register(elsewhere)).toBe('REGISTERED');
    expect(await right({ account: 'GRACE' })).toBe('RIGHT');
    passSeconds(hour);
    expect(await register()).toBe('REGISTERED');
  });

  test('from one /64 of IPv6 count together', async () => {
    const { register } = openThrottle({ limits: strict });
    await inTurn(3, (at) => register(`2001:db8::${at}`));
    expect(await register('2001:db8::ffff')).toEqual(refused(hour));
    expect(await register('2001:db8:0:1::')).toBe('REGISTERED');
  });
});

describe('a limit of 0 is none', () => {
  test('for an account, while that for the address holds', async () => {
    const { wrong } = openThrottle({ limits: { ...strict, failuresPerAccount: 0 } });
    expect(await inTurn(5, () => wrong())).toEqual(times(5, 'WRONG'));
    expect(await wrong()).toEqual(refused(quarterHour));
  });

  test('for an address, while that for the account holds', async () => {
    const { wrong } = openThrottle({ limits: { ...strict, failuresPerAddress: 0 } });
    const guesses = await inTurn(20, (at) => wrong({ account: `USER-${at}` }));
    expect(guesses).toEqual(times(20, 'WRONG'));
    await inTurn(2, () => wrong());
    expect(await wrong()).toEqual(refused(quarterHour));
  });

  test('and where there is none at all, nothing is even read', async () => {
    const broken = () => Promise.reject(new Error('Nobody should ask.'));
    const counters: LimitStore = { ...noStore, read: broken, add: broken, takeBack: broken, clear: broken };
    const limits = { failuresPerAccount: 0, failuresPerAddress: 0, registrationsPerAddress: 0 };
    const { wrong, right, register, unavailable } = openThrottle({ limits, counters });
    expect(await inTurn(200, () => wrong())).toEqual(times(200, 'WRONG'));
    expect(await Promise.all([right(), unavailable(), register()])).toEqual(['RIGHT', 'UNAVAILABLE', 'REGISTERED']);
  });
});

const noStore: LimitStore = {
  read: async () => undefined,
  add: async () => ({ points: 1, endsAt: 0 }),
  takeBack: async () => {},
  set: async () => {},
  clear: async () => {},
  close: () => {},
};
