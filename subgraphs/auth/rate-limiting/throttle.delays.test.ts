import { describe, expect, test } from 'vitest';
import { elsewhere, here, inTurn, openThrottle, passSeconds, refused, times } from '../testing/throttle.ts';

const hour = 60 * 60;
const day = 24 * hour;
/** 15 and 30 minutes, 1, 2 and 4 hours, and then no more. */
const delays = [900, 1_800, 3_600, 7_200, 14_400, 14_400, 14_400];
const limits = { failuresPerAccount: 2, failuresPerAddress: 5, registrationsPerAddress: 3 };

describe('each time that there were too many, the wait is twice as long, up to four hours', () => {
  test('at one account from one address', async () => {
    const { wrong } = openThrottle({ limits });
    for (const seconds of delays) {
      expect(await inTurn(3, () => wrong())).toEqual(['WRONG', 'WRONG', refused(seconds)]);
      passSeconds(seconds);
    }
  });

  test('from one address', async () => {
    const { wrong } = openThrottle({ limits });
    for (const seconds of delays) {
      const outcomes = await inTurn(6, (at) => wrong({ account: `USER-${at}` }));
      expect(outcomes).toEqual([...times(5, 'WRONG'), refused(seconds)]);
      passSeconds(seconds);
    }
  });

  test('at registrations, which begin with an hour', async () => {
    const { register } = openThrottle({ limits });
    for (const seconds of [hour, 2 * hour, 4 * hour, 4 * hour]) {
      expect(await inTurn(4, () => register())).toEqual([...times(3, 'REGISTERED'), refused(seconds)]);
      passSeconds(seconds);
    }
  });
});

test('what comes while somebody is refused is not compared, and makes the wait no longer', async () => {
  const { wrong, right, compared } = openThrottle({ limits });
  await inTurn(3, () => wrong());
  passSeconds(900);
  await inTurn(3, () => wrong());
  for (let minute = 0; minute < 30; minute++) {
    expect(await inTurn(10, () => wrong())).toEqual(times(10, refused(1_800 - minute * 60)));
    passSeconds(60);
  }
  expect(compared()).toBe(4);
  expect(await right()).toBe('RIGHT');
});

test('a time that nobody tried in between makes no difference, until a day has passed', async () => {
  const { wrong } = openThrottle({ limits });
  await inTurn(3, () => wrong());
  passSeconds(900 + day - 2);
  expect(await inTurn(3, () => wrong())).toEqual(['WRONG', 'WRONG', refused(1_800)]);
  passSeconds(1_800 + day);
  expect(await inTurn(3, () => wrong())).toEqual(['WRONG', 'WRONG', refused(900)]);
});

test('a guess that goes well makes the next wait at the account as short as the first, and not that at the address', async () => {
  const { wrong, right } = openThrottle({ limits });
  const tooManyFromHere = () => inTurn(6, (at) => wrong({ account: `USER-${at}` }));
  await inTurn(3, () => wrong());
  passSeconds(900);
  await tooManyFromHere();
  passSeconds(900);
  expect(await right()).toBe('RIGHT');
  expect(await inTurn(3, () => wrong())).toEqual(['WRONG', 'WRONG', refused(900)]);
  passSeconds(900);
  expect((await tooManyFromHere()).at(-1)).toEqual(refused(1_800));
});

test('only the key that there was too much of waits longer the next time', async () => {
  const { wrong } = openThrottle({ limits });
  await inTurn(3, () => wrong());
  passSeconds(900);
  const [, , grace] = await inTurn(3, () => wrong({ account: 'GRACE' }));
  const [, , adaElsewhere] = await inTurn(3, () => wrong({ address: elsewhere }));
  expect([grace, adaElsewhere]).toEqual([refused(900), refused(900)]);
});

test('half a second is told as a second', async () => {
  const { wrong, right } = openThrottle({ limits });
  await inTurn(3, () => wrong());
  passSeconds(899.5);
  expect(await right()).toEqual(refused(1));
  passSeconds(0.5);
  expect(await right()).toBe('RIGHT');
});

describe('closed and opened again, a throttle knows', () => {
  test('who failed, to the last one', async () => {
    const before = openThrottle();
    await inTurn(9, () => before.wrong());
    before.close();
    const { wrong } = openThrottle({ file: before.file });
    expect(await inTurn(2, () => wrong())).toEqual(['WRONG', refused(900)]);
  });

  test('who waits, for how long, and how often that was', async () => {
    const before = openThrottle({ limits });
    await inTurn(3, () => before.wrong());
    passSeconds(900);
    await inTurn(3, () => before.wrong());
    await inTurn(4, () => before.register());
    before.close();
    passSeconds(100);
    const { wrong, right, register } = openThrottle({ limits, file: before.file });
    expect(await right()).toEqual(refused(1_700));
    expect(await register()).toEqual(refused(hour - 100));
    passSeconds(1_700);
    expect(await inTurn(3, () => wrong())).toEqual(['WRONG', 'WRONG', refused(3_600)]);
  });
});

test('two throttles on one database count together, and one knows whom the other has refused', async () => {
  const one = openThrottle();
  const other = openThrottle({ file: one.file });
  expect(await inTurn(10, (at) => (at % 2 ? one : other).wrong())).toEqual(times(10, 'WRONG'));
  expect([await one.right(), await other.right()]).toEqual([refused(900), refused(900)]);
  passSeconds(900);
  expect(await inTurn(10, () => one.wrong())).toEqual(times(10, 'WRONG'));
  expect([await other.right(), await one.right()]).toEqual([refused(1_800), refused(1_800)]);
  expect(await one.right({ account: 'GRACE', address: here })).toBe('RIGHT');
});
