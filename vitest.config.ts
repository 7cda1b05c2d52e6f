import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { browserPath, warnIfNoBrowser } from './tests/browser/find-browser.ts';

/** How the gateway calls the subgraphs in whole systems: in process, or over the network. */
type Calls = 'memory' | 'network';

declare module 'vitest' {
  interface ProvidedContext {
    calls: Calls;
  }
}

/**
 * Tests of whole systems: real processes, real time, many requests. They are too slow for `npm test`.
 * A file anywhere in the tree joins them if its name ends in `.system.test.ts`.
 */
const system = ['**/*.system.test.ts', 'tests/e2e/*.test.ts'];

/** Tests of the API: `npm test` calls the subgraphs in process, `npm run test:system` over the network. */
const api = 'tests/e2e/api/*.test.ts';

/** Kills processes by the hundred. */
const faults = ['tests/faults/**/*.test.ts'];

/** Sends generated requests and images by the ten thousand. */
const fuzz = ['tests/fuzz/**/*.test.ts'];

/** Uses other people's clients against the system at SUPERGRAPH_URL. They are a package of their own. */
const clients = ['tests/clients/*.test.ts'];

/** Drives the explorer in a real browser. Skipped with a notice where no browser is installed. */
const browser = ['tests/browser/*.test.ts'];

warnIfNoBrowser();

export default defineConfig({
  resolve: {
    // Apollo's packages are CommonJS: with the module build of graphql beside theirs there would be two of each type.
    alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }],
  },
  test: {
    // As in the processes themselves.
    // SQLite waits for the disk at each commit, which takes most of the time of its tests unless files are in memory.
    env: { APOLLO_TELEMETRY_DISABLED: 'true', ...(existsSync('/dev/shm') && { TMPDIR: '/dev/shm' }) },
    // Password hashing, real processes and real HTTP on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A bound for busy machines; on a quiet one polling ends much sooner.
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
          exclude: ['**/node_modules/**', ...system, ...faults, ...fuzz, ...browser, ...clients],
          provide: { calls: 'memory' },
        },
      },
      // `npm run test:system`
      {
        extends: true,
        test: { name: 'system', include: system, exclude: ['**/node_modules/**', api], provide: { calls: 'memory' } },
      },
      {
        extends: true,
        test: { name: 'over the network', isolate: false, include: [api], provide: { calls: 'network' } },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: browserPath === undefined ? [] : browser,
          // Chromium, the bundler and the servers share the cores with all other tests.
          testTimeout: 180_000,
          provide: { calls: 'memory' },
        },
      },
      // `npm run test:clients`
      { extends: true, test: { name: 'clients', include: clients, provide: { calls: 'network' } } },
      // `npm run test:fuzz`
      { extends: true, test: { name: 'fuzz', include: fuzz, provide: { calls: 'memory' } } },
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
