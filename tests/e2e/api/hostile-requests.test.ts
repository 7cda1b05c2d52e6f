import { gzipSync } from 'node:zlib';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { doublingFragments } from '../../support/doubling-fragments.ts';
import { requestTo, untyped } from '../../support/graphql/request.ts';
import { listen } from '../../support/http/servers.ts';
import { post } from '../../support/subgraphs/tiny-server.ts';
import { type SingleServers, serversBeside } from '../../support/systems/single-servers.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

let system: System;
let servers: SingleServers;
let ada: TestUser;
const urls: Record<string, string> = {};
/** Spaces, which any JSON may begin with. */
const bomb = new Uint8Array(gzipSync(Buffer.alloc(200_000_000, ' ')));
/** Number of requests that reached the subgraphs of `alone`. */
let calls = 0;
beforeAll(async () => {
  system = await startSystem();
  servers = serversBeside(system);
  ada = await system.signUp();
  const fake = servers.stopLater(
    await listen((_, res) => {
      calls += 1;
      res.setHeader('content-type', 'application/json').end('{"data":{"me":null}}');
    }),
  );
  const both = { auth: `${fake.url}/graphql`, resources: `${fake.url}/graphql` };
  urls.compiled = await servers.gateway(both, { executor: 'compiled' });
  urls.apollo = await servers.gateway(both, { executor: 'apollo' });
  urls.auth = system.auth;
  urls.resources = system.resources;
});
afterAll(async () => {
  await servers.stop();
  await system.stop();
});

const list = (length: number, item: (at: number) => string) => Array.from({ length }, (_, at) => item(at)).join(' ');
const nested = (open: string, depth: number, close: string) => `${open.repeat(depth)}${close.repeat(depth)}`;
const large = 900_000;

/** A response to a hostile request, beside which another client was served. */
async function send(server: string, body: string | Uint8Array, headers: Record<string, string> = {}) {
  calls = 0;
  const url = urls[server] ?? '';
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ada.accessToken}`, ...headers },
    body,
  };
  const [response, other] = await Promise.all([fetch(url, request), post(url, { query: '{ __typename }' })]);
  expect(await other.json()).toEqual({ data: { __typename: 'Query' } });
  const text = await response.text();
  expect(text.length).toBeLessThan(100_000);
  const { data, errors = [] } = JSON.parse(text) as { data?: unknown; errors?: { extensions: { code: string } }[] };
  return { status: response.status, data, codes: [...new Set(errors.map(({ extensions }) => extensions.code))] };
}
const sendQuery = (server: string, query: string, rest: object = {}) =>
  send(server, JSON.stringify({ query, ...rest }));

const protoAlias: [string, () => string, string] = [
  '__proto__ as an alias',
  () => JSON.stringify({ query: '{ __proto__: __typename }' }),
  '{"__proto__":"Query"}',
];

describe.each(['compiled', 'apollo', 'auth', 'resources'])('%s', (server) => {
  describe('rejects before execution', () => {
    test.each<[string, () => string, string]>([
      [
        'fragments that double 40 times',
        () => doublingFragments({ operation: '{ ...F0 }', type: 'Query', last: '__typename' }),
        'GRAPHQL_VALIDATION_FAILED',
      ],
      [
        'a fragment in a cycle',
        () => '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
        'GRAPHQL_VALIDATION_FAILED',
      ],
      [
        'a fragment that spreads itself',
        () => '{ ...A } fragment A on Query { a: __typename ...A }',
        'GRAPHQL_VALIDATION_FAILED',
      ],
      ['800 levels of fields', () => nested('{ a ', 800, '}'), 'MAX_DEPTH_LIMIT'],
      ['100,000 levels of fields', () => '{a'.repeat(100_000).slice(0, 14_999), 'MAX_DEPTH_LIMIT'],
      ['800 levels of inline fragments', () => `{ ${nested('... {', 800, '}')} }`, 'BAD_REQUEST'],
      ['800 levels of a list', () => `{ a(b: ${nested('[', 800, ']')}) }`, 'BAD_REQUEST'],
      ['600 aliases', () => `{ ${list(600, (at) => `a${at}: __typename`)} }`, 'MAX_ALIASES_LIMIT'],
      ['1,000 aliases', () => `{ ${list(1_000, (at) => `a${at}: __typename`)} }`, 'MAX_TOKENS_LIMIT'],
      ['900 directives', () => `{ __typename ${'@a '.repeat(900)} }`, 'MAX_DIRECTIVES_LIMIT'],
      ['5,000 directives', () => `{ __typename ${'@a '.repeat(4_900)} }`, 'MAX_TOKENS_LIMIT'],
      ['60,000 variables', () => `query (${list(60_000, (at) => `$a${at}: ID`)}) { __typename }`, 'MAX_TOKENS_LIMIT'],
      ['a name of 300 characters', () => `{ ${'a'.repeat(300)}: __typename }`, 'BAD_REQUEST'],
      ['a name of 900 kB', () => `{ ${'a'.repeat(large)}: __typename }`, 'MAX_TOKENS_LIMIT'],
      ['a number of 900 kB', () => `{ a(b: ${'9'.repeat(large)}) }`, 'MAX_TOKENS_LIMIT'],
      ['a comment of 450 kB', () => `{ __typename } #${'"'.repeat(450_000)}`, 'MAX_TOKENS_LIMIT'],
      ['300,000 comments', () => `{ __typename } ${'#\n'.repeat(300_000)}`, 'MAX_TOKENS_LIMIT'],
      [
        'introspection under 200 aliases',
        () => `{ ${list(200, (at) => `a${at}: __schema { types { name } }`)} }`,
        'MAX_ALIASES_LIMIT',
      ],
      [
        'introspection whose lists nest',
        () => '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }',
        'MAX_DEPTH_LIMIT',
      ],
      ['a NUL', () => '{ __typename \0 }', 'GRAPHQL_PARSE_FAILED'],
      ['a lone surrogate', () => '{ __typename \ud800 }', 'GRAPHQL_PARSE_FAILED'],
      ['an escaped lone surrogate', () => '{ a(b: "\\ud800") }', 'GRAPHQL_PARSE_FAILED'],
      ['a byte order mark within', () => '{ a\ufeff"b" }', 'GRAPHQL_PARSE_FAILED'],
    ])('%s', { timeout: 30_000 }, async (_, query, code) => {
      for (let time = 1; time <= 2; time++) {
        expect(await sendQuery(server, query())).toEqual({ status: 400, data: undefined, codes: [code] });
        expect(calls).toBe(0);
      }
    });

    test.each<[string, () => string | Uint8Array, number, string]>([
      [
        '400,000 levels of variables',
        () => `{"query":"{ me }","variables":${nested('[', 400_000, ']')}}`,
        400,
        'BAD_REQUEST',
      ],
      ['400,000 levels that are never closed', () => `{"variables":${'{"":'.repeat(225_000)}`, 400, 'BAD_REQUEST'],
      ['a batch', () => '[{"query":"{ __typename }"},{"query":"{ __typename }"}]', 400, 'BAD_REQUEST'],
      ['a batch of 100,000', () => `[${'{},'.repeat(100_000)}{}]`, 400, 'BAD_REQUEST'],
      ['invalid UTF-8', () => Buffer.from('{"query":"{ __typename } # \xff"}', 'latin1'), 400, 'BAD_REQUEST'],
      [
        'a surrogate in UTF-8',
        () => Buffer.from('{"query":"{ __typename } # \xed\xa0\x80"}', 'latin1'),
        400,
        'BAD_REQUEST',
      ],
      ['UTF-16', () => Buffer.from('\ufeff{"query":"{ __typename }"}', 'utf16le'), 400, 'BAD_REQUEST'],
      ['a raw NUL', () => '{"query":"{ __typename }\0"}', 400, 'BAD_REQUEST'],
      ['a query of a number', () => `{"query":${'9'.repeat(large)}}`, 400, 'BAD_REQUEST'],
      ['a query of an object', () => '{"query":{"kind":"Document","definitions":[]}}', 400, 'BAD_REQUEST'],
      [
        'an operation name of 900 kB',
        () => JSON.stringify({ query: '{ __typename }', operationName: 'a'.repeat(large) }),
        400,
        'OPERATION_RESOLUTION_FAILURE',
      ],
    ])('%s', { timeout: 30_000 }, async (_, body, status, code) => {
      expect(await send(server, body())).toEqual({ status, data: undefined, codes: [code] });
      expect(calls).toBe(0);
    });

    test('a gzip of 200 MB, without reading on over the limit', { timeout: 60_000 }, async () => {
      expect(await send(server, bomb, { 'content-encoding': 'gzip' })).toEqual({
        status: 413,
        data: undefined,
        codes: ['PAYLOAD_TOO_LARGE'],
      });
      expect(calls).toBe(0);
    });
  });

  describe('answers', () => {
    const { stringify, parse } = JSON;
    test.each<[string, () => string | Uint8Array, string]>([
      [
        '60,000 variables that nothing defines',
        () =>
          stringify({
            query: '{ __typename }',
            variables: Object.fromEntries(Array.from({ length: 60_000 }, (_, at) => [`a${at}`, at])),
          }),
        '{"__typename":"Query"}',
      ],
      ['a byte order mark before the body', () => '\ufeff{"query":"{ __typename }"}', '{"__typename":"Query"}'],
      [
        'a byte order mark before the document',
        () => stringify({ query: '\ufeff{ __typename }' }),
        '{"__typename":"Query"}',
      ],
      [
        'the same field 500 times',
        () => stringify({ query: `{ ${'__typename '.repeat(500)} }` }),
        '{"__typename":"Query"}',
      ],
      // Apollo's executor rejects aliases that begin with __.
      ...(server === 'apollo' ? [] : [protoAlias]),
      ['constructor as an alias', () => stringify({ query: '{ constructor: __typename }' }), '{"constructor":"Query"}'],
      [
        '__proto__ as a variable',
        () =>
          '{"query":"query ($__proto__: Boolean!) { __typename @include(if: $__proto__) }","variables":{"__proto__":true}}',
        '{"__typename":"Query"}',
      ],
      [
        'constructor as a variable',
        () =>
          '{"query":"query ($constructor: Boolean!) { __typename @skip(if: $constructor) }","variables":{"constructor":true}}',
        '{}',
      ],
      [
        '__proto__ as an operation',
        () =>
          stringify({ query: 'query __proto__ { __typename } query b { b: __typename }', operationName: '__proto__' }),
        '{"__typename":"Query"}',
      ],
      [
        'constructor as an operation',
        () =>
          stringify({
            query: 'query constructor { __typename } query b { b: __typename }',
            operationName: 'constructor',
          }),
        '{"__typename":"Query"}',
      ],
      [
        '__proto__ as a key of the request',
        () => '{"query":"{ __typename }","__proto__":{"query":"{ a }"}}',
        '{"__typename":"Query"}',
      ],
    ])('%s', async (_, body, data) => {
      for (let time = 1; time <= 3; time++) {
        const answer = await send(server, body());
        expect([answer.status, answer.codes, stringify(answer.data)]).toEqual([200, [], stringify(parse(data))]);
      }
      expect(Object.prototype).not.toHaveProperty('query');
    });

    test('the introspection query of tools', async () => {
      const { data, errors } = await requestTo(urls[server] ?? '')(untyped(getIntrospectionQuery()));
      expect([errors, data]).toEqual([[], expect.objectContaining({ __schema: expect.anything() })]);
    });
  });
});

describe('a key of an input that is the name of a property of every object', () => {
  const query = untyped('query ($filter: ResourceFilter) { resources(filter: $filter) { totalCount } }');
  test.each(['__proto__', 'constructor', 'toString'])('is BAD_USER_INPUT: %s', async (key) => {
    for (let time = 1; time <= 2; time++) {
      const variables = JSON.parse(`{"filter":{"${key}":{"search":"a"}}}`) as Record<string, unknown>;
      const { status, errors } = await ada.request(query, variables);
      expect([status, errors.map(({ extensions }) => extensions.code)]).toEqual([400, ['BAD_USER_INPUT']]);
    }
    const literal = await ada.request(untyped(`{ resources(filter: { ${key}: "a" }) { totalCount } }`));
    expect([literal.status, literal.errors[0]?.extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  });
});

describe('text of a lone surrogate or a NUL', () => {
  test.each(['\ud800', 'a\udc00b', '\0'])('is searched for like any other: %j', async (search) => {
    const query = untyped('query ($search: String) { resources(filter: { search: $search }) { totalCount } }');
    const { status, errors } = await ada.request(query, { search });
    expect(status).toBe(200);
    expect(errors.map(({ extensions }) => extensions.code).filter((code) => code !== 'BAD_USER_INPUT')).toEqual([]);
  });
});
