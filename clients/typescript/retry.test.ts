import { afterAll, beforeAll, expect, test } from 'vitest';
import { given } from '../../tests/support/ask.ts';
import { titles } from '../../tests/support/documents.ts';
import { deadUrl } from '../../tests/support/servers.ts';
import { fixture, type Person, type System, startSystem } from '../../tests/support/system.ts';
import { type ClientSettings, createClient, memoryStore } from './index.ts';
import { backoff } from './retry.ts';
import { type Fault, refusal, startProxy } from './testing/proxy.ts';

let system: System;
let ada: Person;
beforeAll(async () => {
  system = await startSystem();
  ada = await system.signUp();
});
afterAll(() => system.stop());

const png = new Uint8Array(fixture('four-colours.png'));
const soon = { attempts: 5, firstMs: 1, longestMs: 1_000 };

/** Ada's client behind a proxy, which tries again at once. */
async function behindProxy(settings: Partial<ClientSettings> = {}) {
  const proxy = await startProxy(system.gateway);
  const tokens = memoryStore({ accessToken: ada.token, refreshToken: ada.refreshToken });
  return { proxy, client: createClient({ url: proxy.url, tokens, retry: soon, ...settings }) };
}

const titled = async (title: string) => {
  const { resources } = await ada.ask.data(titles, { filter: { search: title } });
  return given(resources).nodes.length;
};

const away: [string, Fault][] = [
  ['that is cut off', 'CUT'],
  ['whose answer is lost', 'LOSE_ANSWER'],
  ['that a proxy answers with 502', { status: 502, body: '<html>Bad Gateway</html>' }],
  ['that finds the service away', refusal('SERVICE_UNAVAILABLE')],
  ['that finds the image service away', refusal('IMAGE_SERVICE_UNAVAILABLE')],
  ['that finds itself under way', refusal('CONFLICT', { reason: 'IN_PROGRESS' })],
];

test.each(away)('a create %s is tried again with the same key, and creates one', async (what, fault) => {
  const { client, proxy } = await behindProxy();
  proxy.next([fault, fault]);
  const { title } = await client.create({ title: what, image: png });
  expect(title).toBe(what);
  const keys = proxy.seen.map(({ variables }) => (variables.input as { idempotencyKey: string }).idempotencyKey);
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(await titled(what)).toBe(1);
});

test('two creates have two keys, and a key that is given is kept', async () => {
  const { client, proxy } = await behindProxy();
  const first = await client.create({ title: 'Twice', image: png });
  const second = await client.create({ title: 'Twice', image: png });
  expect(second.id).not.toBe(first.id);
  const kept = await client.create({ title: 'Twice', image: png, idempotencyKey: 'mine' });
  expect(await client.create({ title: 'Twice', image: png, idempotencyKey: 'mine' })).toEqual(kept);
  expect(proxy.seen).toHaveLength(4);
});

test('the last failure is handed on when there have been enough attempts', async () => {
  const { client, proxy } = await behindProxy({ retry: { ...soon, attempts: 3 } });
  proxy.next(['CUT', 'CUT', 'CUT']);
  await expect(client.me()).rejects.toMatchObject({ name: 'ConnectionError' });
  expect(proxy.seen).toHaveLength(3);
  proxy.next([refusal('SERVICE_UNAVAILABLE'), refusal('SERVICE_UNAVAILABLE'), { status: 503, body: 'full' }]);
  await expect(client.me()).rejects.toMatchObject({ name: 'AnswerError', status: 503 });
});

test('what was refused for what it is is not tried again', async () => {
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

test('a change that may have been made is not made again', async () => {
  const { client, proxy } = await behindProxy();
  const id = await ada.create();
  proxy.next(['LOSE_ANSWER']);
  await expect(client.update({ id, title: 'Changed' })).rejects.toMatchObject({ name: 'ConnectionError' });
  expect(await client.get(id)).toMatchObject({ title: 'Changed', version: 2 });
});

test('a change that was certainly not made is made again', async () => {
  const { client, proxy } = await behindProxy();
  const id = await ada.create();
  proxy.next([refusal('CONFLICT', { reason: 'IN_PROGRESS' })]);
  expect(await client.update({ id, title: 'Changed' })).toMatchObject({ title: 'Changed', version: 2 });
  proxy.next([refusal('CONFLICT', { reason: 'VERSION_PASSED', currentVersion: 9 })]);
  await expect(client.update({ id, title: 'Again' })).rejects.toMatchObject({ currentVersion: 9 });
});

test('a delete whose answer was lost has deleted, and one of nothing has not', async () => {
  const { client, proxy } = await behindProxy();
  const id = await ada.create();
  proxy.next(['LOSE_ANSWER']);
  await client.delete(id);
  expect(proxy.seen).toHaveLength(2);
  await expect(client.delete(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a delete of what somebody else has just deleted says so', async () => {
  const { client, proxy } = await behindProxy();
  proxy.next([refusal('CONFLICT', { reason: 'IN_PROGRESS' })]);
  await expect(client.delete('nothing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('a mutation of any kind is tried again only where it is said to be repeatable', async () => {
  const { client, proxy } = await behindProxy();
  const text = 'mutation Any { logoutEverywhere { loggedOut } }';
  proxy.next(['CUT']);
  await expect(client.execute(text)).rejects.toMatchObject({ name: 'ConnectionError' });
  proxy.next(['CUT', refusal('FORBIDDEN')]);
  const failures: unknown[] = [];
  const options = { repeatable: 'anything', onRetry: (error: unknown) => void failures.push(error) } as const;
  await expect(client.execute(text, {}, options)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(failures).toMatchObject([{ name: 'ConnectionError' }]);
});

test('a short limit of the rate is waited for, and a long one handed on', async () => {
  const { client, proxy } = await behindProxy();
  const { username, password } = ada;
  proxy.next([refusal('RATE_LIMITED', { retryAfterSeconds: 1 })]);
  expect(await client.logIn({ username, password })).toMatchObject({ username });
  proxy.next([refusal('RATE_LIMITED', { retryAfterSeconds: 2 })]);
  await expect(client.logIn({ username, password })).rejects.toMatchObject({ retryAfterSeconds: 2 });
  expect(proxy.seen).toHaveLength(3);
});

test('who takes too long to answer is asked again', async () => {
  const { client, proxy } = await behindProxy({ timeoutMs: 2_000 });
  proxy.next(['HANG']);
  expect(await client.me()).toMatchObject({ username: ada.username });
  expect(proxy.seen).toHaveLength(2);
});

test('where nothing listens no answer comes', async () => {
  const client = createClient({ url: await deadUrl(), retry: soon });
  await expect(client.me()).rejects.toMatchObject({ name: 'ConnectionError', cause: expect.any(Error) });
});

test('an abort ends a request, and a wait, with its reason', async () => {
  const { client, proxy } = await behindProxy({ retry: { ...soon, firstMs: 1_000_000, longestMs: 1_000_000 } });
  const during = new AbortController();
  proxy.next(['HANG']);
  const request = client.me({ signal: during.signal });
  while (proxy.seen.length === 0) await new Promise(setImmediate);
  during.abort(new Error('enough'));
  await expect(request).rejects.toThrow('enough');

  const waiting = new AbortController();
  proxy.next(['CUT']);
  const onRetry = () => void setImmediate(() => waiting.abort(new Error('no more')));
  const wait = client.execute('{ me { id } }', {}, { signal: waiting.signal, onRetry });
  await expect(wait).rejects.toThrow('no more');
  await expect(client.me({ signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  expect(proxy.seen).toHaveLength(2);
});

test('waits double up to the longest, each from half of it to all of it by chance', () => {
  const settings = { attempts: 9, firstMs: 100, longestMs: 1_000 };
  expect([1, 2, 3, 4, 5, 9].map((attempt) => backoff(attempt, settings, 1))).toEqual([
    100, 200, 400, 800, 1_000, 1_000,
  ]);
  expect([1, 2, 5].map((attempt) => backoff(attempt, settings, 0))).toEqual([50, 100, 500]);
});
