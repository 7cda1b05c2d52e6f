import { describe, expect, test } from 'vitest';
import { apiError, client, openAccounts, password, revoked, sessionEnded, stopClock } from '../testing/accounts.ts';
import { passSeconds } from '../testing/throttle.ts';

const invalid = apiError('INVALID_REFRESH_TOKEN');
const notFound = apiError('NOT_FOUND');

/** Ada with two sessions, opened one second apart, and Grace with one. */
async function openSessions() {
  stopClock();
  const opened = openAccounts();
  const { sessions, signUp, logIn } = opened;
  const ada = await signUp('ada');
  passSeconds(1);
  const other = await logIn('ada');
  const grace = await signUp('grace');
  const isOpen = ({ viewer }: typeof ada) =>
    sessions.requireOpen(viewer).then(
      () => true,
      (error: unknown) => {
        expect(error).toEqual(sessionEnded);
        return false;
      },
    );
  return { ...opened, ada, other, grace, areOpen: async () => Promise.all([ada, other, grace].map(isOpen)) };
}

describe('a session', () => {
  test.each([
    ['a browser', 'a browser'],
    [undefined, null],
    ['', null],
    ['🦊'.repeat(200), '🦊'.repeat(200)],
    ['🦊'.repeat(201), '🦊'.repeat(200)],
    ['a'.repeat(100_000), 'a'.repeat(200)],
  ])('stores up to 200 characters of the user agent: %.20j', async (userAgent, stored) => {
    const { accounts, sessions, viewerOf } = openAccounts();
    const from = { ...client, userAgent };
    const registered = await viewerOf(await accounts.register({ username: 'ada', password }, from));
    expect(await sessions.list(registered)).toMatchObject([{ userAgent: stored }]);
    const loggedIn = await viewerOf(await accounts.logIn({ username: 'ada', password }, from));
    expect((await sessions.list(loggedIn)).map((each) => each.userAgent)).toEqual([stored, stored]);
  });

  test('is listed with its times, most recently used first', async () => {
    const { sessions, ada, other } = await openSessions();
    const now = Date.now();
    const listed = (sessionId: string, openedAt: number, usedAt = openedAt) => ({
      ...{ id: sessionId, userId: ada.viewer.id, userAgent: client.userAgent },
      ...{ createdAt: new Date(openedAt), lastUsedAt: new Date(usedAt), expiresAt: new Date(usedAt + 3_600_000) },
    });
    const younger = listed(other.viewer.sessionId, now);
    expect(await sessions.list(ada.viewer)).toEqual([younger, listed(ada.viewer.sessionId, now - 1_000)]);
    passSeconds(60);
    await sessions.refresh(ada.refreshToken);
    const usedNow = listed(ada.viewer.sessionId, now - 1_000, now + 60_000);
    expect(await sessions.list(other.viewer)).toEqual([usedNow, younger]);
  });

  test('is open for its own account only', async () => {
    const { sessions, ada, grace } = await openSessions();
    const mixed = { id: grace.viewer.id, sessionId: ada.viewer.sessionId };
    await expect(sessions.requireOpen(mixed)).rejects.toEqual(sessionEnded);
  });

  test('is not opened if the password was changed after it was verified', async () => {
    const { accounts, sessions, store, ada } = await openSessions();
    const verified = await store.findByUsernameKey('ADA');
    await accounts.changePassword(ada.viewer, { currentPassword: password, newPassword: 'another password' }, client);
    expect(verified && (await sessions.open(verified, undefined))).toBeUndefined();
    expect(await sessions.list(ada.viewer)).toHaveLength(1);
  });
});

describe('logOut and endAll', () => {
  test('logOut ends the session of the refresh token, and no other', async () => {
    const { sessions, ada, areOpen, emittedEvents } = await openSessions();
    await sessions.logOut(ada.refreshToken);
    expect(await areOpen()).toEqual([false, true, true]);
    await expect(sessions.refresh(ada.refreshToken)).rejects.toEqual(invalid);
    expect(await emittedEvents()).toEqual([revoked(ada.viewer)]);
  });

  test.each([
    ['within the grace period', 5],
    ['after the grace period', 60],
  ])('logOut accepts a used refresh token %s', async (_, seconds) => {
    const { sessions, ada, areOpen } = await openSessions();
    const { refreshToken } = await sessions.refresh(ada.refreshToken);
    passSeconds(seconds);
    await sessions.logOut(ada.refreshToken);
    expect(await areOpen()).toEqual([false, true, true]);
    await expect(sessions.refresh(refreshToken)).rejects.toEqual(invalid);
  });

  test('logOut does nothing the second time', async () => {
    const { sessions, ada, areOpen, emittedEvents } = await openSessions();
    await sessions.logOut(ada.refreshToken);
    await sessions.logOut(ada.refreshToken);
    expect(await areOpen()).toEqual([false, true, true]);
    expect(await emittedEvents()).toEqual([revoked(ada.viewer)]);
  });

  test.each(['', 'unknown', "' OR 1=1 --", 'x'.repeat(1_000_000)])(
    'logOut ignores the invalid token %.20j',
    async (token) => {
      const { sessions, areOpen, emittedEvents } = await openSessions();
      await sessions.logOut(token);
      expect(await areOpen()).toEqual([true, true, true]);
      expect(await emittedEvents()).toEqual([]);
    },
  );

  test('endAll ends all sessions of the account, and no others', async () => {
    const { sessions, ada, other, areOpen, emittedEvents } = await openSessions();
    await sessions.endAll(ada.viewer);
    expect(await areOpen()).toEqual([false, false, true]);
    for (const { refreshToken } of [ada, other]) await expect(sessions.refresh(refreshToken)).rejects.toEqual(invalid);
    const events = await emittedEvents();
    expect(events).toHaveLength(2);
    expect(events).toEqual(expect.arrayContaining([revoked(ada.viewer), revoked(other.viewer)]));
  });

  test('endAll does not prevent a new log-in', async () => {
    const { sessions, ada, logIn } = await openSessions();
    await sessions.endAll(ada.viewer);
    const { viewer } = await logIn('ada');
    expect(await sessions.list(viewer)).toMatchObject([{ id: viewer.sessionId }]);
  });
});

describe('end', () => {
  test('ends one session, and no other', async () => {
    const { sessions, ada, other, areOpen, emittedEvents } = await openSessions();
    await sessions.end(ada.viewer, other.viewer.sessionId);
    expect(await areOpen()).toEqual([true, false, true]);
    await expect(sessions.refresh(other.refreshToken)).rejects.toEqual(invalid);
    expect(await emittedEvents()).toEqual([revoked(other.viewer)]);
  });

  test('can end the session of the viewer', async () => {
    const { sessions, ada, areOpen } = await openSessions();
    await sessions.end(ada.viewer, ada.viewer.sessionId);
    expect(await areOpen()).toEqual([false, true, true]);
  });

  test('throws NOT_FOUND for a session of another account, which stays open', async () => {
    const { sessions, ada, grace, areOpen, emittedEvents } = await openSessions();
    await expect(sessions.end(grace.viewer, ada.viewer.sessionId)).rejects.toEqual(notFound);
    expect(await areOpen()).toEqual([true, true, true]);
    expect(await emittedEvents()).toEqual([]);
  });

  test('throws the same NOT_FOUND for ended and unknown sessions', async () => {
    const { sessions, ada, other, grace } = await openSessions();
    await sessions.logOut(other.refreshToken);
    const ids = [other.viewer.sessionId, grace.viewer.sessionId, 'unknown', '', "' OR 1=1 --", '\0'];
    const errors = await Promise.all(ids.map((id) => sessions.end(ada.viewer, id).catch((error: unknown) => error)));
    expect(errors).toEqual(ids.map(() => notFound));
    expect(new Set(errors.map(String)).size).toBe(1);
  });
});
