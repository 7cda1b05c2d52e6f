import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { graphql } from '../generated/gql.ts';
import * as accounts from '../support/graphql/accounts.ts';
import { createStored, deleteResource, resourceCount, updateStored, viewer } from '../support/graphql/documents.ts';
import { untyped } from '../support/graphql/request.ts';
import type { WrongQuestion } from './recorder.ts';
import { literal, type Run, type Visitor } from './visit.ts';

const login = (input: string) => `mutation { login(input: ${input}) { accessToken } }`;
const refresh = (input: string) => `mutation { refreshSession(input: ${input}) { accessToken } }`;
const store = (input: string) => `mutation { createResource(input: ${input}) { resource { id } } }`;

/** Documents that GraphQL refuses, each with a secret where it does not belong or is written wrong. */
function documentsWith({ secrets: { passwords, digits, images } }: Run, { accessToken, refreshToken }: Visitor) {
  const password = literal(passwords.ada);
  const image = literal(images.first.toString('base64'));
  const plain = passwords.ada.slice(passwords.ada.lastIndexOf(' ') + 1);
  return [
    ...[`[${password}]`, `{ is: ${password} }`, String(digits), plain].map((value) =>
      login(`{ username: "ada", password: ${value} }`),
    ),
    ...[`{ username: "ada", password: ${password}, pin: ${password} }`, `{ password: ${password} }`].map(login),
    ...[password, `[${password}]`, String(digits), plain].map(login),
    // Put together by a client that escapes nothing, quotes twice, or quotes otherwise.
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

/** Operations with variables that are refused: by GraphQL, or by the rules. */
function variablesWith({ secrets: { passwords, digits, images } }: Run, visitor: Visitor): WrongQuestion[] {
  const { username, accessToken, refreshToken, resourceId: id } = visitor;
  const password = passwords.ada;
  const data = images.first.toString('base64');
  const question = (document: { toString(): string }, ...inputs: unknown[]): WrongQuestion[] =>
    inputs.map((input) => ({ query: untyped(document), variables: { input } }));
  return [
    ...question(accounts.logIn, password, [password], digits, { username, password, pin: password }, { password }),
    ...question(
      accounts.logIn,
      ...[[password], { is: password }, digits].map((each) => ({ username, password: each })),
    ),
    ...question(accounts.register, { username: [password], password }, { username: 'a b', password }),
    ...question(
      accounts.register,
      { username: username.toUpperCase(), password },
      { username: 'a b', password: `${password}${password}` },
    ),
    ...question(
      accounts.changePassword,
      { currentPassword: password, newPassword: [passwords.next] },
      { newPassword: password },
    ),
    ...question(accounts.deleteAccount, { password: [password] }, password),
    ...question(accounts.refreshSession, refreshToken, { refreshToken: [refreshToken] }, { refreshToken: accessToken }),
    ...question(accounts.logOut, refreshToken, { refreshToken: { is: refreshToken } }, { refreshToken: password }),
    ...question(accounts.endSession, { sessionId: [accessToken] }, { sessionId: refreshToken }),
    ...question(createStored, data, { title: 'a', image: data }, { title: 'a', image: { data: [data] } }),
    ...question(createStored, { title: 'a', image: { data: images.first.subarray(0, -9).toString('base64') } }),
    ...question(
      createStored,
      { title: 'a', image: { data: `${data}!` } },
      { title: 'a', image: { data, contentType: password } },
    ),
    ...question(
      createStored,
      { title: ' ', image: { data } },
      { title: 'a', image: { data: images.tooLarge.toString('base64') } },
    ),
    ...question(createStored, { title: 'a', image: { data }, idempotencyKey: 'one' }),
    ...question(
      updateStored,
      { id, title: null },
      { id, title: 'a', expectedVersion: 9 },
      { id, image: { data: { is: data } } },
    ),
    ...question(deleteResource, { id: accessToken }, { id: [accessToken] }),
    { query: untyped(firstOnes), variables: { first: password } },
    { query: untyped(onesAfter), variables: { after: refreshToken } },
    { query: untyped(newerOnes), variables: { from: password } },
  ];
}

const firstOnes = graphql(`
  query FirstOnes($first: Int) { resources(first: $first) { totalCount } }
`);

const onesAfter = graphql(`
  query OnesAfter($after: String) { resources(after: $after) { totalCount } }
`);

const newerOnes = graphql(`
  query NewerOnes($from: DateTime) { resources(filter: { createdFrom: $from }) { totalCount } }
`);

/** Headers with tokens that are damaged, of another kind, or in the wrong place. */
function headersWith({ secrets }: Run, { username, accessToken, refreshToken }: Visitor, imageServiceToken: string) {
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

/** Requests that are no GraphQL, or hardly. */
function bodiesWith({ secrets: { passwords, images } }: Run, { accessToken }: Visitor): [path: string, RequestInit][] {
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

/** Makes every mistake that a client can make, with what is secret, at the gateway and where clients do not belong. */
export async function makeMistakes(run: Run, visitor: Visitor, imageServiceToken: string): Promise<void> {
  const { world, recorder } = run;
  const { accessToken: token } = visitor;
  for (const url of [world.gateway, world.auth, world.resources]) {
    for (const text of documentsWith(run, visitor)) await recorder.request(url, { query: untyped(text), token });
    for (const question of variablesWith(run, visitor)) await recorder.request(url, { ...question, token });
    for (const headers of headersWith(run, visitor, imageServiceToken)) {
      await recorder.request(url, { query: viewer, variables: {}, headers });
      await recorder.request(url, { query: resourceCount, variables: {}, headers });
    }
    for (const [path, request] of bodiesWith(run, visitor)) await recorder.send(`${url}${path}`, request);
  }
}
