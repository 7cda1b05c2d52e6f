import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { logInAgain, refreshSession, refreshWith, sessionsOf } from '../../support/graphql/accounts.ts';
import { resourceCount, viewer } from '../../support/graphql/documents.ts';
import { startSystem } from '../../support/systems/system.ts';

const usual = { graceSeconds: 10, idleSeconds: 30 * 86_400, maxSeconds: 90 * 86_400 };
const invalidRefreshToken = { code: 'INVALID_REFRESH_TOKEN' };

/** A system with other times of sessions, which stops when the test is over. */
async function systemWith(times: Partial<typeof usual>) {
  const system = await startSystem({ sessions: { ...usual, ...times } });
  onTestFinished(system.stop);
  const refused = (refreshToken: string) => system.request.error(refreshSession, { input: { refreshToken } });
  return { ...system, refused };
}

const secondsBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 1_000;

describe('a session', () => {
  test('lasts 30 days from its last use on', async () => {
    const { signUp, request } = await systemWith({});
    const ada = await signUp();
    const [before] = await sessionsOf(ada.request);
    await refreshWith(request, ada.refreshToken);
    const [after] = await sessionsOf(ada.request);
    if (!before || !after) throw new Error('There is no session.');
    expect(after).toMatchObject({ id: before.id, createdAt: before.createdAt });
    expect(before.lastUsedAt).toBe(before.createdAt);
    expect(secondsBetween(before.lastUsedAt, after.lastUsedAt)).toBeGreaterThan(0);
    for (const { lastUsedAt, expiresAt } of [before, after])
      expect(secondsBetween(lastUsedAt, expiresAt)).toBe(30 * 86_400);
  });

  test('lasts no longer than it may at all, however often it is used, and its access tokens no longer than it', async () => {
    const { signUp, request } = await systemWith({ idleSeconds: 100, maxSeconds: 60 });
    const ada = await signUp();
    const { expiresIn } = await refreshWith(request, ada.refreshToken);
    expect(expiresIn).toBeLessThanOrEqual(60);
    const [session] = await sessionsOf(ada.request);
    expect(secondsBetween(session?.createdAt ?? '', session?.expiresAt ?? '')).toBe(60);
  });

  test('is over when it was not used for so long: neither of its tokens holds, and nobody sees it', async () => {
    // The last session's token holds for two seconds at least: times in tokens are whole seconds.
    const system = await systemWith({ idleSeconds: 4 });
    const ada = await system.signUp();
    await setTimeout(4_100);
    expect(await system.refused(ada.refreshToken)).toEqual(invalidRefreshToken);
    const expired = { code: 'UNAUTHENTICATED', reason: 'EXPIRED' };
    for (const refusal of [await ada.request.error(viewer), await ada.request.error(resourceCount)]) {
      expect(refusal).toEqual(expired);
    }
    expect(await sessionsOf((await logInAgain(system.gateway, ada)).request)).toHaveLength(1);
  });
});

describe('a refresh token that is used once more', () => {
  test('after its grace period ends its session, with all that was given out to it, and no other session', async () => {
    const system = await systemWith({ graceSeconds: 2 });
    const ada = await system.signUp();
    const other = await logInAgain(system.gateway, ada);
    const next = await refreshWith(system.request, ada.refreshToken);
    const raced = await refreshWith(system.request, ada.refreshToken);
    await setTimeout(2_100);
    for (const refreshToken of [ada.refreshToken, next.refreshToken, raced.refreshToken]) {
      expect(await system.refused(refreshToken)).toEqual(invalidRefreshToken);
    }
    for (const token of [ada.accessToken, next.accessToken, raced.accessToken]) {
      expect(await system.as(token).error(viewer)).toEqual({ code: 'UNAUTHENTICATED', reason: 'INVALID' });
    }
    expect(await sessionsOf(other.request)).toHaveLength(1);
    await refreshWith(system.request, other.refreshToken);
  });

  test('at once ends it where there is no grace period', async () => {
    const system = await systemWith({ graceSeconds: 0 });
    const ada = await system.signUp();
    const next = await refreshWith(system.request, ada.refreshToken);
    expect(await system.refused(ada.refreshToken)).toEqual(invalidRefreshToken);
    expect(await system.refused(next.refreshToken)).toEqual(invalidRefreshToken);
    expect(await ada.request.error(viewer)).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('in the same moment ends it where there is no grace period: only the first gets an answer', async () => {
    const system = await systemWith({ graceSeconds: 0 });
    const { refreshToken } = await system.signUp();
    const input = { input: { refreshToken } };
    const answers = await Promise.all(Array.from({ length: 6 }, () => system.request(refreshSession, input)));
    const codes = answers.map(({ errors }) => errors[0]?.extensions.code ?? 'refreshed').sort();
    expect(codes).toEqual([...Array(5).fill('INVALID_REFRESH_TOKEN'), 'refreshed']);
  });
});
