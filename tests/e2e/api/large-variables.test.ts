import { afterAll, beforeAll, expect, test } from 'vitest';
import { createStored } from '../../support/graphql/documents.ts';
import { requestTo, untyped } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const unknownKeys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`key${at}`, 1]));

test.each(['gateway', 'resources'] as const)(
  '%s reports the first ten errors of an input with hundreds of unknown keys',
  { timeout: 60_000 },
  async (server) => {
    const { accessToken } = await system.signUp();
    const input = unknownKeys(500);
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

test.each(['gateway', 'resources'] as const)(
  '%s rejects an input of thousands of values by one error',
  { timeout: 60_000 },
  async (server) => {
    const { accessToken } = await system.signUp();
    const request = requestTo(system[server], accessToken);
    for (let time = 0; time < 3; time += 1) {
      const response = await request(untyped(createStored), { input: unknownKeys(20_000) });
      expect(response.status).toBe(400);
      expect(response.errors).toMatchObject([
        {
          message: 'Variable "$input" has over 10000 values: send fewer at once.',
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ]);
    }
  },
);

test('resources rejects 10,000 representations that are null by their first errors', { timeout: 60_000 }, async () => {
  const { accessToken } = await system.signUp();
  const entities = untyped(
    'query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }',
  );
  const request = requestTo(system.resources, accessToken);
  for (let time = 0; time < 3; time += 1) {
    const response = await request(entities, { representations: Array(9_999).fill(null) });
    expect(response.status).toBe(400);
    expect(response.errors).toHaveLength(11);
  }
});
