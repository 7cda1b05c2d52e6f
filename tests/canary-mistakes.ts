import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import * as accounts from './accounts.ts';
import type { Question } from './canary-recorder.ts';
import { create, literal, type Run, remove, update, type Visitor } from './canary-visit.ts';

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
function variablesWith({ secrets: { passwords, digits, images } }: Run, visitor: Visitor): Question[] {
  const { username, accessToken, refreshToken, resourceId: id } = visitor;
  const password = passwords.ada;
  const data = images.first.toString('base64');
  const question = (query: string, ...inputs: unknown[]): Question[] =>
    inputs.map((input) => ({ query, variables: { input } }));
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
    ...question(create, data, { title: 'a', image: data }, { title: 'a', image: { data: [data] } }),
    ...question(create, { title: 'a', image: { data: images.first.subarray(0, -9).toString('base64') } }),
    ...question(
      create,
      { title: 'a', image: { data: `${data}!` } },
      { title: 'a', image: { data, contentType: password } },
    ),
    ...question(
      create,
      { title: ' ', image: { data } },
      { title: 'a', image: { data: images.tooLarge.toString('base64') } },
    ),
    ...question(create, { title: 'a', image: { data }, idempotencyKey: 'one' }),
    ...question(
      update,
      { id, title: null },
      { id, title: 'a', expectedVersion: 9 },
      { id, image: { data: { is: data } } },
    ),
    ...question(remove, { id: accessToken }, { id: [accessToken] }),
    { query: 'query ($first: Int) { resources(first: $first) { totalCount } }', variables: { first: password } },
    { query: 'query ($after: String) { resources(after: $after) { totalCount } }', variables: { after: refreshToken } },
    {
      query: 'query ($from: DateTime) { resources(filter: { createdFrom: $from }) { totalCount } }',
      variables: { from: password },
    },
  ];
}

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
    for (const query of documentsWith(run, visitor)) await recorder.ask(url, { query, token });
    for (const question of variablesWith(run, visitor)) await recorder.ask(url, { ...question, token });
    for (const headers of headersWith(run, visitor, imageServiceToken)) {
      await recorder.ask(url, { query: '{ me { id } }', headers });
      await recorder.ask(url, { query: '{ resources { totalCount } }', headers });
    }
    for (const [path, request] of bodiesWith(run, visitor)) await recorder.send(`${url}${path}`, request);
  }
}
