import { describe, expect, test } from 'vitest';
import {
  apiError,
  client,
  errorOf,
  openAccounts,
  otherPassword,
  password,
  revoked,
  sessionEnded,
  stopClock,
} from '../testing/accounts.ts';
import { concurrently, inSequence, passSeconds, times } from '../testing/throttle.ts';
import { hashRefreshToken } from './refresh-tokens.ts';

const invalid = apiError('INVALID_REFRESH_TOKEN');
const expired = apiError('UNAUTHENTICATED', { reason: 'EXPIRED' });

/** Ada with a session, a stopped clock, a grace period of 10 seconds and no retries. */
async function openAda(settings: Parameters<typeof openAccounts>[0] = {}) {
  stopClock();
  const opened = openAccounts(settings);
  const ada = await opened.signUp('ada');
  const { sessions } = opened;
  /** Returns the next refresh token. */
  const refresh = async (token: string) => (await sessions.refresh(token)).refreshToken;
  const expectEnded = async () => {
    await expect(sessions.requireOpen(ada.viewer)).rejects.toEqual(sessionEnded);
    expect(await sessions.list(ada.viewer)).toEqual([]);
  };
  return { ...opened, ada, refresh, expectEnded };
}

describe('refresh', () => {
  test('returns new tokens of the same session', async () => {
    const { sessions, ada, viewerOf } = await openAda();
    const [before] = await sessions.list(ada.viewer);
    passSeconds(60);
    const { user, accessToken, refreshToken, expiresIn } = await sessions.refresh(ada.refreshToken);
    expect([user, expiresIn]).toEqual([ada.user, 60]);
    expect(await viewerOf({ accessToken })).toEqual(ada.viewer);
    expect(refreshToken).not.toBe(ada.refreshToken);
    const now = new Date();
    const extended = { ...before, lastUsedAt: now, expiresAt: new Date(now.getTime() + 3_600_000) };
    expect(await sessions.list(ada.viewer)).toEqual([extended]);
  });

  test('returns a new refresh token any number of times', async () => {
    const { ada, refresh } = await openAda();
    const issued = [ada.refreshToken];
    await inSequence(20, async (at) => issued.push(await refresh(issued[at] ?? '')));
    expect(new Set(issued).size).toBe(21);
  });

  test.each([
    ['an empty text', () => ''],
    ['a token that was never issued', () => 'A'.repeat(43)],
    ['a token with a trailing space', (token: string) => `${token} `],
    ['a token without its first character', (token: string) => token.slice(1)],
    ['a token in lower case', (token: string) => token.toLowerCase()],
    ['a padded token', (token: string) => `${token}=`],
    ['SQL', () => "' OR 1=1 --"],
    ['a megabyte', () => 'x'.repeat(1_000_000)],
  ])('throws INVALID_REFRESH_TOKEN, and changes nothing, for %s', async (_, change) => {
    const { sessions, ada } = await openAda();
    await expect(sessions.refresh(change(ada.refreshToken))).rejects.toEqual(invalid);
    await sessions.requireOpen(ada.viewer);
    await sessions.refresh(ada.refreshToken);
  });

  test('rejects access tokens and the stored hashes of a refresh token', async () => {
    const { sessions, ada } = await openAda();
    const { hash, family } = hashRefreshToken(ada.refreshToken);
    for (const token of [ada.accessToken, hash, family, `${family}${hash}`]) {
      await expect(sessions.refresh(token)).rejects.toEqual(invalid);
    }
  });

  test('throws the same error for a token of an ended session and an unknown one', async () => {
    const { sessions, ada } = await openAda();
    await sessions.logOut(ada.refreshToken);
    const errors = [await errorOf(sessions.refresh(ada.refreshToken)), await errorOf(sessions.refresh('?'))];
    expect(errors).toEqual([invalid, invalid]);
    expect(String(errors[0])).toBe(String(errors[1]));
  });
});

describe('a refresh token that is used again', () => {
  test('within the grace period returns other tokens, and both are valid', async () => {
    const { ada, refresh, sessions, emittedEvents } = await openAda();
    const first = await refresh(ada.refreshToken);
    passSeconds(9);
    const second = await refresh(ada.refreshToken);
    expect(second).not.toBe(first);
    await refresh(await refresh(first));
    await refresh(await refresh(second));
    await sessions.requireOpen(ada.viewer);
    expect(await emittedEvents()).toEqual([]);
  });

  test('concurrently returns different tokens of one session', async () => {
    const { sessions, ada, viewerOf } = await openAda();
    const pairs = await concurrently(5, () => sessions.refresh(ada.refreshToken));
    expect(new Set(pairs.map(({ refreshToken }) => refreshToken)).size).toBe(5);
    expect(await Promise.all(pairs.map(viewerOf))).toEqual(times(5, ada.viewer));
  });

  test('after the grace period ends the session and invalidates all its tokens', async () => {
    const { ada, refresh, sessions, expectEnded, emittedEvents } = await openAda();
    const next = await refresh(ada.refreshToken);
    passSeconds(9);
    const another = await refresh(ada.refreshToken);
    passSeconds(1);
    await expect(sessions.refresh(ada.refreshToken)).rejects.toEqual(invalid);
    await expectEnded();
    for (const token of [next, another, ada.refreshToken])
      await expect(sessions.refresh(token)).rejects.toEqual(invalid);
    expect(await emittedEvents()).toEqual([revoked(ada.viewer)]);
  });

  test('after several refreshes ends its session, and no other of the account', async () => {
    const { ada, refresh, sessions, logIn } = await openAda();
    const other = await logIn('ada');
    let newest = ada.refreshToken;
    for (let i = 0; i < 5; i++) newest = await refresh(newest);
    passSeconds(60);
    await sessions.requireOpen(ada.viewer);
    await expect(sessions.refresh(ada.refreshToken)).rejects.toEqual(invalid);
    await expect(sessions.refresh(newest)).rejects.toEqual(invalid);
    await expect(sessions.requireOpen(ada.viewer)).rejects.toEqual(sessionEnded);
    await sessions.requireOpen(other.viewer);
  });

  test('ends the session at once without a grace period', async () => {
    const { ada, refresh, sessions, expectEnded } = await openAda({ times: { graceSeconds: 0 } });
    const next = await refresh(await refresh(ada.refreshToken));
    await expect(sessions.refresh(ada.refreshToken)).rejects.toEqual(invalid);
    await expectEnded();
    await expect(sessions.refresh(next)).rejects.toEqual(invalid);
  });

  test('concurrently without a grace period ends the session', async () => {
    const { ada, sessions, expectEnded } = await openAda({ times: { graceSeconds: 0 } });
    const both = await Promise.allSettled([1, 2].map(() => sessions.refresh(ada.refreshToken)));
    const issued = both.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.refreshToken] : []));
    expect(issued).toHaveLength(1);
    expect(both).toContainEqual({ status: 'rejected', reason: invalid });
    await expectEnded();
    await expect(sessions.refresh(issued[0] ?? '')).rejects.toEqual(invalid);
  });
});

describe('a refresh token whose response was lost', () => {
  const times = { retrySeconds: 600 };

  test('returns new tokens after the grace period, and the lost one ends the session if it is used', async () => {
    const { ada, refresh, sessions, expectEnded, emittedEvents } = await openAda({ times });
    const lost = await refresh(ada.refreshToken);
    passSeconds(599);
    const next = await refresh(ada.refreshToken);
    await refresh(await refresh(next));
    await sessions.requireOpen(ada.viewer);
    expect(await emittedEvents()).toEqual([]);
    await expect(sessions.refresh(lost)).rejects.toEqual(invalid);
    await expectEnded();
    expect(await emittedEvents()).toEqual([revoked(ada.viewer)]);
  });

  test('is found by the client if a thief uses a copy of it', async () => {
    const { ada, refresh, sessions, expectEnded } = await openAda({ times });
    const next = await refresh(ada.refreshToken);
    passSeconds(60);
    const stolen = await refresh(ada.refreshToken);
    await sessions.requireOpen(ada.viewer);
    await expect(sessions.refresh(next)).rejects.toEqual(invalid);
    await expectEnded();
    await expect(sessions.refresh(stolen)).rejects.toEqual(invalid);
  });

  test('ends the session of a thief who uses a copy of it after the client has refreshed again', async () => {
    const { ada, refresh, sessions, expectEnded } = await openAda({ times });
    await refresh(await refresh(ada.refreshToken));
    passSeconds(60);
    await expect(sessions.refresh(ada.refreshToken)).rejects.toEqual(invalid);
    await expectEnded();
  });

  test.each([
    ['600 seconds after its first use', { retrySeconds: 600 }, 600],
    ['at the end of the grace period if retries are off', { retrySeconds: 0 }, 10],
    ['at once if retries are off and there is no grace period', { retrySeconds: 0, graceSeconds: 0 }, 0],
  ])('ends the session %s', async (_, settings, seconds) => {
    const { ada, refresh, sessions, expectEnded } = await openAda({ times: settings });
    await refresh(ada.refreshToken);
    passSeconds(seconds);
    await expect(sessions.refresh(ada.refreshToken)).rejects.toEqual(invalid);
    await expectEnded();
  });

  test('returns new tokens even if the access token that came of it was used', async () => {
    const { ada, refresh, sessions, viewerOf } = await openAda({ times });
    const { accessToken } = await sessions.refresh(ada.refreshToken);
    await sessions.requireOpen(await viewerOf({ accessToken }));
    passSeconds(30);
    await refresh(ada.refreshToken);
  });

  test('is rejected after the password was changed, and ends nothing', async () => {
    const { accounts, ada, refresh, sessions } = await openAda({ times });
    const lost = await refresh(ada.refreshToken);
    const change = { currentPassword: password, newPassword: otherPassword };
    const { refreshToken } = await accounts.changePassword(ada.viewer, change, client);
    passSeconds(60);
    for (const token of [ada.refreshToken, lost]) await expect(sessions.refresh(token)).rejects.toEqual(invalid);
    await refresh(refreshToken);
  });
});

describe('a session', () => {
  test('expires after its idle time without a refresh', async () => {
    const { sessions, ada, refresh, expectEnded } = await openAda();
    passSeconds(1_800);
    const next = await refresh(ada.refreshToken);
    passSeconds(3_599);
    await sessions.requireOpen(ada.viewer);
    passSeconds(1);
    await expectEnded();
    await expect(sessions.refresh(next)).rejects.toEqual(invalid);
  });

  test('ends after its maximum lifetime, however often it is refreshed', async () => {
    const { sessions, ada, refresh, expectEnded } = await openAda();
    const endsAt = new Date(Date.now() + 7_200_000);
    let newest = ada.refreshToken;
    await inSequence(7, async () => {
      passSeconds(1_000);
      newest = await refresh(newest);
    });
    expect(await sessions.list(ada.viewer)).toMatchObject([{ expiresAt: endsAt }]);
    passSeconds(199);
    newest = await refresh(newest);
    passSeconds(1);
    await expectEnded();
    await expect(sessions.refresh(newest)).rejects.toEqual(invalid);
  });

  test('ends after its maximum lifetime if the idle time is longer', async () => {
    const { expectEnded } = await openAda({ times: { idleSeconds: 100, maxSeconds: 50 } });
    passSeconds(50);
    await expectEnded();
  });

  test('never ends before its access tokens expire', async () => {
    const { sessions, ada, viewerOf } = await openAda({ lifetimeSeconds: 900, times: { maxSeconds: 3_600 } });
    expect(ada.expiresIn).toBe(900);
    passSeconds(3_000);
    const last = await sessions.refresh(ada.refreshToken);
    expect(last.expiresIn).toBe(600);
    passSeconds(599);
    expect(await viewerOf(last)).toEqual(ada.viewer);
    passSeconds(1);
    await expect(viewerOf(last)).rejects.toEqual(expired);
  });

  test('limits the lifetime of its access token to its idle time', async () => {
    const { ada, viewerOf } = await openAda({ lifetimeSeconds: 900, times: { idleSeconds: 60 } });
    expect(ada.expiresIn).toBe(60);
    passSeconds(60);
    await expect(viewerOf(ada)).rejects.toEqual(expired);
  });
});
