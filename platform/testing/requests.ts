import { post } from '../../tests/support/subgraphs/tiny-server.ts';

/** A body to post and the expected status. None of them has side effects, so that they can be sent in any order. */
export interface TestRequest {
  status: number;
  body: Body;
  headers?: Record<string, string>;
}

/** A request body that may have more or less than an operation. */
export interface Body extends Record<string, unknown> {
  query?: unknown;
  variables?: unknown;
  operationName?: unknown;
  extensions?: unknown;
}

const echo = 'query Say($text: String!) { echo(text: $text) }';
const fallback = 'query ($text: String! = "nothing") { echo(text: $text) }';
const two = 'query One { hello } query Two { one: echo(text: "1") }';
const conditional = 'query ($yes: Boolean!) { hello @include(if: $yes) other: hello @skip(if: $yes) }';
const persistedQuery = { version: 1, sha256Hash: 'ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38' };
const responseJson = 'application/graphql-response+json';

/** Requests by description. Several share a document, so that a cache could confuse them. */
export const requests: Record<string, TestRequest> = {
  'a query': { status: 200, body: { query: '{ hello }' } },
  'a query with a name': { status: 200, body: { query: 'query Greet { hello }' } },
  'a query with aliases': { status: 200, body: { query: '{ a: hello b: hello hello }' } },
  'a query with a fragment': {
    status: 200,
    body: { query: '{ ...F ... { hello } } fragment F on Query { a: hello }' },
  },
  __typename: { status: 200, body: { query: '{ __typename }' } },
  'a variable': { status: 200, body: { query: echo, variables: { text: 'é "1"\n' } } },
  'another value of the variable': { status: 200, body: { query: echo, variables: { text: '2' } } },
  'an unknown variable': { status: 200, body: { query: echo, variables: { text: '2', more: 1 } } },
  'a variable of the wrong type': { status: 400, body: { query: echo, variables: { text: 5 } } },
  'a variable that is a list': { status: 400, body: { query: echo, variables: { text: ['1'] } } },
  'a variable that is null': { status: 400, body: { query: echo, variables: { text: null } } },
  'a variable that is missing': { status: 400, body: { query: echo, variables: {} } },
  'no variables': { status: 400, body: { query: echo } },
  'variables that are null': { status: 400, body: { query: echo, variables: null } },
  'variables that are a list': { status: 400, body: { query: fallback, variables: [] } },
  'variables that are a string': { status: 400, body: { query: fallback, variables: '{}' } },
  'a name that is a number': { status: 400, body: { query: '{ hello }', operationName: 5 } },
  'a document that is a list': { status: 400, body: { query: ['{ hello }'] } },
  'the default of a variable': { status: 200, body: { query: fallback } },
  'another value than the default': { status: 200, body: { query: fallback, variables: { text: 'something' } } },
  'null in place of the default': { status: 400, body: { query: fallback, variables: { text: null } } },
  'a condition that is true': { status: 200, body: { query: conditional, variables: { yes: true } } },
  'a condition that is false': { status: 200, body: { query: conditional, variables: { yes: false } } },
  'the first of two operations': { status: 200, body: { query: two, operationName: 'One' } },
  'the second of two operations': { status: 200, body: { query: two, operationName: 'Two' } },
  'none of two operations': { status: 400, body: { query: two } },
  'null of two operations': { status: 400, body: { query: two, operationName: null } },
  'a nameless one of two operations': { status: 400, body: { query: two, operationName: '' } },
  'a third of two operations': { status: 400, body: { query: two, operationName: 'Three' } },
  'the name of the only operation': { status: 200, body: { query: 'query Greet { hello }', operationName: 'Greet' } },
  'an empty name of the only operation': { status: 400, body: { query: '{ hello }', operationName: '' } },
  'another name than the only operation has': { status: 400, body: { query: '{ hello }', operationName: 'Greet' } },
  'no extensions': { status: 200, body: { query: '{ hello }', extensions: {} } },
  'extensions that are null': { status: 200, body: { query: '{ hello }', extensions: null } },
  'a persisted query': { status: 200, body: { query: '{ hello }', extensions: { persistedQuery } } },
  'an API error': { status: 200, body: { query: '{ hello missing }' } },
  'an unavailable dependency': { status: 200, body: { query: '{ unavailable }' } },
  'a bug': { status: 200, body: { query: '{ hello bug }' } },
  'a bug and an API error': { status: 200, body: { query: '{\n  codedBug\r\n  again: missing\n}' } },
  introspection: {
    status: 200,
    body: { query: '{ __type(name: "Query") { fields { name args { name } } } }' },
  },
  'an unknown field': { status: 400, body: { query: '{ goodbye }' } },
  'half a document': { status: 400, body: { query: '{ hello' } },
  'a subscription': { status: 400, body: { query: 'subscription { hello }' } },
  'no document': { status: 400, body: { query: '' } },
  nothing: { status: 400, body: {} },
  'a query for another media type': {
    status: 200,
    body: { query: '{ hello }' },
    headers: { accept: responseJson },
  },
  'a bug for another media type': {
    status: 200,
    body: { query: '{ hello bug }' },
    headers: { accept: responseJson },
  },
};

/** Posts a body, and returns the parts of the response that are the same each time. */
export async function send(url: string, { body, headers }: Pick<TestRequest, 'headers'> & { body: unknown }) {
  return answerOf(await post(url, body, headers));
}

/** Reads a response, without its date and request id. */
export async function answerOf(response: Response) {
  const { date, 'x-request-id': requestId = '', ...headers } = Object.fromEntries(response.headers);
  const text = (await response.text()).replaceAll(requestId, 'the id of the request');
  return { status: response.status, headers, text };
}
