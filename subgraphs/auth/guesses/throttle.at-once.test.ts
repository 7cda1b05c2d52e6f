import { setImmediate as nextIteration } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { atOnce, inTurn, type Outcome, openThrottle, passSeconds, refused, times } from './test-throttle.ts';

const toldApart = (outcomes: Outcome[]) => ({
  right: outcomes.filter((outcome) => outcome === 'RIGHT').length,
  wrong: outcomes.filter((outcome) => outcome === 'WRONG').length,
  unavailable: outcomes.filter((outcome) => outcome === 'UNAVAILABLE').length,
  refused: outcomes.filter((outcome) => typeof outcome === 'object').length,
});
const none = { right: 0, wrong: 0, unavailable: 0, refused: 0 };

describe('at the same moment', () => {
  test('of fifty wrong guesses at one account ten are compared, and forty refused', async () => {
    const { wrong, compared } = openThrottle();
    expect(toldApart(await atOnce(50, () => wrong()))).toEqual({ ...none, wrong: 10, refused: 40 });
    expect(compared()).toBe(10);
    expect(await wrong()).toEqual(refused(900));
  });

  test('of a hundred and fifty wrong guesses from one address a hundred are compared', async () => {
    const { wrong, compared } = openThrottle();
    const outcomes = await atOnce(150, (at) => wrong({ account: `USER-${at}` }));
    expect(toldApart(outcomes)).toEqual({ ...none, wrong: 100, refused: 50 });
    expect(compared()).toBe(100);
  });

  test('fifty right guesses all go well, ten at a time', async () => {
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
    expect(await atOnce(50, right)).toEqual(times(50, 'RIGHT'));
    expect(most).toBe(10);
  });

  test('fifty right guesses go well after nine wrong ones', async () => {
    const { right, wrong } = openThrottle();
    await inTurn(9, () => wrong());
    expect(await atOnce(50, () => right())).toEqual(times(50, 'RIGHT'));
  });

  test('a hundred and fifty right guesses at as many accounts, from an address that has failed ninety times', async () => {
    const { right, wrong } = openThrottle();
    await inTurn(90, (at) => wrong({ account: `USER-${at}` }));
    const outcomes = await atOnce(109, (at) => right({ account: `USER-${at}` }));
    expect(outcomes).toEqual(times(109, 'RIGHT'));
    expect(toldApart(await atOnce(20, (at) => wrong({ account: `OTHER-${at}` })))).toEqual({
      ...none,
      wrong: 10,
      refused: 10,
    });
  });

  test('guesses that come to nothing make room for those that wait', async () => {
    const { unavailable, wrong } = openThrottle();
    expect(await atOnce(50, () => unavailable())).toEqual(times(50, 'UNAVAILABLE'));
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

  test('a hundred wait; more than that are told to come again', async () => {
    const { wrong, compared } = openThrottle();
    const outcomes = await atOnce(130, () => wrong());
    expect(toldApart(outcomes)).toEqual({ ...none, wrong: 10, unavailable: 20, refused: 100 });
    expect(compared()).toBe(10);
  });

  test('a crowd at somebody who is refused already need not wait', async () => {
    const { wrong } = openThrottle();
    await inTurn(11, () => wrong());
    expect(await atOnce(500, () => wrong())).toEqual(times(500, refused(900)));
  });

  test('too many are too many once: the next wait is twice as long, not more', async () => {
    const { wrong } = openThrottle();
    for (const seconds of [900, 1_800, 3_600]) {
      const outcomes = await atOnce(50, () => wrong());
      expect(outcomes.filter((outcome) => outcome !== 'WRONG')).toEqual(times(40, refused(seconds)));
      passSeconds(seconds);
    }
  });

  test('of four hundred registrations three hundred are let through', async () => {
    const { register } = openThrottle();
    const outcomes = await atOnce(400, () => register());
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
