import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { graphql } from '../../generated/gql.ts';
import type { ShownResourceFragment, UpdateResourceInput } from '../../generated/graphql.ts';
import { fixture } from '../../support/files.ts';
import { logIn, register } from '../../support/graphql/accounts.ts';
import { createResource, deleteResource, oneResource, updateResource } from '../../support/graphql/documents.ts';
import { requireValue, type SendRequest } from '../../support/graphql/request.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import { uniqueName, usersAt } from '../../support/systems/users.ts';

/** The gateway of a supergraph that runs elsewhere, such as in containers. */
const elsewhere = process.env.SUPERGRAPH_URL;

let system: Pick<System, 'request' | 'as' | 'signUp' | 'stop'>;
beforeAll(async () => {
  system = elsewhere ? { ...usersAt(elsewhere), stop: async () => {} } : await startSystem();
});
afterAll(() => system.stop());

const kinds = [
  { kind: 'PNG', file: 'four-colours.png', contentType: 'image/png', replacement: 'four-colours.gif' },
  { kind: 'JPEG', file: 'four-colours.jpg', contentType: 'image/jpeg', replacement: 'four-colours.png' },
  { kind: 'GIF', file: 'four-colours.gif', contentType: 'image/gif', replacement: 'four-colours.jpg' },
];

describe.each(kinds)('the mission, with a $kind', ({ file, contentType, replacement }) => {
  const username = uniqueName();
  const password = 'correct horse battery staple';
  let ada: SendRequest;
  let resource: ShownResourceFragment;

  test('creates nothing without a token', async () => {
    const error = await system.request.error(createResource, { input: { title: 'Early', image: imageOf(file) } });
    expect(error).toEqual({ code: 'UNAUTHENTICATED', reason: 'MISSING' });
  });

  test('a user registers and logs in', async () => {
    await system.request.data(register, { input: { username, password } });
    const { login } = await system.request.data(logIn, { input: { username: username.toUpperCase(), password } });
    expect(login).toMatchObject({ tokenType: 'Bearer', expiresIn: 900, user: { username } });
    ada = system.as(requireValue(login).accessToken);
  });

  test('the user creates a resource with an image', async () => {
    const input = { title: '  Four colours ', description: 'A flag of none', image: imageOf(file) };
    resource = requireValue((await ada.data(createResource, { input })).createResource).resource;
    expect(resource).toMatchObject({
      title: 'Four colours',
      description: 'A flag of none',
      version: 1,
      owner: { username },
      image: { contentType, width: 32, height: 24, sizeBytes: fixture(file).length, sha256: sha256(fixture(file)) },
    });
  });

  test('anyone can fetch the image from its URL, byte for byte', async () => {
    const { bytes, type } = await fetchImage(resource.image.url);
    expect(type).toBe(contentType);
    expect(bytes.equals(fixture(file))).toBe(true);
    expect(await cornerColours(bytes)).toEqual(['red', 'green', 'blue', 'white']);
  });

  test('the owner changes the title and the description, and the image stays', async () => {
    const changed = await update(ada, { id: resource.id, title: 'Renamed', description: null, expectedVersion: 1 });
    expect(changed).toMatchObject({ title: 'Renamed', description: null, version: 2, image: resource.image });
  });

  test('the owner replaces the image, which keeps its URL', async () => {
    const changed = await update(ada, { id: resource.id, image: imageOf(replacement) });
    expect(changed.image).toMatchObject({ url: resource.image.url, sha256: sha256(fixture(replacement)) });
    expect(changed).toMatchObject({ title: 'Renamed', version: 3 });
    expect((await fetchImage(resource.image.url)).bytes.equals(fixture(replacement))).toBe(true);
  });

  test('a list joins fields of both subgraphs', async () => {
    const { me, resources } = await ada.data(joined);
    expect(me?.resources?.totalCount).toBe(1);
    expect(resources?.nodes).toEqual([{ title: 'Renamed', owner: { username } }]);
  });

  test('another user cannot see, change or delete it', async () => {
    const { request: bob } = await system.signUp();
    expect(await bob.data(seenByBob, { id: resource.id })).toEqual({ resource: null, resources: { totalCount: 0 } });
    const { id } = resource;
    expect(await bob.error(updateResource, { input: { id, title: 'Mine' } })).toEqual({ code: 'NOT_FOUND' });
    expect(await bob.error(deleteResource, { input: { id } })).toEqual({ code: 'NOT_FOUND' });
    const { resource: still } = await ada.data(oneResource, { id });
    expect(still).toMatchObject({ title: 'Renamed', version: 3 });
  });

  test('the owner deletes it, and the image is deleted', async () => {
    const deleted = await ada.data(deleteResource, { input: { id: resource.id } });
    expect(deleted).toEqual({ deleteResource: { deletedResourceId: resource.id } });
    expect((await fetch(resource.image.url)).status).toBe(404);
    expect(await ada.data(oneResource, { id: resource.id })).toEqual({ resource: null });
  });
});

const seenByBob = graphql(`
  query SeenByBob($id: ID!) { resource(id: $id) { id } resources { totalCount } }
`);

const joined = graphql(`
  query Joined { me { resources { totalCount } } resources { nodes { title owner { username } } } }
`);

async function update(request: SendRequest, input: UpdateResourceInput): Promise<ShownResourceFragment> {
  return requireValue((await request.data(updateResource, { input })).updateResource).resource;
}

function imageOf(file: string) {
  return { data: fixture(file).toString('base64') };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function fetchImage(url: string): Promise<{ bytes: Buffer; type: string | null }> {
  const response = await fetch(url);
  return { bytes: Buffer.from(await response.arrayBuffer()), type: response.headers.get('content-type') };
}

const colours = { red: [224, 49, 49], green: [47, 158, 68], blue: [25, 113, 194], white: [255, 255, 255] };

/** Names the colours in the middle of the four fields. JPEG changes them slightly. */
async function cornerColours(bytes: Buffer): Promise<(string | undefined)[]> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
  const isNear = (a: number[], b: number[]) => a.every((value, index) => Math.abs(value - (b[index] ?? 999)) <= 2);
  return [at(8, 6), at(24, 6), at(8, 18), at(24, 18)].map(
    (pixel) => Object.entries(colours).find(([, colour]) => isNear(pixel, colour))?.[0],
  );
}
