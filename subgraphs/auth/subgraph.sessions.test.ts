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
  const sessionIdOf = async ({ request }: typeof ada) =>
    (await request.data<{ sessions: Session[] }>(sessions)).sessions.find(({ isCurrent }) => isCurrent)?.id;
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
      const listed = await caller.request.data<{ sessions: Session[] }>(sessions);
      const listedSession = { id: expect.any(String), userAgent: 'node' };
      const times = { createdAt: instant, lastUsedAt: instant, expiresAt: instant };
      expect(listed.sessions).toEqual([
        { ...listedSession, ...times, isCurrent: isFirst },
        { ...listedSession, ...times, isCurrent: !isFirst },
      ]);
    }
  });

  test('are refreshed without an access token', async () => {
    const { request, ada } = await startWithTwo();
    const { refreshToken } = ada;
    expect(await request.data(refreshSession, { refreshToken })).toEqual({ refreshSession: tokens(ada.id) });
    const error = await request.error(refreshSession, { refreshToken: ada.accessToken });
    expect(error).toEqual({ code: 'INVALID_REFRESH_TOKEN' });
  });

  test('can be ended, but not those of other accounts', async () => {
    const { ada, other, sessionIdOf, register } = await startWithTwo();
    const eve = await register('eve');
    const sessionId = await sessionIdOf(other);
    expect(await eve.request.error(endSession, { sessionId })).toEqual({ code: 'NOT_FOUND' });
    expect(await ada.request.data(endSession, { sessionId })).toEqual({ endSession: { loggedOut: true } });
    expect(await ada.request.error(endSession, { sessionId })).toEqual({ code: 'NOT_FOUND' });
  });

  test('log out with true, even the second time', async () => {
    const { request, ada } = await startWithTwo();
    const { refreshToken } = ada;
    for (let i = 0; i < 2; i++) {
      expect(await request.data(logout, { refreshToken })).toEqual({ logout: { loggedOut: true } });
    }
  });
});

describe('an access token is rejected at once, for every field, after its session has ended', () => {
  type Started = Awaited<ReturnType<typeof startWithTwo>>;
  test.each<[string, (started: Started) => Promise<unknown>]>([
    ['by logout', ({ request, ada: { refreshToken } }) => request.data(logout, { refreshToken })],
    [
      'by endSession from another session',
      async ({ ada, other, sessionIdOf }) => other.request.data(endSession, { sessionId: await sessionIdOf(ada) }),
    ],
    ['by logoutEverywhere', ({ other }) => other.request.data(logoutEverywhere)],
    ['by changePassword', ({ other }) => other.request.data(changePassword, { input: change })],
    ['by deleteAccount', ({ other }) => other.request.data(deleteAccount)],
  ])('%s', async (_, end) => {
    const started = await startWithTwo();
    const { ada } = started;
    await ada.request.data(me);
    await end(started);
    for (const document of [me, sessions, logoutEverywhere, deleteAccount])
      expect(await ada.request.error(document)).toEqual(unauthenticated);
    expect(await ada.request.error(endSession, { sessionId: 'unknown' })).toEqual(unauthenticated);
    expect(await ada.request.error(changePassword, { input: change })).toEqual(unauthenticated);
    expect(await ada.request.error(entity, { id: ada.id })).toEqual(unauthenticated);
  });
});

test('changePassword returns new tokens, and deleteAccount the id', async () => {
  const { ada } = await startWithTwo();
  expect(await ada.request.data(changePassword, { input: change })).toEqual({ changePassword: tokens(ada.id) });
  expect(await ada.request.error(deleteAccount)).toEqual({ code: 'INVALID_CREDENTIALS' });
  const again = { input: { currentPassword: otherPassword, newPassword: password } };
  await ada.request.data(changePassword, again);
  expect(await ada.request.data(deleteAccount)).toEqual({ deleteAccount: { deletedUserId: ada.id } });
});

describe('several mutations in one operation', () => {
  const errorsAt = (path: string) => [expect.objectContaining({ path: [path], extensions: unauthenticated })];

  test('are rejected after one that ends the session', async () => {
    const { ada, logIn } = await startWithTwo();
    const document = `mutation ($input: ChangePasswordInput!) {
      logoutEverywhere { loggedOut }
      changePassword(input: $input) { accessToken }
    }`;
    const answer = await ada.request(document, { input: change });
    expect(answer.data).toEqual({ logoutEverywhere: { loggedOut: true }, changePassword: null });
    expect(answer.errors).toEqual(errorsAt('changePassword'));
    await logIn('ada');
  });

  test('are executed before one that ends the session', async () => {
    const { ada, logIn } = await startWithTwo();
    const document = `mutation ($input: ChangePasswordInput!) {
      changePassword(input: $input) { tokenType }
      a: logoutEverywhere { loggedOut }
      b: logoutEverywhere { loggedOut }
    }`;
    const answer = await ada.request(document, { input: change });
    const changed = { changePassword: { tokenType: 'Bearer' } };
    expect(answer.data).toEqual({ ...changed, a: { loggedOut: true }, b: null });
    expect(answer.errors).toEqual(errorsAt('b'));
    await logIn('ada', otherPassword);
  });

  test('are executed after it if they need no access token', async () => {
    const { ada, other } = await startWithTwo();
    const document = `mutation ($own: String!, $other: String!) {
      a: logout(input: { refreshToken: $own }) { loggedOut }
      b: refreshSession(input: { refreshToken: $other }) { tokenType }
      c: logoutEverywhere { loggedOut }
    }`;
    const answer = await ada.request(document, { own: ada.refreshToken, other: other.refreshToken });
    expect(answer.data).toEqual({ a: { loggedOut: true }, b: { tokenType: 'Bearer' }, c: null });
    expect(answer.errors).toEqual(errorsAt('c'));
    await other.request.data(me);
  });
});
