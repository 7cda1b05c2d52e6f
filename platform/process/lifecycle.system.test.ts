import { describe, expect, test } from 'vitest';
import { run } from '../../tests/support/systems/spawned.ts';

/** A process that fails in the way MODE names. */
const program = `
  import { z } from 'zod';
  import { wholeNumber } from './platform/process/environment.ts';
    import { runProcess, stopAfter } from './platform/process/lifecycle.ts';
  import { RequestsCutOffError, shutdownVariables } from './platform/process/shutdown.ts';
  import { StartupError } from './platform/process/startup-error.ts';

  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  await runProcess({
    about: 'tiny: a process for tests.',
    spec: z.object({
      SIZE: wholeNumber({ min: 1, max: 9 }).describe('A number.'),
      MODE: z.string().default('normal').describe('A way to fail.'),
      ...shutdownVariables,
    }),
    start: async ({ SIZE, MODE, SHUTDOWN_GRACE_MS }, shutdown) => {
      shutdown.signal.addEventListener('abort', () => console.log('not ready'));
      if (MODE === 'telemetry') console.log('telemetry disabled: ' + process.env.APOLLO_TELEMETRY_DISABLED);
      if (MODE === 'startup error') throw new StartupError('Port 4000 is taken: choose another.');
      if (MODE === 'bug at start') throw new TypeError('a bug at the start');
      const timer = setInterval(() => {}, 1000);
      if (MODE.startsWith('slow start')) {
        console.log('starting');
        const busyUntil = Date.now() + 300;
        while (Date.now() < busyUntil);
        await sleep(300);
        if (MODE.endsWith('fails')) throw new StartupError('Port 4000 is taken: choose another.');
      }
      if (MODE === 'failure') setTimeout(() => stopAfter(new Error('a failure', { cause: new Error('the cause') })), 50);
      if (MODE === 'rejection') setTimeout(() => Promise.reject(new Error('an unhandled rejection', { cause: new Error('the cause') })), 50);
      if (MODE === 'rejection with an object') setTimeout(() => Promise.reject({ code: 'E_CODE', detail: 'the detail' }), 50);
      if (MODE === 'rejection without a prototype') setTimeout(() => Promise.reject(Object.create(null)), 50);
      if (MODE === 'rejection with a circular cause') setTimeout(() => {
        const error = new Error('circular');
        error.cause = error;
        Promise.reject(error);
      }, 50);
      if (MODE === 'exception') setImmediate(() => { throw new Error('an uncaught exception'); });
      setImmediate(() => console.log('started with ' + SIZE));
      return {
        stop: async () => {
          console.log('stopping');
          await sleep(MODE === 'slow stop' ? 500 : MODE === 'endless stop' ? 60_000 : 0);
          if (MODE === 'bug at stop') throw new Error('a bug at the end');
          if (MODE === 'cut off') throw new RequestsCutOffError(3, SHUTDOWN_GRACE_MS);
          clearInterval(timer);
          console.log('stopped');
        },
      };
    },
  });
`;

/** With --eval, the first argument takes the place of the file's name. */
const tiny = (env: Record<string, string>, ...args: string[]) =>
  run('--input-type=module', env, '--eval', program, '--', 'tiny.ts', ...args);

test('disables telemetry, whatever the environment says', async () => {
  const process = tiny({ SIZE: '3', MODE: 'telemetry', APOLLO_TELEMETRY_DISABLED: 'false' });
  await process.find(/telemetry disabled: true/);
  process.signal('SIGTERM');
  expect(await process.exitCode).toBe(0);
});

describe('a failed start', () => {
  test('reports missing variables without a stack and exits with 1', async () => {
    const process = tiny({});
    expect(await process.exitCode).toBe(1);
    expect(process.stderr()).toMatch(/^ {2}SIZE is missing: A number\.$/m);
    expect(process.stderr()).not.toMatch(/^ +at /m);
    expect(process.stdout()).toBe('');
  });

  test('prints a StartupError in one line and exits with 1', async () => {
    const process = tiny({ SIZE: '1', MODE: 'startup error' });
    expect(await process.exitCode).toBe(1);
    expect(process.stderr()).toBe('Port 4000 is taken: choose another.\n');
  });

  test('prints a bug with its stack and exits with 1', async () => {
    const process = tiny({ SIZE: '1', MODE: 'bug at start' });
    expect(await process.exitCode).toBe(1);
    expect(process.stderr()).toMatch(/^TypeError: a bug at the start\n +at /);
  });
});

describe('the command line', () => {
  test('--help describes the environment, reads none of it and starts nothing', async () => {
    const process = tiny({}, '--help');
    expect(await process.exitCode).toBe(0);
    const lines = process.stdout().split('\n');
    expect(lines.map((line) => line.trim().replaceAll(/\s+/g, ' ')).filter(Boolean)).toEqual([
      'tiny: a process for tests.',
      'Environment:',
      'SIZE A number. [required]',
      'MODE A way to fail. [normal]',
      'SHUTDOWN_DELAY_MS Time in which a stopping process is not ready but still serves, for load balancers to notice. [0]',
      'SHUTDOWN_GRACE_MS Time for requests in flight when stopping; at least what a mutation may take. [20000]',
    ]);
  });

  test.each([['--port=4000'], ['--help', 'me']])('rejects %s with exit code 2 and prints the help', async (...args) => {
    const process = tiny({ SIZE: '1' }, ...args);
    expect(await process.exitCode).toBe(2);
    expect(process.stderr()).toContain(`Unknown argument: ${args.join(' ')}.`);
    expect(process.stderr()).toContain('SIZE');
    expect(process.stdout()).toBe('');
  });
});

describe('a stop', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('on %s happens once and exits with 0', async (signal) => {
    const process = tiny({ SIZE: '3', MODE: 'slow stop' });
    await process.find(/started with 3/);
    process.signal(signal);
    await process.find(/stopping/);
    process.signal(signal);
    process.signal('SIGTERM');
    expect(await process.exitCode).toBe(0);
    expect(process.stdout()).toBe('started with 3\nnot ready\nstopping\nstopped\n');
    expect(process.stderr()).toBe('');
  });

  test('waits for a start that a signal interrupts, and exits with 0', async () => {
    const process = tiny({ SIZE: '1', MODE: 'slow start' });
    await process.find(/starting/);
    process.signal('SIGTERM');
    expect(await process.exitCode).toBe(0);
    expect(process.stdout()).toMatch(/not ready\n.*stopping\n.*stopped\n$/s);
  });

  test('makes the process not ready at once, and stops nothing during SHUTDOWN_DELAY_MS', async () => {
    const process = tiny({ SIZE: '1', SHUTDOWN_DELAY_MS: '600000' });
    await process.find(/started/);
    process.signal('SIGTERM');
    await process.find(/not ready/);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(process.stdout()).toBe('started with 1\nnot ready\n');
    await process.end();
  });

  test('happens once after the delay, whatever signals arrive in between', async () => {
    const process = tiny({ SIZE: '1', SHUTDOWN_DELAY_MS: '500' });
    await process.find(/started/);
    process.signal('SIGTERM');
    await process.find(/not ready/);
    process.signal('SIGTERM');
    process.signal('SIGINT');
    expect(await process.exitCode).toBe(0);
    expect(process.stdout()).toBe('started with 1\nnot ready\nstopping\nstopped\n');
  });

  test('does not wait for the delay after a start that failed', async () => {
    const process = tiny({ SIZE: '1', MODE: 'slow start that fails', SHUTDOWN_DELAY_MS: '600000' });
    await process.find(/starting/);
    process.signal('SIGTERM');
    expect(await process.exitCode).toBe(1);
    expect(process.stderr()).toBe('Port 4000 is taken: choose another.\n');
  });

  test('exits with 1 and the number of requests that were cut off', async () => {
    const process = tiny({ SIZE: '1', MODE: 'cut off', SHUTDOWN_GRACE_MS: '700' });
    await process.find(/started/);
    process.signal('SIGTERM');
    expect(await process.exitCode).toBe(1);
    expect(process.stderr()).toBe(
      '3 requests were cut off, still in flight 700 ms after the stop (SHUTDOWN_GRACE_MS).\n',
    );
  });

  test('prints a bug with its stack and exits with 1', async () => {
    const process = tiny({ SIZE: '1', MODE: 'bug at stop' });
    await process.find(/started/);
    process.signal('SIGTERM');
    expect(await process.exitCode).toBe(1);
    expect(process.stderr()).toMatch(/^Error: a bug at the end\n +at /);
  });

  test('that hangs ends with 1, 5 s after the delay and the grace period', async () => {
    const process = tiny({ SIZE: '1', MODE: 'endless stop', SHUTDOWN_DELAY_MS: '200', SHUTDOWN_GRACE_MS: '100' });
    await process.find(/started/);
    process.signal('SIGTERM');
    expect(await process.exitCode).toBe(1);
    expect(process.stderr()).toMatch(/^Error: The process could not stop within 5300 ms\./);
  });
});

test('an error that the process cannot go on with is printed with its cause, then it stops and exits with 1', async () => {
  const process = tiny({ SIZE: '1', MODE: 'failure' });
  expect(await process.exitCode).toBe(1);
  expect(process.stdout()).toBe('started with 1\nnot ready\nstopping\nstopped\n');
  expect(process.stderr()).toMatch(/^Stopping: Error: a failure\n +at .*\nCaused by: Error: the cause\n +at /s);
});

describe('an unhandled error', () => {
  test('in a promise is logged with its cause, then the process stops and exits with 1', async () => {
    const process = tiny({ SIZE: '1', MODE: 'rejection' });
    expect(await process.exitCode).toBe(1);
    expect(process.stdout()).toBe('started with 1\nnot ready\nstopping\nstopped\n');
    expect(process.stderr()).toMatch(
      /^Unhandled rejection, stopping: Error: an unhandled rejection\n +at .*\nCaused by: Error: the cause\n +at /s,
    );
  });

  test.each([
    ['with an object', /^Unhandled rejection, stopping: \{ code: 'E_CODE', detail: 'the detail' \}\n$/],
    ['without a prototype', /^Unhandled rejection, stopping: \[Object: null prototype\] \{\}\n$/],
    ['with a circular cause', /^Unhandled rejection, stopping: Error: circular\n +at /],
  ])('in a promise, %s, is logged, then the process stops and exits with 1', async (what, line) => {
    const process = tiny({ SIZE: '1', MODE: `rejection ${what}` });
    expect(await process.exitCode).toBe(1);
    expect(process.stdout()).toBe('started with 1\nnot ready\nstopping\nstopped\n');
    expect(process.stderr()).toMatch(line);
  });

  test('that is thrown ends the process at once with 1, without a stop', async () => {
    const process = tiny({ SIZE: '1', MODE: 'exception' });
    expect(await process.exitCode).toBe(1);
    expect(process.stdout()).not.toContain('stopping');
    expect(process.stderr()).toMatch(/^Error: an uncaught exception\n +at /);
  });
});
