import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, vi } from 'vitest';
import { graphql } from '../generated/gql.ts';
import type { CreateResourceMutation, TypedDocumentString } from '../generated/graphql.ts';
import * as accounts from '../support/graphql/accounts.ts';
import { createResource, deleteResource, updateStored } from '../support/graphql/documents.ts';
import { requireValue, untyped } from '../support/graphql/request.ts';
import { uniqueName } from '../support/systems/users.ts';
import type { Recorder, ResponseSummary, Tokens } from './recorder.ts';
import type { RunSecrets } from './secrets.ts';
import type { SystemUnderTest } from './systems.ts';

/** A run of a system, and its secrets. */
export interface Run {
  system: SystemUnderTest;
  recorder: Recorder;
  secrets: RunSecrets;
}

/** A user after the scenario, still logged in. */
export interface ScenarioUser extends Tokens {
  username: string;
  password: string;
  resourceId: string;
}

export const list = graphql(`
  query ListAsScenarioUser { me { username } resources { totalCount nodes { title image { url } owner { username } } } }
`);

/** A GraphQL string literal. */
export const literal = (text: string) => JSON.stringify(text);

/** The tokens of a response's only field. */
export function tokensOf({ data, codes }: ResponseSummary<Record<string, Tokens | null>>): Tokens {
  expect(codes).toEqual([]);
  const [field] = Object.values(requireValue(data));
  return requireValue(field);
}

function createdBy({ data, codes }: ResponseSummary<CreateResourceMutation>) {
  expect(codes).toEqual([]);
  return requireValue(data?.createResource).resource;
}

/** Sends requests as a user's browser. */
function requestAs({ system, recorder }: Run, userAgent: string) {
  return <Data, Taken>(query: TypedDocumentString<Data, Taken>, variables: Taken, token?: string) =>
    recorder.request(system.gateway, { query, variables, token, headers: { 'user-agent': userAgent } });
}

/** Everything a user does while nothing fails. Afterwards the user has a resource and a session. */
export async function runUserScenario(run: Run): Promise<ScenarioUser> {
  const { system, recorder, secrets } = run;
  const { passwords, images } = secrets;
  const username = uniqueName();
  const userAgent = `browser of ${username}`;
  const request = requestAs(run, userAgent);
  const data = (image: Buffer) => ({ data: image.toString('base64') });

  // The password stands in the document, as sent by a client that uses no variables.
  const literals = `username: ${literal(username)}, password: ${literal(passwords.ada)}`;
  const query = untyped(`mutation { register(input: { ${literals} }) { accessToken refreshToken user { id } } }`);
  const first = tokensOf(await recorder.request(system.gateway, { query, headers: { 'user-agent': userAgent } }));
  const wrong = { username, password: passwords.wrong };
  expect((await request(accounts.logIn, { input: wrong })).codes).toEqual(['INVALID_CREDENTIALS']);
  // The password typed into the field of the username.
  const exchanged = { username: passwords.ada, password: username };
  expect((await request(accounts.logIn, { input: exchanged })).codes).toEqual(['INVALID_CREDENTIALS']);
  const right = { username, password: passwords.ada };
  const { refreshToken } = tokensOf(await request(accounts.logIn, { input: right }));
  const third = tokensOf(await request(accounts.refreshSession, { input: { refreshToken } }));
  // Reuse, which ends the session.
  const again = await request(accounts.refreshSession, { input: { refreshToken } });
  expect(again.codes).toEqual(['INVALID_REFRESH_TOKEN']);
  expect((await request(list, {}, third.accessToken)).codes).toContain('UNAUTHENTICATED');

  const { accessToken } = first;
  await request(accounts.logIn, { input: right });
  const open = requireValue((await request(accounts.sessions, {}, accessToken)).data?.sessions);
  const { id: sessionId } = requireValue(open.find(({ isCurrent }) => !isCurrent));
  expect((await request(accounts.endSession, { input: { sessionId } }, accessToken)).codes).toEqual([]);
  const fourth = tokensOf(await request(accounts.logIn, { input: right }));
  expect((await request(accounts.logOut, { input: { refreshToken: fourth.refreshToken } })).codes).toEqual([]);

  const weak = { currentPassword: passwords.ada, newPassword: `${passwords.next}${'!'.repeat(60)}` };
  expect((await request(accounts.changePassword, { input: weak }, accessToken)).codes).toEqual(['BAD_USER_INPUT']);
  const change = { currentPassword: passwords.ada, newPassword: passwords.next };
  const changed = tokensOf(await request(accounts.changePassword, { input: change }, accessToken));

  const token = changed.accessToken;
  const script = { name: 'a script', scopes: ['resources:read'], expiresInDays: 1 };
  const created = await request(accounts.createPersonalAccessToken, { input: script }, token);
  const { token: scriptToken, personalAccessToken } = requireValue(created.data?.createPersonalAccessToken);
  expect((await request(list, {}, scriptToken)).codes).toEqual([]);
  expect((await request(accounts.personalAccessTokens, {}, scriptToken)).codes).toEqual(['FORBIDDEN']);
  expect((await request(accounts.personalAccessTokens, {}, token)).codes).toEqual([]);
  const revocation = { id: personalAccessToken.id };
  expect((await request(accounts.revokePersonalAccessToken, { input: revocation }, token)).codes).toEqual([]);
  expect((await request(list, {}, `${scriptToken}x`)).codes).toContain('UNAUTHENTICATED');
  const image = data(images.first);
  const keyed = { title: 'Kept', image, idempotencyKey: 'one' };
  const stored = createdBy(await request(createResource, { input: keyed }, token));
  const replacement = { id: stored.id, image: data(images.second) };
  expect((await request(updateStored, { input: replacement }, token)).codes).toEqual([]);
  const unloved = createdBy(await request(createResource, { input: { title: 'Unloved', image } }, token));
  expect((await request(list, {}, token)).codes).toEqual([]);
  expect((await request(deleteResource, { input: { id: unloved.id } }, token)).codes).toEqual([]);
  return { ...changed, username, password: passwords.next, resourceId: stored.id };
}

/** Opens another session of the user. */
export async function logInAgain({ system, recorder }: Run, user: ScenarioUser): Promise<Tokens> {
  const { username, password } = user;
  const input = { username, password };
  return tokensOf(await recorder.request(system.gateway, { query: accounts.logIn, variables: { input } }));
}

/** A user who deletes the account, and with it an image. Gives the texts that only this account had. */
export async function runDeletedUserScenario(run: Run): Promise<string[]> {
  const { passwords, images } = run.secrets;
  const username = uniqueName();
  const userAgent = `browser of ${username}`;
  const request = requestAs(run, userAgent);
  const account = { username, password: passwords.bob };
  const { accessToken } = tokensOf(await request(accounts.register, { input: account }));
  const texts = { title: `Title of ${username}`, description: `Description by ${username}` };
  const image = { data: images.second.toString('base64') };
  const input = { ...texts, image, idempotencyKey: `key of ${username}` };
  const { url } = createdBy(await request(createResource, { input }, accessToken)).image;
  const passwordHash = passwordHashOf(run.system.folder, username);
  const attempt = await request(accounts.deleteAccount, { input: { password: passwords.wrong } }, accessToken);
  expect(attempt.codes).toEqual(['INVALID_CREDENTIALS']);
  const deletion = await request(accounts.deleteAccount, { input: { password: passwords.bob } }, accessToken);
  expect(deletion.codes).toEqual([]);
  await vi.waitFor(async () => expect((await fetch(url)).status).toBe(404), 20_000);
  return [passwordHash, username, userAgent, texts.title, texts.description];
}

/** The stored hash of a user's password. */
export function passwordHashOf(folder: string, username: string): string {
  const database = new Database(join(folder, 'auth.sqlite'), { readonly: true });
  const hash = database.prepare('SELECT password_hash FROM users WHERE username = ?').pluck().get(username);
  database.close();
  return String(hash);
}
