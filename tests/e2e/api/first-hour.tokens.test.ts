import { generateKeyPairSync } from 'node:crypto';
import jwt, { type JwtPayload } from 'jsonwebtoken';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import * as accounts from '../../support/graphql/accounts.ts';
import { resourceCount, viewer } from '../../support/graphql/documents.ts';
import { type Draft, sendUntilAccepted } from '../../support/graphql/newcomer.ts';
import { requestTo, requireValue } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';
import { expiredToken } from '../../support/tokens.ts';

/** Mistakes that a newcomer makes with a token. Each is corrected by somebody who does what the error says, and no more. */

let system: System;
let ada: TestUser;
beforeAll(async () => {
  system = await startSystem();
  ada = await system.signUp();
});
afterAll(() => system.stop());

const unauthenticated = (reason: string) => ({ code: 'UNAUTHENTICATED', reason });

const logIn = async () => {
  const { username, password } = ada;
  return requireValue((await system.request.data(accounts.logIn, { input: { username, password } })).login).accessToken;
};
const createPersonalAccessToken = async () => (await createScript()).token;

/** Sends the viewer's query with a header, and follows each error until it is accepted. Returns the errors. */
function follow(authorization: string, token: string) {
  const headers = { 'content-type': 'application/json', authorization };
  const document = String(resourceCount);
  const draft: Draft = { method: 'POST', path: '/graphql', headers, document, variables: {}, token };
  return sendUntilAccepted(system.gateway, draft, { logIn, createPersonalAccessToken });
}

async function createScript() {
  const input = { name: 'a script', scopes: ['resources:read'], expiresInDays: 1 };
  const created = await ada.request.data(accounts.createPersonalAccessToken, { input });
  return requireValue(created.createPersonalAccessToken);
}

/** Ada's claims, signed by another system. */
function foreignToken(): string {
  const { header, payload } = jwt.decode(ada.accessToken, { complete: true }) as jwt.Jwt;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return jwt.sign(payload as JwtPayload, privateKey, { algorithm: 'RS256', header: { ...header, kid: 'theirs' } });
}

/** A mistake, what the error says, and the header. The newcomer has Ada's access token, or what the header has for it. */
test.each<[string, RegExp, () => string | Promise<string>]>([
  ['a token without Bearer', /Authorization: Bearer <token>/, () => ada.accessToken],
  ['Bearer:', /colon/, () => `Bearer: ${ada.accessToken}`],
  ['quotation marks', /quotation marks/, () => `Bearer "${ada.accessToken}"`],
  ['a tab', /a tab/, () => `Bearer\t${ada.accessToken}`],
  ['undefined', /undefined/, () => 'Bearer undefined'],
  ['null without Bearer', /placeholder/, () => 'null'],
  ['no token', /no token after Bearer/, () => 'Bearer'],
  ['a refresh token', /refresh token/, () => `Bearer ${ada.refreshToken}`],
  ['half a token', /incomplete/, () => `Bearer ${ada.accessToken.slice(0, -40)}`],
  ['a token of another system', /another system/, () => `Bearer ${foreignToken()}`],
  ['half a personal access token', /incomplete/, async () => `Bearer ${(await createScript()).token.slice(0, -4)}`],
  ['a personal access token without Bearer', /no scheme/, async () => (await createScript()).token],
])('%s is INVALID, with what to change', async (_, message, header) => {
  const authorization = await header();
  const { errors, text } = await requestTo(system.gateway, undefined, { authorization })(viewer);
  expect(errors.map(({ extensions }) => extensions)).toEqual([unauthenticated('INVALID')]);
  expect(errors[0]?.message).toMatch(message);
  const secret = authorization.replace(/^Bearer\W*/, '');
  if (secret.length > 20) expect(text).not.toContain(secret.slice(-20));
  const isForm = /The header must have the form/.test(errors[0]?.message ?? '');
  expect(await follow(authorization, isForm ? ada.accessToken : secret)).toHaveLength(1);
});

test('an expired token is EXPIRED, and a log-in replaces it', async () => {
  const token = expiredToken(ada.accessToken, system.dataFolder);
  const errors = await follow(`Bearer ${token}`, token);
  expect(errors.map(({ extensions }) => extensions)).toEqual([unauthenticated('EXPIRED')]);
});

test('a token of a session that has ended is INVALID, and a log-in replaces it', async () => {
  const { accessToken, refreshToken } = await system.signUp();
  await system.request.data(accounts.logOut, { input: { refreshToken } });
  await vi.waitFor(async () => expect(await system.as(accessToken)(resourceCount)).toHaveProperty('errors.0'), {
    timeout: 30_000,
    interval: 20,
  });
  const errors = await follow(`Bearer ${accessToken}`, accessToken);
  expect(errors.map(({ extensions }) => extensions)).toEqual([unauthenticated('INVALID')]);
}, 70_000);

test('the error for a valid token without Bearer does not ask for a log-in', async () => {
  const authorization = ada.accessToken;
  const { errors } = await requestTo(system.gateway, undefined, { authorization })(viewer);
  expect(errors[0]?.message).not.toMatch(/log in/i);
});

test('the error for a revoked personal access token asks for another, in every subgraph', async () => {
  const { token, personalAccessToken } = await createScript();
  const script = system.as(token);
  await script.data(viewer);
  await ada.request.data(accounts.revokePersonalAccessToken, { input: { id: personalAccessToken.id } });
  for (const send of [() => script(viewer), () => script(resourceCount)])
    await vi.waitFor(
      async () => {
        const { errors } = await send();
        expect(errors.map(({ extensions }) => extensions)).toEqual([unauthenticated('INVALID')]);
        expect(errors[0]?.message).toMatch(/^The personal access token was revoked.*create another\.$/);
      },
      { timeout: 30_000, interval: 20 },
    );
  expect(await follow(`Bearer ${token}`, token)).toHaveLength(1);
}, 70_000);
