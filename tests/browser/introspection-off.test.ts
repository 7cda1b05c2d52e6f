import { expect, test } from 'vitest';
import { setUpExplorer } from './open-explorer.ts';

/** The browser logs the status of the request for the schema, and GraphiQL its errors. */
const expectedProblem = /the server responded with a status of 400|introspection has been disabled/;
const openExplorer = setUpExplorer({ settings: { introspection: false }, expectedProblem });

test('says that introspection is off, and runs operations', async () => {
  const { notice, run } = await openExplorer();
  await expect.poll(notice).toContain('Introspection is off here');
  const { data } = await run<{ register: { user: { username: string } } }>('Register');
  expect(data?.register.user.username).toEqual(expect.any(String));
});
