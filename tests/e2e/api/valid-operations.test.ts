import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { post } from '../../support/subgraphs/tiny-server.ts';
import { type SingleServers, serversBeside } from '../../support/systems/single-servers.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

/** Operations that the specification allows and executors easily get wrong. */

let system: System;
let servers: SingleServers;
let ada: TestUser;
beforeAll(async () => {
  system = await startSystem();
  servers = serversBeside(system);
  ada = await system.signUp();
  await ada.create('A picture');
});
afterAll(async () => {
  await servers.stop();
  await system.stop();
});

interface Body {
  query: string;
  operationName?: string;
  variables?: Record<string, unknown>;
}

/** Posts a body until it is executed from the cache and compiled, and gives each response without the request ids. */
async function thrice(url: string, body: Body) {
  const responses = [];
  for (let time = 1; time <= 3; time++) {
    const response = await post(url, body, { authorization: `Bearer ${ada.accessToken}` });
    responses.push({ status: response.status, ...((await response.json()) as object) });
  }
  return responses;
}

const three = <Value>(value: Value): Value[] => [value, value, value];

describe.each(['compiled', 'apollo'] as const)('with the executor %s,', (executor) => {
  let gateway: string;
  beforeAll(async () => {
    gateway = await servers.gateway({}, { executor });
  });

  describe('a document with several operations', () => {
    const query = `
      query A { me { id } }
      query B($n: Int) { me { ...F } }
      query C($is: Boolean = true) { resources(first: 1) { ...G @include(if: $is) } }
      fragment F on User { resources(first: $n) { totalCount ...G } }
      fragment G on ResourceConnection { nodes { title } }
    `;
    test.each([
      ['without the fragments and variables of the others', 'A', {}],
      ['with a fragment that spreads another', 'B', { n: 1 }],
      ['with the default of its own variable', 'C', {}],
    ])('executes the named one, %s', async (_, operationName, variables) => {
      const nodes = [{ title: 'A picture' }];
      const data = {
        A: { me: { id: ada.id } },
        B: { me: { resources: { totalCount: 1, nodes } } },
        C: { resources: { nodes } },
      }[operationName];
      expect(await thrice(gateway, { query, operationName, variables })).toEqual(three({ status: 200, data }));
    });
  });

  test('tells an operation from another whose name and text join to the same', async () => {
    expect(await thrice(gateway, { query: 'query\n{ me { id } }' })).toEqual(
      three({ status: 200, data: { me: { id: ada.id } } }),
    );
    expect(await thrice(gateway, { query: '{ me { id } }', operationName: 'query' })).toMatchObject(
      three({ status: 400, errors: [{ extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }] }),
    );
  });
});

describe.each(['compiled', 'apollo'] as const)('with the executor %s, a persisted query', (executor) => {
  test('with several operations executes the named one', async () => {
    const gateway = await servers.gateway({}, { executor });
    const query = `query A { me { id } } query B { me { username } } query Unused${executor} { __typename }`;
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    const send = async (body: object) => {
      const response = await post(gateway, { extensions, ...body }, { authorization: `Bearer ${ada.accessToken}` });
      return response.json();
    };
    expect(await send({ operationName: 'A' })).toMatchObject({
      errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    });
    const [me, you] = [{ data: { me: { id: ada.id } } }, { data: { me: { username: ada.username } } }];
    expect(await send({ query, operationName: 'A' })).toEqual(me);
    for (let time = 1; time <= 2; time++) {
      expect(await send({ operationName: 'B' })).toEqual(you);
      expect(await send({ operationName: 'A' })).toEqual(me);
    }
  });
});

test('null for an item of a list where only a default may stand is BAD_USER_INPUT', async () => {
  const query = 'query ($v: _Any = {}) { _entities(representations: [{ __typename: "Resource" }, $v]) { __typename } }';
  expect(await thrice(system.resources, { query, variables: { v: null } })).toMatchObject(
    three({ errors: [{ message: expect.stringContaining('"$v"'), extensions: { code: 'BAD_USER_INPUT' } }] }),
  );
});

test.each(['auth', 'resources'] as const)(
  '%s tells an operation from another whose name and text join to the same',
  async (name) => {
    const named = { query: '{ __typename }', operationName: 'query' };
    expect(await thrice(system[name], { query: 'query\n{ __typename }' })).toEqual(
      three({ status: 200, data: { __typename: 'Query' } }),
    );
    expect(await thrice(system[name], named)).toMatchObject(
      three({ status: 400, errors: [{ extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }] }),
    );
  },
);

/** Uses of a nullable variable where null is not allowed. Validation allows them, because a default takes its place. */
const nullUses: [position: string, Body, path: string | undefined][] = [
  [
    'an argument with a default',
    { query: 'query ($v: ResourceOrder) { resources(orderBy: $v) { totalCount } }' },
    'resources',
  ],
  ['an argument', { query: 'query ($v: ID = "none") { resource(id: $v) { id } }' }, 'resource'],
  [
    'an input',
    {
      query: 'mutation ($v: DeleteResourceInput = { id: "none" }) { deleteResource(input: $v) { deletedResourceId } }',
    },
    'deleteResource',
  ],
  [
    'a field of an input',
    {
      query:
        'mutation ($v: ID = "none", $n: Int) { deleteResource(input: { id: $v, expectedVersion: $n }) { deletedResourceId } }',
    },
    'deleteResource',
  ],
  [
    'a field of an input in an input',
    {
      query:
        'mutation ($v: String = "") { createResource(input: { title: "A", image: { data: $v } }) { resource { id } } }',
    },
    'createResource',
  ],
  [
    'an input in an input',
    {
      query:
        'mutation ($v: ImageInput = { data: "" }) { createResource(input: { title: "A", image: $v }) { resource { id } } }',
    },
    'createResource',
  ],
  [
    'a field of auth’s input',
    { query: 'mutation ($v: String = "") { logout(input: { refreshToken: $v }) { loggedOut } }' },
    'logout',
  ],
  ['@skip', { query: 'query ($v: Boolean = true) { __typename @skip(if: $v) }' }, undefined],
  [
    '@include of a fragment',
    { query: 'query ($v: Boolean = true) { ... @include(if: $v) { __typename } }' },
    undefined,
  ],
];

describe.each(['compiled', 'apollo', 'subgraph'] as const)('null where a default could stand (%s):', (target) => {
  test.each(nullUses)('in the place of %s, it is BAD_USER_INPUT that names the variable', async (_, body, path) => {
    const subgraph = path === 'logout' ? system.auth : system.resources;
    const url = target === 'subgraph' ? subgraph : await servers.gateway({}, { executor: target });
    const responses = await thrice(url, { ...body, variables: { v: null, n: null } });
    const message = expect.stringContaining('Variable "$v" must not be null');
    const error = { message, ...(path && { path: [path] }), extensions: { code: 'BAD_USER_INPUT' } };
    expect(responses).toMatchObject(three({ status: 200, errors: [error], data: path ? { [path]: null } : null }));
    for (const { errors } of responses as unknown as { errors: unknown[] }[]) expect(errors).toHaveLength(1);
  });
});

describe.each(['compiled', 'apollo'] as const)('with the executor %s, null in place of a default', (executor) => {
  test.each<[string, Body, object]>([
    [
      'of one field leaves the others',
      {
        query: 'query ($v: ResourceOrder) { me { id resources(orderBy: $v) { totalCount } } resources { totalCount } }',
        variables: { v: null },
      },
      { me: { resources: null }, resources: { totalCount: 1 } },
    ],
    [
      'of a nested condition leaves the others',
      {
        query: 'query ($v: Boolean = true) { me { id @skip(if: $v) } resources { totalCount } }',
        variables: { v: null },
      },
      { me: null, resources: { totalCount: 1 } },
    ],
    [
      'of a nested condition in a mutation leaves the others',
      {
        query:
          'mutation ($v: Boolean = true) { logout(input: { refreshToken: "none" }) { loggedOut @include(if: $v) } out: logout(input: { refreshToken: "no" }) { loggedOut } }',
        variables: { v: null },
      },
      { logout: null, out: { loggedOut: true } },
    ],
    [
      'of a condition on a field of another subgraph leaves the others',
      {
        query:
          'query ($v: Boolean = true) { me { id resources @include(if: $v) { totalCount } } resources { totalCount } }',
        variables: { v: null },
      },
      { me: null, resources: { totalCount: 1 } },
    ],
  ])('%s', async (_, body, data) => {
    const gateway = await servers.gateway({}, { executor });
    const responses = await thrice(gateway, body);
    expect(responses).toMatchObject(three({ data, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] }));
  });

  test('of a condition is no error where nothing has the condition', async () => {
    const gateway = await servers.gateway({}, { executor });
    const query =
      'query ($v: Boolean = true) { resources(filter: { search: "nothing like it" }) { totalCount nodes { id @skip(if: $v) } } }';
    expect(await thrice(gateway, { query, variables: { v: null } })).toEqual(
      three({ status: 200, data: { resources: { totalCount: 0, nodes: [] } } }),
    );
  });

  test('is allowed where the type is nullable', async () => {
    const gateway = await servers.gateway({}, { executor });
    const query =
      'query ($v: Int = 5, $o: ResourceOrder! = OLDEST) { resources(first: $v, orderBy: $o) { totalCount } }';
    expect(await thrice(gateway, { query, variables: { v: null } })).toEqual(
      three({ status: 200, data: { resources: { totalCount: 1 } } }),
    );
  });
});

describe.each(['compiled', 'apollo'] as const)('with the executor %s, a variable named representations', (executor) => {
  let gateway: string;
  beforeAll(async () => {
    gateway = await servers.gateway({}, { executor });
  });
  const resources = { totalCount: 1 };
  const query = `query ($representations: Int, $representations_: ResourceOrder! = NEWEST) {
    me { id resources(first: $representations, orderBy: $representations_) { totalCount } }
  }`;

  test('has its value in the fields of an entity', async () => {
    expect(await thrice(gateway, { query, variables: { representations: 3 } })).toEqual(
      three({ status: 200, data: { me: { id: ada.id, resources } } }),
    );
    expect(await thrice(gateway, { query })).toEqual(three({ status: 200, data: { me: { id: ada.id, resources } } }));
  });

  test('is named in errors as the client names it', async () => {
    expect(await thrice(gateway, { query, variables: { representations: 'three' } })).toMatchObject(
      three({
        status: 400,
        errors: [{ message: expect.stringContaining('"$representations" got'), locations: [{ line: 1, column: 8 }] }],
      }),
    );
    const nulls = query
      .replace('ResourceOrder!', 'ResourceOrder')
      .replace('first: $representations, ', '')
      .replace('$representations: Int, ', '')
      .replaceAll('representations_', 'representations');
    expect(await thrice(gateway, { query: nulls, variables: { representations: null } })).toMatchObject(
      three({
        errors: [
          { message: expect.stringContaining('"$representations" must not be null'), path: ['me', 'resources'] },
        ],
      }),
    );
  });
});
