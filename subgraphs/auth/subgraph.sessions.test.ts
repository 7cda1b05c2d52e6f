import { describe, expect, test } from 'vitest';
import { startSubgraph } from './testing/subgraph.ts';
import { otherPassword, password } from './testing/users.ts';

const unauthenticated = { code: 'UNAUTHENTICATED', reason: 'INVALID' };
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const change = { currentPassword: password, newPassword: otherPassword };

const me = '{ me { id } }';
const sessions = '{ sessions { id isCurrent userAgent createdAt lastUsedAt expiresAt } }';
const entity = 'query ($id: ID!) { _entities(representations: [{ __typename: "User", id: $id }]) { __typename } }';
const refreshSession = `mutation ($refreshToken: String!) {
  refreshSession(input: { refreshToken: $refreshToken }) { accessToken refreshToken tokenType expiresIn user { id } }
}`;
const logout = 'mutation ($refreshToken: String!) { logout(input: { refreshToken: $refreshToken }) { loggedOut } }';
const logoutEverywhere = 'mutation { logoutEverywhere { loggedOut } }';
const endSession = 'mutation ($sessionId: ID!) { endSession(input: { sessionId: $sessionId }) { loggedOut } }';
const changePassword = `mutation ($input: ChangePasswordInput!) {
  changePassword(input: $input) { accessToken refreshToken tokenType expiresIn user { id } }
}`;
const deleteAccount = 'mutation { deleteAccount(input: { password: "correct horse" }) { deletedUserId } }';

interface Session {
  id: string;
  isCurrent: boolean;
}

/** Ada with two sessions. */
async function startWithTwo() {
  const started = await startSubgraph();
  const ada = await started.register('ada');
  const other = await started.logIn('ada');
  const sessionIdOf = async ({ ask }: typeof ada) =>
    (await ask.data<{ sessions: Session[] }>(sessions)).sessions.find(({ isCurrent }) => isCurrent)?.id;
  return { ...started, ada, other, sessionIdOf };
}

const tokens = (id: string) => ({
  ...{ accessToken: expect.any(String), refreshToken: expect.stringMatching(/^[\w-]{43}$/) },
  ...{ tokenType: 'Bearer', expiresIn: 60, user: { id } },
});

describe('the sessions of the viewer', () => {
  test('say which is the own one', async () => {
    const { ada, other } = await startWithTwo();
    for (const [asker, isFirst] of [
      [other, true],
      [ada, false],
    ] as const) {
      const listed = await asker.ask.data<{ sessions: Session[] }>(sessions);
      const shown = { id: expect.any(String), userAgent: 'node' };
      const times = { createdAt: instant, lastUsedAt: instant, expiresAt: instant };
      expect(listed.sessions).toEqual([
        { ...shown, ...times, isCurrent: isFirst },
        { ...shown, ...times, isCurrent: !isFirst },
      ]);
    }
  });

  test('go on by their refresh tokens alone', async () => {
    const { ask, ada } = await startWithTwo();
    const { refreshToken } = ada;
    expect(await ask.data(refreshSession, { refreshToken })).toEqual({ refreshSession: tokens(ada.id) });
    const refused = await ask.error(refreshSession, { refreshToken: ada.accessToken });
    expect(refused).toEqual({ code: 'INVALID_REFRESH_TOKEN' });
  });

  test('can be ended one by one, and none of anybody else', async () => {
    const { ada, other, sessionIdOf, register } = await startWithTwo();
    const eve = await register('eve');
    const sessionId = await sessionIdOf(other);
    expect(await eve.ask.error(endSession, { sessionId })).toEqual({ code: 'NOT_FOUND' });
    expect(await ada.ask.data(endSession, { sessionId })).toEqual({ endSession: { loggedOut: true } });
    expect(await ada.ask.error(endSession, { sessionId })).toEqual({ code: 'NOT_FOUND' });
  });

  test('log out with true, also where they had before', async () => {
    const { ask, ada } = await startWithTwo();
    const { refreshToken } = ada;
    for (let i = 0; i < 2; i++) {
      expect(await ask.data(logout, { refreshToken })).toEqual({ logout: { loggedOut: true } });
    }
  });
});

describe('the token of a session is refused at once, for everything, when that has ended', () => {
  type Started = Awaited<ReturnType<typeof startWithTwo>>;
  test.each<[string, (started: Started) => Promise<unknown>]>([
    ['by its refresh token', ({ ask, ada: { refreshToken } }) => ask.data(logout, { refreshToken })],
    [
      'by another session',
      async ({ ada, other, sessionIdOf }) => other.ask.data(endSession, { sessionId: await sessionIdOf(ada) }),
    ],
    ['by the end of all', ({ other }) => other.ask.data(logoutEverywhere)],
    ['by another password', ({ other }) => other.ask.data(changePassword, { input: change })],
    ['with its account', ({ other }) => other.ask.data(deleteAccount)],
  ])('%s', async (_, end) => {
    const started = await startWithTwo();
    const { ada } = started;
    await ada.ask.data(me);
    await end(started);
    for (const document of [me, sessions, logoutEverywhere, deleteAccount])
      expect(await ada.ask.error(document)).toEqual(unauthenticated);
    expect(await ada.ask.error(endSession, { sessionId: 'nobody' })).toEqual(unauthenticated);
    expect(await ada.ask.error(changePassword, { input: change })).toEqual(unauthenticated);
    expect(await ada.ask.error(entity, { id: ada.id })).toEqual(unauthenticated);
  });
});

test('a changed password gives the session new tokens; a deleted account gives its id', async () => {
  const { ada } = await startWithTwo();
  expect(await ada.ask.data(changePassword, { input: change })).toEqual({ changePassword: tokens(ada.id) });
  expect(await ada.ask.error(deleteAccount)).toEqual({ code: 'INVALID_CREDENTIALS' });
  const again = { input: { currentPassword: otherPassword, newPassword: password } };
  await ada.ask.data(changePassword, again);
  expect(await ada.ask.data(deleteAccount)).toEqual({ deleteAccount: { deletedUserId: ada.id } });
});

describe('of several mutations in one operation', () => {
  const refused = (path: string) => [expect.objectContaining({ path: [path], extensions: unauthenticated })];

  test('those behind the end of the session that they come with are refused', async () => {
    const { ada, logIn } = await startWithTwo();
    const document = `mutation ($input: ChangePasswordInput!) {
      logoutEverywhere { loggedOut }
      changePassword(input: $input) { accessToken }
    }`;
    const answer = await ada.ask(document, { input: change });
    expect(answer.data).toEqual({ logoutEverywhere: { loggedOut: true }, changePassword: null });
    expect(answer.errors).toEqual(refused('changePassword'));
    await logIn('ada');
  });

  test('those before it are done', async () => {
    const { ada, logIn } = await startWithTwo();
    const document = `mutation ($input: ChangePasswordInput!) {
      changePassword(input: $input) { tokenType }
      a: logoutEverywhere { loggedOut }
      b: logoutEverywhere { loggedOut }
    }`;
    const answer = await ada.ask(document, { input: change });
    const changed = { changePassword: { tokenType: 'Bearer' } };
    expect(answer.data).toEqual({ ...changed, a: { loggedOut: true }, b: null });
    expect(answer.errors).toEqual(refused('b'));
    await logIn('ada', otherPassword);
  });

  test('those that need no viewer are done in any case', async () => {
    const { ada, other } = await startWithTwo();
    const document = `mutation ($own: String!, $other: String!) {
      a: logout(input: { refreshToken: $own }) { loggedOut }
      b: refreshSession(input: { refreshToken: $other }) { tokenType }
      c: logoutEverywhere { loggedOut }
    }`;
    const answer = await ada.ask(document, { own: ada.refreshToken, other: other.refreshToken });
    expect(answer.data).toEqual({ a: { loggedOut: true }, b: { tokenType: 'Bearer' }, c: null });
    expect(answer.errors).toEqual(refused('c'));
    await other.ask.data(me);
  });
});
