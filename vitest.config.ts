import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    // bcrypt, real processes and real HTTP on a small machine.
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
