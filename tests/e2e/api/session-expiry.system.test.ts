import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { logInAgain, refreshSession, refreshWith, sessionsOf } from '../../support/graphql/accounts.ts';
import { resourceCount, viewer } from '../../support/graphql/documents.ts';
import { startSystem } from '../../support/systems/system.ts';

const usual = { graceSeconds: 10, retrySeconds: 0, idleSeconds: 30 * 86_400, maxSeconds: 90 * 86_400 };
const invalidRefreshToken = { code: 'INVALID_REFRESH_TOKEN' };

/** Starts a system with other session times, which stops after the test. */
async function systemWith(times: Partial<typeof usual>) {
  const system = await startSystem({ sessions: { ...usual, ...times } });
  onTestFinished(system.stop);
  const refreshError = (refreshToken: string) => system.request.error(refreshSession, { input: { refreshToken } });
  return { ...system, refreshError };
}

const secondsBetween = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 1_000;

describe('a session', () => {
  test('expires 30 days after its last use', async () => {
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

  test('never outlives its longest lifetime, and its access tokens never outlive it', async () => {
    const { signUp, request } = await systemWith({ idleSeconds: 100, maxSeconds: 60 });
    const ada = await signUp();
    const { expiresIn } = await refreshWith(request, ada.refreshToken);
    expect(expiresIn).toBeLessThanOrEqual(60);
    const [session] = await sessionsOf(ada.request);
    expect(secondsBetween(session?.createdAt ?? '', session?.expiresAt ?? '')).toBe(60);
  });

  test('expires when it is idle: both tokens are rejected, and it is no longer listed', async () => {
    // Longer than the log-in and request of the second session take on a busy machine.
    const system = await systemWith({ idleSeconds: 10 });
    const ada = await system.signUp();
    await setTimeout(10_100);
    expect(await system.refreshError(ada.refreshToken)).toEqual(invalidRefreshToken);
    const expired = { code: 'UNAUTHENTICATED', reason: 'EXPIRED' };
    for (const error of [await ada.request.error(viewer), await ada.request.error(resourceCount)]) {
      expect(error).toEqual(expired);
    }
    expect(await sessionsOf((await logInAgain(system.gateway, ada)).request)).toHaveLength(1);
  }, 60_000);
});

describe('a refresh token whose response was lost', () => {
  const isOpen = async (system: Awaited<ReturnType<typeof systemWith>>, accessToken: string) =>
    (await system.as(accessToken)(viewer)).errors.length === 0;

  test('gives new tokens after its grace period, and the lost ones end the session', async () => {
    const system = await systemWith({ graceSeconds: 1, retrySeconds: 3_600 });
    const ada = await system.signUp();
    const lost = await refreshWith(system.request, ada.refreshToken);
    await setTimeout(1_100);
    const next = await refreshWith(system.request, ada.refreshToken);
    await refreshWith(system.request, next.refreshToken);
    expect(await isOpen(system, ada.accessToken)).toBe(true);
    expect(await system.refreshError(lost.refreshToken)).toEqual(invalidRefreshToken);
    expect(await isOpen(system, ada.accessToken)).toBe(false);
  });

  test('ends the session once its time is over', async () => {
    const system = await systemWith({ graceSeconds: 0, retrySeconds: 2 });
    const ada = await system.signUp();
    await refreshWith(system.request, ada.refreshToken);
    await setTimeout(2_100);
    expect(await system.refreshError(ada.refreshToken)).toEqual(invalidRefreshToken);
    expect(await isOpen(system, ada.accessToken)).toBe(false);
  });
});

describe('reusing a refresh token', () => {
  test('after its grace period ends its session, with all of its tokens, and no other session', async () => {
    const system = await systemWith({ graceSeconds: 8 });
    const ada = await system.signUp();
    const other = await logInAgain(system.gateway, ada);
    const next = await refreshWith(system.request, ada.refreshToken);
    const raced = await refreshWith(system.request, ada.refreshToken);
    await setTimeout(8_100);
    for (const refreshToken of [ada.refreshToken, next.refreshToken, raced.refreshToken]) {
      expect(await system.refreshError(refreshToken)).toEqual(invalidRefreshToken);
    }
    for (const token of [ada.accessToken, next.accessToken, raced.accessToken]) {
      expect(await system.as(token).error(viewer)).toEqual({ code: 'UNAUTHENTICATED', reason: 'INVALID' });
    }
    expect(await sessionsOf(other.request)).toHaveLength(1);
    await refreshWith(system.request, other.refreshToken);
  }, 60_000);

  test('ends the session at once without a grace period', async () => {
    const system = await systemWith({ graceSeconds: 0 });
    const ada = await system.signUp();
    const next = await refreshWith(system.request, ada.refreshToken);
    expect(await system.refreshError(ada.refreshToken)).toEqual(invalidRefreshToken);
    expect(await system.refreshError(next.refreshToken)).toEqual(invalidRefreshToken);
    expect(await ada.request.error(viewer)).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test('concurrently ends the session without a grace period: only the first request succeeds', async () => {
    const system = await systemWith({ graceSeconds: 0 });
    const { refreshToken } = await system.signUp();
    const input = { input: { refreshToken } };
    const answers = await Promise.all(Array.from({ length: 6 }, () => system.request(refreshSession, input)));
    const codes = answers.map(({ errors }) => errors[0]?.extensions.code ?? 'refreshed').sort();
    expect(codes).toEqual([...Array(5).fill('INVALID_REFRESH_TOKEN'), 'refreshed']);
  });
});
