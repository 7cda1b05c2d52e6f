import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, vi } from 'vitest';
import * as accounts from './accounts.ts';
import type { GivenTokens, Heard, Recorder } from './canary-recorder.ts';
import type { Secrets } from './canary-secrets.ts';
import type { World } from './canary-worlds.ts';
import { uniqueName } from './system.ts';

/** A run of a world, and what is kept secret in it. */
export interface Run {
  world: World;
  recorder: Recorder;
  secrets: Secrets;
}

/** Somebody after a visit, still logged in. */
export interface Visitor extends GivenTokens {
  username: string;
  password: string;
  resourceId: string;
}

export const create = `mutation ($input: CreateResourceInput!) {
  createResource(input: $input) { resource { id image { url } owner { username } } }
}`;
export const update = `mutation ($input: UpdateResourceInput!) { updateResource(input: $input) { resource { version } } }`;
export const remove = `mutation ($input: DeleteResourceInput!) { deleteResource(input: $input) { deletedResourceId } }`;
export const list = '{ me { username } resources { totalCount nodes { title image { url } owner { username } } } }';

/** A string of GraphQL's. */
export const literal = (text: string) => JSON.stringify(text);

/** The tokens of the one field of an answer. */
export function tokensOf({ data, codes }: Heard): GivenTokens {
  const [field] = Object.values(data);
  expect(codes).toEqual([]);
  return field as GivenTokens;
}

function createdBy({ data, codes }: Heard) {
  expect(codes).toEqual([]);
  return (data.createResource as { resource: { id: string; image: { url: string } } }).resource;
}

/** All that somebody does in whose way nothing is. Gives her as she is in the end: with a resource and a session. */
export async function visit({ world, recorder, secrets }: Run): Promise<Visitor> {
  const { passwords, images } = secrets;
  const username = uniqueName();
  const userAgent = `browser of ${username}`;
  const ask = (query: string, input?: object, token?: string) =>
    recorder.ask(world.gateway, { query, variables: { input }, token, headers: { 'user-agent': userAgent } });
  const data = (image: Buffer) => ({ data: image.toString('base64') });

  const literals = `username: ${literal(username)}, password: ${literal(passwords.ada)}`;
  const first = tokensOf(
    await ask(`mutation { register(input: { ${literals} }) { accessToken refreshToken user { id } } }`),
  );
  const wrong = { username, password: passwords.wrong };
  expect((await ask(accounts.logIn, wrong)).codes).toEqual(['INVALID_CREDENTIALS']);
  // Typed into the wrong field.
  expect((await ask(accounts.logIn, { username: passwords.ada, password: username })).codes).toEqual([
    'INVALID_CREDENTIALS',
  ]);
  const second = tokensOf(await ask(accounts.logIn, { username, password: passwords.ada }));
  const third = tokensOf(await ask(accounts.refreshSession, { refreshToken: second.refreshToken }));
  // Used again, which ends the session.
  expect((await ask(accounts.refreshSession, { refreshToken: second.refreshToken })).codes).toEqual([
    'INVALID_REFRESH_TOKEN',
  ]);
  expect((await ask(list, undefined, third.accessToken)).codes).toContain('UNAUTHENTICATED');

  const { accessToken } = first;
  const sessions = '{ sessions { id userAgent isCurrent } }';
  await ask(accounts.logIn, { username, password: passwords.ada });
  const open = (await ask(sessions, undefined, accessToken)).data.sessions as accounts.ShownSession[];
  const other = open.find(({ isCurrent }) => !isCurrent)?.id;
  expect((await ask(accounts.endSession, { sessionId: other }, accessToken)).codes).toEqual([]);
  const fourth = tokensOf(await ask(accounts.logIn, { username, password: passwords.ada }));
  expect((await ask(accounts.logOut, { refreshToken: fourth.refreshToken })).codes).toEqual([]);

  const weak = { currentPassword: passwords.ada, newPassword: `${passwords.next}${'!'.repeat(60)}` };
  expect((await ask(accounts.changePassword, weak, accessToken)).codes).toEqual(['BAD_USER_INPUT']);
  const change = { currentPassword: passwords.ada, newPassword: passwords.next };
  const changed = tokensOf(await ask(accounts.changePassword, change, accessToken));

  const token = changed.accessToken;
  const image = data(images.first);
  const kept = createdBy(await ask(create, { title: 'Kept', image, idempotencyKey: 'one' }, token));
  expect((await ask(update, { id: kept.id, image: data(images.second) }, token)).codes).toEqual([]);
  const unloved = createdBy(await ask(create, { title: 'Unloved', image }, token));
  expect((await ask(list, undefined, token)).codes).toEqual([]);
  expect((await ask(remove, { id: unloved.id }, token)).codes).toEqual([]);
  return { ...changed, username, password: passwords.next, resourceId: kept.id };
}

/** Opens another session. */
export async function logInAgain({ world, recorder }: Run, visitor: Visitor): Promise<GivenTokens> {
  const { username, password } = visitor;
  const input = { username, password };
  return tokensOf(await recorder.ask(world.gateway, { query: accounts.logIn, variables: { input } }));
}

/** Somebody who deletes the account again, and with it an image. Gives the texts that were only that account's. */
export async function visitForTheLastTime({ world, recorder, secrets }: Run): Promise<string[]> {
  const { passwords, images } = secrets;
  const username = uniqueName();
  const userAgent = `browser of ${username}`;
  const ask = (query: string, input?: object, token?: string) =>
    recorder.ask(world.gateway, { query, variables: { input }, token, headers: { 'user-agent': userAgent } });
  const { accessToken } = tokensOf(await ask(accounts.register, { username, password: passwords.bob }));
  const texts = { title: `Title of ${username}`, description: `Description by ${username}` };
  const image = { data: images.second.toString('base64') };
  const input = { ...texts, image, idempotencyKey: `key of ${username}` };
  const { url } = createdBy(await ask(create, input, accessToken)).image;
  const passwordHash = passwordHashOf(world.folder, username);
  const guess = await ask(accounts.deleteAccount, { password: passwords.wrong }, accessToken);
  expect(guess.codes).toEqual(['INVALID_CREDENTIALS']);
  expect((await ask(accounts.deleteAccount, { password: passwords.bob }, accessToken)).codes).toEqual([]);
  await vi.waitFor(async () => expect((await fetch(url)).status).toBe(404), 15_000);
  return [passwordHash, username, userAgent, texts.title, texts.description];
}

/** What auth has kept of a password. */
export function passwordHashOf(folder: string, username: string): string {
  const database = new Database(join(folder, 'auth.sqlite'), { readonly: true });
  const hash = database.prepare('SELECT password_hash FROM users WHERE username = ?').pluck().get(username);
  database.close();
  return String(hash);
}
