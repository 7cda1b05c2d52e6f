import { createHash } from 'node:crypto';
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Supergraph, startSupergraph } from '../../embedded/supergraph.ts';
import { graphql } from '../generated/gql.ts';
import type { KeptResourceFragment, UpdateResourceInput } from '../generated/graphql.ts';
import { fixture, folderOfTest } from '../support/files.ts';
import { logIn, register } from '../support/graphql/accounts.ts';
import { deleteResource } from '../support/graphql/documents.ts';
import { requestTo, requireValue, type SendRequest } from '../support/graphql/request.ts';
import { testSettings } from '../support/systems/system.ts';

const kept = fileURLToPath(new URL('../fixtures/data-folders', import.meta.url));

/** An account in the data folder of an earlier version, and its resources. The first account has at least three. */
interface OldUser {
  username: string;
  password: string;
  /** Sorted by title. */
  resources: OldResource[];
}

type OldResource = KeptResourceFragment;

const size = { width: 32, height: 24 };
const png = {
  ...size,
  contentType: 'image/png',
  sizeBytes: 134,
  sha256: '9b2e4583eafe900424adc6cf6b2200b276f13ac4b921fb0a4848dc8f7d01cf71',
};
const gif = {
  ...size,
  contentType: 'image/gif',
  sizeBytes: 145,
  sha256: '2b6ea600abfaa15af2330ef8626146804b8a6ef8ef49b1bc259a431b35eb0e24',
};
const jpeg = {
  ...size,
  contentType: 'image/jpeg',
  sizeBytes: 379,
  sha256: '63b0eca0e003aaacf3a14b78983a7637ce1e33fddb2ef2513a9ee67c65c59923',
};

const adaBeforeOperations = { id: 'd1e2e258-95d0-4bfe-97d3-b70c493711c8', username: 'ada' };
const adaBeforeSessions = { id: '3ecad09b-f036-4be2-9dcd-620d92c4b88f', username: 'ada' };
const zoeBeforeSessions = { id: '722748e7-4345-4d2c-b077-074fb98d6d08', username: 'Zoë_Ångström' };

/** Users of each folder in tests/fixtures/data-folders, by the version that wrote it. */
const folders: Record<string, [OldUser, ...OldUser[]]> = {
  'before-operations': [
    {
      username: 'ada',
      password: 'correct horse battery',
      resources: [
        {
          id: '01a20b42-2bb5-7720-81af-39c149f67a94',
          title: 'Four colours',
          description: 'The first',
          image: { url: 'http://127.0.0.1:14003/images/public/47b66f7a76a8b5f9d914a95a', ...png },
          createdAt: '2026-11-24T01:53:35.669Z',
          updatedAt: '2026-11-24T01:53:35.669Z',
          version: 1,
          owner: adaBeforeOperations,
        },
        {
          id: '01a20b42-2bc7-763d-b292-730ce7a85695',
          title: 'Moving colours',
          description: null,
          image: { url: 'http://127.0.0.1:14003/images/public/cca92e7eec2c7477844ebf8f', ...gif },
          createdAt: '2026-11-24T01:53:35.687Z',
          updatedAt: '2026-11-24T01:53:35.687Z',
          version: 1,
          owner: adaBeforeOperations,
        },
        {
          id: '01a20b42-2beb-7001-ab7d-1bc8520f3157',
          title: 'Replaced twice',
          description: null,
          image: { url: 'http://127.0.0.1:14003/images/public/5b056351fcd63887b099ace9', ...png },
          createdAt: '2026-11-24T01:53:35.723Z',
          updatedAt: '2026-11-24T01:53:35.739Z',
          version: 2,
          owner: adaBeforeOperations,
        },
      ],
    },
  ],
  // The folder has two idempotency keys, valid for 24 hours: 'kept before sessions' and 'deleted before sessions'.
  'before-sessions': [
    {
      username: 'ada',
      password: 'correct horse battery',
      resources: [
        {
          id: '01a20bbf-4dcd-72f1-a764-d548dceca836',
          title: 'Kept by a key',
          description: 'Created with an idempotencyKey',
          image: { url: 'http://127.0.0.1:14003/images/public/d43df021c734e560e320d2a0', ...png },
          createdAt: '2026-11-24T04:10:16.397Z',
          updatedAt: '2026-11-24T04:10:16.397Z',
          version: 1,
          owner: adaBeforeSessions,
        },
        {
          id: '01a20bbf-4df2-7157-897b-161747675d8e',
          title: 'Moving and changed',
          description: null,
          image: { url: 'http://127.0.0.1:14003/images/public/960fa05d6fdde271472ac1d9', ...gif },
          createdAt: '2026-11-24T04:10:16.434Z',
          updatedAt: '2026-11-24T04:10:16.463Z',
          version: 3,
          owner: adaBeforeSessions,
        },
        {
          id: '01a20bbf-4e29-7311-b509-80c64b96cdfe',
          title: 'Replaced',
          description: 'By a JPEG',
          image: { url: 'http://127.0.0.1:14003/images/public/2b1c5477290499f15f274c12', ...jpeg },
          createdAt: '2026-11-24T04:10:16.489Z',
          updatedAt: '2026-11-24T04:10:16.503Z',
          version: 2,
          owner: adaBeforeSessions,
        },
      ],
    },
    {
      username: 'Zoë_Ångström',
      password: 'pässwörter sind 長い',
      resources: [
        {
          id: '01a20bbf-4e70-762c-b764-bd6a5d848724',
          title: 'Größe ändern 画像',
          description: 'Zwei\nZeilen — 画像',
          image: { url: 'http://127.0.0.1:14003/images/public/5918c570c03f9a2c0a4714d9', ...jpeg },
          createdAt: '2026-11-24T04:10:16.560Z',
          updatedAt: '2026-11-24T04:10:16.567Z',
          version: 2,
          owner: zoeBeforeSessions,
        },
      ],
    },
    // Cyrillic, and confusable with the first user's name: that version accepted both.
    { username: '\u0430\u0501\u0430', password: 'nothing at all yet', resources: [] },
  ],
};

test('every fixture is tested here', () => {
  expect(readdirSync(kept).sort()).toEqual(Object.keys(folders).sort());
});

/** Gives a function that starts everything, again and again, on one copy of a folder, which `prepare` may change. */
function copied(name: string, prepare = (_dataFolder: string) => {}) {
  const dataFolder = join(folderOfTest(), 'data');
  cpSync(join(kept, name), dataFolder, { recursive: true });
  prepare(dataFolder);
  let running: Supergraph | undefined;
  const stop = async () => {
    await running?.stop();
    running = undefined;
  };
  onTestFinished(stop);
  return async () => {
    await stop();
    running = await startSupergraph({ ...testSettings, dataFolder });
    return running;
  };
}

test.each([{}, { contentType: 'image/png' }, { keepMetadata: false, fit: false }])(
  'a key of an earlier version, which had no such fields, identifies its create: %j',
  async (laterFields) => {
    const name = 'before-sessions';
    const [user] = folders[name] ?? expect.fail('no folder');
    const created = user.resources.find(({ title }) => title === 'Kept by a key');
    const start = copied(name, (dataFolder) => {
      const database = new Database(join(dataFolder, 'resources.sqlite'));
      // Keys are valid for 24 hours.
      database.prepare('UPDATE operations SET started_at = ?').run(Date.now());
      database.close();
    });
    const request = await logInAt(await start(), user);
    const { title = '', description } = created ?? {};
    const image = { ...imageOf('four-colours.png'), ...laterFields };
    const input = { title, description, image, idempotencyKey: 'kept before sessions' };
    const repeated = await request.data(create, { input });
    expect(requireValue(repeated.createResource).resource).toEqual(created);
    const other = { ...input, image: { ...image, fit: true } };
    expect(await request.error(create, { input: other })).toMatchObject({ code: 'CONFLICT', reason: 'KEY_REUSED' });
  },
);

describe.each(Object.entries(folders))('the data folder of version %s', (name, users) => {
  test('opens: users log in and find all resources, and every image is served unchanged', async () => {
    await expectAll(await copied(name)(), users);
  });

  test('has its users: names are taken regardless of case, and only the right password logs in', async () => {
    const { gateway } = await copied(name)();
    const request = requestTo(gateway);
    for (const { username, password } of users) {
      const taken = { username: username.toUpperCase(), password: 'a password of nobody here' };
      expect(await request.error(register, { input: taken })).toMatchObject({ code: 'USERNAME_TAKEN' });
      const wrong = { username, password: `${password}!` };
      expect(await request.error(logIn, { input: wrong })).toMatchObject({ code: 'INVALID_CREDENTIALS' });
    }
  });

  test('stores new titles and descriptions, also after the next start', async () => {
    const start = copied(name);
    const supergraph = await start();
    const left: OldUser[] = [];
    for (const user of users) {
      const request = await logInAt(supergraph, user);
      const resources: OldResource[] = [];
      for (const old of user.resources) {
        const texts = { title: `${old.title}, renamed`, description: 'Größer\n画像' };
        const changed = await update(request, { id: old.id, ...texts, expectedVersion: old.version });
        expect(changed).toEqual({ ...old, ...texts, updatedAt: changed.updatedAt, version: old.version + 1 });
        resources.push(changed);
      }
      left.push({ ...user, resources: resources.sort(byTitle) });
    }
    await expectAll(supergraph, left);
    await expectAll(await start(), left);
  });

  test('stores changed, replaced, deleted and created resources, also after the next start', async () => {
    const start = copied(name);
    const supergraph = await start();
    const [user, ...neighbours] = users;
    const [retitled, replaced, deleted, ...others] = user.resources as [OldResource, OldResource, OldResource];
    const owner = await logInAt(supergraph, user);
    const changed = await update(owner, { id: retitled.id, title: 'Renamed', expectedVersion: retitled.version });
    const replacement = await update(owner, { id: replaced.id, image: imageOf('four-colours.jpg') });
    await owner.data(deleteResource, { input: { id: deleted.id, expectedVersion: deleted.version } });
    const input = { title: 'Zuletzt', image: imageOf('four-colours.gif'), idempotencyKey: 'the first of its kind' };
    const { resource: created } = requireValue((await owner.data(create, { input })).createResource);

    expect(changed).toEqual({
      ...retitled,
      title: 'Renamed',
      updatedAt: changed.updatedAt,
      version: retitled.version + 1,
    });
    expect(replacement).toEqual({
      ...replaced,
      image: { url: replaced.image.url, ...size, ...factsOf('four-colours.jpg', 'image/jpeg') },
      updatedAt: replacement.updatedAt,
      version: replaced.version + 1,
    });
    expect(created).toMatchObject({
      ...{ title: 'Zuletzt', description: null, version: 1, owner: retitled.owner },
      image: { ...size, ...factsOf('four-colours.gif', 'image/gif') },
    });
    const resources = [changed, replacement, created, ...others].sort(byTitle);
    const left = [{ ...user, resources }, ...neighbours];
    await expectAll(supergraph, left);

    const again = await start();
    await expectAll(again, left);
    // The idempotency key still gives the resource created with it.
    const ownerAgain = await logInAt(again, user);
    const repeated = requireValue((await ownerAgain.data(create, { input })).createResource);
    expect(repeated.resource).toEqual(created);
  });

  const expectAll = async (supergraph: Supergraph, left: OldUser[]) => {
    for (const user of left) {
      const { username, resources } = user;
      const request = await logInAt(supergraph, user);
      expect(await request.data(everything)).toEqual({
        me: { username, resources: { totalCount: resources.length, nodes: resources } },
      });
    }
    const remaining = left.flatMap(({ resources }) => resources);
    for (const { image } of remaining) {
      const { contentType, sizeBytes, sha256 } = image;
      expect(await servedAt(supergraph, image.url)).toEqual({ status: 200, contentType, sizeBytes, sha256 });
    }
    const were = users.flatMap(({ resources }) => resources);
    const gone = were.filter(({ id }) => !remaining.some((resource) => resource.id === id));
    for (const { image } of gone) expect(await servedAt(supergraph, image.url)).toMatchObject({ status: 404 });
  };
});

async function logInAt({ gateway }: Supergraph, { username, password }: OldUser): Promise<SendRequest> {
  const { login } = await requestTo(gateway).data(logIn, { input: { username, password } });
  return requestTo(gateway, requireValue(login).accessToken);
}

async function update(request: SendRequest, input: UpdateResourceInput): Promise<OldResource> {
  return requireValue((await request.data(change, { input })).updateResource).resource;
}

/** The response of the image service at the path of a URL, whose origin may be that of an earlier run. */
async function servedAt({ imageService }: Supergraph, url: string) {
  const response = await fetch(new URL(new URL(url).pathname, imageService));
  const bytes = Buffer.from(await response.arrayBuffer());
  const { status, headers } = response;
  return { status, contentType: headers.get('content-type'), sizeBytes: bytes.length, sha256: sha256(bytes) };
}

const imageOf = (file: string) => ({ data: fixture(file).toString('base64') });

function factsOf(file: string, contentType: string) {
  return { contentType, sizeBytes: fixture(file).length, sha256: sha256(fixture(file)) };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const byTitle = (one: OldResource, other: OldResource) =>
  one.title.toLowerCase() < other.title.toLowerCase() ? -1 : 1;

graphql(`
  fragment KeptResource on Resource {
    id title description version createdAt updatedAt owner { id username }
    image { url contentType width height sizeBytes sha256 }
  }
`);

const everything = graphql(`
  query EverythingKept {
    me { username resources(first: 50, orderBy: TITLE) { totalCount nodes { ...KeptResource } } }
  }
`);

const create = graphql(`
  mutation CreateBesideKept($input: CreateResourceInput!) {
    createResource(input: $input) { resource { ...KeptResource } }
  }
`);

const change = graphql(`
  mutation UpdateKept($input: UpdateResourceInput!) {
    updateResource(input: $input) { resource { ...KeptResource } }
  }
`);
