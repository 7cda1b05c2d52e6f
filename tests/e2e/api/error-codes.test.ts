import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { trustFrom } from '../../../gateway/trusted-documents/environment.ts';
import { apiErrorCodes, maxImageBytes } from '../../../schema/error-codes.ts';
import type { DeleteResourceInput } from '../../generated/graphql.ts';
import { fixture } from '../../support/files.ts';
import {
  changePassword,
  createPersonalAccessToken,
  deleteAccount,
  endSession,
  logIn,
  logOutEverywhere,
  personalAccessTokens,
  refreshSession,
  register,
  revokePersonalAccessToken,
  sessions,
} from '../../support/graphql/accounts.ts';
import {
  createResource,
  deleteResource,
  oneResource,
  resourceCount,
  updateResource,
  viewer,
} from '../../support/graphql/documents.ts';
import type { GraphqlResponse, ResponseError, SendRequest } from '../../support/graphql/request.ts';
import { requestTo, untyped } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

let system: System;
let ada: TestUser;
beforeAll(async () => {
  system = await startSystem();
  ada = await system.signUp();
});
afterAll(() => system.stop());

const picture = { data: fixture('four-colours.png').toString('base64') };
const isInProgress = ({ reason }: ResponseError['extensions']) => reason === 'IN_PROGRESS';
const fieldsOf = ({ problems }: ResponseError['extensions']) =>
  (problems as { field: string }[]).map(({ field }) => field);

const needToken: [string, (request: SendRequest) => Promise<GraphqlResponse<unknown>>][] = [
  ['me', (request) => request(viewer)],
  ['resource', (request) => request(oneResource, { id: 'x' })],
  ['resources', (request) => request(resourceCount)],
  ['createResource', (request) => request(createResource, { input: { title: 'a', image: { data: '' } } })],
  ['updateResource', (request) => request(updateResource, { input: { id: 'x' } })],
  ['deleteResource', (request) => request(deleteResource, { input: { id: 'x' } })],
  ['sessions', (request) => request(sessions)],
  ['logoutEverywhere', (request) => request(logOutEverywhere)],
  ['endSession', (request) => request(endSession, { input: { sessionId: 'x' } })],
  [
    'changePassword',
    (request) => request(changePassword, { input: { currentPassword: 'x', newPassword: 'correct horse' } }),
  ],
  ['personalAccessTokens', (request) => request(personalAccessTokens)],
  [
    'createPersonalAccessToken',
    (request) => request(createPersonalAccessToken, { input: { name: 'a script', scopes: [], expiresInDays: 1 } }),
  ],
  ['revokePersonalAccessToken', (request) => request(revokePersonalAccessToken, { input: { id: 'x' } })],
  ['deleteAccount', (request) => request(deleteAccount, { input: { password: 'x' } })],
];

test.each(needToken)('UNAUTHENTICATED, MISSING, without a token: %s', async (_, send) => {
  const answer = await send(system.request);
  expect(answer.status).toBe(200);
  expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', reason: 'MISSING' } }]);
});

test('an invalid token does not fail an operation that needs none', async () => {
  const { username, password } = ada;
  const answer = await system.as('stale.old.token').data(logIn, { input: { username, password } });
  expect(answer).toHaveProperty('login.accessToken');
});

test('BAD_USER_INPUT lists every issue of a registration', async () => {
  const error = await system.request.error(register, { input: { username: 'a b', password: 'short' } });
  expect(error.code).toBe('BAD_USER_INPUT');
  expect(fieldsOf(error)).toEqual(['username', 'password']);
});

test('BAD_USER_INPUT for a password of 73 bytes, but not for one of 72', async () => {
  const input = (password: string) => ({ input: { username: `long-${password.length}`, password } });
  expect(fieldsOf(await system.request.error(register, input(`${'é'.repeat(36)}a`)))).toEqual(['password']);
  await system.request.data(register, input('é'.repeat(36)));
});

test('BAD_USER_INPUT lists every issue of a resource', async () => {
  const input = { title: '   ', description: 'd'.repeat(5_001), image: picture };
  expect(fieldsOf(await ada.request.error(createResource, { input }))).toEqual(['title', 'description']);
});

test('BAD_USER_INPUT if an update sets a required field to null', async () => {
  const id = await ada.create();
  expect(fieldsOf(await ada.request.error(updateResource, { input: { id, title: null, image: null } }))).toEqual([
    'title',
    'image',
  ]);
});

test('BAD_USER_INPUT with HTTP 400 for a variable of the wrong type', async () => {
  const answer = await system.request(untyped(register), { input: { username: 5, password: 'correct horse' } });
  expect(answer.status).toBe(400);
  expect(answer.errors[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT' });
});

test('INVALID_CREDENTIALS is the same for an unknown name and a wrong password', async () => {
  const wrong = await system.request(logIn, { input: { username: ada.username, password: 'wrong horse' } });
  const unknown = await system.request(logIn, { input: { username: 'nobody-at-all', password: 'wrong horse' } });
  expect(wrong.errors[0]?.extensions).toEqual({ code: 'INVALID_CREDENTIALS' });
  expect(unknown.text).toBe(wrong.text);
});

test('RATE_LIMITED with retryAfterSeconds after too many wrong passwords for one account', async () => {
  const { username, password } = await system.signUp();
  for (let time = 1; time <= 10; time++) await system.request.error(logIn, { input: { username, password: 'wrong' } });
  const error = await system.request.error(logIn, { input: { username, password } });
  expect(error).toEqual({ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) });
});

test('INVALID_REFRESH_TOKEN for a token that was never issued', async () => {
  const input = { refreshToken: 'nothing of the kind' };
  expect(await system.request.error(refreshSession, { input })).toEqual({ code: 'INVALID_REFRESH_TOKEN' });
});

test('USERNAME_TAKEN regardless of case', async () => {
  const input = { username: ada.username.toUpperCase(), password: 'correct horse' };
  expect(await system.request.error(register, { input })).toEqual({ code: 'USERNAME_TAKEN' });
});

test('USERNAME_TAKEN for all but one of several concurrent registrations', async () => {
  const input = { username: 'Many-Want-Me', password: 'correct horse' };
  const answers = await Promise.all(Array.from({ length: 8 }, () => system.request(register, { input })));
  const codes = answers.map(({ errors }) => errors[0]?.extensions.code ?? 'registered').sort();
  expect(codes).toEqual([...Array(7).fill('USERNAME_TAKEN'), 'registered']);
});

/** Identifies a resource, and optionally the expected version. */
const mutations: [
  string,
  (request: SendRequest, input: DeleteResourceInput) => Promise<ResponseError['extensions']>,
][] = [
  ['updateResource', (request, input) => request.error(updateResource, { input })],
  ['deleteResource', (request, input) => request.error(deleteResource, { input })],
];

test.each(mutations)('NOT_FOUND for a resource that does not exist: %s', async (_, errorOf) => {
  const input = { id: '00000000-0000-7000-8000-000000000000' };
  expect(await errorOf(ada.request, input)).toEqual({ code: 'NOT_FOUND' });
});

test('NOT_FOUND for a session that does not exist', async () => {
  const input = { sessionId: '00000000-0000-4000-8000-000000000000' };
  expect(await ada.request.error(endSession, { input })).toEqual({ code: 'NOT_FOUND' });
});

test.each(mutations)('CONFLICT, VERSION_PASSED, with the current version: %s', async (_, errorOf) => {
  const id = await ada.create();
  await ada.request.data(updateResource, { input: { id, title: 'Second' } });
  const error = await errorOf(ada.request, { id, expectedVersion: 1 });
  expect(error).toEqual({ code: 'CONFLICT', reason: 'VERSION_PASSED', currentVersion: 2 });
});

test('CONFLICT, IN_PROGRESS, for all but one of several concurrent replacements of an image', async () => {
  const replaceAtOnce = async () => {
    const input = { id: await ada.create(), image: picture, expectedVersion: 1 };
    const answers = await Promise.all(Array.from({ length: 6 }, () => ada.request(updateResource, { input })));
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    const losers = answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions));
    expect(losers.map(({ code }) => code)).toEqual(Array(5).fill('CONFLICT'));
    return losers;
  };
  // A request that arrives after the winner has finished gets VERSION_PASSED; on a slow machine that may be all of them.
  const losers: ResponseError['extensions'][] = [];
  while (losers.length < 100 && !losers.some(isInProgress)) losers.push(...(await replaceAtOnce()));
  expect(losers).toContainEqual({ code: 'CONFLICT', reason: 'IN_PROGRESS' });
});

test('PAYLOAD_TOO_LARGE with HTTP 413, counted after decompression', async () => {
  const text = JSON.stringify({ query: String(viewer), padding: ' '.repeat(2 ** 25) });
  const headers = { 'content-type': 'application/json' };
  const bodies = [
    { body: text, headers, maxBytes: 22_435_160 },
    { body: gzipSync(text), headers: { ...headers, 'content-encoding': 'gzip' }, maxBytes: 2 ** 20 },
  ];
  for (const request of bodies) {
    const authorization = `Bearer ${ada.accessToken}`;
    const response = await fetch(system.gateway, {
      method: 'POST',
      body: request.body,
      headers: { ...request.headers, authorization },
    });
    expect(response.status).toBe(413);
    const { errors } = (await response.json()) as { errors: ResponseError[] };
    expect(errors[0]?.extensions).toEqual({ code: 'PAYLOAD_TOO_LARGE', maxBytes: request.maxBytes, maxImageBytes });
  }
});

test('COST_ESTIMATED_TOO_EXPENSIVE with HTTP 400', async () => {
  const answer = await ada.request(
    untyped('{ resources(first: 100) { nodes { owner { resources(first: 100) { nodes { id } } } } } }'),
  );
  expect(answer.status).toBe(400);
  expect(answer.errors.map(({ extensions }) => extensions)).toEqual([
    { code: 'COST_ESTIMATED_TOO_EXPENSIVE', cost: 11_210, maxCost: 10_000 },
  ]);
});

test.each([
  ['GRAPHQL_PARSE_FAILED', '{'],
  ['GRAPHQL_VALIDATION_FAILED', '{ nothing }'],
  ['OPERATION_RESOLUTION_FAILURE', 'subscription { x }'],
])('%s with HTTP 400', async (code, query) => {
  const answer = await system.request(untyped(query));
  expect(answer.status).toBe(400);
  expect(answer.errors[0]?.extensions).toEqual({ code });
});

const fields = (count: number) => Array.from({ length: count }, (_, at) => `a${at}`).join(' ');
const selected = (depth: number) => `{ ${'a { '.repeat(depth - 1)} a ${'} '.repeat(depth - 1)} }`;
test.each<[string, number, string, string]>([
  ['MAX_TOKENS_LIMIT', 2_000, `{ ${'me '.repeat(1_998)} }`, `{ ${'me '.repeat(1_999)} }`],
  ['MAX_TOKENS_LIMIT', 15_000, '{ me }'.padEnd(15_000), '{ me }'.padEnd(15_001)],
  ['MAX_DEPTH_LIMIT', 12, selected(12), selected(13)],
  ['MAX_ALIASES_LIMIT', 20, `{ ${'a: me '.repeat(20)} }`, `{ ${'a: me '.repeat(21)} }`],
  ['MAX_ROOT_FIELDS_LIMIT', 20, `{ a ${fields(19)} }`, `{ a b ${fields(19)} }`],
  ['MAX_DIRECTIVES_LIMIT', 10, `{ me ${'@a '.repeat(10)} }`, `{ me ${'@a '.repeat(11)} }`],
])('%s with HTTP 400 over %i', async (code, max, within, over) => {
  for (const server of [system.gateway, system.auth, system.resources]) {
    const answer = await requestTo(server)(untyped(over));
    expect([answer.status, answer.errors.map(({ extensions }) => extensions)]).toEqual([400, [{ code, max }]]);
    const { errors } = await requestTo(server)(untyped(within));
    expect(errors.map(({ extensions }) => extensions.code)).not.toContain(code);
  }
});

test('QUERY_NOT_IN_SAFELIST with HTTP 400, where only trusted documents run', async () => {
  const trusting = await startSystem({}, { trust: trustFrom({ TRUSTED_DOCUMENTS: 'only' }) });
  onTestFinished(trusting.stop);
  const answer = await trusting.request(untyped('{ __typename }'));
  expect([answer.status, answer.errors[0]?.extensions]).toEqual([400, { code: 'QUERY_NOT_IN_SAFELIST' }]);
});

test('FORBIDDEN for another user’s resources, which only a subgraph can be queried for', async () => {
  const bob = await system.signUp();
  const response = await fetch(system.resources, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ada.accessToken}` },
    body: JSON.stringify({
      query: `query ($who: [_Any!]!) { _entities(representations: $who) { ... on User { resources { totalCount } } } }`,
      variables: { who: [{ __typename: 'User', id: bob.id }] },
    }),
  });
  const { errors } = (await response.json()) as { errors: ResponseError[] };
  expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

test('every error code is provoked here, or in the tests of outages and faults', () => {
  const names = [
    'error-codes.test.ts',
    'error-codes.images.test.ts',
    'outages.test.ts',
    'response-size.test.ts',
    'image-service-faults.test.ts',
  ];
  const texts = names.map((name) => readFileSync(new URL(name, import.meta.url), 'utf8'));
  const unprovoked = apiErrorCodes.filter((code) => !texts.some((text) => text.includes(`'${code}'`)));
  expect(unprovoked).toEqual([]);
});
