import { createHash } from 'node:crypto';
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Supergraph, startSupergraph } from '../embedded/supergraph.ts';
import { type Ask, createAsk } from './ask.ts';
import { folderOfTest } from './folder-of-test.ts';
import { fixture, testSettings } from './system.ts';

const kept = fileURLToPath(new URL('fixtures/data-folders', import.meta.url));

/** What somebody had in a folder that an earlier version wrote: at least three resources. */
interface OldFolder {
  username: string;
  password: string;
  /** By title. */
  resources: OldResource[];
}

interface OldResource {
  id: string;
  title: string;
  description: string | null;
  image: {
    url: string;
    contentType: string;
    width: number;
    height: number;
    sizeBytes: number;
    sha256: string;
  };
  createdAt: string;
  updatedAt: string;
  version: number;
  owner: { id: string; username: string };
}

const ada = { id: 'd1e2e258-95d0-4bfe-97d3-b70c493711c8', username: 'ada' };
const fourColours = {
  contentType: 'image/png',
  width: 32,
  height: 24,
  sizeBytes: 134,
  sha256: '9b2e4583eafe900424adc6cf6b2200b276f13ac4b921fb0a4848dc8f7d01cf71',
};

/** Every folder of tests/fixtures/data-folders, by the version that wrote it. */
const folders: Record<string, OldFolder> = {
  'before-operations': {
    username: 'ada',
    password: 'correct horse battery',
    resources: [
      {
        id: '01a20b42-2bb5-7720-81af-39c149f67a94',
        title: 'Four colours',
        description: 'The first',
        image: { url: 'http://127.0.0.1:14003/images/public/47b66f7a76a8b5f9d914a95a', ...fourColours },
        createdAt: '2026-11-24T01:53:35.669Z',
        updatedAt: '2026-11-24T01:53:35.669Z',
        version: 1,
        owner: ada,
      },
      {
        id: '01a20b42-2bc7-763d-b292-730ce7a85695',
        title: 'Moving colours',
        description: null,
        image: {
          url: 'http://127.0.0.1:14003/images/public/cca92e7eec2c7477844ebf8f',
          contentType: 'image/gif',
          width: 32,
          height: 24,
          sizeBytes: 145,
          sha256: '2b6ea600abfaa15af2330ef8626146804b8a6ef8ef49b1bc259a431b35eb0e24',
        },
        createdAt: '2026-11-24T01:53:35.687Z',
        updatedAt: '2026-11-24T01:53:35.687Z',
        version: 1,
        owner: ada,
      },
      {
        id: '01a20b42-2beb-7001-ab7d-1bc8520f3157',
        title: 'Replaced twice',
        description: null,
        image: { url: 'http://127.0.0.1:14003/images/public/5b056351fcd63887b099ace9', ...fourColours },
        createdAt: '2026-11-24T01:53:35.723Z',
        updatedAt: '2026-11-24T01:53:35.739Z',
        version: 2,
        owner: ada,
      },
    ],
  },
};

test('every folder that is kept is opened here', () => {
  expect(readdirSync(kept).sort()).toEqual(Object.keys(folders).sort());
});

describe.each(Object.entries(folders))('a data folder of the version %s', (name, old) => {
  /** Starts everything on a copy of the folder, as often as that is asked for. */
  const copied = () => {
    const dataFolder = join(folderOfTest(), 'data');
    cpSync(join(kept, name), dataFolder, { recursive: true });
    let running: Supergraph | undefined;
    const stop = async () => {
      await running?.stop();
      running = undefined;
    };
    onTestFinished(stop);
    return async () => {
      await stop();
      running = await startSupergraph({ ...testSettings, dataFolder });
      return { supergraph: running, owner: await logInAt(running, old) };
    };
  };

  test('opens: its owner logs in and finds all that was kept, and each image is served as it was stored', async () => {
    const { supergraph, owner } = await copied()();
    expect(await owner.data(everything)).toEqual({
      me: { username: old.username, resources: { totalCount: old.resources.length, nodes: old.resources } },
    });
    for (const { image } of old.resources) {
      const { contentType, sizeBytes, sha256 } = image;
      expect(await servedAt(supergraph, image.url)).toEqual({ status: 200, contentType, sizeBytes, sha256 });
    }
  });

  test('works: what is changed, replaced, deleted and created in it is so, now and after the next start', async () => {
    const start = copied();
    const { supergraph, owner } = await start();
    const [retitled, replaced, deleted, ...others] = old.resources as [OldResource, OldResource, OldResource];
    const changed = await update(owner, { id: retitled.id, title: 'Renamed', expectedVersion: retitled.version });
    const replacement = await update(owner, { id: replaced.id, image: imageOf('four-colours.jpg') });
    await owner.data(remove, { input: { id: deleted.id, expectedVersion: deleted.version } });
    const input = { title: 'Zuletzt', image: imageOf('four-colours.gif'), idempotencyKey: 'the first of its kind' };
    const { createResource } = await owner.data<{ createResource: { resource: OldResource } }>(create, { input });
    const { resource: created } = createResource;

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
    const left = [changed, replacement, created, ...others].sort(byTitle);
    await expectAll(supergraph, owner, left);

    const again = await start();
    await expectAll(again.supergraph, again.owner, left);
    // The key still names what was made with it.
    const repeated = await again.owner.data<{ createResource: { resource: OldResource } }>(create, { input });
    expect(repeated.createResource.resource).toEqual(created);
  });

  const expectAll = async (supergraph: Supergraph, owner: Ask, left: OldResource[]) => {
    expect(await owner.data(everything)).toEqual({
      me: { username: old.username, resources: { totalCount: left.length, nodes: left } },
    });
    for (const { image } of left) {
      const { contentType, sizeBytes, sha256 } = image;
      expect(await servedAt(supergraph, image.url)).toEqual({ status: 200, contentType, sizeBytes, sha256 });
    }
    const gone = old.resources.filter(({ id }) => !left.some((resource) => resource.id === id));
    for (const { image } of gone) expect(await servedAt(supergraph, image.url)).toMatchObject({ status: 404 });
  };
});

async function logInAt({ gateway }: Supergraph, { username, password }: OldFolder): Promise<Ask> {
  const { login } = await createAsk(gateway).data<{ login: { accessToken: string } }>(logIn, {
    input: { username, password },
  });
  return createAsk(gateway, login.accessToken);
}

async function update(ask: Ask, input: Record<string, unknown>): Promise<OldResource> {
  const { updateResource } = await ask.data<{ updateResource: { resource: OldResource } }>(change, { input });
  return updateResource.resource;
}

/** What the image service serves at the path of a URL, which names where it listened when that was given out. */
async function servedAt({ imageService }: Supergraph, url: string) {
  const response = await fetch(new URL(new URL(url).pathname, imageService));
  const bytes = Buffer.from(await response.arrayBuffer());
  const { status, headers } = response;
  return { status, contentType: headers.get('content-type'), sizeBytes: bytes.length, sha256: sha256(bytes) };
}

const imageOf = (file: string) => ({ data: fixture(file).toString('base64') });
const size = { width: 32, height: 24 };

function factsOf(file: string, contentType: string) {
  return { contentType, sizeBytes: fixture(file).length, sha256: sha256(fixture(file)) };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const byTitle = (one: OldResource, other: OldResource) =>
  one.title.toLowerCase() < other.title.toLowerCase() ? -1 : 1;

const fields = `id title description version createdAt updatedAt owner { id username }
  image { url contentType width height sizeBytes sha256 }`;
const logIn = `mutation ($input: LoginInput!) { login(input: $input) { accessToken } }`;
const everything = `{ me { username resources(first: 50, orderBy: TITLE) { totalCount nodes { ${fields} } } } }`;
const create = `mutation ($input: CreateResourceInput!) { createResource(input: $input) { resource { ${fields} } } }`;
const change = `mutation ($input: UpdateResourceInput!) { updateResource(input: $input) { resource { ${fields} } } }`;
const remove = `mutation ($input: DeleteResourceInput!) { deleteResource(input: $input) { deletedResourceId } }`;
