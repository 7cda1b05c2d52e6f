import { once } from 'node:events';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  endSession,
  loggedOut,
  logIn,
  logInAgain,
  refreshSession,
  refreshWith,
  sessions,
  sessionsOf,
  type Tokens,
} from '../../support/graphql/accounts.ts';
import { viewer } from '../../support/graphql/documents.ts';
import { requestTo } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';
import { sessionIdOf } from '../../support/tokens.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const end = (sessionId: string) => ({ input: { sessionId } });
const notFound = { code: 'NOT_FOUND' };

describe('sessions', () => {
  test('lists the viewer’s open sessions, last used first, and marks the request’s own', async () => {
    const [ada, bob] = [await system.signUp(), await system.signUp()];
    const [second, third] = [await logInAgain(system.gateway, ada), await logInAgain(system.gateway, ada)];
    await refreshWith(system.request, second.refreshToken);
    const order = [second.accessToken, third.accessToken, ada.accessToken].map(sessionIdOf);
    for (const token of [ada.accessToken, second.accessToken, third.accessToken]) {
      const seen = await sessionsOf(system.as(token));
      expect(seen.map(({ id, isCurrent }) => ({ id, isCurrent }))).toEqual(
        order.map((id) => ({ id, isCurrent: id === sessionIdOf(token) })),
      );
    }
    expect(await sessionsOf(bob.request)).toHaveLength(1);
  });

  test('contains no token', async () => {
    const ada = await system.signUp();
    const [session] = await sessionsOf(ada.request);
    const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(session).toEqual({
      ...{ id: sessionIdOf(ada.accessToken), isCurrent: true, userAgent: 'node' },
      ...{ createdAt: instant, lastUsedAt: instant, expiresAt: instant },
    });
  });
});

describe('the userAgent of a session', () => {
  const agentOf = async (ada: TestUser, headers: Record<string, string>) => {
    const { request } = await logInAgain(system.gateway, ada, headers);
    return (await sessionsOf(request)).find(({ isCurrent }) => isCurrent)?.userAgent;
  };

  test.each([
    ['unchanged', 'Mozilla/5.0 (X11; Linux x86_64) Browser/1.0', 'Mozilla/5.0 (X11; Linux x86_64) Browser/1.0'],
    ['unchanged if it has 200 characters', 'é'.repeat(200), 'é'.repeat(200)],
    ['truncated to 200 characters', 'é'.repeat(201), 'é'.repeat(200)],
    [
      'truncated to 200 characters if it is very long',
      `${'x'.repeat(199)}${'yz'.repeat(3_000)}`,
      `${'x'.repeat(199)}y`,
    ],
    ['without escaping', '<script>alert(1)</script>"\'; --', '<script>alert(1)</script>"\'; --'],
  ])('is stored %s', async (_, sent, stored) => {
    expect(await agentOf(await system.signUp(), { 'user-agent': sent })).toBe(stored);
  });

  test('stays that of the log-in when another client refreshes the session', async () => {
    const ada = await system.signUp();
    const { request, refreshToken } = await logInAgain(system.gateway, ada, { 'user-agent': 'phone/1' });
    await refreshWith(requestTo(system.gateway, undefined, { 'user-agent': 'thief/1' }), refreshToken);
    expect((await sessionsOf(request))[0]).toMatchObject({ isCurrent: true, userAgent: 'phone/1' });
  });

  test('is null if the client sent none', async () => {
    const { username, password } = await system.signUp();
    // fetch would send a user agent of its own.
    const req = request(system.gateway, { method: 'POST', headers: { 'content-type': 'application/json' } });
    req.end(JSON.stringify({ query: String(logIn), variables: { input: { username, password } } }));
    const [response] = await once(req, 'response');
    const { data } = (await json(response)) as { data: { login: Tokens } };
    expect((await sessionsOf(system.as(data.login.accessToken)))[0]).toMatchObject({
      isCurrent: true,
      userAgent: null,
    });
  });
});

describe('endSession', () => {
  test('ends one session of the viewer, and no other', async () => {
    const ada = await system.signUp();
    const other = await logInAgain(system.gateway, ada);
    const mutation = await ada.request.data(endSession, end(sessionIdOf(other.accessToken)));
    expect(mutation).toEqual({ endSession: loggedOut });
    expect(await other.request.error(viewer)).toEqual({ code: 'UNAUTHENTICATED', reason: 'INVALID' });
    const { refreshToken } = other;
    expect(await system.request.error(refreshSession, { input: { refreshToken } })).toEqual({
      code: 'INVALID_REFRESH_TOKEN',
    });
    expect((await sessionsOf(ada.request)).map(({ id }) => id)).toEqual([sessionIdOf(ada.accessToken)]);
  });

  test('ends the request’s own session', async () => {
    const ada = await system.signUp();
    expect(await ada.request.data(endSession, end(sessionIdOf(ada.accessToken)))).toEqual({ endSession: loggedOut });
    expect(await ada.request.error(sessions)).toEqual({ code: 'UNAUTHENTICATED', reason: 'INVALID' });
  });

  test('NOT_FOUND for another user’s session, which stays open', async () => {
    const [ada, bob] = [await system.signUp(), await system.signUp()];
    expect(await bob.request.error(endSession, end(sessionIdOf(ada.accessToken)))).toEqual(notFound);
    expect(await sessionsOf(ada.request)).toHaveLength(1);
  });

  test('NOT_FOUND, with the same message, for an unknown session and an ended one', async () => {
    const ada = await system.signUp();
    const other = await logInAgain(system.gateway, ada);
    const id = sessionIdOf(other.accessToken);
    await ada.request.data(endSession, end(id));
    const bob = await system.signUp();
    const answers = await Promise.all(
      [id, sessionIdOf(bob.accessToken), 'nothing', '', '%', `${id}\0`].map((each) =>
        ada.request(endSession, end(each)),
      ),
    );
    expect(answers[0]?.errors).toMatchObject([{ extensions: notFound }]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });
});
