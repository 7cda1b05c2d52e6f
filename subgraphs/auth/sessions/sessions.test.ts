import { describe, expect, test } from 'vitest';
import { passSeconds } from '../testing/throttle.ts';
import { client, ended, openUsers, password, refusal, revoked, stopClock } from '../testing/users.ts';

const invalid = refusal('INVALID_REFRESH_TOKEN');
const notFound = refusal('NOT_FOUND');

/** Ada with two sessions, the second a second younger, and Grace with one. */
async function openSessions() {
  stopClock();
  const opened = openUsers();
  const { sessions, signUp, logIn } = opened;
  const ada = await signUp('ada');
  passSeconds(1);
  const other = await logIn('ada');
  const grace = await signUp('grace');
  const isOpen = ({ viewer }: typeof ada) =>
    sessions.requireOpen(viewer).then(
      () => true,
      (error: unknown) => {
        expect(error).toEqual(ended);
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
  ])('keeps what the client said of itself, up to 200 characters: %.20j', async (userAgent, kept) => {
    const { users, sessions, viewerOf } = openUsers();
    const from = { ...client, userAgent };
    const registered = await viewerOf(await users.register({ username: 'ada', password }, from));
    expect(await sessions.list(registered)).toMatchObject([{ userAgent: kept }]);
    const loggedIn = await viewerOf(await users.logIn({ username: 'ada', password }, from));
    expect((await sessions.list(loggedIn)).map((each) => each.userAgent)).toEqual([kept, kept]);
  });

  test('is listed with when it was opened, used last and will end, the last used first', async () => {
    const { sessions, ada, other } = await openSessions();
    const now = Date.now();
    const shown = (sessionId: string, openedAt: number, usedAt = openedAt) => ({
      ...{ id: sessionId, userId: ada.viewer.id, userAgent: client.userAgent },
      ...{ createdAt: new Date(openedAt), lastUsedAt: new Date(usedAt), expiresAt: new Date(usedAt + 3_600_000) },
    });
    const younger = shown(other.viewer.sessionId, now);
    expect(await sessions.list(ada.viewer)).toEqual([younger, shown(ada.viewer.sessionId, now - 1_000)]);
    passSeconds(60);
    await sessions.refresh(ada.refreshToken);
    const usedNow = shown(ada.viewer.sessionId, now - 1_000, now + 60_000);
    expect(await sessions.list(other.viewer)).toEqual([usedNow, younger]);
  });

  test('is open for its own account alone', async () => {
    const { sessions, ada, grace } = await openSessions();
    const mixed = { id: grace.viewer.id, sessionId: ada.viewer.sessionId };
    await expect(sessions.requireOpen(mixed)).rejects.toEqual(ended);
  });

  test('is not opened for who has proven a password that was changed since', async () => {
    const { users, sessions, store, ada } = await openSessions();
    const proven = await store.findByUsernameKey('ADA');
    await users.changePassword(ada.viewer, { currentPassword: password, newPassword: 'another password' }, client);
    expect(proven && (await sessions.open(proven, undefined))).toBeUndefined();
    expect(await sessions.list(ada.viewer)).toHaveLength(1);
  });
});

describe('to log out', () => {
  test('ends the session of the refresh token, and no other', async () => {
    const { sessions, ada, areOpen, told } = await openSessions();
    await sessions.logOut(ada.refreshToken);
    expect(await areOpen()).toEqual([false, true, true]);
    await expect(sessions.refresh(ada.refreshToken)).rejects.toEqual(invalid);
    expect(await told()).toEqual([revoked(ada.viewer)]);
  });

  test.each([
    ['within the grace period', 5],
    ['long after it', 60],
  ])('with a refresh token that was used before ends its session, too, %s', async (_, seconds) => {
    const { sessions, ada, areOpen } = await openSessions();
    const { refreshToken } = await sessions.refresh(ada.refreshToken);
    passSeconds(seconds);
    await sessions.logOut(ada.refreshToken);
    expect(await areOpen()).toEqual([false, true, true]);
    await expect(sessions.refresh(refreshToken)).rejects.toEqual(invalid);
  });

  test('again does nothing, and tells nobody', async () => {
    const { sessions, ada, areOpen, told } = await openSessions();
    await sessions.logOut(ada.refreshToken);
    await sessions.logOut(ada.refreshToken);
    expect(await areOpen()).toEqual([false, true, true]);
    expect(await told()).toEqual([revoked(ada.viewer)]);
  });

  test.each(['', 'unknown', "' OR 1=1 --", 'x'.repeat(1_000_000)])(
    'with what is no refresh token does nothing: %.20j',
    async (token) => {
      const { sessions, areOpen, told } = await openSessions();
      await sessions.logOut(token);
      expect(await areOpen()).toEqual([true, true, true]);
      expect(await told()).toEqual([]);
    },
  );

  test('everywhere ends every session of the account, and no other', async () => {
    const { sessions, ada, other, areOpen, told } = await openSessions();
    await sessions.endAll(ada.viewer);
    expect(await areOpen()).toEqual([false, false, true]);
    for (const { refreshToken } of [ada, other]) await expect(sessions.refresh(refreshToken)).rejects.toEqual(invalid);
    const events = await told();
    expect(events).toHaveLength(2);
    expect(events).toEqual(expect.arrayContaining([revoked(ada.viewer), revoked(other.viewer)]));
  });

  test('everywhere lets the account be logged in again', async () => {
    const { sessions, ada, logIn } = await openSessions();
    await sessions.endAll(ada.viewer);
    const { viewer } = await logIn('ada');
    expect(await sessions.list(viewer)).toMatchObject([{ id: viewer.sessionId }]);
  });
});

describe('to end one session', () => {
  test('ends that, and no other', async () => {
    const { sessions, ada, other, areOpen, told } = await openSessions();
    await sessions.end(ada.viewer, other.viewer.sessionId);
    expect(await areOpen()).toEqual([true, false, true]);
    await expect(sessions.refresh(other.refreshToken)).rejects.toEqual(invalid);
    expect(await told()).toEqual([revoked(other.viewer)]);
  });

  test('can end the own one', async () => {
    const { sessions, ada, areOpen } = await openSessions();
    await sessions.end(ada.viewer, ada.viewer.sessionId);
    expect(await areOpen()).toEqual([false, true, true]);
  });

  test("is NOT_FOUND for somebody else's, which stays", async () => {
    const { sessions, ada, grace, areOpen, told } = await openSessions();
    await expect(sessions.end(grace.viewer, ada.viewer.sessionId)).rejects.toEqual(notFound);
    expect(await areOpen()).toEqual([true, true, true]);
    expect(await told()).toEqual([]);
  });

  test('is NOT_FOUND in the same words for one that has ended, and one that never was', async () => {
    const { sessions, ada, other, grace } = await openSessions();
    await sessions.logOut(other.refreshToken);
    const ids = [other.viewer.sessionId, grace.viewer.sessionId, 'nobody', '', "' OR 1=1 --", '\0'];
    const refusals = await Promise.all(ids.map((id) => sessions.end(ada.viewer, id).catch((error: unknown) => error)));
    expect(refusals).toEqual(ids.map(() => notFound));
    expect(new Set(refusals.map(String)).size).toBe(1);
  });
});
