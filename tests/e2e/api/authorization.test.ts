import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { graphql } from '../../generated/gql.ts';
import { deleteResource, viewer } from '../../support/graphql/documents.ts';
import { type GraphqlResponse, requestTo, type SendRequest, untyped } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';
import { withScope } from '../../support/tokens.ts';

let system: System;
let ada: TestUser;
let resourceId: string;
beforeAll(async () => {
  system = await startSystem();
  ada = await system.signUp();
  resourceId = await ada.create('Mine');
});
afterAll(() => system.stop());

type Server = 'gateway' | 'auth' | 'resources';

/** Sends requests with a token of ada's that has a scope, or with none. */
const sendTo = (server: Server, scope?: string): SendRequest => {
  const { dataFolder } = system;
  return requestTo(system[server], scope === undefined ? undefined : withScope(ada.accessToken, { scope, dataFolder }));
};
const codesOf = ({ errors }: GraphqlResponse<unknown>) =>
  errors.map(({ path, extensions: { code, reason } }) => [path?.join('.'), reason ?? code]);

/** The root fields that need a person's session. */
const sessionQueries = graphql(`query SessionQueries { sessions { id } personalAccessTokens { id } }`);
const sessionMutations = [
  graphql(`
    mutation SessionMutations {
      logoutEverywhere { loggedOut }
      endSession(input: { sessionId: "1" }) { loggedOut }
      changePassword(input: { currentPassword: "a", newPassword: "b" }) { accessToken }
      createPersonalAccessToken(input: { name: "a", scopes: ["resources:write"] }) { token }
      revokePersonalAccessToken(input: { id: "1" }) { revokedPersonalAccessTokenId }
    }
  `),
  graphql(`mutation EraseAccount { deleteAccount(input: { password: "a" }) { deletedUserId } }`),
];
const readQueries = graphql(`
  query ReadQueries($id: ID!) {
    resource(id: $id) { title }
    resources { totalCount }
    node(id: $id) { id }
    nodes(ids: [$id]) { id }
  }
`);
const writeMutations = graphql(`
  mutation WriteMutations {
    createResource(input: { title: "t", image: { data: "" } }) { resource { id } }
    updateResource(input: { id: "1", title: "t" }) { resource { id } }
    deleteResource(input: { id: "1" }) { deletedResourceId }
  }
`);
const registerAndList = graphql(`
  mutation RegisterAndList($input: RegisterInput!) {
    register(input: $input) { new: user { username resources { totalCount } } }
  }
`);

/** All names of a response's data, which is null under each of them. */
function expectAllDenied({ status, data, errors }: GraphqlResponse<object>, denial: object) {
  expect(status).toBe(200);
  expect(Object.values(data ?? {}).every((value) => value === null)).toBe(true);
  expect(errors.length).toBe(Object.keys(data ?? {}).length);
  expect(errors.length).toBeGreaterThan(0);
  for (const { extensions } of errors) expect(extensions).toEqual(denial);
}

describe.each(['through the gateway', 'at the subgraph'])('%s,', (place) => {
  const at = (subgraph: 'auth' | 'resources'): Server => (place === 'through the gateway' ? 'gateway' : subgraph);

  test('nobody may use a protected field without a token', async () => {
    const denial = { code: 'UNAUTHENTICATED', reason: 'MISSING' };
    expectAllDenied(await sendTo(at('auth'))(viewer), denial);
    for (const operation of [sessionQueries, ...sessionMutations])
      expectAllDenied(await sendTo(at('auth'))(untyped(operation)), denial);
    expectAllDenied(await sendTo(at('resources'))(readQueries, { id: resourceId }), denial);
    expectAllDenied(await sendTo(at('resources'))(writeMutations), denial);
  });

  test('a script may not manage the account, whatever its scopes', async () => {
    const denial = { code: 'FORBIDDEN' };
    for (const scope of ['', 'resources:read resources:write', 'session']) {
      const send = sendTo(at('auth'), scope);
      for (const operation of [sessionQueries, ...sessionMutations])
        expectAllDenied(await send(untyped(operation)), denial);
    }
  });

  test('a script with resources:read may not write', async () => {
    const send = sendTo(at('resources'), 'resources:read');
    expectAllDenied(await send(writeMutations), { code: 'FORBIDDEN' });
    expect(await send.data(readQueries, { id: resourceId })).toEqual({
      resource: { title: 'Mine' },
      resources: { totalCount: 1 },
      node: { id: resourceId },
      nodes: [{ id: resourceId }],
    });
  });

  test('a script with resources:write may not read', async () => {
    const send = sendTo(at('resources'), 'resources:write');
    expectAllDenied(await send(readQueries, { id: resourceId }), { code: 'FORBIDDEN' });
    expect(await send.error(deleteResource, { input: { id: 'nothing' } })).toEqual({ code: 'NOT_FOUND' });
  });
});

describe('entities', () => {
  const lookUp = untyped(`query ($who: [_Any!]!) {
    _entities(representations: $who) { ... on User { id resources { totalCount } } }
  }`);
  const usersResources = (scope?: string) =>
    sendTo('resources', scope)<{ _entities: unknown[] }>(lookUp, { who: [{ __typename: 'User', id: ada.id }] });

  test('have the requirements of their fields', async () => {
    expect((await usersResources('resources:read')).data).toEqual({
      _entities: [{ id: ada.id, resources: { totalCount: 1 } }],
    });
    for (const [scope, code] of [
      [undefined, 'MISSING'],
      ['resources:write', 'FORBIDDEN'],
    ] as const) {
      const answer = await usersResources(scope);
      expect(answer.data).toEqual({ _entities: [{ id: ada.id, resources: null }] });
      expect(codesOf(answer)).toEqual([['_entities.0.resources', code]]);
    }
  });

  const lookUpResources = untyped(`query ($what: [_Any!]!) {
    _entities(representations: $what) { ... on Resource { id title } }
  }`);
  const resourceBy = (scope?: string) =>
    sendTo('resources', scope)<{ _entities: unknown[] }>(lookUpResources, {
      what: [{ __typename: 'Resource', id: resourceId }],
    });

  test('have the requirement of the field that finds them', async () => {
    expect((await resourceBy('resources:read')).data).toEqual({ _entities: [{ id: resourceId, title: 'Mine' }] });
    for (const [scope, code] of [
      [undefined, 'MISSING'],
      ['', 'FORBIDDEN'],
      ['resources:write', 'FORBIDDEN'],
    ] as const) {
      const answer = await resourceBy(scope);
      expect(answer.data).toEqual({ _entities: [null] });
      expect(codesOf(answer)).toEqual([['_entities.0', code]]);
    }
  });
});

test('a field below a permitted one is denied at its place, and the rest is answered', async () => {
  const input = { username: 'newcomer', password: 'correct horse 4711' };
  const answer = await system.request(registerAndList, { input });
  expect(answer.data).toEqual({ register: { new: { username: 'newcomer', resources: null } } });
  expect(codesOf(answer)).toEqual([['register.new.resources', 'MISSING']]);
});
