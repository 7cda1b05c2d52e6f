import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixture } from '../../tests/support/files.ts';
import { titles } from '../../tests/support/graphql/documents.ts';
import { requireValue } from '../../tests/support/graphql/request.ts';
import { deadUrl } from '../../tests/support/http/servers.ts';
import { type System, startSystem } from '../../tests/support/systems/system.ts';
import type { TestUser } from '../../tests/support/systems/users.ts';
import { type ClientSettings, createClient, memoryStore } from './index.ts';
import { backoff } from './retry.ts';
import { errorResponse, type Fault, startProxy } from './testing/proxy.ts';

let system: System;
let ada: TestUser;
beforeAll(async () => {
  system = await startSystem();
  ada = await system.signUp();
});
afterAll(() => system.stop());

const png = new Uint8Array(fixture('four-colours.png'));
const fastRetry = { attempts: 5, firstMs: 1, longestMs: 1_000 };

/** Ada's client behind a proxy, with nearly immediate retries. */
async function behindProxy(settings: Partial<ClientSettings> = {}) {
  const proxy = await startProxy(system.gateway);
  const tokens = memoryStore({ accessToken: ada.accessToken, refreshToken: ada.refreshToken });
  return { proxy, client: createClient({ url: proxy.url, tokens, retry: fastRetry, ...settings }) };
}

const countByTitle = async (title: string) => {
  const { resources } = await ada.request.data(titles, { filter: { search: title } });
  return requireValue(resources).nodes.length;
};

const transientFaults: [string, Fault][] = [
  ['after a closed connection', 'CUT'],
  ['after a lost response', 'LOSE_RESPONSE'],
  ['after a 502 of a proxy', { status: 502, body: '<html>Bad Gateway</html>' }],
  ['after SERVICE_UNAVAILABLE', errorResponse('SERVICE_UNAVAILABLE')],
  ['after IMAGE_SERVICE_UNAVAILABLE', errorResponse('IMAGE_SERVICE_UNAVAILABLE')],
  ['after CONFLICT with IN_PROGRESS', errorResponse('CONFLICT', { reason: 'IN_PROGRESS' })],
];

test.each(transientFaults)('retries a create %s with the same key, and creates one resource', async (title, fault) => {
  const { client, proxy } = await behindProxy();
  proxy.next([fault, fault]);
  expect(await client.create({ title, image: png })).toMatchObject({ title });
  const keys = proxy.seen.map(({ variables }) => (variables.input as { idempotencyKey: string }).idempotencyKey);
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(await countByTitle(title)).toBe(1);
});

test('two creates use two random keys, and an explicit key is used as it is', async () => {
  const { client, proxy } = await behindProxy();
  const first = await client.create({ title: 'Twice', image: png });
  const second = await client.create({ title: 'Twice', image: png });
  expect(second.id).not.toBe(first.id);
  const keyed = await client.create({ title: 'Twice', image: png, idempotencyKey: 'mine' });
  expect(await client.create({ title: 'Twice', image: png, idempotencyKey: 'mine' })).toEqual(keyed);
  expect(proxy.seen).toHaveLength(4);
});

test('throws the last failure after the last attempt', async () => {
  const { client, proxy } = await behindProxy({ retry: { ...fastRetry, attempts: 3 } });
  proxy.next(['CUT', 'CUT', 'CUT']);
  await expect(client.me()).rejects.toMatchObject({ name: 'ConnectionError' });
  expect(proxy.seen).toHaveLength(3);
  proxy.next([
    errorResponse('SERVICE_UNAVAILABLE'),
    errorResponse('SERVICE_UNAVAILABLE'),
    { status: 503, body: 'full' },
  ]);
  await expect(client.me()).rejects.toMatchObject({ name: 'AnswerError', status: 503 });
});

test('does not retry permanent failures', async () => {
  const { client, proxy } = await behindProxy();
  await expect(client.create({ title: '', image: png })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  proxy.next([{ status: 404, body: 'nothing here' }]);
  await expect(client.me()).rejects.toMatchObject({ name: 'AnswerError', status: 404 });
  proxy.next([{ body: '"text"' }]);
  await expect(client.me()).rejects.toMatchObject({ name: 'AnswerError' });
  proxy.next([{ body: '{"data":null}' }]);
  await expect(client.me()).rejects.toMatchObject({ name: 'AnswerError' });
  expect(proxy.seen).toHaveLength(4);
});

test('does not retry an update whose response was lost', async () => {
  const { client, proxy } = await behindProxy();
  const id = await ada.create();
  proxy.next(['LOSE_RESPONSE']);
  await expect(client.update({ id, title: 'Changed' })).rejects.toMatchObject({ name: 'ConnectionError' });
  expect(await client.get(id)).toMatchObject({ title: 'Changed', version: 2 });
});

test('retries an update that was certainly not executed', async () => {
  const { client, proxy } = await behindProxy();
  const id = await ada.create();
  proxy.next([errorResponse('CONFLICT', { reason: 'IN_PROGRESS' })]);
  expect(await client.update({ id, title: 'Changed' })).toMatchObject({ title: 'Changed', version: 2 });
  proxy.next([errorResponse('CONFLICT', { reason: 'VERSION_PASSED', currentVersion: 9 })]);
  await expect(client.update({ id, title: 'Again' })).rejects.toMatchObject({ currentVersion: 9 });
});

test('a delete succeeds when NOT_FOUND follows a lost response, and throws NOT_FOUND otherwise', async () => {
  const { client, proxy } = await behindProxy();
  const id = await ada.create();
  proxy.next(['LOSE_RESPONSE']);
  await client.delete(id);
  expect(proxy.seen).toHaveLength(2);
  await expect(client.delete(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a delete throws NOT_FOUND when it follows IN_PROGRESS', async () => {
  const { client, proxy } = await behindProxy();
  proxy.next([errorResponse('CONFLICT', { reason: 'IN_PROGRESS' })]);
  await expect(client.delete('nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('retries a custom mutation only if it is declared repeatable', async () => {
  const { client, proxy } = await behindProxy();
  const text = 'mutation Any { logoutEverywhere { loggedOut } }';
  proxy.next(['CUT']);
  await expect(client.execute(text)).rejects.toMatchObject({ name: 'ConnectionError' });
  proxy.next(['CUT', errorResponse('FORBIDDEN')]);
  const failures: unknown[] = [];
  const options = { repeatable: 'anything', onRetry: (error: unknown) => void failures.push(error) } as const;
  await expect(client.execute(text, {}, options)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(failures).toMatchObject([{ name: 'ConnectionError' }]);
});

test('waits for a short RATE_LIMITED, and throws a long one', async () => {
  const { client, proxy } = await behindProxy();
  const { username, password } = ada;
  proxy.next([errorResponse('RATE_LIMITED', { retryAfterSeconds: 1 })]);
  expect(await client.logIn({ username, password })).toMatchObject({ username });
  proxy.next([errorResponse('RATE_LIMITED', { retryAfterSeconds: 2 })]);
  await expect(client.logIn({ username, password })).rejects.toMatchObject({ retryAfterSeconds: 2 });
  expect(proxy.seen).toHaveLength(3);
});

test('retries after a timeout', async () => {
  const { client, proxy } = await behindProxy({ timeoutMs: 2_000 });
  proxy.next(['HANG']);
  expect(await client.me()).toMatchObject({ username: ada.username });
  expect(proxy.seen).toHaveLength(2);
});

test('throws ConnectionError when nothing listens', async () => {
  const client = createClient({ url: await deadUrl(), retry: fastRetry });
  await expect(client.me()).rejects.toMatchObject({ name: 'ConnectionError', cause: expect.any(Error) });
});

test('an abort rejects a request or a wait with the signal’s reason', async () => {
  const { client, proxy } = await behindProxy({ retry: { ...fastRetry, firstMs: 1_000_000, longestMs: 1_000_000 } });
  const during = new AbortController();
  proxy.next(['HANG']);
  const request = client.me({ signal: during.signal });
  while (proxy.seen.length === 0) await new Promise(setImmediate);
  during.abort(new Error('enough'));
  await expect(request).rejects.toThrow('enough');

  const duringWait = new AbortController();
  proxy.next(['CUT']);
  const onRetry = () => void setImmediate(() => duringWait.abort(new Error('no more')));
  const wait = client.execute('{ me { id } }', {}, { signal: duringWait.signal, onRetry });
  await expect(wait).rejects.toThrow('no more');
  await expect(client.me({ signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  expect(proxy.seen).toHaveLength(2);
});

test('waits double up to the maximum, with jitter from half to all of each', () => {
  const settings = { attempts: 9, firstMs: 100, longestMs: 1_000 };
  expect([1, 2, 3, 4, 5, 9].map((attempt) => backoff(attempt, settings, 1))).toEqual([
    100, 200, 400, 800, 1_000, 1_000,
  ]);
  expect([1, 2, 5].map((attempt) => backoff(attempt, settings, 0))).toEqual([50, 100, 500]);
});

test('onWait is called before each wait, with the failure', async () => {
  const waits: [unknown, number][] = [];
  const onWait = (error: unknown, waitMs: number) => void waits.push([error, waitMs]);
  const { client, proxy } = await behindProxy({ retry: { ...fastRetry, onWait } });
  proxy.next(['CUT', errorResponse('RATE_LIMITED', { retryAfterSeconds: 0 })]);
  await client.me();
  expect(waits).toMatchObject([
    [{ name: 'ConnectionError' }, expect.any(Number)],
    [{ code: 'RATE_LIMITED' }, 0],
  ]);
});
