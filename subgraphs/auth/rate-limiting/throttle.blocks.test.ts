import { describe, expect, test } from 'vitest';
import {
  address,
  inSequence,
  openThrottle,
  otherAddress,
  passSeconds,
  rateLimited,
  times,
} from '../testing/throttle.ts';

const hour = 60 * 60;
const day = 24 * hour;
/** 15 and 30 minutes, 1, 2 and 4 hours, which is the maximum. */
const delays = [900, 1_800, 3_600, 7_200, 14_400, 14_400, 14_400];
const limits = { failuresPerAccount: 2, failuresPerAddress: 5, registrationsPerAddress: 3 };

describe('each block is twice as long as the last, up to four hours', () => {
  test('for one account from one address', async () => {
    const { wrong } = openThrottle({ limits });
    for (const seconds of delays) {
      expect(await inSequence(3, () => wrong())).toEqual(['WRONG', 'WRONG', rateLimited(seconds)]);
      passSeconds(seconds);
    }
  });

  test('for one address', async () => {
    const { wrong } = openThrottle({ limits });
    for (const seconds of delays) {
      const outcomes = await inSequence(6, (at) => wrong({ account: `USER-${at}` }));
      expect(outcomes).toEqual([...times(5, 'WRONG'), rateLimited(seconds)]);
      passSeconds(seconds);
    }
  });

  test('for registrations, beginning with an hour', async () => {
    const { register } = openThrottle({ limits });
    for (const seconds of [hour, 2 * hour, 4 * hour, 4 * hour]) {
      expect(await inSequence(4, () => register())).toEqual([...times(3, 'REGISTERED'), rateLimited(seconds)]);
      passSeconds(seconds);
    }
  });
});

test('attempts while blocked are not compared and do not extend the block', async () => {
  const { wrong, right, comparisons } = openThrottle({ limits });
  await inSequence(3, () => wrong());
  passSeconds(900);
  await inSequence(3, () => wrong());
  for (let minute = 0; minute < 30; minute++) {
    expect(await inSequence(10, () => wrong())).toEqual(times(10, rateLimited(1_800 - minute * 60)));
    passSeconds(60);
  }
  expect(comparisons()).toBe(4);
  expect(await right()).toBe('RIGHT');
});

test('blocks extend the next one for a day', async () => {
  const { wrong } = openThrottle({ limits });
  await inSequence(3, () => wrong());
  passSeconds(900 + day - 2);
  expect(await inSequence(3, () => wrong())).toEqual(['WRONG', 'WRONG', rateLimited(1_800)]);
  passSeconds(1_800 + day);
  expect(await inSequence(3, () => wrong())).toEqual(['WRONG', 'WRONG', rateLimited(900)]);
});

test('a success resets the blocks of the account, but not of the address', async () => {
  const { wrong, right } = openThrottle({ limits });
  const failFromAddress = () => inSequence(6, (at) => wrong({ account: `USER-${at}` }));
  await inSequence(3, () => wrong());
  passSeconds(900);
  await failFromAddress();
  passSeconds(900);
  expect(await right()).toBe('RIGHT');
  expect(await inSequence(3, () => wrong())).toEqual(['WRONG', 'WRONG', rateLimited(900)]);
  passSeconds(900);
  expect((await failFromAddress()).at(-1)).toEqual(rateLimited(1_800));
});

test('a block makes the next one longer for the same account and address only', async () => {
  const { wrong } = openThrottle({ limits });
  await inSequence(3, () => wrong());
  passSeconds(900);
  const [, , grace] = await inSequence(3, () => wrong({ account: 'GRACE' }));
  const [, , fromOtherAddress] = await inSequence(3, () => wrong({ address: otherAddress }));
  expect([grace, fromOtherAddress]).toEqual([rateLimited(900), rateLimited(900)]);
});

test('half a second is rounded up to a second', async () => {
  const { wrong, right } = openThrottle({ limits });
  await inSequence(3, () => wrong());
  passSeconds(899.5);
  expect(await right()).toEqual(rateLimited(1));
  passSeconds(0.5);
  expect(await right()).toBe('RIGHT');
});

describe('after a restart', () => {
  test('failures still count', async () => {
    const before = openThrottle();
    await inSequence(9, () => before.wrong());
    before.close();
    const { wrong } = openThrottle({ file: before.file });
    expect(await inSequence(2, () => wrong())).toEqual(['WRONG', rateLimited(900)]);
  });

  test('blocks and their number persist', async () => {
    const before = openThrottle({ limits });
    await inSequence(3, () => before.wrong());
    passSeconds(900);
    await inSequence(3, () => before.wrong());
    await inSequence(4, () => before.register());
    before.close();
    passSeconds(100);
    const { wrong, right, register } = openThrottle({ limits, file: before.file });
    expect(await right()).toEqual(rateLimited(1_700));
    expect(await register()).toEqual(rateLimited(hour - 100));
    passSeconds(1_700);
    expect(await inSequence(3, () => wrong())).toEqual(['WRONG', 'WRONG', rateLimited(3_600)]);
  });
});

test('two throttles on one database share failures and blocks', async () => {
  const one = openThrottle();
  const other = openThrottle({ file: one.file });
  expect(await inSequence(10, (at) => (at % 2 ? one : other).wrong())).toEqual(times(10, 'WRONG'));
  expect([await one.right(), await other.right()]).toEqual([rateLimited(900), rateLimited(900)]);
  passSeconds(900);
  expect(await inSequence(10, () => one.wrong())).toEqual(times(10, 'WRONG'));
  expect([await other.right(), await one.right()]).toEqual([rateLimited(1_800), rateLimited(1_800)]);
  expect(await one.right({ account: 'GRACE', address: address })).toBe('RIGHT');
});
