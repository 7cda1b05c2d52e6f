import {
  buildClientSchema,
  type ExecutionResult,
  getIntrospectionQuery,
  type IntrospectionQuery,
  printSchema,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultDocumentLimits } from '../../../platform/graphql/document-limits/limits.ts';
import {
  countAdvertised,
  type IntrospectionTypes,
  introspectionTypesQuery,
  selectEverything,
} from '../../support/graphql/introspection.ts';
import { type UntypedDocument, untyped } from '../../support/graphql/request.ts';
import { post } from '../../support/subgraphs/tiny-server.ts';
import { type SingleServers, serversBeside } from '../../support/systems/single-servers.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

/** Every argument of introspection at once takes more aliases than clients have. */
const documentLimits = { ...defaultDocumentLimits, maxAliases: 2_000, maxTokens: 20_000, maxBytes: 100_000 };

let system: System;
let servers: SingleServers;
let ada: TestUser;
const urls: Record<string, string> = {};
beforeAll(async () => {
  system = await startSystem({}, { documentLimits });
  servers = serversBeside(system);
  ada = await system.signUp();
  urls.compiled = await servers.gateway({}, { executor: 'compiled', documentLimits });
  urls.apollo = await servers.gateway({}, { executor: 'apollo', documentLimits });
  urls.auth = system.auth;
  urls.resources = system.resources;
});
afterAll(async () => {
  await servers.stop();
  await system.stop();
});

/** Posts a query three times, so that it is also executed from the cache and compiled. Gives the one response. */
async function ask<Data>(
  server: string,
  document: UntypedDocument | string,
  variables: Record<string, unknown> = {},
): Promise<ExecutionResult<Data>> {
  const query = String(document);
  const responses = new Set<string>();
  for (let time = 1; time <= 3; time++) {
    const authorization = `Bearer ${ada.accessToken}`;
    responses.add(await (await post(urls[server] ?? '', { query, variables }, { authorization })).text());
  }
  expect(responses.size).toBe(1);
  return JSON.parse([...responses][0] ?? '') as ExecutionResult<Data>;
}

/** The introspection query of graphql-js 17, which has more fields than that of version 16. */
const newestQuery = getIntrospectionQuery({
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
}).replace('directives {', 'directives(includeDeprecated: true) { isDeprecated deprecationReason');

describe.each(['compiled', 'apollo', 'auth', 'resources'])('%s answers introspection:', (server) => {
  test('every field and argument that it advertises', { timeout: 120_000 }, async () => {
    const { data: types } = await ask<IntrospectionTypes>(server, introspectionTypesQuery);
    const advertised = types as IntrospectionTypes;
    expect(countAdvertised(advertised)).toBeGreaterThan(40);
    for (const depth of [1, 2]) {
      const { data, errors } = await ask(server, selectEverything(advertised, depth));
      expect(errors).toBeUndefined();
      expect(data).toMatchObject({ __typename: 'Query', __schema: { queryType: { name: 'Query' } } });
    }
  });

  test('the query of the newest tools, from which a schema can be built', async () => {
    const { data, errors } = await ask<IntrospectionQuery>(server, newestQuery);
    expect(errors).toBeUndefined();
    const schema = buildClientSchema(data as IntrospectionQuery);
    expect(schema.getType('User')).toBeDefined();
    expect(data).toHaveProperty('__schema.directives.0.isDeprecated', false);
    expect(schema.getType('DateTime')).toHaveProperty('specifiedByURL', 'https://www.rfc-editor.org/rfc/rfc3339');
    expect(printSchema(schema)).toContain('type User implements Node {');
  });

  test('with a variable, its default, and its null', async () => {
    const query = 'query ($name: String! = "DateTime") { it: __type(name: $name) { name kind } }';
    expect(await ask(server, query)).toEqual({ data: { it: { name: 'DateTime', kind: 'SCALAR' } } });
    expect(await ask(server, query, { name: 'Query' })).toEqual({ data: { it: { name: 'Query', kind: 'OBJECT' } } });
    expect(await ask(server, query, { name: 'Nothing' })).toEqual({ data: { it: null } });
    const { data, errors } = await ask(server, query.replace('String!', 'String'), { name: null });
    expect(data).toEqual({ it: null });
    expect(errors).toMatchObject([
      { path: ['it'], message: expect.stringContaining('"$name"'), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });
});

describe.each(['compiled', 'apollo'])('with the executor %s, introspection beside other fields', (executor) => {
  const user = { name: 'User' };
  test.each<[string, string, object, (id: string) => object]>([
    [
      'keeps the order of the document',
      '{ a: __typename one: __schema { queryType { name } } me { id } two: __type(name: "User") { name } z: __typename }',
      {},
      (id) => ({ a: 'Query', one: { queryType: { name: 'Query' } }, me: { id }, two: user, z: 'Query' }),
    ],
    [
      'may stand in fragments, with other fields or alone',
      `query ($n: String!) { ...Both ... on Query { ...Alone } ... { me { id } } }
       fragment Both on Query { me { username } ...Alone it: __type(name: $n) { ...Name } }
       fragment Alone on Query { alone: __type(name: "User") { ...Name } }
       fragment Name on __Type { name }`,
      { n: 'User' },
      (id) => ({ me: { username: ada.username, id }, alone: user, it: user }),
    ],
    [
      'obeys conditions',
      `query ($yes: Boolean! = true, $no: Boolean = false) {
         __type(name: "User") @include(if: $no) { name } kept: __type(name: "User") @include(if: $yes) { name }
         ... @skip(if: $yes) { __schema { description } resources { totalCount } }
         me @skip(if: $no) { id }
       }`,
      {},
      (id) => ({ kept: user, me: { id } }),
    ],
    [
      'leaves variables to the part that uses them',
      `query ($name: String!, $first: Int) {
         __type(name: $name) { name } me { id resources(first: $first) { totalCount } }
       }`,
      { name: 'User', first: 3 },
      (id) => ({ __type: user, me: { id, resources: { totalCount: 0 } } }),
    ],
  ])('%s', async (_, query, variables, expected) => {
    const result = await ask(executor, query, variables as Record<string, unknown>);
    expect(JSON.stringify(result)).toBe(JSON.stringify({ data: expected(ada.id) }));
  });

  test('is not confused with fields under its names', async () => {
    const query = untyped('{ __type: me { id } it: __schema { queryType { name } } }');
    const result = await ask(executor, query);
    if (executor === 'compiled')
      expect(result).toEqual({ data: { __type: { id: ada.id }, it: { queryType: { name: 'Query' } } } });
    // Only the compiled executor can plan under other names.
    else expect(result).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
  });

  test('has the errors of both parts', async () => {
    const query = untyped(
      'query ($n: String = "User") { __type(name: $n) { name } resource(id: "none") { id } resources(first: 0) { totalCount } }',
    );
    const { data, errors = [] } = await ask(executor, query, { n: null });
    expect(data).toEqual({ __type: null, resource: null, resources: null });
    expect(errors.map(({ path }) => path?.[0])).toEqual(['__type', 'resources']);
  });

  test('is not executed if variables are invalid, which are reported where the client has them', async () => {
    const result = await ask(
      executor,
      untyped('query ($n: Int) { __schema { description } resources(first: $n) { totalCount } }'),
      {
        n: 'many',
      },
    );
    expect(result).toMatchObject({ errors: [{ locations: [{ line: 1, column: 8 }] }] });
    expect(result).not.toHaveProperty('data');
  });
});
