import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { maxPersonalAccessTokens } from '../storage/personal-access-token-store.ts';
import {
  apiError,
  client,
  openAccounts,
  otherPassword,
  password,
  sessionEnded,
  stopClock,
} from '../testing/accounts.ts';
import type { TokenInput } from './token-input.ts';

const input: TokenInput = { name: 'backup', scopes: ['resources:read'], expiresInDays: 30 };
const day = 24 * 3_600;

/** Ada, with a personal access token. */
async function openWithToken(given: Partial<TokenInput> = {}) {
  const opened = openAccounts();
  const ada = await opened.signUp();
  const { personalAccessTokens: tokens } = opened;
  const { token, personalAccessToken } = await tokens.create(ada.viewer, { ...input, ...given });
  /** The viewer of a personal access token, whether or not it is active. */
  const viewerOf = async (text: string) => {
    const exchanged = await tokens.exchange(text);
    if (!exchanged) throw new Error('The token was not exchanged.');
    return opened.viewerOf(exchanged);
  };
  return { ...opened, ada, tokens, token, personalAccessToken, viewerOf };
}

describe('a created token', () => {
  test('has a text that is in no row, and everything else in its list', async () => {
    const { ada, tokens, token, personalAccessToken, file } = await openWithToken();
    expect(token).toMatch(/^isg_pat_[\w-]{48}$/);
    expect(personalAccessToken).toMatchObject({ name: 'backup', scopes: ['resources:read'], lastUsedAt: null });
    expect(await tokens.list(ada.viewer)).toEqual([personalAccessToken]);
    const database = new Database(file, { readonly: true });
    onTestFinished(() => void database.close());
    const rows = JSON.stringify(database.prepare('SELECT * FROM personal_access_tokens').all());
    expect(rows).toContain('backup');
    expect(rows).not.toContain(token.slice('isg_pat_'.length));
  });

  test('expires after so many days, 90 by default', async () => {
    stopClock();
    const { ada, tokens, personalAccessToken } = await openWithToken({ expiresInDays: 365 });
    const { expiresInDays: _, ...without } = input;
    const { personalAccessToken: other } = await tokens.create(ada.viewer, without);
    const daysOf = ({ createdAt, expiresAt }: typeof other) => (expiresAt.getTime() - createdAt.getTime()) / 86_400_000;
    expect([daysOf(personalAccessToken), daysOf(other)]).toEqual([365, 90]);
  });

  test('has a name without white space around it, and each scope once', async () => {
    const { ada, tokens } = await openWithToken();
    const scopes = ['resources:write', 'resources:read', 'resources:write'];
    const { personalAccessToken } = await tokens.create(ada.viewer, { ...input, name: '  nightly \n', scopes });
    expect(personalAccessToken).toMatchObject({ name: 'nightly', scopes: ['resources:read', 'resources:write'] });
  });
});

describe('create throws BAD_USER_INPUT that names', () => {
  test.each<[string, string, Partial<TokenInput>]>([
    ['an empty name', 'name', { name: '' }],
    ['a name of white space', 'name', { name: ' \n ' }],
    ['a name of invisible characters', 'name', { name: '\u200b\u00ad' }],
    ['a name of 101 characters', 'name', { name: 'x'.repeat(101) }],
    ['a name with NUL', 'name', { name: 'a\0b' }],
    ['a name with a lone surrogate', 'name', { name: 'a\ud800b' }],
    ['no scope', 'scopes', { scopes: [] }],
    ['an unknown scope', 'scopes', { scopes: ['resources:read', 'accounts:delete'] }],
    ['a scope in another case', 'scopes', { scopes: ['Resources:Read'] }],
    ['two scopes in one', 'scopes', { scopes: ['resources:read resources:write'] }],
    ['an empty scope', 'scopes', { scopes: [''] }],
    ['0 days', 'expiresInDays', { expiresInDays: 0 }],
    ['366 days', 'expiresInDays', { expiresInDays: 366 }],
    ['a negative number of days', 'expiresInDays', { expiresInDays: -1 }],
  ])('%s', async (_, field, given) => {
    const { ada, tokens } = await openWithToken();
    const problems = [{ field, message: expect.any(String) }];
    await expect(tokens.create(ada.viewer, { ...input, ...given })).rejects.toThrow(
      apiError('BAD_USER_INPUT', { problems }),
    );
    expect(await tokens.list(ada.viewer)).toHaveLength(1);
  });

  test('every problem of an input', async () => {
    const { ada, tokens } = await openWithToken();
    const problems = ['name', 'scopes', 'expiresInDays'].map((field) => ({ field, message: expect.any(String) }));
    const wrong = { name: '', scopes: [], expiresInDays: 0 };
    await expect(tokens.create(ada.viewer, wrong)).rejects.toThrow(apiError('BAD_USER_INPUT', { problems }));
  });

  test('the limit of an account, until a token is revoked', async () => {
    const { ada, tokens, personalAccessToken } = await openWithToken();
    for (let nth = 1; nth < maxPersonalAccessTokens; nth += 1) await tokens.create(ada.viewer, input);
    const problems = [{ field: 'input', message: expect.stringContaining('revoke one first') }];
    await expect(tokens.create(ada.viewer, input)).rejects.toThrow(apiError('BAD_USER_INPUT', { problems }));
    await tokens.revoke(ada.viewer, personalAccessToken.id);
    await tokens.create(ada.viewer, input);
  });
});

test('accepts a name of 100 characters outside the Basic Multilingual Plane, and both limits of days', async () => {
  const { ada, tokens } = await openWithToken();
  await tokens.create(ada.viewer, { ...input, name: '🎞'.repeat(100), expiresInDays: 1 });
  await tokens.create(ada.viewer, { ...input, expiresInDays: 365 });
});

test('create throws UNAUTHENTICATED if the session has ended meanwhile', async () => {
  const { ada, sessions, tokens } = await openWithToken();
  await sessions.endAll(ada.viewer);
  await expect(tokens.create(ada.viewer, input)).rejects.toThrow(sessionEnded);
});

describe('exchange', () => {
  test('issues an access token with the scopes and the id of the token', async () => {
    const { ada, personalAccessToken, token, viewerOf } = await openWithToken();
    const viewer = { id: ada.user.id, sessionId: personalAccessToken.id, scopes: ['resources:read'] };
    expect(await viewerOf(token)).toEqual(viewer);
  });

  test('records the use to the minute', async () => {
    stopClock();
    const { ada, tokens, token } = await openWithToken();
    const lastUsedAt = async () => (await tokens.list(ada.viewer))[0]?.lastUsedAt?.getTime();
    const minute = Math.floor(Date.now() / 60_000) * 60_000;
    await tokens.exchange(token);
    expect(await lastUsedAt()).toBe(minute);
    vi.setSystemTime(minute + 59_999);
    await tokens.exchange(token);
    expect(await lastUsedAt()).toBe(minute);
    vi.setSystemTime(minute + 60_000);
    await tokens.exchange(token);
    expect(await lastUsedAt()).toBe(minute + 60_000);
  });

  test('issues an access token while writes fail, and logs it without the token', async () => {
    const { tokens, token, file, lines } = await openWithToken();
    const other = new Database(file);
    onTestFinished(() => void other.close());
    other.exec('BEGIN IMMEDIATE');
    expect(await tokens.exchange(token)).toMatchObject({ expiresIn: expect.any(Number) });
    expect(lines).toMatchObject([{ msg: 'the use of a personal access token could not be recorded' }]);
    expect(JSON.stringify(lines)).not.toContain(token.slice('isg_pat_'.length));
  }, 20_000);

  test('issues no access token that outlives the token', async () => {
    stopClock();
    const { tokens, token } = await openWithToken({ expiresInDays: 1 });
    vi.setSystemTime(Date.now() + (day - 20) * 1_000);
    expect(await tokens.exchange(token)).toMatchObject({ expiresIn: 20 });
    vi.setSystemTime(Date.now() + 19_000);
    expect(await tokens.exchange(token)).toMatchObject({ expiresIn: 1 });
    // The lifetime of an access token is a whole number of seconds.
    vi.setSystemTime(Date.now() + 1);
    expect(await tokens.exchange(token)).toBeUndefined();
    vi.setSystemTime(Date.now() + 999);
    expect(await tokens.exchange(token)).toBeUndefined();
  });

  test.each([
    ['an unknown token', async () => 'isg_pat_unknown'],
    ['an empty text', async () => ''],
    [
      'a revoked token',
      async ({ tokens, ada, token, personalAccessToken }: Awaited<ReturnType<typeof openWithToken>>) => {
        await tokens.revoke(ada.viewer, personalAccessToken.id);
        return token;
      },
    ],
    [
      'a token of a deleted account',
      async ({ accounts, ada, token }: Awaited<ReturnType<typeof openWithToken>>) => {
        await accounts.deleteAccount(ada.viewer, password, client);
        return token;
      },
    ],
  ])('issues nothing for %s', async (_, textOf) => {
    const opened = await openWithToken();
    expect(await opened.tokens.exchange(await textOf(opened))).toBeUndefined();
  });
});

describe('a token ends', () => {
  test('when it is revoked: with an event, and for access tokens that it was exchanged for', async () => {
    const { ada, tokens, token, personalAccessToken, viewerOf, emittedEvents } = await openWithToken();
    const viewer = await viewerOf(token);
    await tokens.requireActive(viewer);
    await tokens.revoke(ada.viewer, personalAccessToken.id);
    await expect(tokens.requireActive(viewer)).rejects.toThrow(apiError('UNAUTHENTICATED', { reason: 'INVALID' }));
    const { id: userId } = ada.user;
    expect(await emittedEvents()).toEqual([{ type: 'session-revoked', userId, sessionId: personalAccessToken.id }]);
  });

  test('only by its own account: NOT_FOUND for another, as for an unknown token', async () => {
    const { signUp, tokens, ada, personalAccessToken } = await openWithToken();
    const bob = await signUp('bob');
    for (const [viewer, id] of [
      [bob.viewer, personalAccessToken.id],
      [ada.viewer, 'unknown'],
      [ada.viewer, ''],
    ] as const)
      await expect(tokens.revoke(viewer, id)).rejects.toThrow(apiError('NOT_FOUND'));
    expect(await tokens.list(ada.viewer)).toHaveLength(1);
  });

  test('neither with the sessions of its account nor with its password', async () => {
    const { accounts, sessions, ada, tokens, token, viewerOf } = await openWithToken();
    await accounts.changePassword(ada.viewer, { currentPassword: password, newPassword: otherPassword }, client);
    await sessions.endAll(ada.viewer);
    await tokens.requireActive(await viewerOf(token));
  });
});
