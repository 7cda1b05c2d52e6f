import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { invalidCredentials } from '../errors.ts';
import { here, inTurn, newFile, type Outcome, openThrottle, passSeconds, refused, times } from '../testing/throttle.ts';

/** No guess is held for longer, whatever becomes of its process. */
const heldSeconds = 40;
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Ten guesses, all of them under way until the test says what comes of them. */
async function startTen({ guess }: ReturnType<typeof openThrottle>) {
  const ends: { resolve: (outcome: Outcome) => void; reject: (error: Error) => void }[] = [];
  const outcomes: Promise<Outcome>[] = [];
  await inTurn(
    10,
    () =>
      new Promise<void>((hasBegun) => {
        const run = () => new Promise<Outcome>((resolve, reject) => ends.push({ resolve, reject }) && hasBegun());
        outcomes.push(guess(run));
      }),
  );
  return {
    right: () => ends.splice(0).forEach(({ resolve }) => void resolve('RIGHT')),
    wrong: () => ends.splice(0).forEach(({ reject }) => void reject(invalidCredentials())),
    outcomes: () => Promise.all(outcomes),
  };
}

describe('guesses that are under way in another process', () => {
  test('are no failures: whoever comes meanwhile waits, and goes well when they have', async () => {
    const one = openThrottle();
    const other = openThrottle({ file: one.file });
    const ten = await startTen(one);
    const waiting = other.right();
    await inTurn(20, nextIteration);
    expect(other.compared()).toBe(0);
    ten.right();
    expect(await ten.outcomes()).toEqual(times(10, 'RIGHT'));
    expect(await waiting).toBe('RIGHT');
  });

  test('are failures when they have failed, and not before', async () => {
    const one = openThrottle();
    const other = openThrottle({ file: one.file });
    const ten = await startTen(one);
    const waiting = other.right();
    await inTurn(20, nextIteration);
    ten.wrong();
    expect(await ten.outcomes()).toEqual(times(10, 'WRONG'));
    expect([await waiting, other.compared()]).toEqual([refused(900), 0]);
  });

  test.each([0, 10, 19.9])('count for twenty seconds at least, whenever they began: %d s later', async (seconds) => {
    const one = openThrottle();
    const other = openThrottle({ file: one.file });
    passSeconds(seconds);
    const ten = await startTen(one);
    passSeconds(20);
    const waiting = other.wrong();
    await inTurn(20, nextIteration);
    expect(other.compared()).toBe(0);
    ten.right();
    expect(await waiting).toBe('WRONG');
  });

  test('are not waited for without end', async () => {
    const one = openThrottle();
    const other = openThrottle({ file: one.file });
    await startTen(one);
    expect([await other.right(), other.compared()]).toEqual(['UNAVAILABLE', 0]);
  });
});

test('guesses that take longer than they are held for keep others of their process waiting all the same', async () => {
  const { wrong, compared, ...opened } = openThrottle();
  const ten = await startTen({ wrong, compared, ...opened });
  passSeconds(heldSeconds);
  const waiting = wrong();
  await inTurn(20, nextIteration);
  expect(compared()).toBe(0);
  ten.wrong();
  expect([await waiting, compared()]).toEqual([refused(900), 0]);
});

test('guesses that end long after they began are counted then, and only once', async () => {
  const { wrong, ...opened } = openThrottle();
  const ten = await startTen({ wrong, ...opened });
  passSeconds(heldSeconds);
  ten.wrong();
  await ten.outcomes();
  passSeconds(899);
  expect(await wrong()).toEqual(refused(1));
});

describe('guesses whose process has ended under way', () => {
  test('are given up soon, and were no failures', async () => {
    const before = openThrottle();
    await startTen(before);
    before.close();
    const { right, wrong } = openThrottle({ file: before.file });
    const waiting = right();
    passSeconds(heldSeconds);
    expect(await waiting).toBe('RIGHT');
    expect(await inTurn(10, () => wrong())).toEqual(times(10, 'WRONG'));
    expect(await wrong()).toEqual(refused(900));
  });

  test('are so too where it was killed', async () => {
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
      for (let i = 0; i < 10; i++) void throttle.guess({ account: 'ADA', address: '${here}' }, run);`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', source], { cwd: root });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const { right } = openThrottle({ file });
    const waiting = right();
    passSeconds(heldSeconds);
    expect(await waiting).toBe('RIGHT');
  });
});
