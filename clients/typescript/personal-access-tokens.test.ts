import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixture } from '../../tests/support/files.ts';
import { type System, startSystem } from '../../tests/support/systems/system.ts';
import { createClient, memoryStore, type TokenStore } from './index.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

/** A client of a new user, and one of a script with these scopes. */
async function signUpWithScript(scopes: string[]) {
  const { accessToken, refreshToken } = await system.signUp();
  const client = createClient({ url: system.gateway, tokens: memoryStore({ accessToken, refreshToken }) });
  const { token, personalAccessToken } = await client.createPersonalAccessToken({ name: 'a script', scopes });
  // As docs/clients.md shows it.
  const tokens: TokenStore = { get: () => ({ accessToken: token, refreshToken: '' }), set: () => {} };
  let ends = 0;
  const onSessionEnd = () => {
    ends += 1;
  };
  const script = createClient({ url: system.gateway, tokens, onSessionEnd });
  return { client, script, personalAccessToken, ends: () => ends };
}

test('a script uses its token as the access token', async () => {
  const { client, script, personalAccessToken } = await signUpWithScript(['resources:read', 'resources:write']);
  const { id } = await script.create({ title: 'By a script', image: fixture('four-colours.png') });
  expect(await client.get(id)).toMatchObject({ title: 'By a script' });
  await expect(script.sessions()).rejects.toMatchObject({ code: 'FORBIDDEN' });
  const listed = await client.personalAccessTokens();
  expect(listed).toEqual([{ ...personalAccessToken, lastUsedAt: expect.any(String) }]);
});

test('a revoked token is UNAUTHENTICATED, and its session has ended', async () => {
  const { client, script, personalAccessToken, ends } = await signUpWithScript(['resources:read']);
  await script.me();
  await client.revokePersonalAccessToken(personalAccessToken.id);
  await expect(script.me()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', reason: 'INVALID' });
  expect(ends()).toBe(1);
  await expect(client.revokePersonalAccessToken(personalAccessToken.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
