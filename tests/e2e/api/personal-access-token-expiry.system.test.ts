import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as accounts from '../../support/graphql/accounts.ts';
import { resourceCount, viewer } from '../../support/graphql/documents.ts';
import { requireValue } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

/** Lets a token expire soon, as if it had been created long ago. */
function setExpiry(id: string, expiresAt: Date): void {
  const database = new Database(join(system.dataFolder, 'auth.sqlite'));
  database.prepare('UPDATE personal_access_tokens SET expires_at = ? WHERE id = ?').run(expiresAt.getTime(), id);
  database.close();
}

test.each([
  ['auth', viewer],
  ['resources', resourceCount],
])('a personal access token that is in use is not accepted by %s any more once it has expired', async (_, document) => {
  const { request } = await system.signUp();
  const input = { name: 'a script', scopes: ['resources:read'], expiresInDays: 1 };
  const created = await request.data(accounts.createPersonalAccessToken, { input });
  const { token, personalAccessToken } = requireValue(created.createPersonalAccessToken);
  const expiresAt = Date.now() + 3_000;
  setExpiry(personalAccessToken.id, new Date(expiresAt));
  const script = system.as(token);
  const send = async () => (await script(document as typeof viewer)).errors.map(({ extensions }) => extensions);
  expect(await send()).toEqual([]);
  // Its last seconds may be too short for an access token, but nothing of it is accepted afterwards.
  while (Date.now() < expiresAt) await Promise.all([send(), setTimeout(150)]);
  for (let time = 0; time < 5; time += 1) expect(await send()).toMatchObject([{ code: 'UNAUTHENTICATED' }]);
  await expect.poll(send).toEqual([{ code: 'UNAUTHENTICATED', reason: 'INVALID' }]);
  expect(await request.data(accounts.personalAccessTokens)).toEqual({ personalAccessTokens: [] });
});
