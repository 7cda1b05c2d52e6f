import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

/** An operation with every root field that the subgraph protects, and their names. */
const queries = {
  auth: '{ sessions { id } }',
  resources: '{ resource(id: "1") { id } resources { totalCount } }',
};
const write = 'createResource(input: { title: "t", image: { data: "" } }) { resource { id } }';
const update = 'updateResource(input: { id: "1", title: "t" }) { resource { id } }';
const remove = 'deleteResource(input: { id: "1" }) { deletedResourceId }';
const mutations = {
  auth: `mutation {
    endSession(input: { sessionId: "1" }) { loggedOut }
    changePassword(input: { currentPassword: "a", newPassword: "b" }) { accessToken }
  }`,
  erasing: 'mutation { logoutEverywhere { loggedOut } deleteAccount(input: { password: "a" }) { deletedUserId } }',
  resources: `mutation { ${write} ${update} ${remove} }`,
};

/** All names of a response's data, which is null under each of them. */
function expectAllDenied({ status, data, errors }: GraphqlResponse<Record<string, unknown>>, denial: object) {
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
    expectAllDenied(await sendTo(at('auth'))(untyped('{ me { id } sessions { id } }')), denial);
    expectAllDenied(await sendTo(at('resources'))(untyped(queries.resources)), denial);
    for (const mutation of [mutations.auth, mutations.erasing])
      expectAllDenied(await sendTo(at('auth'))(untyped(mutation)), denial);
    expectAllDenied(await sendTo(at('resources'))(untyped(mutations.resources)), denial);
  });

  test('a script may not manage the account, whatever its scopes', async () => {
    const denial = { code: 'FORBIDDEN' };
    for (const scope of ['', 'resources:read resources:write', 'session']) {
      const send = sendTo(at('auth'), scope);
      expectAllDenied(await send(untyped(queries.auth)), denial);
      for (const mutation of [mutations.auth, mutations.erasing])
        expectAllDenied(await send(untyped(mutation)), denial);
    }
  });

  test('a script with resources:read may not write', async () => {
    const send = sendTo(at('resources'), 'resources:read');
    expectAllDenied(await send(untyped(mutations.resources)), { code: 'FORBIDDEN' });
    const query = `{ resource(id: "${resourceId}") { title } resources { totalCount } }`;
    expect(await send.data(untyped(query))).toEqual({ resource: { title: 'Mine' }, resources: { totalCount: 1 } });
  });

  test('a script with resources:write may not read', async () => {
    const send = sendTo(at('resources'), 'resources:write');
    expectAllDenied(await send(untyped(queries.resources)), { code: 'FORBIDDEN' });
    const answer = await send(untyped('mutation { deleteResource(input: { id: "nothing" }) { deletedResourceId } }'));
    expect(codesOf(answer)).toEqual([['deleteResource', 'NOT_FOUND']]);
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
});

test('a field below a permitted one is denied at its place, and the rest is answered', async () => {
  const register = untyped(`mutation ($name: String!) {
    register(input: { username: $name, password: "correct horse 4711" }) {
      new: user { username resources { totalCount } }
    }
  }`);
  const answer = await system.request<{ register: unknown }>(register, { name: 'newcomer' });
  expect(answer.data).toEqual({ register: { new: { username: 'newcomer', resources: null } } });
  expect(codesOf(answer)).toEqual([['register.new.resources', 'MISSING']]);
});
