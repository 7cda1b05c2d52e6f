import { expect, test } from 'vitest';
import { run } from '../../tests/support/spawned.ts';

/** A process that counts, as one file of its own would hold it. */
const program = `
  import { z } from 'zod';
  import { wholeNumber } from './platform/process/environment.ts';
  import { runProcess } from './platform/process/lifecycle.ts';
  import { StartupError } from './platform/process/startup-error.ts';

  await runProcess({
    about: 'tiny: counts to FROM and back.',
    spec: z.object({
      FROM: wholeNumber({ min: 1, max: 9 }).describe('Where to start.'),
      HOW: z.string().default('well').describe('How to go on.'),
    }),
    start: async ({ FROM, HOW }) => {
      if (HOW === 'silent') console.log('telemetry disabled: ' + process.env.APOLLO_TELEMETRY_DISABLED);
      if (HOW === 'fault') throw new StartupError('Port 4000 is taken: choose another.');
      if (HOW === 'bug') throw new TypeError('a bug at the start');
      const timer = setInterval(() => {}, 1000);
      if (HOW === 'late') {
        console.log('starting');
        const busyUntil = Date.now() + 300;
        while (Date.now() < busyUntil);
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      setImmediate(() => console.log('started from ' + FROM));
      return {
        stop: async () => {
          console.log('stopping');
          await new Promise((resolve) => setTimeout(resolve, HOW === 'slow' ? 500 : 0));
          if (HOW === 'stuck') throw new Error('a bug at the end');
          clearInterval(timer);
          console.log('stopped');
        },
      };
    },
  });
`;

const tiny = (env: Record<string, string>, ...args: string[]) =>
  run('--input-type=module', env, '--eval', program, '--', ...args);

test('nothing in a process reports to anybody, whatever the environment says', async () => {
  const process = tiny({ FROM: '3', HOW: 'silent', APOLLO_TELEMETRY_DISABLED: 'false' });
  await process.find(/telemetry disabled: true/);
  process.signal('SIGTERM');
  expect(await process.exitCode).toBe(0);
});

test('a process that lacks what it needs says so in a few lines, and exits with 1', async () => {
  const process = tiny({});
  expect(await process.exitCode).toBe(1);
  expect(process.stderr()).toMatch(/^ {2}FROM is missing: Where to start\.$/m);
  expect(process.stderr()).not.toMatch(/^ +at /m);
  expect(process.stdout()).toBe('');
});

test('a process that cannot start says why in one line, and exits with 1', async () => {
  const process = tiny({ FROM: '1', HOW: 'fault' });
  expect(await process.exitCode).toBe(1);
  expect(process.stderr()).toBe('Port 4000 is taken: choose another.\n');
});

test('a bug at the start is shown with its stack, and exits with 1', async () => {
  const process = tiny({ FROM: '1', HOW: 'bug' });
  expect(await process.exitCode).toBe(1);
  expect(process.stderr()).toMatch(/^TypeError: a bug at the start\n +at /);
});

test('a bug at the end is shown with its stack, and exits with 1', async () => {
  const process = tiny({ FROM: '1', HOW: 'stuck' });
  await process.find(/started/);
  process.signal('SIGTERM');
  expect(await process.exitCode).toBe(1);
  expect(process.stderr()).toMatch(/^Error: a bug at the end\n +at /);
});

test('a signal that comes while it starts stops it as well, with 0', async () => {
  const process = tiny({ FROM: '1', HOW: 'late' });
  await process.find(/starting/);
  process.signal('SIGTERM');
  expect(await process.exitCode).toBe(0);
  expect(process.stdout()).toMatch(/stopping\n.*stopped\n$/s);
});

test('--help describes the environment, needs nothing of it and starts nothing', async () => {
  const process = tiny({}, '--help');
  expect(await process.exitCode).toBe(0);
  const lines = process.stdout().split('\n');
  expect(lines.map((line) => line.trim().replaceAll(/\s+/g, ' ')).filter(Boolean)).toEqual([
    'tiny: counts to FROM and back.',
    'Environment:',
    'FROM Where to start. [required]',
    'HOW How to go on. [well]',
  ]);
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s stops it once, however often it comes, with 0', async (signal) => {
  const process = tiny({ FROM: '3', HOW: 'slow' });
  await process.find(/started from 3/);
  process.signal(signal);
  await process.find(/stopping/);
  process.signal(signal);
  process.signal('SIGTERM');
  expect(await process.exitCode).toBe(0);
  expect(process.stdout()).toBe('started from 3\nstopping\nstopped\n');
  expect(process.stderr()).toBe('');
});
