import { describe, expect, test } from 'vitest';
import { atOnce, inTurn, passSeconds, times } from '../testing/throttle.ts';
import { ended, openUsers, refusal, refusalOf, revoked, stopClock } from '../testing/users.ts';
import { hashRefreshToken } from '../tokens/tokens.ts';

const invalid = refusal('INVALID_REFRESH_TOKEN');
const expired = refusal('UNAUTHENTICATED', { reason: 'EXPIRED' });

/** Ada with a session, at a clock that stands; its refresh tokens may be used again for 10 seconds. */
async function openAda(settings: Parameters<typeof openUsers>[0] = {}) {
  stopClock();
  const opened = openUsers(settings);
  const ada = await opened.signUp('ada');
  const { sessions } = opened;
  /** The next refresh token. */
  const refresh = async (token: string) => (await sessions.refresh(token)).refreshToken;
  const expectEnded = async () => {
    await expect(sessions.requireOpen(ada.viewer)).rejects.toEqual(ended);
    expect(await sessions.list(ada.viewer)).toEqual([]);
  };
  return { ...opened, ada, refresh, expectEnded };
}

describe('a refresh token', () => {
  test('gives a new pair of the same session, and of no other', async () => {
    const { sessions, ada, viewerOf } = await openAda();
    const [before] = await sessions.list(ada.viewer);
    passSeconds(60);
    const { user, accessToken, refreshToken, expiresIn } = await sessions.refresh(ada.refreshToken);
    expect([user, expiresIn]).toEqual([ada.user, 60]);
    expect(await viewerOf({ accessToken })).toEqual(ada.viewer);
    expect(refreshToken).not.toBe(ada.refreshToken);
    const now = new Date();
    const goesOn = { ...before, lastUsedAt: now, expiresAt: new Date(now.getTime() + 3_600_000) };
    expect(await sessions.list(ada.viewer)).toEqual([goesOn]);
  });

  test('is followed by the next, any number of times', async () => {
    const { ada, refresh } = await openAda();
    const given = [ada.refreshToken];
    await inTurn(20, async (at) => given.push(await refresh(given[at] ?? '')));
    expect(new Set(given).size).toBe(21);
  });

  test.each([
    ['nothing', () => ''],
    ['what nobody was given', () => 'A'.repeat(43)],
    ['one with a space after it', (token: string) => `${token} `],
    ['one that has lost a letter', (token: string) => token.slice(1)],
    ['one in other letters', (token: string) => token.toLowerCase()],
    ['one that is padded', (token: string) => `${token}=`],
    ['a piece of SQL', () => "' OR 1=1 --"],
    ['a megabyte', () => 'x'.repeat(1_000_000)],
  ])('is not %s, which changes nothing', async (_, change) => {
    const { sessions, ada } = await openAda();
    await expect(sessions.refresh(change(ada.refreshToken))).rejects.toEqual(invalid);
    await sessions.requireOpen(ada.viewer);
    await sessions.refresh(ada.refreshToken);
  });

  test('is neither an access token nor what is kept of a refresh token', async () => {
    const { sessions, ada } = await openAda();
    const { hash, family } = hashRefreshToken(ada.refreshToken);
    for (const token of [ada.accessToken, hash, family, `${family}${hash}`]) {
      await expect(sessions.refresh(token)).rejects.toEqual(invalid);
    }
  });

  test('of a session that was ended is refused in the same words as one that never was', async () => {
    const { sessions, ada } = await openAda();
    await sessions.logOut(ada.refreshToken);
    const refusals = [await refusalOf(sessions.refresh(ada.refreshToken)), await refusalOf(sessions.refresh('?'))];
    expect(refusals).toEqual([invalid, invalid]);
    expect(String(refusals[0])).toBe(String(refusals[1]));
  });
});

describe('a refresh token that is used again', () => {
  test('within the grace period gives another pair, and both go on', async () => {
    const { ada, refresh, sessions, told } = await openAda();
    const first = await refresh(ada.refreshToken);
    passSeconds(9);
    const second = await refresh(ada.refreshToken);
    expect(second).not.toBe(first);
    await refresh(await refresh(first));
    await refresh(await refresh(second));
    await sessions.requireOpen(ada.viewer);
    expect(await told()).toEqual([]);
  });

  test('at the same moment as others gives each a pair of the one session', async () => {
    const { sessions, ada, viewerOf } = await openAda();
    const pairs = await atOnce(5, () => sessions.refresh(ada.refreshToken));
    expect(new Set(pairs.map(({ refreshToken }) => refreshToken)).size).toBe(5);
    expect(await Promise.all(pairs.map(viewerOf))).toEqual(times(5, ada.viewer));
  });

  test('after it ends the whole session, and nothing given to that holds any more', async () => {
    const { ada, refresh, sessions, expectEnded, told } = await openAda();
    const next = await refresh(ada.refreshToken);
    passSeconds(9);
    const another = await refresh(ada.refreshToken);
    passSeconds(1);
    await expect(sessions.refresh(ada.refreshToken)).rejects.toEqual(invalid);
    await expectEnded();
    for (const token of [next, another, ada.refreshToken])
      await expect(sessions.refresh(token)).rejects.toEqual(invalid);
    expect(await told()).toEqual([revoked(ada.viewer)]);
  });

  test('after it ends its session however many came between, and no other of the account', async () => {
    const { ada, refresh, sessions, logIn } = await openAda();
    const other = await logIn('ada');
    let newest = ada.refreshToken;
    for (let i = 0; i < 5; i++) newest = await refresh(newest);
    passSeconds(60);
    await sessions.requireOpen(ada.viewer);
    await expect(sessions.refresh(ada.refreshToken)).rejects.toEqual(invalid);
    await expect(sessions.refresh(newest)).rejects.toEqual(invalid);
    await expect(sessions.requireOpen(ada.viewer)).rejects.toEqual(ended);
    await sessions.requireOpen(other.viewer);
  });

  test('at once ends the session where there is no grace period', async () => {
    const { ada, refresh, sessions, expectEnded } = await openAda({ times: { graceSeconds: 0 } });
    const next = await refresh(await refresh(ada.refreshToken));
    await expect(sessions.refresh(ada.refreshToken)).rejects.toEqual(invalid);
    await expectEnded();
    await expect(sessions.refresh(next)).rejects.toEqual(invalid);
  });

  test('at the same moment without a grace period gives one pair, which does not hold', async () => {
    const { ada, sessions, expectEnded } = await openAda({ times: { graceSeconds: 0 } });
    const both = await Promise.allSettled([1, 2].map(() => sessions.refresh(ada.refreshToken)));
    const given = both.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.refreshToken] : []));
    expect(given).toHaveLength(1);
    expect(both).toContainEqual({ status: 'rejected', reason: invalid });
    await expectEnded();
    await expect(sessions.refresh(given[0] ?? '')).rejects.toEqual(invalid);
  });
});

describe('a session', () => {
  test('that is not refreshed ends an hour after it was used last', async () => {
    const { sessions, ada, refresh, expectEnded } = await openAda();
    passSeconds(1_800);
    const next = await refresh(ada.refreshToken);
    passSeconds(3_599);
    await sessions.requireOpen(ada.viewer);
    passSeconds(1);
    await expectEnded();
    await expect(sessions.refresh(next)).rejects.toEqual(invalid);
  });

  test('ends two hours after it was opened, however often it is refreshed', async () => {
    const { sessions, ada, refresh, expectEnded } = await openAda();
    const endsAt = new Date(Date.now() + 7_200_000);
    let newest = ada.refreshToken;
    await inTurn(7, async () => {
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

  test('that may last longer unused than at all ends when it must', async () => {
    const { expectEnded } = await openAda({ times: { idleSeconds: 100, longestSeconds: 50 } });
    passSeconds(50);
    await expectEnded();
  });

  test('is outlived by no access token of its own', async () => {
    const { sessions, ada, viewerOf } = await openAda({ lifetimeSeconds: 900, times: { longestSeconds: 3_600 } });
    expect(ada.expiresIn).toBe(900);
    passSeconds(3_000);
    const last = await sessions.refresh(ada.refreshToken);
    expect(last.expiresIn).toBe(600);
    passSeconds(599);
    expect(await viewerOf(last)).toEqual(ada.viewer);
    passSeconds(1);
    await expect(viewerOf(last)).rejects.toEqual(expired);
  });

  test('that ends unused before its access token would gives it no longer', async () => {
    const { ada, viewerOf } = await openAda({ lifetimeSeconds: 900, times: { idleSeconds: 60 } });
    expect(ada.expiresIn).toBe(60);
    passSeconds(60);
    await expect(viewerOf(ada)).rejects.toEqual(expired);
  });
});
