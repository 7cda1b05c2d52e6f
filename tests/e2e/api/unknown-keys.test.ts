import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStored } from '../../support/graphql/documents.ts';
import { requestTo, untyped } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

test.each(['gateway', 'resources'] as const)(
  '%s reports the first ten errors of an input with hundreds of unknown keys',
  { timeout: 60_000 },
  async (server) => {
    const { accessToken } = await system.signUp();
    const input = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`key${index}`, 1]));
    // From the second time on, operations run in another way.
    for (let time = 0; time < 3; time += 1) {
      const response = await requestTo(system[server], accessToken)(untyped(createStored), { input });
      expect(response.status).toBe(400);
      expect(response.errors).toHaveLength(11);
      expect(response.errors.map(({ extensions }) => extensions?.code)).toEqual(Array(11).fill('BAD_USER_INPUT'));
      expect(response.errors.at(-1)?.message).toBe('Variables have more than 10 errors: only the first 10 are shown.');
    }
  },
);
