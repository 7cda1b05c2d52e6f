import { afterAll, beforeAll, expect, test } from 'vitest';
import { logOutEverywhere } from '../../tests/support/graphql/accounts.ts';
import { viewer } from '../../tests/support/graphql/documents.ts';
import { type System, startSystem } from '../../tests/support/systems/system.ts';
import { type ClientSettings, createClient, memoryStore, type Tokens } from './index.ts';
import { deferred, errorResponse, startProxy } from './testing/proxy.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const expired = errorResponse('UNAUTHENTICATED', { reason: 'EXPIRED' });
const retry = { attempts: 3, firstMs: 1, longestMs: 1_000 };

/** A new user's client behind a proxy, with its calls of `onSessionEnd`. */
async function behindProxy(settings: Partial<ClientSettings> = {}, at = system) {
  const ada = await at.signUp();
  const proxy = await startProxy(at.gateway);
  const ends: string[] = [];
  const before: Tokens = { accessToken: ada.accessToken, refreshToken: ada.refreshToken };
  const tokens = memoryStore(before);
  const onSessionEnd = () => void ends.push('ended');
  const client = createClient({ url: proxy.url, tokens, retry, onSessionEnd, ...settings });
  const count = (name: string) => proxy.seen.filter(({ operation }) => operation === name).length;
  return { ada, proxy, client, tokens, before, ends, count };
}

test('twenty calls with an expired token make one refresh, and each is repeated once', async () => {
  const { client, proxy, ada, before, tokens, ends, count } = await behindProxy();
  proxy.next(Array(20).fill(expired), 'Me');
  const users = await Promise.all(Array.from({ length: 20 }, () => client.me()));
  expect(users.every(({ username }) => username === ada.username)).toBe(true);
  expect([count('RefreshSession'), count('Me'), ends]).toEqual([1, 40, []]);
  const after = await tokens.get();
  expect(after?.refreshToken).not.toBe(before.refreshToken);
  const last = proxy.seen.slice(-1)[0];
  expect(last?.authorization).toBe(`Bearer ${after?.accessToken}`);
});

test('a token that really expires is refreshed', async () => {
  const shortLived = await startSystem({ accessTokenSeconds: 1 });
  try {
    const ada = await shortLived.signUp();
    const tokens = memoryStore({ accessToken: ada.accessToken, refreshToken: ada.refreshToken });
    const client = createClient({ url: shortLived.gateway, tokens, retry });
    const isExpired = async () => (await ada.request(viewer)).errors[0]?.extensions.reason === 'EXPIRED';
    while (!(await isExpired())) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await client.me()).toMatchObject({ username: ada.username });
    expect((await tokens.get())?.accessToken).not.toBe(ada.accessToken);
  } finally {
    await shortLived.stop();
  }
});

test('a token that is rejected before a large body is read is refreshed', async () => {
  const { client, before, tokens, count } = await behindProxy();
  await tokens.set({ ...before, accessToken: before.accessToken.slice(0, -1) });
  const created = client.create({ title: 'Large', image: new Uint8Array(400_000) });
  await expect(created).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
  expect([count('RefreshSession'), count('CreateResource')]).toEqual([1, 2]);
});

test('a call rejected with the new token too is not repeated again', async () => {
  const { client, proxy, count } = await behindProxy();
  proxy.next([expired, expired], 'Me');
  await expect(client.me()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', reason: 'EXPIRED' });
  expect([count('RefreshSession'), count('Me')]).toEqual([1, 2]);
});

test('onSessionEnd is called once for ten concurrent calls', async () => {
  const { client, ada, tokens, ends, count } = await behindProxy();
  await ada.request.data(logOutEverywhere);
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => client.me()));
  const codes = results.map((result) => (result.status === 'rejected' ? result.reason.code : 'fulfilled'));
  expect(codes).toEqual(Array(10).fill('UNAUTHENTICATED'));
  expect([count('RefreshSession'), ends, await tokens.get()]).toEqual([1, ['ended'], undefined]);
  await expect(client.me()).rejects.toMatchObject({ reason: 'MISSING' });
  expect([count('RefreshSession'), ends]).toEqual([1, ['ended']]);
});

test('a refresh is retried while the service is unavailable, and does not end the session', async () => {
  const { client, proxy, ada, ends, count } = await behindProxy();
  proxy.next([expired], 'Me');
  proxy.next([errorResponse('SERVICE_UNAVAILABLE'), 'LOSE_RESPONSE'], 'RefreshSession');
  expect(await client.me()).toMatchObject({ username: ada.username });
  expect([count('RefreshSession'), ends]).toEqual([3, []]);
});

test('tokens stay stored when a refresh gets no response, and the next call refreshes again', async () => {
  const { client, proxy, ada, before, tokens, ends, count } = await behindProxy();
  proxy.next([expired, expired], 'Me');
  proxy.next(['CUT', 'CUT', 'CUT'], 'RefreshSession');
  await expect(client.me()).rejects.toMatchObject({ name: 'ConnectionError' });
  expect([count('Me'), count('RefreshSession')]).toEqual([1, 3]);
  expect([await tokens.get(), ends]).toEqual([before, []]);
  expect(await client.me()).toMatchObject({ username: ada.username });
  expect([count('Me'), count('RefreshSession')]).toEqual([3, 4]);
});

test('a refresh whose response is lost is repeated by a later call, after the grace period', async () => {
  const strict = await startSystem({
    sessions: { graceSeconds: 0, retrySeconds: 3_600, idleSeconds: 7_200, maxSeconds: 7_200 },
  });
  try {
    const { client, proxy, ada, before, tokens, ends, count } = await behindProxy({}, strict);
    proxy.next([expired, expired], 'Me');
    proxy.next(['LOSE_RESPONSE', 'LOSE_RESPONSE', 'LOSE_RESPONSE'], 'RefreshSession');
    await expect(client.me()).rejects.toMatchObject({ name: 'ConnectionError' });
    expect([await tokens.get(), ends]).toEqual([before, []]);
    expect(await client.me()).toMatchObject({ username: ada.username });
    expect(await client.refresh()).toBe(true);
    expect([count('RefreshSession'), ends]).toEqual([5, []]);
  } finally {
    await strict.stop();
  }
});

test('tokens refreshed by another client of the store are used without a refresh', async () => {
  const { client, proxy, ada, tokens, count } = await behindProxy();
  const other = createClient({ url: system.gateway, tokens });
  const { promise: after, resolve: respond } = deferred();
  proxy.next([{ ...expired, after }], 'Me');
  const user = client.me();
  while (count('Me') === 0) await new Promise(setImmediate);
  expect(await other.refresh()).toBe(true);
  respond();
  expect(await user).toMatchObject({ username: ada.username });
  expect([count('Me'), count('RefreshSession')]).toEqual([2, 0]);
});

test('a log-in during a refresh is not overwritten', async () => {
  const { client, proxy, tokens, count } = await behindProxy();
  const bob = await system.signUp();
  const bobsTokens = { accessToken: bob.accessToken, refreshToken: bob.refreshToken };
  const { promise: after, resolve: respond } = deferred();
  proxy.next([expired], 'Me');
  proxy.next([{ after }], 'RefreshSession');
  const rejected = expect(client.me()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', reason: 'EXPIRED' });
  while (count('RefreshSession') === 0) await new Promise(setImmediate);
  await tokens.set(bobsTokens);
  respond();
  await rejected;
  expect(await tokens.get()).toEqual(bobsTokens);
});

test('an abort rejects its own call, and the refresh continues for other calls', async () => {
  const { client, proxy, ada, count } = await behindProxy();
  const { promise: after, resolve: respond } = deferred();
  proxy.next([expired, expired], 'Me');
  proxy.next([{ after }], 'RefreshSession');
  const controller = new AbortController();
  const impatient = client.me({ signal: controller.signal });
  const patient = client.me();
  while (count('RefreshSession') === 0) await new Promise(setImmediate);
  controller.abort(new Error('enough'));
  await expect(impatient).rejects.toThrow('enough');
  respond();
  expect(await patient).toMatchObject({ username: ada.username });
  expect(count('RefreshSession')).toBe(1);
});

test('a partially executed operation is not repeated', async () => {
  const { client, proxy, count } = await behindProxy();
  const errors = [{ message: 'No.', path: ['b'], extensions: { code: 'UNAUTHENTICATED', reason: 'EXPIRED' } }];
  proxy.next([{ body: JSON.stringify({ data: { a: { done: true }, b: null }, errors }) }]);
  await expect(client.execute('mutation Both { a b }')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect([count('Both'), count('RefreshSession')]).toEqual([1, 0]);
});

test('the lock of a store lets one of its clients refresh at a time', async () => {
  // Without a grace period, a second use of a refresh token would end the session.
  const sessions = { graceSeconds: 0, retrySeconds: 0, idleSeconds: 3_600, maxSeconds: 3_600 };
  const strict = await startSystem({ sessions });
  try {
    const ada = await strict.signUp();
    const proxy = await startProxy(strict.gateway);
    let last: Promise<unknown> = Promise.resolve();
    const lock = <Result>(run: () => Promise<Result>) => {
      const locked = last.then(run);
      last = locked.catch(() => {});
      return locked;
    };
    const { accessToken, refreshToken } = ada;
    const tokens = { ...memoryStore({ accessToken, refreshToken }), lock };
    const clients = Array.from({ length: 3 }, () => createClient({ url: proxy.url, tokens, retry }));
    const { promise, resolve } = deferred();
    proxy.next([expired, expired, expired], 'Me');
    proxy.next([{ after: promise }], 'RefreshSession');
    const users = Promise.all(clients.map((client) => client.me()));
    await expect.poll(() => proxy.seen.length).toBe(4);
    resolve();
    expect((await users).map(({ username }) => username)).toEqual(Array(3).fill(ada.username));
    expect(proxy.seen.filter(({ operation }) => operation === 'RefreshSession')).toHaveLength(1);
  } finally {
    await strict.stop();
  }
});
