import { expect, test } from 'vitest';
import { logIn } from '../../support/graphql/accounts.ts';
import { viewerAndCount } from '../../support/graphql/documents.ts';
import { startSystem } from '../../support/systems/system.ts';

test('a burst of log-ins does not delay other requests, and its excess is rejected', async () => {
  const limits = { failuresPerAccount: 0, failuresPerAddress: 0, registrationsPerAddress: 0 };
  const system = await startSystem({ passwords: { cost: 12, concurrency: 2 }, limits });
  const ada = await system.signUp();
  const input = { username: 'nobody', password: 'wrong horse' };
  let answered = 0;
  const burst = Array.from({ length: 120 }, async () => {
    const { errors } = await system.request(logIn, { input });
    answered += 1;
    return errors[0]?.extensions.code;
  });
  expect(await ada.request.data(viewerAndCount)).toHaveProperty('me.id', ada.id);
  expect(answered).toBeLessThan(burst.length);
  const codes = await Promise.all(burst);
  expect([...new Set(codes)].sort()).toEqual(['INVALID_CREDENTIALS', 'SERVICE_UNAVAILABLE']);
  await system.stop();
});
