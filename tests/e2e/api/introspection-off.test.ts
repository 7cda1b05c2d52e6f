import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requestTo, type UntypedDocument, untyped } from '../../support/graphql/request.ts';
import { type SingleServers, serversBeside } from '../../support/systems/single-servers.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

let open: System;
let closed: System;
let servers: SingleServers;
let ada: TestUser;
const urls: Record<string, string> = {};
beforeAll(async () => {
  open = await startSystem();
  closed = await startSystem({}, { introspection: false });
  servers = serversBeside(closed);
  ada = await closed.signUp();
  urls.compiled = closed.gateway;
  urls.apollo = await servers.gateway({}, { executor: 'apollo', introspection: false });
  urls.auth = closed.auth;
  urls.resources = closed.resources;
});
afterAll(async () => {
  await servers.stop();
  await Promise.all([open.stop(), closed.stop()]);
});

const everyServer = ['compiled', 'apollo', 'auth', 'resources'];

describe.each(everyServer)('without introspection, %s', (server) => {
  test.each([
    ['the query of tools', getIntrospectionQuery()],
    ['__schema', untyped('{ __schema { queryType { name } } }')],
    ['__type', untyped('{ __type(name: "User") { name } }')],
    [
      '__type under an alias, in a fragment',
      untyped('{ ...F } fragment F on Query { a: __type(name: "User") { name } }'),
    ],
    ['the SDL of a subgraph', '{ _service { sdl } }'],
  ])('rejects %s, and executes nothing', async (_, query) => {
    for (let time = 1; time <= 2; time++) {
      const { status, data, errors } = await requestTo(urls[server] ?? '')(untyped(String(query)));
      expect([status, data]).toEqual([400, undefined]);
      expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(new Set(['GRAPHQL_VALIDATION_FAILED']));
    }
  });

  test('still answers __typename', async () => {
    const { data } = await requestTo(urls[server] ?? '')(untyped('{ __typename }'));
    expect(data).toEqual({ __typename: 'Query' });
  });
});

describe('an error', () => {
  const misspelt: [string, string | UntypedDocument, Record<string, unknown>][] = [
    ['of a field', '{ mee { id } }', {}],
    ['of a type', '{ me { ... on Usr { id } } }', {}],
    ['of an argument', '{ resources(frst: 1) { totalCount } }', {}],
    ['of an enum', '{ resources(orderBy: NEWST) { totalCount } }', {}],
    [
      'of an enum in a variable',
      untyped('query ($by: ResourceOrder!) { resources(orderBy: $by) { totalCount } }'),
      { by: 'NEWST' },
    ],
    ['of an input', '{ resources(filter: { serch: "a" }) { totalCount } }', {}],
    [
      'of an input in a variable',
      untyped('query ($filter: ResourceFilter) { resources(filter: $filter) { totalCount } }'),
      { filter: { serch: 'a' } },
    ],
    ['of a missing selection', '{ me }', {}],
  ];
  test.each(misspelt)('%s suggests names of the schema only where introspection is on', async (_, query, variables) => {
    const { errors } = await open.request(untyped(String(query)), variables);
    expect(errors[0]?.message).toContain('Did you mean');
    for (const server of ['compiled', 'apollo']) {
      const { status, text } = await requestTo(urls[server] ?? '')(untyped(String(query)), variables);
      expect([status, text.includes('Did you mean')]).toEqual([400, false]);
    }
  });
});

test('operations run as before', async () => {
  expect(await ada.request.data(untyped('{ me { id __typename } resources { totalCount } }'))).toEqual({
    me: { id: ada.id, __typename: 'User' },
    resources: { totalCount: 0 },
  });
});
