import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '../../clients/typescript/index.ts';
import { order, readExample } from '../../schema/tools/api-docs/examples.ts';
import { fixture } from '../../tests/support/files.ts';
import { post } from '../../tests/support/subgraphs/tiny-server.ts';
import { type System, startSystem } from '../../tests/support/systems/system.ts';
import { uniqueName } from '../../tests/support/systems/users.ts';
import { trustFrom } from './environment.ts';

const trustWith = (TRUSTED_DOCUMENTS: 'only' | 'prefer') => trustFrom({ TRUSTED_DOCUMENTS });
const manifest = JSON.parse(readFileSync(new URL('../../trusted-documents.json', import.meta.url), 'utf8')) as Record<
  string,
  string
>;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const untrusted = '{ resources { totalCount nodes { id } } }';
const me = readExample('me').document;
const unauthenticated = { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] };
const notInSafelist = { errors: [{ extensions: { code: 'QUERY_NOT_IN_SAFELIST' } }] };

describe('where only trusted documents run', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem({}, { trust: trustWith('only') });
  });
  afterAll(() => system.stop());

  const answer = async (body: unknown) => {
    const response = await post(system.gateway, body);
    return { status: response.status, body: await response.json() };
  };

  test('the client works: every method of it', async () => {
    const client = createClient({ url: system.gateway });
    const [username, password] = [uniqueName(), 'correct horse battery'];
    const image = fixture('four-colours.png');
    await client.register({ username, password });
    await client.logIn({ username, password });
    expect(await client.refresh()).toBe(true);
    expect((await client.me()).username).toBe(username);
    const { id } = await client.create({ title: 'Trusted', image });
    await client.update({ id, title: 'Updated' });
    await client.replaceImage({ id, image: fixture('four-colours.jpg') });
    expect(await client.get(id)).toMatchObject({ title: 'Updated' });
    expect((await client.list()).totalCount).toBe(1);
    for await (const resource of client.all()) expect(resource.id).toBe(id);
    const [, other] = await client.sessions();
    if (other) await client.endSession(other.id);
    await client.delete(id);
    await client.changePassword({ currentPassword: password, newPassword: 'another horse battery' });
    await client.logOut();
    await client.logIn({ username, password: 'another horse battery' });
    await client.logOutEverywhere();
    await client.logIn({ username, password: 'another horse battery' });
    await client.deleteAccount('another horse battery');
  });

  test.each(Object.entries(manifest))(
    'the manifest’s document %s runs by its id, its hash and its text',
    async (id, query) => {
      // Its id comes first: a text that has been sent before takes another path.
      for (const body of [
        { documentId: `sha256:${id}` },
        { documentId: id },
        { extensions: { persistedQuery: { version: 1, sha256Hash: id } } },
        { query },
      ]) {
        const { body: response } = await answer(body);
        // Without variables and a token, none of them succeeds; each of them was validated.
        expect(response).toMatchObject({
          errors: [{ extensions: { code: expect.stringMatching(/^(UNAUTHENTICATED|BAD_USER_INPUT)$/) } }],
        });
      }
    },
  );

  test.each(order)('the example %s of docs/api.md is in the manifest', (name) => {
    expect(Object.values(manifest)).toContain(readExample(name).document);
  });

  test('a query runs by GET with its documentId, and a mutation does not', async () => {
    const headers = { 'apollo-require-preflight': '1' };
    const get = (text: string) => fetch(`${system.gateway}?documentId=sha256:${sha256(text)}`, { headers });
    expect(await (await get(me)).json()).toMatchObject(unauthenticated);
    expect((await get(readExample('log-out-everywhere').document)).status).toBe(405);
  });

  test.each<[string, unknown]>([
    ['another document', { query: untrusted }],
    [
      'another document, whose hash comes with it',
      { query: untrusted, extensions: { persistedQuery: { version: 1, sha256Hash: sha256(untrusted) } } },
    ],
    ['an unknown hash', { extensions: { persistedQuery: { version: 1, sha256Hash: sha256(untrusted) } } }],
    ['an unknown documentId', { documentId: sha256(untrusted) }],
    [
      'a trusted document with another operation',
      { query: `${me}\nquery Other { sessions { id } }`, operationName: 'Other' },
    ],
    ['introspection', { query: getIntrospectionQuery() }],
    ['a document with a syntax error', { query: '{' }],
    ['__typename alone', { query: '{ __typename }' }],
  ])('QUERY_NOT_IN_SAFELIST, with 400, for %s', async (_, body) => {
    for (const _ of ['once', 'again']) {
      const { status, body: response } = await answer(body);
      expect([status, response]).toMatchObject([400, notInSafelist]);
      expect(response).not.toHaveProperty('data');
    }
  });

  test.each<[string, unknown]>([
    ['a batch', [{ query: me }]],
    ['a batch of others', [{ query: untrusted }]],
    ['a query that is a list', { query: [untrusted] }],
    [
      'a query that is a number, with a hash',
      { query: 1, extensions: { persistedQuery: { version: 1, sha256Hash: sha256(me) } } },
    ],
    ['nothing', {}],
  ])('400, and nothing is executed, for %s', async (_, body) => {
    const { status, body: response } = await answer(body);
    expect([status, response]).toMatchObject([400, { errors: [{}] }]);
    expect(response).not.toHaveProperty('data');
  });

  test('health checks and the explorer’s page answer as ever', async () => {
    for (const path of ['/health/live', '/health/ready', '/'])
      expect([path, (await fetch(new URL(path, system.gateway), { headers: { accept: 'text/html' } })).status]).toEqual(
        [path, 200],
      );
  });
});

describe.each(['memory', 'network'] as const)('where trusted documents are preferred, with calls over %s', (calls) => {
  let system: System;
  let token: string;
  beforeAll(async () => {
    system = await startSystem({}, { calls, trust: trustWith('prefer'), cost: { maxCost: 2, budgetPerMinute: 6_000 } });
    const registering = { input: { username: uniqueName(), password: 'correct horse battery' } };
    const response = await post(system.gateway, { query: readExample('register').document, variables: registering });
    token = ((await response.json()) as { data: { register: { accessToken: string } } }).data.register.accessToken;
  });
  afterAll(() => system.stop());

  const answer = async (body: unknown) => {
    const response = await post(system.gateway, body, { authorization: `Bearer ${token}` });
    return { status: response.status, body: await response.json() };
  };

  test('others run, too, also as automatic persisted queries', async () => {
    const text = '{ me { username } }';
    const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(text) } };
    expect((await answer({ query: text })).body).toHaveProperty('data.me.username');
    expect((await answer({ extensions })).body).toMatchObject({
      errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    });
    for (const body of [{ query: text, extensions }, { extensions }])
      expect((await answer(body)).body).toHaveProperty('data.me.username');
  });

  test('trusted ones may cost more than others, and are charged to the budget', async () => {
    const trusted = readExample('resources').document;
    const variables = { first: 10 };
    expect(await answer({ query: `${trusted} `, variables })).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE' } }] },
    });
    expect((await answer({ query: trusted, variables })).body).toHaveProperty('data.resources.totalCount', 0);
    const statuses = [];
    for (let nth = 0; nth < 80; nth++) statuses.push((await answer({ query: trusted, variables })).status);
    expect(statuses[0]).toBe(200);
    expect(statuses.at(-1)).toBe(429);
  });
});
