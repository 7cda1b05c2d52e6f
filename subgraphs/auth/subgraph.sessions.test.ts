import { describe, expect, test } from 'vitest';
import { otherPassword, password } from './testing/accounts.ts';
import { startSubgraph } from './testing/subgraph.ts';

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
  test('mark the current one', async () => {
    const { ada, other } = await startWithTwo();
    for (const [caller, isFirst] of [
      [other, true],
      [ada, false],
    ] as const) {
      const listed = await caller.ask.data<{ sessions: Session[] }>(sessions);
      const listedSession = { id: expect.any(String), userAgent: 'node' };
      const times = { createdAt: instant, lastUsedAt: instant, expiresAt: instant };
      expect(listed.sessions).toEqual([
        { ...listedSession, ...times, isCurrent: isFirst },
        { ...listedSession, ...times, isCurrent: !isFirst },
      ]);
    }
  });

  test('are refreshed without an access token', async () => {
    const { ask, ada } = await startWithTwo();
    const { refreshToken } = ada;
    expect(await ask.data(refreshSession, { refreshToken })).toEqual({ refreshSession: tokens(ada.id) });
    const unauthenticatedAt = await ask.error(refreshSession, { refreshToken: ada.accessToken });
    expect(unauthenticatedAt).toEqual({ code: 'INVALID_REFRESH_TOKEN' });
  });

  test('can be ended, but not those of other accounts', async () => {
    const { ada, other, sessionIdOf, register } = await startWithTwo();
    const eve = await register('eve');
    const sessionId = await sessionIdOf(other);
    expect(await eve.ask.error(endSession, { sessionId })).toEqual({ code: 'NOT_FOUND' });
    expect(await ada.ask.data(endSession, { sessionId })).toEqual({ endSession: { loggedOut: true } });
    expect(await ada.ask.error(endSession, { sessionId })).toEqual({ code: 'NOT_FOUND' });
  });

  test('log out with true, even the second time', async () => {
    const { ask, ada } = await startWithTwo();
    const { refreshToken } = ada;
    for (let i = 0; i < 2; i++) {
      expect(await ask.data(logout, { refreshToken })).toEqual({ logout: { loggedOut: true } });
    }
  });
});

describe('an access token is rejected at once, for every field, after its session has ended', () => {
  type Started = Awaited<ReturnType<typeof startWithTwo>>;
  test.each<[string, (started: Started) => Promise<unknown>]>([
    ['by logout', ({ ask, ada: { refreshToken } }) => ask.data(logout, { refreshToken })],
    [
      'by endSession from another session',
      async ({ ada, other, sessionIdOf }) => other.ask.data(endSession, { sessionId: await sessionIdOf(ada) }),
    ],
    ['by logoutEverywhere', ({ other }) => other.ask.data(logoutEverywhere)],
    ['by changePassword', ({ other }) => other.ask.data(changePassword, { input: change })],
    ['by deleteAccount', ({ other }) => other.ask.data(deleteAccount)],
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

test('changePassword returns new tokens, and deleteAccount the id', async () => {
  const { ada } = await startWithTwo();
  expect(await ada.ask.data(changePassword, { input: change })).toEqual({ changePassword: tokens(ada.id) });
  expect(await ada.ask.error(deleteAccount)).toEqual({ code: 'INVALID_CREDENTIALS' });
  const again = { input: { currentPassword: otherPassword, newPassword: password } };
  await ada.ask.data(changePassword, again);
  expect(await ada.ask.data(deleteAccount)).toEqual({ deleteAccount: { deletedUserId: ada.id } });
});

describe('several mutations in one operation', () => {
  const unauthenticatedAt = (path: string) => [expect.objectContaining({ path: [path], extensions: unauthenticated })];

  test('are rejected after one that ends the session', async () => {
    const { ada, logIn } = await startWithTwo();
    const document = `mutation ($input: ChangePasswordInput!) {
      logoutEverywhere { loggedOut }
      changePassword(input: $input) { accessToken }
    }`;
    const answer = await ada.ask(document, { input: change });
    expect(answer.data).toEqual({ logoutEverywhere: { loggedOut: true }, changePassword: null });
    expect(answer.errors).toEqual(unauthenticatedAt('changePassword'));
    await logIn('ada');
  });

  test('are executed before one that ends the session', async () => {
    const { ada, logIn } = await startWithTwo();
    const document = `mutation ($input: ChangePasswordInput!) {
      changePassword(input: $input) { tokenType }
      a: logoutEverywhere { loggedOut }
      b: logoutEverywhere { loggedOut }
    }`;
    const answer = await ada.ask(document, { input: change });
    const changed = { changePassword: { tokenType: 'Bearer' } };
    expect(answer.data).toEqual({ ...changed, a: { loggedOut: true }, b: null });
    expect(answer.errors).toEqual(unauthenticatedAt('b'));
    await logIn('ada', otherPassword);
  });

  test('are executed after it if they need no access token', async () => {
    const { ada, other } = await startWithTwo();
    const document = `mutation ($own: String!, $other: String!) {
      a: logout(input: { refreshToken: $own }) { loggedOut }
      b: refreshSession(input: { refreshToken: $other }) { tokenType }
      c: logoutEverywhere { loggedOut }
    }`;
    const answer = await ada.ask(document, { own: ada.refreshToken, other: other.refreshToken });
    expect(answer.data).toEqual({ a: { loggedOut: true }, b: { tokenType: 'Bearer' }, c: null });
    expect(answer.errors).toEqual(unauthenticatedAt('c'));
    await other.ask.data(me);
  });
});
