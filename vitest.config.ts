import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { browserPath, warnIfNoBrowser } from './tests/browser/find-browser.ts';

/** How the gateway calls the subgraphs in whole systems: what clients meet is tested both ways. */
type Calls = 'memory' | 'network';

declare module 'vitest' {
  interface ProvidedContext {
    calls: Calls;
  }
}

/**
 * Tests of whole systems: real processes, real time, many requests. They are too slow for `npm test`.
 * Anywhere in the tree, a file joins them by its name: `….system.test.ts`.
 */
const system = ['**/*.system.test.ts', 'tests/e2e/*.test.ts'];

/** Kills processes by the hundred. */
const faults = ['tests/faults/**/*.test.ts'];

/** Drives the explorer in a real browser. Skipped with a notice where no browser is installed. */
const browser = ['tests/browser/*.test.ts'];

warnIfNoBrowser();

export default defineConfig({
  resolve: {
    // Apollo's packages are CommonJS: with the module build of graphql beside theirs there would be two of each type.
    alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }],
  },
  test: {
    // As the processes themselves have it.
    // SQLite waits for the disk at each commit, which takes most of the time of its tests unless files are in memory.
    env: { APOLLO_TELEMETRY_DISABLED: 'true', ...(existsSync('/dev/shm') && { TMPDIR: '/dev/shm' }) },
    // bcrypt, real processes and real HTTP on a small machine.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is waited for comes soon, or on a busy machine late.
    expect: { poll: { timeout: 20_000 } },
    // All cores; by default vitest leaves one of them alone.
    maxWorkers: availableParallelism(),
    projects: [
      // `npm test`
      {
        extends: true,
        test: {
          name: 'in memory',
          // A worker keeps its modules from file to file: importing Apollo for each would take four minutes in all.
          isolate: false,
          include: ['**/*.test.ts'],
          exclude: ['**/node_modules/**', ...system, ...faults, ...browser],
          provide: { calls: 'memory' },
        },
      },
      // `npm run test:system`
      { extends: true, test: { name: 'system', include: system, provide: { calls: 'memory' } } },
      {
        extends: true,
        test: { name: 'over the network', include: ['tests/e2e/api/*.test.ts'], provide: { calls: 'network' } },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: browserPath === undefined ? [] : browser,
          // Chromium, the bundler and the servers share two cores with whatever else is tested.
          testTimeout: 180_000,
          provide: { calls: 'memory' },
        },
      },
      // `npm run test:faults`
      {
        extends: true,
        test: {
          name: 'faults',
          include: faults,
          globalSetup: 'tests/faults/bundle.ts',
          // A case starts up to dozens of processes, which share the cores with all others.
          testTimeout: 300_000,
          provide: { calls: 'memory' },
        },
      },
    ],
  },
});
