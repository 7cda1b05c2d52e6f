import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { invalidCredentials } from '../accounts/errors.ts';
import {
  address,
  inSequence,
  newFile,
  type Outcome,
  openThrottle,
  passSeconds,
  rateLimited,
  times,
} from '../testing/throttle.ts';

/** Every reservation lapses after this long, even if its process was killed. */
const reservationSeconds = 40;
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Starts ten attempts, which are in flight until the test calls `right` or `wrong`. */
async function startTen({ attempt }: ReturnType<typeof openThrottle>) {
  const ends: { resolve: (outcome: Outcome) => void; reject: (error: Error) => void }[] = [];
  const outcomes: Promise<Outcome>[] = [];
  await inSequence(
    10,
    () =>
      new Promise<void>((hasBegun) => {
        const run = () => new Promise<Outcome>((resolve, reject) => ends.push({ resolve, reject }) && hasBegun());
        outcomes.push(attempt(run));
      }),
  );
  return {
    right: () => ends.splice(0).forEach(({ resolve }) => void resolve('RIGHT')),
    wrong: () => ends.splice(0).forEach(({ reject }) => void reject(invalidCredentials())),
    outcomes: () => Promise.all(outcomes),
  };
}

describe('attempts in flight in another process', () => {
  test('make others wait, which succeed if they succeed', async () => {
    const first = openThrottle();
    const second = openThrottle({ file: first.file });
    const ten = await startTen(first);
    const pending = second.right();
    await inSequence(20, nextIteration);
    expect(second.comparisons()).toBe(0);
    ten.right();
    expect(await ten.outcomes()).toEqual(times(10, 'RIGHT'));
    expect(await pending).toBe('RIGHT');
  });

  test('count as failures only once they have failed', async () => {
    const first = openThrottle();
    const second = openThrottle({ file: first.file });
    const ten = await startTen(first);
    const pending = second.right();
    await inSequence(20, nextIteration);
    ten.wrong();
    expect(await ten.outcomes()).toEqual(times(10, 'WRONG'));
    expect([await pending, second.comparisons()]).toEqual([rateLimited(900), 0]);
  });

  test.each([0, 10, 19.9])(
    'keep their reservations for at least 20 seconds, started %d s into a period',
    async (seconds) => {
      const first = openThrottle();
      const second = openThrottle({ file: first.file });
      passSeconds(seconds);
      const ten = await startTen(first);
      passSeconds(20);
      const pending = second.wrong();
      await inSequence(20, nextIteration);
      expect(second.comparisons()).toBe(0);
      ten.right();
      expect(await pending).toBe('WRONG');
    },
  );

  test('are waited for with a bound', async () => {
    const first = openThrottle();
    const second = openThrottle({ file: first.file });
    await startTen(first);
    expect([await second.right(), second.comparisons()]).toEqual(['UNAVAILABLE', 0]);
  });
});

test('attempts that outlast their reservations still make others of their process wait', async () => {
  const { wrong, comparisons, ...opened } = openThrottle();
  const ten = await startTen({ wrong, comparisons, ...opened });
  passSeconds(reservationSeconds);
  const pending = wrong();
  await inSequence(20, nextIteration);
  expect(comparisons()).toBe(0);
  ten.wrong();
  expect([await pending, comparisons()]).toEqual([rateLimited(900), 0]);
});

test('attempts that outlast their reservations are counted once, when they end', async () => {
  const { wrong, ...opened } = openThrottle();
  const ten = await startTen({ wrong, ...opened });
  passSeconds(reservationSeconds);
  ten.wrong();
  await ten.outcomes();
  passSeconds(899);
  expect(await wrong()).toEqual(rateLimited(1));
});

describe('attempts whose process has ended', () => {
  test('lapse without counting as failures', async () => {
    const before = openThrottle();
    await startTen(before);
    before.close();
    const { right, wrong } = openThrottle({ file: before.file });
    const pending = right();
    passSeconds(reservationSeconds);
    expect(await pending).toBe('RIGHT');
    expect(await inSequence(10, () => wrong())).toEqual(times(10, 'WRONG'));
    expect(await wrong()).toEqual(rateLimited(900));
  });

  test('lapse if it was killed', async () => {
    const file = newFile();
    const source = `
      import { createLogger } from './platform/process/logger.ts';
      import { createThrottle } from './subgraphs/auth/rate-limiting/throttle.ts';
      import { openSqliteLimitStore } from './subgraphs/auth/storage/sqlite/limit-store.ts';
      const throttle = createThrottle({
        limits: { failuresPerAccount: 10, failuresPerAddress: 100, registrationsPerAddress: 300 },
        counters: openSqliteLimitStore(${JSON.stringify(file)}),
        log: createLogger({ service: 'auth', level: 'silent' }),
      });
      let begun = 0;
      const run = () => new Promise(() => ++begun === 10 && process.kill(process.pid, 'SIGKILL'));
      for (let i = 0; i < 10; i++) void throttle.passwordAttempt({ account: 'ADA', address: '${address}' }, run);`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', source], { cwd: root });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const { right } = openThrottle({ file });
    const pending = right();
    passSeconds(reservationSeconds);
    expect(await pending).toBe('RIGHT');
  });
});
