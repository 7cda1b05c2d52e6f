import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPhoto } from '../../tests/corpus/photos.ts';
import { fixture } from '../../tests/support/files.ts';
import { type System, startSystem } from '../../tests/support/systems/system.ts';
import { uniqueName } from '../../tests/support/systems/users.ts';
import { createClient, isApiError, memoryStore } from './index.ts';
import { imageFromFile } from './node.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const password = 'correct horse battery staple';
const png = new Uint8Array(fixture('four-colours.png'));
const gif = new Uint8Array(fixture('four-colours.gif'));

/** A client in which a new user is logged in. */
async function signUp() {
  const tokens = memoryStore();
  const client = createClient({ url: system.gateway, tokens });
  const user = await client.register({ username: uniqueName(), password });
  return { client, tokens, user };
}

describe('accounts', () => {
  test('a user registers, logs out and logs in again', async () => {
    const { client, tokens, user } = await signUp();
    expect(await client.me()).toEqual(user);
    await client.logOut();
    expect(await tokens.get()).toBe(undefined);
    await expect(client.me()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', reason: 'MISSING' });
    expect(await client.logIn({ username: user.username, password })).toEqual(user);
    expect(await client.me()).toEqual(user);
  });

  test('sessions are listed, and ended one by one or all at once', async () => {
    const { client, user } = await signUp();
    const other = createClient({ url: system.gateway });
    await other.logIn({ username: user.username, password });
    const sessions = await client.sessions();
    expect(sessions.map(({ isCurrent }) => isCurrent).sort()).toEqual([false, true]);
    await client.endSession(sessions.find(({ isCurrent }) => !isCurrent)?.id ?? '');
    await expect(other.me()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await client.logOutEverywhere();
    await expect(client.me()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', reason: 'MISSING' });
  });

  test('a password change keeps its own client logged in', async () => {
    const { client, user } = await signUp();
    await client.changePassword({ currentPassword: password, newPassword: 'another horse battery' });
    expect(await client.me()).toEqual(user);
    expect(await client.refresh()).toBe(true);
    expect(await client.me()).toEqual(user);
  });

  test('deleting the account logs out, and its log-in fails', async () => {
    const { client, tokens, user } = await signUp();
    await client.deleteAccount(password);
    expect(await tokens.get()).toBe(undefined);
    await expect(client.logIn({ username: user.username, password })).rejects.toMatchObject({
      code: 'INVALID_CREDENTIALS',
    });
  });

  test('refresh and logOut do nothing without a log-in', async () => {
    const client = createClient({ url: system.gateway });
    expect(await client.refresh()).toBe(false);
    await client.logOut();
  });
});

describe('resources', () => {
  test.each([
    ['bytes', async () => png],
    ['a Blob', async () => new Blob([png])],
    ['a file', () => imageFromFile('tests/fixtures/four-colours.png')],
  ])('uploads an image from %s, which is served unchanged', async (_, image) => {
    const { client } = await signUp();
    const created = await client.create({ title: 'Four colours', image: await image(), contentType: 'image/png' });
    expect(created).toMatchObject({ title: 'Four colours', description: null, version: 1 });
    const served = await (await fetch(created.image.url)).arrayBuffer();
    expect(Buffer.from(served).equals(png)).toBe(true);
  });

  test('are stored without the metadata of their images, or with them', async () => {
    const { client } = await signUp();
    const photo = readPhoto({ file: 'position.jpg' });
    const served = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());
    const { id, image } = await client.create({ title: 'A photo', image: photo });
    expect((await served(image.url)).length).toBeLessThan(photo.length);
    await client.replaceImage({ id, image: photo, keepMetadata: true });
    expect((await served(image.url)).equals(photo)).toBe(true);
  });

  test('are read, updated, replaced and deleted', async () => {
    const { client } = await signUp();
    const { id, image } = await client.create({ title: 'Before', description: 'Old', image: png });
    expect(await client.update({ id, title: 'After', description: null })).toMatchObject({
      title: 'After',
      version: 2,
    });
    const replaced = await client.replaceImage({ id, image: gif, expectedVersion: 2 });
    expect(replaced.image).toMatchObject({ url: image.url, contentType: 'image/gif' });
    expect(await client.get(id)).toEqual(replaced);
    await client.delete(id, { expectedVersion: 3 });
    expect(await client.get(id)).toBe(null);
    await expect(client.delete(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('are listed as a page, or all at once', async () => {
    const { client } = await signUp();
    const titles = ['a', 'b', 'c', 'd', 'e'];
    for (const title of titles) await client.create({ title, image: png });
    const page = await client.list({ first: 2, orderBy: 'TITLE' });
    expect([page.nodes.map(({ title }) => title), page.totalCount]).toEqual([['a', 'b'], 5]);
    const all: string[] = [];
    for await (const { title } of client.all({ orderBy: 'TITLE', pageSize: 2 })) all.push(title);
    expect(all).toEqual(titles);
    const found: string[] = [];
    for await (const { title } of client.all({ filter: { search: 'c' } })) found.push(title);
    expect(found).toEqual(['c']);
  });

  test('all() yields nothing for a user without resources', async () => {
    const { client } = await signUp();
    for await (const resource of client.all()) expect.fail(`There is ${resource.id}.`);
  });
});

describe('errors', () => {
  test('have a code, and the details of that code', async () => {
    const { client } = await signUp();
    const { id } = await client.create({ title: 'One', image: png });
    const error: unknown = await client.update({ id, title: 'Two', expectedVersion: 7 }).catch((reason) => reason);
    expect(isApiError(error, 'CONFLICT') && error.reason === 'VERSION_PASSED' && error.currentVersion).toBe(1);
    const wrong: unknown = await client.create({ title: ' ', image: png }).catch((reason) => reason);
    expect(isApiError(wrong, 'BAD_USER_INPUT') && wrong.problems?.map(({ field }) => field)).toEqual(['title']);
    await expect(client.create({ title: 'Text', image: new Uint8Array([1, 2, 3]) })).rejects.toMatchObject({
      code: 'UNSUPPORTED_IMAGE',
      path: ['createResource'],
    });
    const large = client.create({ title: 'Large', image: new Uint8Array(400_000) });
    await expect(large).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE', maxBytes: 383_970 });
    const larger = client.create({ title: 'Larger', image: new Uint8Array(900_000) });
    await expect(larger).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE', maxBytes: 383_970 });
    const tooLarge = client.create({ title: 'Largest', image: new Uint8Array(17_000_000) });
    await expect(tooLarge).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE', maxImageBytes: 383_970 });
  });
});

describe('execute', () => {
  test('executes a plain string, with and without variables', async () => {
    const { client, user } = await signUp();
    expect(await client.execute('{ me { username } }')).toEqual({ me: { username: user.username } });
    const query = 'query ($id: ID!) { resource(id: $id) { id } }';
    expect(await client.execute<{ resource: null }, { id: string }>(query, { id: 'none' })).toEqual({ resource: null });
  });

  test('an error holds the data of the fields that did not fail', async () => {
    const { client, user } = await signUp();
    const text = '{ me { username } resources(first: 0) { totalCount } }';
    await expect(client.execute(text)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      data: { me: { username: user.username }, resources: null },
    });
  });

  test('throws for an invalid document', async () => {
    const { client } = await signUp();
    await expect(client.execute('{ nothing }')).rejects.toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
    await expect(client.execute('{')).rejects.toMatchObject({ code: 'GRAPHQL_PARSE_FAILED' });
  });
});
