import { setImmediate as nextIteration } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import {
  address,
  concurrently,
  inSequence,
  type Outcome,
  openThrottle,
  otherAddress,
  passSeconds,
  rateLimited,
  times,
} from '../testing/throttle.ts';

const countOutcomes = (outcomes: Outcome[]) => ({
  right: outcomes.filter((outcome) => outcome === 'RIGHT').length,
  wrong: outcomes.filter((outcome) => outcome === 'WRONG').length,
  unavailable: outcomes.filter((outcome) => outcome === 'UNAVAILABLE').length,
  limited: outcomes.filter((outcome) => typeof outcome === 'object').length,
});
const noOutcomes = { right: 0, wrong: 0, unavailable: 0, limited: 0 };

describe('concurrent attempts', () => {
  test('for one account: 10 of 48 wrong passwords are compared', async () => {
    const { wrong, comparisons } = openThrottle();
    expect(countOutcomes(await concurrently(48, () => wrong()))).toEqual({ ...noOutcomes, wrong: 10, limited: 38 });
    expect(comparisons()).toBe(10);
    expect(await wrong()).toEqual(rateLimited(900));
  });

  test('from one address: 100 of 144 wrong passwords are compared', async () => {
    const { wrong, comparisons } = openThrottle();
    const batches = await inSequence(3, (nth) => concurrently(48, (at) => wrong({ account: `USER-${nth}-${at}` })));
    expect(countOutcomes(batches.flat())).toEqual({ ...noOutcomes, wrong: 100, limited: 44 });
    expect(comparisons()).toBe(100);
  });

  test('with right passwords all succeed, at most 10 at a time', async () => {
    const { attempt } = openThrottle();
    let inFlight = 0;
    let maxInFlight = 0;
    const right = () =>
      attempt(async () => {
        inFlight += 1;
        maxInFlight = Math.max(maxInFlight, inFlight);
        await nextIteration();
        inFlight -= 1;
        return 'RIGHT';
      });
    expect(await concurrently(48, right)).toEqual(times(48, 'RIGHT'));
    expect(maxInFlight).toBe(10);
  });

  test('with right passwords all succeed after 9 failures', async () => {
    const { right, wrong } = openThrottle();
    await inSequence(9, () => wrong());
    expect(await concurrently(48, () => right())).toEqual(times(48, 'RIGHT'));
  });

  test('for different accounts all succeed after 90 failures from the address', async () => {
    const { right, wrong } = openThrottle();
    await inSequence(90, (at) => wrong({ account: `USER-${at}` }));
    const outcomes = await concurrently(48, (at) => right({ account: `USER-${at}` }));
    expect(outcomes).toEqual(times(48, 'RIGHT'));
    expect(countOutcomes(await concurrently(20, (at) => wrong({ account: `OTHER-${at}` })))).toEqual({
      ...noOutcomes,
      wrong: 10,
      limited: 10,
    });
  });

  test('that fail with other errors make room for others', async () => {
    const { unavailable, wrong } = openThrottle();
    expect(await concurrently(48, () => unavailable())).toEqual(times(48, 'UNAVAILABLE'));
    expect(countOutcomes(await concurrently(20, () => wrong()))).toEqual({ ...noOutcomes, wrong: 10, limited: 10 });
  });

  test('wait until the attempt in flight makes room', async () => {
    const { wrong, right, attempt } = openThrottle();
    await inSequence(9, () => wrong());
    let finish = (_: Outcome) => {};
    const slow = attempt(() => new Promise((resolve) => (finish = resolve)));
    const pending = concurrently(3, () => right());
    await inSequence(20, nextIteration);
    finish('RIGHT');
    expect([await slow, ...(await pending)]).toEqual(times(4, 'RIGHT'));
  });

  test('are rejected at once while the account is blocked', async () => {
    const { wrong } = openThrottle();
    await inSequence(11, () => wrong());
    expect(await concurrently(48, () => wrong())).toEqual(times(48, rateLimited(900)));
  });

  test('block once: the next block is only twice as long', async () => {
    const { wrong } = openThrottle();
    for (const seconds of [900, 1_800, 3_600]) {
      const outcomes = await concurrently(48, () => wrong());
      expect(outcomes.filter((outcome) => outcome !== 'WRONG')).toEqual(times(38, rateLimited(seconds)));
      passSeconds(seconds);
    }
  });

  test('to register: 300 of 400 succeed', async () => {
    const { register } = openThrottle();
    const outcomes = (await inSequence(10, () => concurrently(40, () => register()))).flat();
    expect(outcomes.filter((outcome) => outcome !== 'REGISTERED')).toEqual(times(100, rateLimited(3_600)));
  });

  test('share their limits between two throttles on one database', async () => {
    const one = openThrottle();
    const other = openThrottle({ file: one.file });
    const outcomes = await concurrently(50, (at) => (at % 2 ? one : other).wrong());
    expect(countOutcomes(outcomes)).toEqual({ ...noOutcomes, wrong: 10, limited: 40 });
    expect(one.comparisons() + other.comparisons()).toBe(10);
  });
});

describe('requests in flight per network', () => {
  const unlimited = { failuresPerAccount: 0, failuresPerAddress: 0, registrationsPerAddress: 0 };

  /** Starts attempts and registrations, half of each, that run until `finish`. */
  function startFlood({ attempt, throttle }: ReturnType<typeof openThrottle>, count: number) {
    const ends: (() => void)[] = [];
    const run = () => new Promise<Outcome>((resolve) => ends.push(() => resolve('RIGHT')));
    const outcomes = concurrently(count, (at) => (at % 2 ? attempt(run) : throttle.registration(address, run)));
    return {
      finish: async () => {
        await inSequence(20, nextIteration);
        for (const end of ends.splice(0)) end();
        return outcomes;
      },
    };
  }

  test.each([
    ['without limits', unlimited],
    ['with room in each limit', { failuresPerAccount: 48 }],
  ])('are limited to 48 %s; more are rejected with SERVICE_UNAVAILABLE', async (_, limits) => {
    const opened = openThrottle({ limits });
    const flood = startFlood(opened, 48);
    expect(await concurrently(100, () => opened.right())).toEqual(times(100, 'UNAVAILABLE'));
    expect([await opened.register(), await opened.wrong({ account: 'GRACE' })]).toEqual(times(2, 'UNAVAILABLE'));
    expect(opened.comparisons()).toBe(0);
    expect(await flood.finish()).toEqual(times(48, 'RIGHT'));
    expect([await opened.right(), await opened.register()]).toEqual(['RIGHT', 'REGISTERED']);
  });

  test('include queued attempts', async () => {
    const { wrong, comparisons } = openThrottle();
    const outcomes = await concurrently(60, () => wrong());
    expect(countOutcomes(outcomes)).toEqual({ ...noOutcomes, wrong: 10, unavailable: 12, limited: 38 });
    expect(comparisons()).toBe(10);
  });

  test('do not count for other networks', async () => {
    const opened = openThrottle({ limits: unlimited });
    const flood = startFlood(opened, 48);
    expect(await concurrently(48, () => opened.right({ address: otherAddress }))).toEqual(times(48, 'RIGHT'));
    expect(await opened.register(otherAddress)).toBe('REGISTERED');
    await flood.finish();
  });

  test('count together for the addresses of one /64', async () => {
    const { right } = openThrottle({ limits: unlimited });
    const outcomes = await concurrently(50, (at) => right({ address: `2001:db8::${at}` }));
    expect(countOutcomes(outcomes)).toEqual({ ...noOutcomes, right: 48, unavailable: 2 });
  });
});
