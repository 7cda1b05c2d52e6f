import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { graphql } from '../../generated/gql.ts';
import { fixture } from '../../support/files.ts';
import {
  deleteAccount,
  logIn,
  logInAgain,
  refreshSession,
  refreshWith,
  register,
} from '../../support/graphql/accounts.ts';
import { createResource } from '../../support/graphql/documents.ts';
import { requireValue } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';
import { sessionIdOf } from '../../support/tokens.ts';

let system: System;
beforeAll(async () => {
  // Slow hashing, so that concurrent requests overlap.
  system = await startSystem({ passwords: { cost: 9, concurrency: 2 } });
});
afterAll(() => system.stop());

const picture = { data: fixture('four-colours.png').toString('base64') };

const remove = ({ request, password }: TestUser) => request.data(deleteAccount, { input: { password } });
const nodesOf = async ({ request }: Pick<TestUser, 'request'>) =>
  requireValue((await request.data(idsAndImageUrls)).resources).nodes;

/** Tables and columns of a database that contain any of these texts. */
function traces(file: 'auth.sqlite' | 'resources.sqlite', texts: string[]): string[] {
  const db = new Database(join(system.dataFolder, file), { readonly: true });
  try {
    const tables = db.prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all();
    return tables.filter((table) => {
      const rows = db.prepare<[], Record<string, unknown>>(`SELECT * FROM "${table}"`).all();
      const values = rows.flatMap((row) => Object.values(row)).map((value) => String(value).toLowerCase());
      return texts.some((text) => values.some((value) => value.includes(text.toLowerCase())));
    });
  } finally {
    db.close();
  }
}

const ended = { code: 'UNAUTHENTICATED', reason: 'INVALID' };
const storedImages = () => readdirSync(join(system.dataFolder, 'images')).length;

describe('deleteAccount', () => {
  test('deletes the account and its sessions from auth, and its resources and images from resources', async () => {
    const [ada, bob] = [await system.signUp(), await system.signUp()];
    const other = await logInAgain(system.gateway, ada);
    const next = await refreshWith(system.request, ada.refreshToken);
    for (const title of ['one', 'two', 'three', 'four', 'five']) await ada.create(title);
    const input = { title: 'By a key', image: picture, idempotencyKey: 'a key of ada’s' };
    await ada.request.data(createResource, { input });
    await bob.create('Bob’s');
    const [adas, bobs] = [await nodesOf(ada), await nodesOf(bob)];
    expect(adas).toHaveLength(6);
    const inAuth = [ada.id, ada.username, sessionIdOf(ada.accessToken), sessionIdOf(other.accessToken)];
    expect(traces('auth.sqlite', inAuth)).toEqual(expect.arrayContaining(['users', 'sessions', 'refresh_tokens']));
    const inResources = [ada.id, input.idempotencyKey, ...adas.map(({ id }) => id)];
    expect(traces('resources.sqlite', inResources)).toEqual(expect.arrayContaining(['resources', 'operations']));

    expect(await remove(ada)).toEqual({ deleteAccount: { deletedUserId: ada.id } });

    await vi.waitFor(async () => {
      for (const { image } of adas) expect((await fetch(image.url)).status).toBe(404);
      // Only the tombstone is left, which rejects later writes of the account.
      expect(traces('resources.sqlite', inResources)).toEqual(['tombstones']);
      expect(traces('auth.sqlite', inAuth)).toEqual([]);
    }, 20_000);
    for (const { refreshToken } of [ada, next, other]) {
      const error = await system.request.error(refreshSession, { input: { refreshToken } });
      expect(error).toEqual({ code: 'INVALID_REFRESH_TOKEN' });
    }
    expect(await nodesOf(bob)).toEqual(bobs);
    for (const { image } of bobs) expect((await fetch(image.url)).status).toBe(200);
  });

  test('frees the username, whose next owner sees nothing of the account', async () => {
    const ada = await system.signUp();
    const id = await ada.create('Ada’s');
    await remove(ada);
    const { username, password } = ada;
    expect(await system.request.error(logIn, { input: { username, password } })).toEqual({
      code: 'INVALID_CREDENTIALS',
    });

    await system.request.data(register, { input: { username, password } });
    const heir = await logInAgain(system.gateway, { username, password });
    expect(heir.user.id).not.toBe(ada.id);
    expect(await heir.request.data(seenByHeir, { id })).toEqual({
      me: { username },
      sessions: [expect.anything(), expect.anything()],
      resource: null,
      resources: { totalCount: 0 },
    });
    const after = await heir.request.data(createResource, { input: { title: 'The heir’s', image: picture } });
    await expect.poll(() => traces('resources.sqlite', [id])).toEqual([]);
    expect((await nodesOf(heir)).map((node) => node.id)).toEqual([requireValue(after.createResource).resource.id]);
  });

  test('leaves nothing of mutations that were in flight, or came later in the same operation', async () => {
    const ada = await system.signUp();
    const before = storedImages();
    const creating = Array.from({ length: 8 }, (_, nth) =>
      ada.request(createResource, {
        input: { title: `In flight ${nth}`, image: picture, idempotencyKey: `key ${nth}` },
      }),
    );
    const account = { password: ada.password };
    const answer = await ada.request(deleteAndCreate, { account, input: { title: 'Last', image: picture } });
    expect(answer.data).toMatchObject({ deleteAccount: { deletedUserId: ada.id } });
    await Promise.all(creating);
    await vi.waitFor(() => {
      expect(traces('resources.sqlite', [ada.id])).toEqual(['tombstones']);
      expect(storedImages()).toBe(before);
    }, 20_000);
  });
});

describe('deleteAccount fails and deletes nothing', () => {
  test('INVALID_CREDENTIALS with a wrong password', async () => {
    const ada = await system.signUp();
    const id = await ada.create();
    for (const password of [`${ada.password}!`, '', ada.password.toUpperCase()]) {
      expect(await ada.request.error(deleteAccount, { input: { password } })).toEqual({ code: 'INVALID_CREDENTIALS' });
    }
    expect((await nodesOf(await logInAgain(system.gateway, ada))).map((node) => node.id)).toEqual([id]);
  });

  test('without a token, and with another user’s password', async () => {
    const [ada, bob] = [await system.signUp(), await system.signUp()];
    const input = { password: ada.password };
    expect(await system.request.error(deleteAccount, { input })).toEqual({
      code: 'UNAUTHENTICATED',
      reason: 'MISSING',
    });
    expect(await bob.request.error(deleteAccount, { input })).toEqual({ code: 'INVALID_CREDENTIALS' });
    await logInAgain(system.gateway, ada);
    await logInAgain(system.gateway, bob);
  });

  test('UNAUTHENTICATED when it is repeated, and for all but one of several concurrent requests', async () => {
    const ada = await system.signUp();
    const input = { password: ada.password };
    const answers = await Promise.all(Array.from({ length: 4 }, () => ada.request(deleteAccount, { input })));
    const errors = answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions));
    expect(errors).toEqual(Array(3).fill(ended));
    expect(await ada.request.error(deleteAccount, { input })).toEqual(ended);
  });
});

const idsAndImageUrls = graphql(`
  query IdsAndImageUrls { resources(first: 100) { nodes { id image { url } } } }
`);

const seenByHeir = graphql(`
  query SeenByHeir($id: ID!) { me { username } sessions { id } resource(id: $id) { id } resources { totalCount } }
`);

const deleteAndCreate = graphql(`
  mutation DeleteAndCreate($account: DeleteAccountInput!, $input: CreateResourceInput!) {
    deleteAccount(input: $account) { deletedUserId }
    createResource(input: $input) { resource { id } }
  }
`);
