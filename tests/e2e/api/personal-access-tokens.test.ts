import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createPersonalAccessToken as newTokenText } from '../../../platform/tokens/personal-access-token.ts';
import { graphql } from '../../generated/gql.ts';
import { fixture } from '../../support/files.ts';
import * as accounts from '../../support/graphql/accounts.ts';
import {
  createStored,
  deleteResource,
  oneResource,
  resourceCount,
  updateStored,
  viewer,
} from '../../support/graphql/documents.ts';
import { type GraphqlResponse, requestTo, requireValue, type SendRequest } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';
import { sessionIdOf } from '../../support/tokens.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const picture = { data: fixture('four-colours.png').toString('base64') };
const invalid = { code: 'UNAUTHENTICATED', reason: 'INVALID' };
const readOnly = ['resources:read'];
const all = ['resources:read', 'resources:write'];

/** A new user with a token for a script. */
async function signUpWithScript(scopes: string[]) {
  const ada = await system.signUp();
  const input = { name: 'nightly backup', scopes, expiresInDays: 30 };
  const created = await ada.request.data(accounts.createPersonalAccessToken, { input });
  const { token, personalAccessToken } = requireValue(created.createPersonalAccessToken);
  return { ada, token, personalAccessToken, script: system.as(token) };
}

const tokensOf = async ({ request }: TestUser) =>
  requireValue((await request.data(accounts.personalAccessTokens)).personalAccessTokens);

describe('a token for a script', () => {
  test('is shown once, and listed without its text, newest first', async () => {
    const { ada, token, personalAccessToken } = await signUpWithScript(readOnly);
    expect(token).toMatch(/^isg_pat_[\w-]{48}$/);
    const lifetimeMs = Date.parse(personalAccessToken.expiresAt) - Date.parse(personalAccessToken.createdAt);
    expect(lifetimeMs).toBe(30 * 86_400_000);
    const { personalAccessTokens: listed } = await ada.request.data(accounts.personalAccessTokens);
    expect(listed).toEqual([{ ...personalAccessToken, name: 'nightly backup', scopes: readOnly, lastUsedAt: null }]);
    const answer = await ada.request(accounts.personalAccessTokens);
    expect(answer.text).not.toContain(token.slice('isg_pat_'.length));
  });

  test('lives for 90 days by default', async () => {
    const ada = await system.signUp();
    const input = { name: 'a script', scopes: readOnly };
    const created = await ada.request.data(accounts.createPersonalAccessToken, { input });
    const { createdAt, expiresAt } = requireValue(created.createPersonalAccessToken).personalAccessToken;
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(90 * 86_400_000);
  });

  test('acts for its account, with its scopes', async () => {
    const { ada, script } = await signUpWithScript(all);
    const input = { title: 'By a script', image: picture };
    const { resource } = requireValue((await script.data(createStored, { input })).createResource);
    expect(resource).toMatchObject({ title: 'By a script', owner: { id: ada.id } });
    await script.data(updateStored, { input: { id: resource.id, title: 'Renamed' } });
    expect((await script.data(oneResource, { id: resource.id })).resource).toMatchObject({ title: 'Renamed' });
    await script.data(deleteResource, { input: { id: resource.id } });
    expect((await script.data(viewer)).me).toEqual({ id: ada.id, username: ada.username });
    expect((await ada.request.data(resourceCount)).resources?.totalCount).toBe(0);
  });

  test('is used to the minute', async () => {
    const { ada, script } = await signUpWithScript(readOnly);
    await script.data(viewer);
    const [listed] = await tokensOf(ada);
    expect(listed?.lastUsedAt).toMatch(/:00\.000Z$/);
    expect(Math.abs(Date.now() - Date.parse(listed?.lastUsedAt ?? ''))).toBeLessThan(10 * 60_000);
  });

  test('serves concurrent requests from the first on', async () => {
    const { ada, script } = await signUpWithScript(readOnly);
    const answers = await Promise.all(Array.from({ length: 20 }, () => script.data(viewer)));
    expect(answers.map(({ me }) => me?.id)).toEqual(Array(20).fill(ada.id));
  });
});

type Attempt = (request: SendRequest, ada: TestUser) => Promise<GraphqlResponse<unknown>>;

/** Fields that need a person's session. */
const forPeople: [string, Attempt][] = [
  ['sessions', (request) => request(accounts.sessions)],
  [
    'endSession',
    (request, { accessToken }) => request(accounts.endSession, { input: { sessionId: sessionIdOf(accessToken) } }),
  ],
  ['logoutEverywhere', (request) => request(accounts.logOutEverywhere)],
  [
    'changePassword',
    (request, { password }) =>
      request(accounts.changePassword, { input: { currentPassword: password, newPassword: 'another horse' } }),
  ],
  ['deleteAccount', (request, { password }) => request(accounts.deleteAccount, { input: { password } })],
  ['personalAccessTokens', (request) => request(accounts.personalAccessTokens)],
  [
    'createPersonalAccessToken',
    (request) =>
      request(accounts.createPersonalAccessToken, { input: { name: 'more', scopes: all, expiresInDays: 365 } }),
  ],
  ['revokePersonalAccessToken', (request) => request(accounts.revokePersonalAccessToken, { input: { id: 'x' } })],
];

/** Fields that need `resources:write`. */
const writes: [string, Attempt][] = [
  ['createResource', (request) => request(createStored, { input: { title: 'One', image: picture } })],
  ['updateResource', (request) => request(updateStored, { input: { id: 'x', title: 'Two' } })],
  ['deleteResource', (request) => request(deleteResource, { input: { id: 'x' } })],
];

/** Fields that need `resources:read`. */
const reads: [string, Attempt][] = [
  ['resource', (request) => request(oneResource, { id: 'x' })],
  ['resources', (request) => request(resourceCount)],
];

describe('FORBIDDEN is what a script gets', () => {
  const expectForbidden = async (attempt: Attempt, scopes: string[]) => {
    const { ada, script } = await signUpWithScript(scopes);
    const { status, errors } = await attempt(script, ada);
    expect([status, errors.map(({ extensions }) => extensions)]).toEqual([200, [{ code: 'FORBIDDEN' }]]);
    await ada.request.data(viewer);
    expect(await tokensOf(ada)).toHaveLength(1);
  };

  test.each(forPeople)('with every scope: %s', (_, attempt) => expectForbidden(attempt, all));
  test.each(writes)('with resources:read alone: %s', (_, attempt) => expectForbidden(attempt, readOnly));
  test.each(reads)('with resources:write alone: %s', (_, attempt) => expectForbidden(attempt, ['resources:write']));
});

const createAndJoin = graphql(`
  mutation CreateAndJoin($input: CreateResourceInput!) {
    createResource(input: $input) { resource { id title owner { username } } }
  }
`);
const updateAndJoin = graphql(`
  mutation UpdateAndJoin($input: UpdateResourceInput!) {
    updateResource(input: $input) { resource { id title version owner { username } } }
  }
`);

describe('a script with resources:write alone', () => {
  const signUpWithWriter = () => signUpWithScript(['resources:write']);

  test('gets what it has created and changed, with the fields of other subgraphs', async () => {
    const { ada, script } = await signUpWithWriter();
    const input = { title: 'By a script', image: picture };
    const created = requireValue((await script.data(createAndJoin, { input })).createResource).resource;
    expect(created).toMatchObject({ title: 'By a script', owner: { username: ada.username } });
    const renamed = await script.data(updateAndJoin, { input: { id: created.id, title: 'Renamed' } });
    const owner = { username: ada.username };
    expect(renamed.updateResource?.resource).toMatchObject({ title: 'Renamed', version: 2, owner });
  });

  test('reads nothing by an update that changes nothing', async () => {
    const { ada, script } = await signUpWithWriter();
    const id = await ada.create('Mine');
    for (const input of [{ id }, { id, expectedVersion: 1 }, { id, expectedVersion: 2 }, { id: 'nothing' }])
      expect(await script.error(updateAndJoin, { input })).toEqual({ code: 'FORBIDDEN' });
    const { updateResource } = await ada.request.data(updateAndJoin, { input: { id } });
    expect(updateResource?.resource).toMatchObject({ title: 'Mine', version: 1 });
  });
});

describe('a script’s token ends', () => {
  const expectEnded = (script: SendRequest) =>
    vi.waitFor(
      async () => {
        expect(await script.error(resourceCount)).toEqual(invalid);
        expect(await script.error(viewer)).toEqual(invalid);
      },
      { timeout: 30_000, interval: 20 },
    );

  test('in every subgraph when it is revoked, also if it was exchanged before', async () => {
    const { ada, script, personalAccessToken } = await signUpWithScript(readOnly);
    await script.data(viewer);
    const input = { id: personalAccessToken.id };
    const { revokePersonalAccessToken } = await ada.request.data(accounts.revokePersonalAccessToken, { input });
    expect(revokePersonalAccessToken).toEqual({ revokedPersonalAccessTokenId: personalAccessToken.id });
    await expectEnded(script);
    expect(await tokensOf(ada)).toEqual([]);
    expect(await ada.request.error(accounts.revokePersonalAccessToken, { input })).toEqual({ code: 'NOT_FOUND' });
    await ada.request.data(viewer);
  });

  test('with its account', async () => {
    const { ada, script } = await signUpWithScript(readOnly);
    await script.data(viewer);
    await ada.request.data(accounts.deleteAccount, { input: { password: ada.password } });
    await expectEnded(script);
  });

  test('neither with the sessions of its account nor with its password', async () => {
    const { ada, script } = await signUpWithScript(readOnly);
    const input = { currentPassword: ada.password, newPassword: 'another horse altogether' };
    await ada.request.data(accounts.changePassword, { input });
    await ada.request.data(accounts.logOutEverywhere);
    await script.data(viewer);
    await script.data(resourceCount);
  });
});

test('NOT_FOUND for the token of another account', async () => {
  const { script, personalAccessToken } = await signUpWithScript(readOnly);
  const bob = await system.signUp();
  const input = { id: personalAccessToken.id };
  expect(await bob.request.error(accounts.revokePersonalAccessToken, { input })).toEqual({ code: 'NOT_FOUND' });
  await script.data(viewer);
});

test('BAD_USER_INPUT names every issue of a new token', async () => {
  const ada = await system.signUp();
  const input = { name: '  ', scopes: ['resources:delete'], expiresInDays: 400 };
  const error = await ada.request.error(accounts.createPersonalAccessToken, { input });
  const fields = (error.problems as { field: string }[]).map(({ field }) => field);
  expect([error.code, fields]).toEqual(['BAD_USER_INPUT', ['name', 'scopes', 'expiresInDays']]);
});

describe('a text that is no valid token', () => {
  test.each([
    ['that was never issued', newTokenText()],
    ['with a wrong checksum', `isg_pat_${'a'.repeat(48)}`],
    ['that is the prefix alone', 'isg_pat_'],
  ])('%s is INVALID, and does not fail what needs no token', async (_, token) => {
    const script = system.as(token);
    expect(await script.error(viewer)).toEqual(invalid);
    expect(await script.error(resourceCount)).toEqual(invalid);
    const { username, password } = await system.signUp();
    expect(await script.data(accounts.logIn, { input: { username, password } })).toHaveProperty('login.accessToken');
  });

  test('is INVALID at a subgraph, as a valid one is: it accepts access tokens only', async () => {
    const { token } = await signUpWithScript(all);
    expect(await requestTo(system.auth, token).error(viewer)).toEqual(invalid);
    expect(await requestTo(system.resources, token).error(resourceCount)).toEqual(invalid);
  });
});

test('RATE_LIMITED after 100 invalid tokens from one address, except for tokens in use', async () => {
  const limited = await startSystem();
  try {
    const { request } = await limited.signUp();
    const input = { name: 'a script', scopes: readOnly, expiresInDays: 1 };
    const create = async () =>
      requireValue((await request.data(accounts.createPersonalAccessToken, { input })).createPersonalAccessToken).token;
    const [used, unused] = [limited.as(await create()), limited.as(await create())];
    await used.data(viewer);
    for (let time = 0; time < 100; time += 1) await limited.as(newTokenText()).error(viewer);
    const rateLimited = { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) };
    expect(await unused.error(viewer)).toEqual(rateLimited);
    expect(await limited.as(newTokenText()).error(viewer)).toEqual(rateLimited);
    await used.data(viewer);
    await request.data(viewer);
  } finally {
    await limited.stop();
  }
}, 60_000);
