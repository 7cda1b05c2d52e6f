import { once } from 'node:events';
import { request as startRequest } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { maxImageBytes } from '../../../schema/error-codes.ts';
import { fixture } from '../../support/files.ts';
import { createPersonalAccessToken, logIn } from '../../support/graphql/accounts.ts';
import { createResource, resourceCount, updateResource } from '../../support/graphql/documents.ts';
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

/** An image of as many bytes as phones make, none of which are metadata. */
const base64Of = async (bytes: number) => (await pngOfSize(bytes)).toString('base64');

const tooLarge = { code: 'IMAGE_TOO_LARGE', maxBytes: maxImageBytes };

describe('JSON with an image that is too large for the image service', { timeout: 60_000 }, () => {
  test.each([1_000_000, 12_000_000, 16 * 2 ** 20])('of %i bytes is IMAGE_TOO_LARGE with the limit', async (bytes) => {
    const input = { title: 'photo', image: { data: await base64Of(bytes) } };
    const { status, errors } = await ada.request(createResource, { input });
    expect([status, errors.map(({ extensions }) => extensions)]).toEqual([200, [tooLarge]]);
  });

  test('is IMAGE_TOO_LARGE in an update', async () => {
    const id = await ada.create();
    const { errors } = await ada.request(updateResource, { input: { id, image: { data: await base64Of(5_000_000) } } });
    expect(errors.map(({ extensions }) => extensions)).toEqual([tooLarge]);
  });

  test('is IMAGE_TOO_LARGE with a personal access token', async () => {
    const { data } = await ada.request(createPersonalAccessToken, {
      input: { name: 'uploads', scopes: ['resources:write', 'resources:read'] },
    });
    const token = data?.createPersonalAccessToken?.token ?? '';
    const input = { title: 'photo', image: { data: await base64Of(5_000_000) } };
    const { errors } = await system.as(token)(createResource, { input });
    expect(errors.map(({ extensions }) => extensions)).toEqual([tooLarge]);
  });
});

test('a photo of which only metadata is too large is stored', { timeout: 60_000 }, async () => {
  const photo = Buffer.concat([fixture('four-colours.jpg'), Buffer.alloc(12_000_000, 'the film of a motion photo')]);
  const input = { title: 'photo', image: { data: photo.toString('base64') } };
  expect((await ada.request(createResource, { input })).errors).toEqual([]);
});

test.each([
  ['no token', {}, { status: 413, extensions: { code: 'PAYLOAD_TOO_LARGE', maxBytes: 2 ** 20, maxImageBytes } }],
  [
    'an invalid token',
    { authorization: 'Bearer eyJhbGciOiJSUzI1NiJ9.e30.AAAA' },
    { status: 401, extensions: { code: 'UNAUTHENTICATED', reason: 'INVALID' } },
  ],
])('a body of 12 MB with %s is rejected before any of it is sent', async (_, headers, rejected) => {
  const sending = startRequest(system.gateway, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': '12000000', ...headers },
  });
  onTestFinished(() => void sending.destroy());
  sending.on('error', () => {});
  sending.flushHeaders();
  const [response] = await once(sending, 'response');
  const body = (await json(response)) as { errors: { extensions: object }[] };
  expect({ status: response.statusCode, extensions: body.errors[0]?.extensions }).toEqual(rejected);
});

test('a password of 3 MB is BAD_USER_INPUT, because auth takes no uploads', async () => {
  const input = { username: ada.username, password: 'x'.repeat(3_000_000) };
  const { errors } = await ada.request(logIn, { input });
  expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT' }]);
});

test('lists are answered while photos are uploaded, and uploads beyond two of an address try again later', {
  timeout: 120_000,
}, async () => {
  const body = JSON.stringify({
    query: String(createResource),
    variables: { input: { title: 'photo', image: { data: await base64Of(12_000_000) } } },
  });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${ada.accessToken}` };
  const uploads = Array.from({ length: 8 }, async () => {
    const response = await fetch(system.gateway, { method: 'POST', headers, body });
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    return [response.status, errors[0]?.extensions.code, response.headers.get('retry-after')];
  });
  for (let time = 1; time <= 20; time++) expect((await ada.request(resourceCount)).status).toBe(200);
  const outcomes = await Promise.all(uploads);
  const unavailable = [503, 'SERVICE_UNAVAILABLE', '2'];
  expect(outcomes).toContainEqual([200, 'IMAGE_TOO_LARGE', null]);
  expect(outcomes).toContainEqual(unavailable);
  for (const outcome of outcomes) expect([unavailable, [200, 'IMAGE_TOO_LARGE', null]]).toContainEqual(outcome);
});
