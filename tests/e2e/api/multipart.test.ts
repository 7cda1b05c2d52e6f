import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { trustFrom } from '../../../gateway/trusted-documents/environment.ts';
import { maxImageBytes } from '../../../schema/error-codes.ts';
import { fixture } from '../../support/files.ts';
import { createPersonalAccessToken } from '../../support/graphql/accounts.ts';
import { createResource, resourceCount, updateResource } from '../../support/graphql/documents.ts';
import type { ResponseError } from '../../support/graphql/request.ts';
import { pngOfSize } from '../../support/pngs.ts';
import { type System, startSystem } from '../../support/systems/system.ts';
import type { TestUser } from '../../support/systems/users.ts';

let system: System;
let ada: TestUser;
beforeAll(async () => {
  system = await startSystem();
  ada = await system.signUp();
});
afterAll(() => system.stop());

const png = fixture('four-colours.png');
const jpeg = fixture('four-colours.jpg');

interface Sent {
  operations: object;
  file?: Buffer;
  token?: string;
  headers?: Record<string, string>;
  gateway?: string;
}

async function send({ operations, file = png, token, headers = {}, gateway = system.gateway }: Sent) {
  const form = new FormData();
  form.append('operations', JSON.stringify(operations));
  form.append('map', '{"0":["variables.input.image.data"]}');
  form.append('0', new Blob([new Uint8Array(file)]), 'photo.png');
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(gateway, { method: 'POST', body: form, headers: { ...authorization, ...headers } });
  const {
    data,
    errors = [],
    extensions,
  } = (await response.json()) as {
    data?: Record<string, { resource: { id: string; image: { url: string } } } | null>;
    errors?: ResponseError[];
    extensions?: object;
  };
  return { status: response.status, data, errors: errors.map((error) => error.extensions), extensions };
}

const inputWith = (fields: object) => ({ ...fields, image: { data: null } });
const create = { query: String(createResource), variables: { input: inputWith({ title: 'A file' }) } };

/** A document of the manifest that creates a resource. */
const trustedCreate = () => {
  const manifest = JSON.parse(readFileSync(new URL('../../../trusted-documents.json', import.meta.url), 'utf8'));
  return Object.values<string>(manifest).find((text) => text.includes('createResource(input: $input)')) ?? '';
};

const storedAt = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer());

describe('a file', () => {
  test('is stored byte for byte by createResource', async () => {
    const query =
      'mutation ($input: CreateResourceInput!) { createResource(input: $input) { resource { id image { url } } } }';
    const { data, errors } = await send({ operations: { ...create, query }, token: ada.accessToken });
    expect(errors).toEqual([]);
    expect(png.equals(await storedAt(data?.createResource?.resource.image.url ?? ''))).toBe(true);
  });

  test('replaces an image by updateResource', async () => {
    const id = await ada.create();
    const operations = { query: String(updateResource), variables: { input: inputWith({ id }) } };
    const { errors } = await send({ operations, file: jpeg, token: ada.accessToken });
    expect(errors).toEqual([]);
  });

  test('that is too large for the image service is IMAGE_TOO_LARGE with the limit', { timeout: 60_000 }, async () => {
    for (const bytes of [1_000_000, 16 * 2 ** 20]) {
      const file = await pngOfSize(bytes);
      const { status, errors } = await send({ operations: create, file, token: ada.accessToken });
      expect([status, errors]).toEqual([200, [{ code: 'IMAGE_TOO_LARGE', maxBytes: maxImageBytes }]]);
    }
  });

  test('over the limit of uploads is PAYLOAD_TOO_LARGE with both limits', async () => {
    const file = Buffer.alloc(17 * 2 ** 20);
    const { status, errors } = await send({ operations: create, file, token: ada.accessToken });
    expect([status, errors]).toEqual([413, [{ code: 'PAYLOAD_TOO_LARGE', maxBytes: 16_842_752, maxImageBytes }]]);
  });

  test('over 1 MiB without a token is PAYLOAD_TOO_LARGE', async () => {
    const headers = { 'apollo-require-preflight': '1' };
    const { status, errors } = await send({ operations: create, file: Buffer.alloc(2 ** 20), headers });
    expect([status, errors]).toEqual([413, [{ code: 'PAYLOAD_TOO_LARGE', maxBytes: 2 ** 20, maxImageBytes }]]);
  });

  test('without a token is UNAUTHENTICATED', async () => {
    const { status, errors } = await send({ operations: create, headers: { 'apollo-require-preflight': '1' } });
    expect([status, errors]).toEqual([200, [{ code: 'UNAUTHENTICATED', reason: 'MISSING' }]]);
  });

  test('without bytes is UNSUPPORTED_IMAGE', async () => {
    const { errors } = await send({ operations: create, file: Buffer.alloc(0), token: ada.accessToken });
    expect(errors).toEqual([{ code: 'UNSUPPORTED_IMAGE' }]);
  });

  test('is taken with a personal access token', async () => {
    const { data } = await ada.request(createPersonalAccessToken, {
      input: { name: 'files', scopes: ['resources:write', 'resources:read'] },
    });
    const token = data?.createPersonalAccessToken?.token ?? '';
    expect((await send({ operations: create, token })).errors).toEqual([]);
  });

  test('is taken with the cost of its operation', async () => {
    const headers = { 'x-graphql-cost': '1' };
    const { extensions } = await send({ operations: create, token: ada.accessToken, headers });
    expect(extensions).toEqual({ cost: expect.anything() });
  });

  test('is taken with an automatic persisted query', async () => {
    const query = `${create.query} # ${crypto.randomUUID()}`;
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    const { variables } = create;
    const unknown = await send({ operations: { variables, extensions }, token: ada.accessToken });
    expect(unknown.errors).toEqual([{ code: 'PERSISTED_QUERY_NOT_FOUND' }]);
    expect((await send({ operations: { query, variables, extensions }, token: ada.accessToken })).errors).toEqual([]);
    expect((await send({ operations: { variables, extensions }, token: ada.accessToken })).errors).toEqual([]);
  });
});

test('a batch of files is not executed', async () => {
  const before = await ada.request.data(resourceCount);
  const { status, errors } = await send({ operations: [create, create], token: ada.accessToken });
  expect([status, errors]).toEqual([400, [{ code: 'BAD_REQUEST' }]]);
  expect(await ada.request.data(resourceCount)).toEqual(before);
});

test('where only trusted documents run, a file is taken with one, and with no other', { timeout: 60_000 }, async () => {
  const trust = trustFrom({ TRUSTED_DOCUMENTS: 'only' });
  const strict = await startSystem({}, { trust });
  onTestFinished(() => strict.stop());
  expect(await send({ operations: create, token: ada.accessToken, gateway: strict.gateway })).toMatchObject({
    status: 400,
    errors: [{ code: 'QUERY_NOT_IN_SAFELIST' }],
  });
  const trusted = { ...create, query: trustedCreate() };
  const { status, errors } = await send({ operations: trusted, token: ada.accessToken, gateway: strict.gateway });
  // The token is of another system: the document ran.
  expect([status, errors]).toEqual([200, [{ code: 'UNAUTHENTICATED', reason: 'INVALID' }]]);
});
