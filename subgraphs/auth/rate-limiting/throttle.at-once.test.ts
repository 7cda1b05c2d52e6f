import { setImmediate as nextIteration } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  atOnce,
  elsewhere,
  here,
  inTurn,
  type Outcome,
  openThrottle,
  passSeconds,
  refused,
  times,
} from '../testing/throttle.ts';

const toldApart = (outcomes: Outcome[]) => ({
  right: outcomes.filter((outcome) => outcome === 'RIGHT').length,
  wrong: outcomes.filter((outcome) => outcome === 'WRONG').length,
  unavailable: outcomes.filter((outcome) => outcome === 'UNAVAILABLE').length,
  refused: outcomes.filter((outcome) => typeof outcome === 'object').length,
});
const none = { right: 0, wrong: 0, unavailable: 0, refused: 0 };

describe('at the same moment', () => {
  test('of forty-eight wrong guesses at one account ten are compared, and thirty-eight refused', async () => {
    const { wrong, compared } = openThrottle();
    expect(toldApart(await atOnce(48, () => wrong()))).toEqual({ ...none, wrong: 10, refused: 38 });
    expect(compared()).toBe(10);
    expect(await wrong()).toEqual(refused(900));
  });

  test('of a hundred and forty-four wrong guesses from one address, in three crowds, a hundred are compared', async () => {
    const { wrong, compared } = openThrottle();
    const crowds = await inTurn(3, (nth) => atOnce(48, (at) => wrong({ account: `USER-${nth}-${at}` })));
    expect(toldApart(crowds.flat())).toEqual({ ...none, wrong: 100, refused: 44 });
    expect(compared()).toBe(100);
  });

  test('forty-eight right guesses all go well, ten at a time', async () => {
    const { guess } = openThrottle();
    let underWay = 0;
    let most = 0;
    const right = () =>
      guess(async () => {
        underWay += 1;
        most = Math.max(most, underWay);
        await nextIteration();
        underWay -= 1;
        return 'RIGHT';
      });
    expect(await atOnce(48, right)).toEqual(times(48, 'RIGHT'));
    expect(most).toBe(10);
  });

  test('forty-eight right guesses go well after nine wrong ones', async () => {
    const { right, wrong } = openThrottle();
    await inTurn(9, () => wrong());
    expect(await atOnce(48, () => right())).toEqual(times(48, 'RIGHT'));
  });

  test('forty-eight right guesses at as many accounts go well from an address that has failed ninety times', async () => {
    const { right, wrong } = openThrottle();
    await inTurn(90, (at) => wrong({ account: `USER-${at}` }));
    const outcomes = await atOnce(48, (at) => right({ account: `USER-${at}` }));
    expect(outcomes).toEqual(times(48, 'RIGHT'));
    expect(toldApart(await atOnce(20, (at) => wrong({ account: `OTHER-${at}` })))).toEqual({
      ...none,
      wrong: 10,
      refused: 10,
    });
  });

  test('guesses that come to nothing make room for those that wait', async () => {
    const { unavailable, wrong } = openThrottle();
    expect(await atOnce(48, () => unavailable())).toEqual(times(48, 'UNAVAILABLE'));
    expect(toldApart(await atOnce(20, () => wrong()))).toEqual({ ...none, wrong: 10, refused: 10 });
  });

  test('those that wait are refused when the last that could make room was wrong, and not before', async () => {
    const { wrong, right, guess } = openThrottle();
    await inTurn(9, () => wrong());
    let finish = (_: Outcome) => {};
    const slow = guess(() => new Promise((resolve) => (finish = resolve)));
    const waiting = atOnce(3, () => right());
    await inTurn(20, nextIteration);
    finish('RIGHT');
    expect([await slow, ...(await waiting)]).toEqual(times(4, 'RIGHT'));
  });

  test('a crowd at somebody who is refused already need not wait', async () => {
    const { wrong } = openThrottle();
    await inTurn(11, () => wrong());
    expect(await atOnce(48, () => wrong())).toEqual(times(48, refused(900)));
  });

  test('too many are too many once: the next wait is twice as long, not more', async () => {
    const { wrong } = openThrottle();
    for (const seconds of [900, 1_800, 3_600]) {
      const outcomes = await atOnce(48, () => wrong());
      expect(outcomes.filter((outcome) => outcome !== 'WRONG')).toEqual(times(38, refused(seconds)));
      passSeconds(seconds);
    }
  });

  test('of four hundred registrations three hundred are let through', async () => {
    const { register } = openThrottle();
    const outcomes = (await inTurn(10, () => atOnce(40, () => register()))).flat();
    expect(outcomes.filter((outcome) => outcome !== 'REGISTERED')).toEqual(times(100, refused(3_600)));
  });

  test('two throttles on one database compare no more than one would', async () => {
    const one = openThrottle();
    const other = openThrottle({ file: one.file });
    const outcomes = await atOnce(50, (at) => (at % 2 ? one : other).wrong());
    expect(toldApart(outcomes)).toEqual({ ...none, wrong: 10, refused: 40 });
    expect(one.compared() + other.compared()).toBe(10);
  });
});

describe('of what one network asks for at the same moment', () => {
  const unlimited = { failuresPerAccount: 0, failuresPerAddress: 0, registrationsPerAddress: 0 };

  /** As many guesses and registrations, half of each, as are not done before the test says so. */
  function startCrowd({ guess, throttle }: ReturnType<typeof openThrottle>, count: number) {
    const ends: (() => void)[] = [];
    const run = () => new Promise<Outcome>((resolve) => ends.push(() => resolve('RIGHT')));
    const outcomes = atOnce(count, (at) => (at % 2 ? guess(run) : throttle.registration(here, run)));
    return {
      finish: async () => {
        await inTurn(20, nextIteration);
        for (const end of ends.splice(0)) end();
        return outcomes;
      },
    };
  }

  test.each([
    ['without limits', unlimited],
    ['of which each has room', { failuresPerAccount: 48 }],
  ])('forty-eight guesses and registrations %s are let in, and more told to come again at once', async (_, limits) => {
    const opened = openThrottle({ limits });
    const crowd = startCrowd(opened, 48);
    expect(await atOnce(100, () => opened.right())).toEqual(times(100, 'UNAVAILABLE'));
    expect([await opened.register(), await opened.wrong({ account: 'GRACE' })]).toEqual(times(2, 'UNAVAILABLE'));
    expect(opened.compared()).toBe(0);
    expect(await crowd.finish()).toEqual(times(48, 'RIGHT'));
    expect([await opened.right(), await opened.register()]).toEqual(['RIGHT', 'REGISTERED']);
  });

  test('those that wait are among the forty-eight', async () => {
    const { wrong, compared } = openThrottle();
    const outcomes = await atOnce(60, () => wrong());
    expect(toldApart(outcomes)).toEqual({ ...none, wrong: 10, unavailable: 12, refused: 38 });
    expect(compared()).toBe(10);
  });

  test('none takes a place of another network', async () => {
    const opened = openThrottle({ limits: unlimited });
    const crowd = startCrowd(opened, 48);
    expect(await atOnce(48, () => opened.right({ address: elsewhere }))).toEqual(times(48, 'RIGHT'));
    expect(await opened.register(elsewhere)).toBe('REGISTERED');
    await crowd.finish();
  });

  test('the addresses of one /64 are one network', async () => {
    const { right } = openThrottle({ limits: unlimited });
    const outcomes = await atOnce(50, (at) => right({ address: `2001:db8::${at}` }));
    expect(toldApart(outcomes)).toEqual({ ...none, right: 48, unavailable: 2 });
  });
});
