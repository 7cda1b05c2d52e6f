import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { graphql } from '../generated/gql.ts';
import * as accounts from '../support/graphql/accounts.ts';
import { createStored, deleteResource, resourceCount, updateStored, viewer } from '../support/graphql/documents.ts';
import { untyped } from '../support/graphql/request.ts';
import type { MalformedRequest } from './recorder.ts';
import { literal, type Run, type ScenarioUser } from './user-scenario.ts';

const login = (input: string) => `mutation { login(input: ${input}) { accessToken } }`;
const refresh = (input: string) => `mutation { refreshSession(input: ${input}) { accessToken } }`;
const store = (input: string) => `mutation { createResource(input: ${input}) { resource { id } } }`;

/** Invalid documents, each with a secret in a wrong place or of a wrong type. */
function malformedDocuments(
  { secrets: { passwords, digits, images } }: Run,
  { accessToken, refreshToken }: ScenarioUser,
) {
  const password = literal(passwords.ada);
  const image = literal(images.first.toString('base64'));
  const plain = passwords.ada.slice(passwords.ada.lastIndexOf(' ') + 1);
  return [
    ...[`[${password}]`, `{ is: ${password} }`, String(digits), plain].map((value) =>
      login(`{ username: "ada", password: ${value} }`),
    ),
    ...[`{ username: "ada", password: ${password}, pin: ${password} }`, `{ password: ${password} }`].map(login),
    ...[password, `[${password}]`, String(digits), plain].map(login),
    // As built by a client that does not escape, quotes twice, or uses other quotes.
    ...[`"${passwords.ada}"`, `"${plain}"${plain}"`, `'${plain}'`, `"""${plain}""" "${plain}"`, `"${plain}`].map(
      (value) => login(`{ username: "ada", password: ${value} }`),
    ),
    `mutation { login(password: ${password}) { accessToken } }`,
    `mutation { login(input: { username: "ada" password: "${plain}" } "${plain}") { accessToken } }`,
    `mutation { changePassword(input: { currentPassword: ${password}, newPassword: [${password}] }) { accessToken } }`,
    `mutation { deleteAccount(input: { password: { it: ${password} } }) { deletedUserId } }`,
    `query ($first: Int = ${password}) { resources(first: $first) { totalCount } }`,
    `{ resources(first: ${password}) { totalCount } }`,
    `{ resources(orderBy: ${password}) { totalCount } }`,
    `{ resources(orderBy: ${plain}) { totalCount } }`,
    `{ me { id @include(if: ${password}) } }`,
    `{ resources(filter: ${password}) { totalCount } }`,
    `{ resource(id: [${literal(accessToken)}]) { id } }`,
    `{ resource(id: { token: ${literal(accessToken)} }) { id } }`,
    ...[literal(refreshToken), `{ refreshToken: [${literal(refreshToken)}] }`].map(refresh),
    `mutation { logout(input: ${literal(refreshToken)}) { loggedOut } }`,
    ...[image, `{ title: "a", image: ${image} }`, `{ title: "a", image: { data: [${image}] } }`].map(store),
    `mutation { a: ${login(`{ username: "a", password: ${password} }`).slice(11, -2)} b: ${login(`{ username: "b", password: ${password} }`).slice(11, -2)} }`,
  ];
}

/** Operations with variables that GraphQL or the API's rules reject. */
function malformedVariables({ secrets: { passwords, digits, images } }: Run, user: ScenarioUser): MalformedRequest[] {
  const { username, accessToken, refreshToken, resourceId: id } = user;
  const password = passwords.ada;
  const data = images.first.toString('base64');
  const request = (document: { toString(): string }, ...inputs: unknown[]): MalformedRequest[] =>
    inputs.map((input) => ({ query: untyped(document), variables: { input } }));
  return [
    ...request(accounts.logIn, password, [password], digits, { username, password, pin: password }, { password }),
    ...request(accounts.logIn, ...[[password], { is: password }, digits].map((each) => ({ username, password: each }))),
    ...request(accounts.register, { username: [password], password }, { username: 'a b', password }),
    ...request(
      accounts.register,
      { username: username.toUpperCase(), password },
      { username: 'a b', password: `${password}${password}` },
    ),
    ...request(
      accounts.changePassword,
      { currentPassword: password, newPassword: [passwords.next] },
      { newPassword: password },
    ),
    ...request(accounts.deleteAccount, { password: [password] }, password),
    ...request(accounts.refreshSession, refreshToken, { refreshToken: [refreshToken] }, { refreshToken: accessToken }),
    ...request(accounts.logOut, refreshToken, { refreshToken: { is: refreshToken } }, { refreshToken: password }),
    ...request(accounts.endSession, { sessionId: [accessToken] }, { sessionId: refreshToken }),
    ...request(createStored, data, { title: 'a', image: data }, { title: 'a', image: { data: [data] } }),
    ...request(createStored, { title: 'a', image: { data: images.first.subarray(0, -9).toString('base64') } }),
    ...request(
      createStored,
      { title: 'a', image: { data: `${data}!` } },
      { title: 'a', image: { data, contentType: password } },
    ),
    ...request(
      createStored,
      { title: ' ', image: { data } },
      { title: 'a', image: { data: images.tooLarge.toString('base64') } },
    ),
    ...request(createStored, { title: 'a', image: { data }, idempotencyKey: 'one' }),
    ...request(
      updateStored,
      { id, title: null },
      { id, title: 'a', expectedVersion: 9 },
      { id, image: { data: { is: data } } },
    ),
    ...request(deleteResource, { id: accessToken }, { id: [accessToken] }),
    { query: untyped(firstResources), variables: { first: password } },
    { query: untyped(resourcesAfter), variables: { after: refreshToken } },
    { query: untyped(resourcesCreatedFrom), variables: { from: password } },
  ];
}

const firstResources = graphql(`
  query FirstResources($first: Int) { resources(first: $first) { totalCount } }
`);

const resourcesAfter = graphql(`
  query ResourcesAfter($after: String) { resources(after: $after) { totalCount } }
`);

const resourcesCreatedFrom = graphql(`
  query ResourcesCreatedFrom($from: DateTime) { resources(filter: { createdFrom: $from }) { totalCount } }
`);

/** Documents over each limit, with a password in them. */
function documentsOverLimits({ secrets: { passwords } }: Run): string[] {
  const field = `a(b: ${literal(passwords.ada)})`;
  const list = (count: number, item: (nth: number) => string) =>
    `{ ${Array.from({ length: count }, (_, nth) => item(nth)).join(' ')} ${field} }`;
  const search = `filter: { search: ${literal(passwords.ada)} }`;
  return [
    list(2_001, () => 'a'),
    list(13, () => 'a {').replace(field, `${field} ${'}'.repeat(13)}`),
    list(21, () => 'a: a'),
    list(21, (nth) => `a${nth}`),
    `{ ${field} ${'@a '.repeat(11)} }`,
    `{ resources(first: 100, ${search}) { nodes { owner { resources(first: 100) { nodes { id } } } } } }`,
  ];
}

/** Headers with tokens that are damaged, of another type, or in the wrong header. */
function malformedHeaders(
  { secrets }: Run,
  { username, accessToken, refreshToken }: ScenarioUser,
  imageServiceToken: string,
) {
  const [header = '', claims = '', signature = ''] = accessToken.split('.');
  const unsigned = Buffer.from('{"typ":"at+jwt","alg":"none","kid":"none"}').toString('base64url');
  const authorizations = [
    ...[`Bearer ${accessToken}x`, `Bearer  ${accessToken}`, `Token ${accessToken}`, accessToken],
    ...[`Bearer ${header}.${claims}.${signature.toLowerCase()}`, `Bearer ${unsigned}.${claims}.${signature}`],
    ...[`Bearer ${claims}.${signature}`, `Bearer ${refreshToken}`, `Bearer ${imageServiceToken}`],
    `Basic ${Buffer.from(`${username}:${secrets.passwords.ada}`).toString('base64')}`,
  ];
  return [
    ...authorizations.map((authorization) => ({ authorization })),
    { cookie: `session=${refreshToken}; token=${accessToken}` },
    { 'x-request-id': accessToken },
    { 'x-client-address': accessToken },
    { 'x-api-private-token': imageServiceToken },
    { 'apollographql-client-name': accessToken, 'x-apollo-operation-name': refreshToken },
  ];
}

/** HTTP requests that are not valid GraphQL over HTTP. */
function malformedBodies(
  { secrets: { passwords, images } }: Run,
  { accessToken }: ScenarioUser,
): [path: string, RequestInit][] {
  const json = { 'content-type': 'application/json' };
  const post = (body: RequestInit['body'], headers: Record<string, string> = json): [string, RequestInit] => [
    '',
    { method: 'POST', body: body ?? null, headers },
  ];
  const query = login(`{ username: "ada", password: ${literal(passwords.ada)} }`);
  const search = new URLSearchParams({ query, access_token: accessToken, variables: passwords.ada });
  const sha256Hash = createHash('sha256').update(query).digest('hex');
  return [
    ...[passwords.ada, `{"password":"${passwords.ada}`, literal(passwords.ada), `{"query":${literal(query)}`].map(
      (body) => post(body),
    ),
    post(JSON.stringify({ query, variables: passwords.ada })),
    post(JSON.stringify({ query: [query], operationName: [passwords.ada] })),
    post(JSON.stringify({ query, extensions: passwords.ada })),
    post(JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash } } })),
    post(JSON.stringify({ query, extensions: { persistedQuery: { version: 1, sha256Hash: passwords.ada } } })),
    post(JSON.stringify({ query: passwords.ada, padding: images.tooLarge.toString('base64').repeat(4) })),
    post(gzipSync(passwords.ada).subarray(0, 20), { ...json, 'content-encoding': 'gzip' }),
    post(search, {}),
    post(query, { 'content-type': `text/plain; charset=${accessToken.slice(-60)}` }),
    post(JSON.stringify({ query }), { ...json, accept: accessToken }),
    [`?${search}`, { headers: json }],
    [`/${accessToken}?${search}`, {}],
  ];
}

/** Sends every malformed request, with secrets in it, to the gateway and to both subgraphs. */
export async function sendMalformedRequests(run: Run, user: ScenarioUser, imageServiceToken: string): Promise<void> {
  const { system, recorder } = run;
  const { accessToken: token } = user;
  for (const url of [system.gateway, system.auth, system.resources]) {
    for (const text of [...malformedDocuments(run, user), ...documentsOverLimits(run)])
      await recorder.request(url, { query: untyped(text), token });
    for (const request of malformedVariables(run, user)) await recorder.request(url, { ...request, token });
    for (const headers of malformedHeaders(run, user, imageServiceToken)) {
      await recorder.request(url, { query: viewer, variables: {}, headers });
      await recorder.request(url, { query: resourceCount, variables: {}, headers });
    }
    for (const [path, request] of malformedBodies(run, user)) await recorder.send(`${url}${path}`, request);
  }
}
