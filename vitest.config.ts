import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';
import { browserPath, sayIfNone } from './tests/browser/find-browser.ts';

/** How the gateway calls the subgraphs in whole systems: what clients meet is tested both ways. */
type Calls = 'memory' | 'network';

declare module 'vitest' {
  interface ProvidedContext {
    calls: Calls;
  }
}

const project = (name: string, include: string, calls: Calls) => ({
  extends: true as const,
  test: { name, include: [include], exclude: ['**/node_modules/**', faults, inBrowser], provide: { calls } },
});

/** Kills processes by the hundred; `npm run test:faults` runs these alone. */
const faults = 'tests/faults/*.test.ts';

/** The explorer in a real browser; where there is none, `npm test` goes on without these, and says so. */
const inBrowser = 'tests/browser/*.test.ts';
sayIfNone();

export default defineConfig({
  resolve: {
    // Apollo's packages are CommonJS: with the module build of graphql beside theirs there would be two of each type.
    alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }],
  },
  test: {
    // As the processes themselves have it.
    env: { APOLLO_TELEMETRY_DISABLED: 'true' },
    // bcrypt, real processes and real HTTP on a small machine.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What is waited for comes soon, or on a busy machine late.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      project('in memory', '**/*.test.ts', 'memory'),
      project('over the network', 'tests/e2e/api/*.test.ts', 'network'),
      {
        extends: true,
        test: {
          name: 'browser',
          include: browserPath === undefined ? [] : [inBrowser],
          // Chromium, the bundler and the servers share two cores with whatever else is tested.
          testTimeout: 180_000,
          provide: { calls: 'memory' },
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: [faults],
          globalSetup: 'tests/faults/bundle.ts',
          provide: { calls: 'memory' },
        },
      },
    ],
  },
});
