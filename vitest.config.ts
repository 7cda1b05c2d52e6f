import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // Apollo's packages are CommonJS: with the module build of graphql beside theirs there would be two of each type.
    alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }],
  },
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', 'bench/**'],
    // bcrypt, real processes and real HTTP on a small machine.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
