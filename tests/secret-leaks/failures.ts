import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import type { TypedDocumentString } from '../generated/graphql.ts';
import * as accounts from '../support/graphql/accounts.ts';
import { createResource, updateStored } from '../support/graphql/documents.ts';
import { untyped } from '../support/graphql/request.ts';
import { uniqueName } from '../support/systems/users.ts';
import type { ResponseSummary } from './recorder.ts';
import { list, type Run, type ScenarioUser, tokensOf } from './user-scenario.ts';

type SendPrepared = () => Promise<ResponseSummary<unknown>>;

/** Requests that carry secrets to each subgraph, and fail while it fails. */
function requestsWithSecrets({ system, recorder, secrets: { passwords, images } }: Run, user: ScenarioUser) {
  const { username, password, accessToken: token, refreshToken, resourceId: id } = user;
  const image = { data: images.first.toString('base64') };
  const prepare = <Data, Taken>(query: TypedDocumentString<Data, Taken>, variables: Taken): SendPrepared => {
    return () => recorder.request(system.gateway, { query, variables, token });
  };
  const next = { currentPassword: password, newPassword: passwords.bob };
  const storing = prepare(createResource, { input: { title: 'In trouble', image } });
  const replacing = prepare(updateStored, { input: { id, image } });
  return {
    ...{ storing, replacing },
    auth: [
      prepare(accounts.logIn, { input: { username, password } }),
      prepare(accounts.refreshSession, { input: { refreshToken } }),
      prepare(accounts.register, { input: { username: uniqueName(), password: passwords.bob } }),
      prepare(accounts.changePassword, { input: next }),
    ],
    resources: [storing, replacing, prepare(list, {})],
  };
}

/** Sends requests while another writer locks both databases, and while tables are missing, which clients see as a bug. */
export async function failDatabases(run: Run, user: ScenarioUser): Promise<void> {
  const { system } = run;
  const { auth, resources } = requestsWithSecrets(run, user);
  const databases = { auth: open(system.folder, 'auth.sqlite'), resources: open(system.folder, 'resources.sqlite') };
  const requestAll = (questions: readonly SendPrepared[]) => Promise.all(questions.map((request) => request()));

  for (const database of Object.values(databases)) database.exec('BEGIN IMMEDIATE');
  const unavailable = await requestAll([...auth.slice(0, 2), ...resources.slice(0, 1)]);
  expect(unavailable.map(({ codes }) => codes)).toEqual(Array(3).fill(['SERVICE_UNAVAILABLE']));
  for (const database of Object.values(databases)) database.exec('ROLLBACK');

  for (const [database, table, questions] of [
    [databases.auth, 'refresh_tokens', auth],
    [databases.auth, 'users', auth],
    [databases.auth, 'limits', auth],
    [databases.resources, 'resources', resources],
    [databases.resources, 'operations', resources],
  ] as const) {
    database.pragma('legacy_alter_table = ON');
    database.exec(`ALTER TABLE ${table} RENAME TO away`);
    await requestAll(questions);
    database.exec(`ALTER TABLE away RENAME TO ${table}`);
  }
  for (const database of Object.values(databases)) database.close();
}

const open = (folder: string, name: string) => new Database(join(folder, name), { timeout: 5_000 });

/** Sends requests while the image service fails, in each way that the system under test provides. */
export async function failImageService(run: Run, user: ScenarioUser): Promise<void> {
  for (const fail of run.system.imageServiceFailures) {
    const restore = await fail();
    const { storing, replacing } = requestsWithSecrets(run, user);
    expect((await storing()).codes).toEqual(['IMAGE_SERVICE_UNAVAILABLE']);
    // Its code differs while the outcome of an earlier replacement is unknown.
    await replacing();
    await restore();
  }
}

/** Adds unusable files to the folder of signing keys: half a key, a key under another `kid`, and a foreign file name. */
export function damageSigningKeys({ secrets: { signingKeys } }: Run['system'], pem: string): void {
  const kid = 'x'.repeat(43);
  writeFileSync(join(signingKeys, `20200101T000000Z.${kid}.pem`), pem.slice(0, pem.length / 2));
  writeFileSync(join(signingKeys, `20200102T000000Z.${kid}.pem`), pem);
  writeFileSync(join(signingKeys, 'backup.pem'), pem);
}

/** Stops all processes while requests are in flight, and gives their exit codes. */
export async function stopDuringRequests(run: Run, user: ScenarioUser): Promise<(number | null)[]> {
  const { auth, resources } = requestsWithSecrets(run, user);
  const prepare = [...auth, ...resources, ...resources].map((request) => request());
  const answered = Promise.allSettled(prepare);
  await setTimeout(50);
  const exitCodes = await run.system.stop();
  await answered;
  return exitCodes;
}

/** Sends requests to services that clients do not call, with their secrets and with damaged ones. */
export async function sendToInternalServices({ system, recorder, secrets }: Run, user: ScenarioUser): Promise<void> {
  const { accessToken, refreshToken } = user;
  const token = readFileSync(system.secrets.imageServiceToken, 'utf8').trim();
  const data = secrets.images.first.toString('base64');
  const images = `${new URL(system.imageService).origin}/images/api/v1/images`;
  const unredacted = JSON.stringify({ data, contentType: 'image/png' });
  const json = { 'content-type': 'application/json' };
  const tokens = [{ 'x-api-private-token': token }, { 'private-token': token }, { 'x-api-private-token': `${token}x` }];
  const bodies = [
    ...[data, `{"data":"${data}`, JSON.stringify({ data: [data] }), JSON.stringify({ data: `${data}!` })],
    ...[
      JSON.stringify({ data, contentType: token }),
      JSON.stringify({ data: data.repeat(400) }),
      `${unredacted}${unredacted}`,
    ],
  ];
  for (const headers of tokens) {
    for (const body of bodies) await recorder.send(images, { method: 'POST', headers: { ...json, ...headers }, body });
    await recorder.send(`${images}/${'a'.repeat(24)}?token=${token}`, {
      method: 'PUT',
      headers: { ...json, ...headers },
      body: unredacted,
    });
    await recorder.send(images, { method: 'PATCH', headers, body: unredacted });
  }
  await recorder.send(images, { method: 'POST', headers: json, body: unredacted });

  const events = new URL('/events', system.resources).href;
  const secevent = { 'content-type': 'application/secevent+jwt' };
  const sent = [
    accessToken,
    refreshToken,
    `${accessToken}x`,
    accessToken.repeat(30),
    JSON.stringify({ token: accessToken }),
  ];
  for (const body of sent) await recorder.send(events, { method: 'POST', headers: secevent, body });
  await recorder.send(`${events}?token=${accessToken}`, { headers: { authorization: `Bearer ${accessToken}` } });
  await recorder.send(events, { method: 'POST', headers: json, body: accessToken });

  for (const path of ['/.well-known/jwks.json', '/health/ready'])
    await recorder.send(new URL(path, system.auth).href, {});

  const entitiesQuery = untyped(
    'query ($who: [_Any!]!) { _entities(representations: $who) { ... on User { resources { totalCount } } } }',
  );
  const representationLists = [
    [{ __typename: 'User', id: 'nobody' }],
    [{ __typename: 'User', id: accessToken }],
    accessToken,
    [[refreshToken]],
  ];
  for (const url of [system.resources, system.auth]) {
    for (const who of representationLists)
      await recorder.request(url, { query: entitiesQuery, variables: { who }, token: accessToken });
  }
}

/** Fails log-ins until even the right password is rate-limited. Gives the account and its session. */
export async function exceedAttemptLimit({ system, recorder, secrets }: Run): Promise<LimitedUser> {
  const { passwords } = secrets;
  const username = uniqueName();
  const attempt = (password: string) =>
    recorder.request(system.gateway, { query: accounts.logIn, variables: { input: { username, password } } });
  const registration = { query: accounts.register, variables: { input: { username, password: passwords.next } } };
  const { accessToken, refreshToken } = tokensOf(await recorder.request(system.gateway, registration));
  for (let times = 0; times < 4; times += 1) await attempt(passwords.wrong);
  await attempt(passwords.next);
  const change = { currentPassword: passwords.next, newPassword: passwords.ada };
  await recorder.request(system.gateway, {
    query: accounts.changePassword,
    variables: { input: change },
    token: accessToken,
  });
  return { username, password: passwords.next, refreshToken };
}

/** A rate-limited account, which no later step changes. */
export interface LimitedUser {
  username: string;
  password: string;
  refreshToken: string;
}
