import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oneResource, viewer } from '../../support/graphql/documents.ts';
import { type Answer, type Draft, follow, sendDraft, sendUntilAccepted } from '../../support/graphql/newcomer.ts';
import { untyped } from '../../support/graphql/request.ts';
import { sendRaw } from '../../support/http/raw-request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';

/** Mistakes that a newcomer makes with a request. Each is corrected by somebody who does what the error says, and no more. */

let system: System;
let token: string;
let id: string;
beforeAll(async () => {
  system = await startSystem();
  const ada = await system.signUp();
  token = ada.accessToken;
  id = await ada.create();
});
afterAll(() => system.stop());

const json = { 'content-type': 'application/json' };
const query: Draft = { method: 'POST', path: '/graphql', headers: json, document: '{ __typename }', variables: {} };

function formOf(fields: Record<string, string>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}

/** The codes of the errors on the way to a request that is accepted. */
async function codesUntilAccepted(draft: Partial<Draft>): Promise<string[]> {
  const errors = await sendUntilAccepted(system.gateway, { ...query, ...draft }, { logIn: async () => token });
  return errors.map(({ extensions }) => extensions.code);
}

describe('an error of one reading corrects', () => {
  const badRequest = 'BAD_REQUEST';
  test.each<[string, Partial<Draft>, string?]>([
    ['GraphQL in place of JSON', { body: '{ __typename }' }],
    ['GraphQL that begins with a keyword', { body: 'query { __typename }' }],
    ['GraphQL that begins with a field of JavaScript', { body: '{query: "{ __typename }"}' }],
    ['a JSON string', { body: JSON.stringify('{ __typename }') }],
    ['JSON within JSON', { body: JSON.stringify(JSON.stringify({ query: '{ __typename }' })) }],
    ['single quotation marks', { body: `{'query':'{ __typename }'}` }],
    ['a line break in a string', { body: '{"query":"{\n__typename }"}' }],
    ['a comma after the last value', { body: '{"query":"{ __typename }",}' }],
    ['half a body', { body: '{"query":"{ __typename' }],
    ['an empty body', { body: '' }],
    ['an array', { body: '[{"query":"{ __typename }"}]' }],
    ['no query', { body: '{}' }],
    ['a query of null', { body: '{"query":null}' }],
    ['a document under another name', { body: '{"mutation":"mutation { logoutEverywhere { loggedOut } }"}' }],
    ['no Content-Type, as of fetch', { headers: {} }],
    ['the Content-Type of curl -d', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    ['the Content-Type of GraphQL', { headers: { 'content-type': 'application/graphql' }, body: '{ __typename }' }],
    ['a form', { headers: {}, body: String(new URLSearchParams({ query: '{ __typename }' })) }],
    ['an Accept of a stream', { headers: { ...json, accept: 'text/event-stream' } }],
    ['PUT', { method: 'PUT' }],
    ['GET without a query', { method: 'GET' }],
    ['GET that a page of another site could send', { method: 'GET', headers: {}, path: '/graphql?query={__typename}' }],
    ['variables in a string', { body: '{"query":"{ __typename }","variables":"{}"}' }],
    ['a path of another server', { path: '/api/graphql' }],
    ['the path of GraphiQL', { path: '/graphiql' }],
    ['no path', { path: '/' }],
    ['a path in upper case', { path: '/GraphQL' }],
    [
      'an operationName of no operation',
      { document: 'query A { __typename } query B { __typename }' },
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['a field with a typing error', { document: '{ resorces { totalCount } }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['a field of an object without subfields', { document: '{ me }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['no token', { document: String(viewer) }, 'UNAUTHENTICATED'],
  ])('%s', async (_, draft, code = badRequest) => {
    const [first, ...others] = await codesUntilAccepted(draft);
    expect([first, others.filter((other) => other !== 'UNAUTHENTICATED')]).toEqual([code, []]);
  });

  test('variables beside the query, where they do not belong', async () => {
    const document = String(oneResource);
    const authorization = `Bearer ${token}`;
    const beside = { document, variables: { id }, headers: { ...json, authorization } };
    expect(await codesUntilAccepted({ ...beside, body: JSON.stringify({ query: document, id }) })).toEqual([
      'BAD_USER_INPUT',
    ]);
  });

  test('a form of files without the parts of the specification', async () => {
    const headers = { authorization: `Bearer ${token}` };
    for (const form of [formOf({ query: '{ __typename }' }), formOf({ title: 'A photo' })])
      expect(await codesUntilAccepted({ headers, body: form })).toEqual(['BAD_REQUEST']);
  });
});

test('a path with a slash at its end is the same', async () => {
  expect(await codesUntilAccepted({ path: '/graphql/' })).toEqual([]);
});

test('GRAPHQL_PARSE_FAILED names the place of the mistake', async () => {
  const document = '{\n  __typename\n  me { id ]\n}';
  const { errors } = await sendDraft(system.gateway, { ...query, document });
  const [{ line, column } = { line: 0, column: 0 }] = errors[0]?.locations ?? [];
  const lines = document.split('\n');
  const wrong = lines[line - 1] ?? '';
  expect([errors[0]?.extensions.code, wrong[column - 1]]).toEqual(['GRAPHQL_PARSE_FAILED', ']']);
  lines[line - 1] = `${wrong.slice(0, column - 1)}}`;
  const corrected = { ...query, document: lines.join('\n'), headers: { ...json, authorization: `Bearer ${token}` } };
  expect((await sendDraft(system.gateway, corrected)).errors).toEqual([]);
});

test.each(['/graphql', '/', '/subscriptions'])('the answer to a WebSocket at %s says to use POST', async (path) => {
  const handshake = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n`;
  const [response] = await sendRaw(system.gateway, `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${handshake}\r\n`);
  const { errors } = JSON.parse(response?.body ?? '') as Answer;
  expect([response?.status, errors[0]?.extensions.code]).toEqual([400, 'BAD_REQUEST']);
  const corrected = await follow(errors[0]?.message ?? '', { ...query, method: 'GET', path, headers: {} });
  expect(corrected).toEqual(query);
  expect((await sendDraft(system.gateway, corrected)).errors).toEqual([]);
});

test('the answer to a subscription says to send a query', async () => {
  const { errors } = await sendDraft(system.gateway, {
    ...query,
    document: String(untyped('subscription { resources { totalCount } }')),
  });
  expect(errors[0]?.message).toContain('Subscriptions are not supported: send a query');
});
