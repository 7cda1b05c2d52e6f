import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  loggedOut,
  logIn,
  logInAgain,
  logOut,
  logOutEverywhere,
  refreshSession,
  refreshWith,
  register,
  sessionsOf,
} from '../../support/graphql/accounts.ts';
import { viewer, viewerAndCount } from '../../support/graphql/documents.ts';
import { requireValue } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import { type TestUser, uniqueName } from '../../support/systems/users.ts';
import { sessionIdOf } from '../../support/tokens.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const invalidRefreshToken = { code: 'INVALID_REFRESH_TOKEN' };
const ended = { code: 'UNAUTHENTICATED', reason: 'INVALID' };
const refreshError = (refreshToken: string) => system.request.error(refreshSession, { input: { refreshToken } });
const logOutWith = (refreshToken: string) => system.request.data(logOut, { input: { refreshToken } });
const holds = (accessToken: string) => system.as(accessToken).data(viewerAndCount);

test('registration and log-in each open a session, with its own refresh token of 256 bits', async () => {
  const username = uniqueName();
  const password = 'correct horse battery staple';
  const first = requireValue((await system.request.data(register, { input: { username, password } })).register);
  const second = await logInAgain(system.gateway, { username, password });
  for (const { accessToken, refreshToken, tokenType, expiresIn, user } of [first, second]) {
    expect(Buffer.from(refreshToken, 'base64url')).toHaveLength(32);
    expect({ tokenType, expiresIn, user }).toEqual({
      ...{ tokenType: 'Bearer', expiresIn: 900 },
      user: { id: first.user.id, username },
    });
    await holds(accessToken);
  }
  expect(second.refreshToken).not.toBe(first.refreshToken);
  const ids = [second, first].map(({ accessToken }) => sessionIdOf(accessToken));
  expect((await sessionsOf(second.request)).map(({ id }) => id)).toEqual(ids);
});

test('registration and log-in ignore white space around the username, as phone keyboards add it', async () => {
  const [name, password] = [uniqueName(), 'correct horse battery staple'];
  const input = { username: `${name} `, password };
  const { user } = requireValue((await system.request.data(register, { input })).register);
  expect(user.username).toBe(name);
  for (const username of [name, `${name} `, `\u00A0${name}`, `${name}\r\n`, `\u200E${name}\u200B`]) {
    expect((await logInAgain(system.gateway, { username, password })).user).toEqual(user);
  }
  const blank = { username: ' \u00A0\n', password };
  expect(await system.request.error(logIn, { input: blank })).toEqual({ code: 'INVALID_CREDENTIALS' });
  expect(await system.request.error(register, { input: blank })).toMatchObject({ code: 'BAD_USER_INPUT' });
  const padded = { username: name, password: `${password} ` };
  expect(await system.request.error(logIn, { input: padded })).toEqual({ code: 'INVALID_CREDENTIALS' });
});

describe('refreshSession', () => {
  test('exchanges the refresh token for a new pair of the same session; the earlier access token stays valid', async () => {
    const ada = await system.signUp();
    const next = await refreshWith(system.request, ada.refreshToken);
    expect(next).toMatchObject({ tokenType: 'Bearer', expiresIn: 900, user: { id: ada.id, username: ada.username } });
    expect([ada.accessToken, ada.refreshToken]).not.toContain(next.accessToken);
    expect(next.refreshToken).not.toBe(ada.refreshToken);
    for (const token of [ada.accessToken, next.accessToken]) await holds(token);
    expect(sessionIdOf(next.accessToken)).toBe(sessionIdOf(ada.accessToken));
    expect(await sessionsOf(ada.request)).toHaveLength(1);
  });

  test('works repeatedly, and needs no valid access token', async () => {
    const ada = await system.signUp();
    let { refreshToken } = ada;
    for (let time = 1; time <= 5; time++) {
      ({ refreshToken } = await refreshWith(system.as('stale.old.token'), refreshToken));
    }
    await holds((await refreshWith(system.request, refreshToken)).accessToken);
  });

  test('gives every concurrent use of one refresh token a valid pair', async () => {
    const ada = await system.signUp();
    const answers = await Promise.all(Array.from({ length: 8 }, () => refreshWith(system.request, ada.refreshToken)));
    expect(new Set(answers.map(({ refreshToken }) => refreshToken)).size).toBe(8);
    for (const { accessToken, refreshToken } of answers) {
      await holds(accessToken);
      await refreshWith(system.request, refreshToken);
    }
  });

  const notTokens: Record<string, (ada: TestUser) => string> = {
    'was never issued': () => Buffer.alloc(32, 7).toString('base64url'),
    'is empty': () => '',
    'is an access token': ({ accessToken: token }) => token,
    'is the stored hash of one': ({ refreshToken }) => createHash('sha256').update(refreshToken).digest('base64url'),
    'has a trailing space': ({ refreshToken }) => `${refreshToken} `,
    'is long': () => 'x'.repeat(100_000),
  };

  test.each(Object.entries(notTokens))('INVALID_REFRESH_TOKEN for one that %s', async (_, refreshToken) => {
    expect(await refreshError(refreshToken(await system.signUp()))).toEqual(invalidRefreshToken);
  });
});

describe('logout', () => {
  test('ends the session of the refresh token only, and succeeds when it is repeated', async () => {
    const ada = await system.signUp();
    const other = await logInAgain(system.gateway, ada);
    for (let time = 1; time <= 2; time++) expect(await logOutWith(ada.refreshToken)).toEqual({ logout: loggedOut });
    expect(await refreshError(ada.refreshToken)).toEqual(invalidRefreshToken);
    expect(await ada.request.error(viewer)).toEqual(ended);
    expect((await sessionsOf(other.request)).map(({ id }) => id)).toEqual([sessionIdOf(other.accessToken)]);
    await holds((await refreshWith(system.request, other.refreshToken)).accessToken);
  });

  test('accepts any refresh token of the session', async () => {
    const ada = await system.signUp();
    const next = await refreshWith(system.request, ada.refreshToken);
    await logOutWith(ada.refreshToken);
    expect(await refreshError(next.refreshToken)).toEqual(invalidRefreshToken);
    for (const token of [ada.accessToken, next.accessToken]) {
      expect(await system.as(token).error(viewer)).toEqual(ended);
    }
  });

  test('succeeds for a refresh token that was never issued', async () => {
    expect(await logOutWith('nothing of the kind')).toEqual({ logout: loggedOut });
  });
});

test('logoutEverywhere ends every session of the viewer, and none of other users', async () => {
  const [ada, bob] = [await system.signUp(), await system.signUp()];
  const other = await logInAgain(system.gateway, ada);
  expect(await other.request.data(logOutEverywhere)).toEqual({ logoutEverywhere: loggedOut });
  for (const { request, refreshToken } of [ada, other]) {
    expect(await request.error(viewer)).toEqual(ended);
    expect(await refreshError(refreshToken)).toEqual(invalidRefreshToken);
  }
  await holds(bob.accessToken);
  expect(await sessionsOf((await logInAgain(system.gateway, ada)).request)).toHaveLength(1);
});
