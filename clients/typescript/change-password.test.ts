import { afterAll, beforeAll, expect, test } from 'vitest';
import { type System, startSystem } from '../../tests/support/systems/system.ts';
import { createClient, memoryStore, type TokenStore, type Tokens } from './index.ts';
import { deferred, errorResponse, startProxy } from './testing/proxy.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const expired = errorResponse('UNAUTHENTICATED', { reason: 'EXPIRED' });
const retry = { attempts: 3, firstMs: 1, longestMs: 10 };
const newPassword = 'another horse battery';

/** Ada's client behind a proxy, which delays the response to her password change until `respond`. */
async function behindProxy<Store extends TokenStore>(toStore: (tokens: Tokens) => Store) {
  const ada = await system.signUp();
  const before = { accessToken: ada.accessToken, refreshToken: ada.refreshToken };
  const tokens = toStore(before);
  const proxy = await startProxy(system.gateway);
  const ends: string[] = [];
  const open = (name: string) =>
    createClient({ url: proxy.url, tokens, retry, onSessionEnd: () => void ends.push(name) });
  const client = open('ended');
  const { promise: after, resolve: respond } = deferred();
  const change = () => {
    proxy.next([{ after }], 'ChangePassword');
    return client.changePassword({ currentPassword: ada.password, newPassword });
  };
  const executed = (name: string) => expect.poll(() => proxy.executed).toContain(name);
  return { ada, before, tokens, proxy, ends, open, client, change, respond, executed };
}

/** A store with slow reads and slower writes, such as a database. */
function slowStore(tokens: Tokens): TokenStore & { sets: number } {
  const inner = memoryStore(tokens);
  const delay = (durationMs: number) => new Promise((resolve) => setTimeout(resolve, durationMs));
  return {
    sets: 0,
    async get() {
      const now = await inner.get();
      await delay(20);
      return now;
    },
    async set(next) {
      this.sets += 1;
      await delay(200);
      await inner.set(next);
    },
  };
}

test('a refresh rejected because of a password change waits for the new tokens and uses them', async () => {
  const { ada, proxy, ends, client, tokens, change, respond, executed } = await behindProxy(memoryStore);
  const changed = change();
  await executed('ChangePassword');
  proxy.next([expired], 'Me');
  const user = client.me();
  const refreshed = client.refresh();
  await executed('RefreshSession');
  respond();
  await changed;
  expect(await user).toMatchObject({ username: ada.username });
  expect([await refreshed, ends]).toEqual([true, []]);
  expect(proxy.seen.at(-1)?.authorization).toBe(`Bearer ${(await tokens.get())?.accessToken}`);
  expect(await client.refresh()).toBe(true);
});

test('a session that ends during a rejected password change is reported once', async () => {
  const { proxy, ends, client, before, tokens, executed } = await behindProxy(memoryStore);
  const { promise: after, resolve: rejectChange } = deferred();
  await createClient({ url: system.gateway, tokens: memoryStore(before) }).logOutEverywhere();
  proxy.next([{ after }], 'ChangePassword');
  const changed = client.changePassword({ currentPassword: 'wrong horse battery', newPassword });
  await executed('ChangePassword');
  const refreshed = client.refresh();
  await executed('RefreshSession');
  rejectChange();
  await expect(changed).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect([await refreshed, ends, await tokens.get()]).toEqual([false, ['ended'], undefined]);
});

test('new tokens of a password change are stored after another client has cleared the store', async () => {
  const { ada, client, open, ends, change, respond, executed } = await behindProxy(memoryStore);
  const changed = change();
  await executed('ChangePassword');
  expect(await open('ended in the other client').refresh()).toBe(false);
  respond();
  await changed;
  expect(await client.me()).toMatchObject({ username: ada.username });
  expect([await client.refresh(), ends]).toEqual([true, ['ended in the other client']]);
});

test('new tokens of a password change are dropped after this client has logged out', async () => {
  const { client, tokens, change, respond, executed } = await behindProxy(memoryStore);
  const changed = change();
  await executed('ChangePassword');
  await client.logOut();
  respond();
  await changed;
  expect(await tokens.get()).toBeUndefined();
});

test('new tokens of a password change are dropped after a log-out, even if another client had cleared the store', async () => {
  const { client, open, tokens, change, respond, executed } = await behindProxy(memoryStore);
  const changed = change();
  await executed('ChangePassword');
  expect(await open('ended in the other client').refresh()).toBe(false);
  await client.logOut();
  respond();
  await changed;
  expect(await tokens.get()).toBeUndefined();
});

test('a password change and a refresh that respond together leave valid tokens in a slow store', async () => {
  const { proxy, client, ends, change, respond, executed } = await behindProxy(slowStore);
  const { promise: after, resolve: finishRefresh } = deferred();
  proxy.next([{ after }], 'RefreshSession');
  const refreshed = client.refresh();
  await executed('RefreshSession');
  const changed = change();
  await executed('ChangePassword');
  finishRefresh();
  respond();
  await Promise.all([refreshed, changed]);
  expect([await client.refresh(), ends]).toEqual([true, []]);
});

test('a refresh that responds during a slow write of new tokens does not overwrite them', async () => {
  const { proxy, client, tokens, ends, change, respond, executed } = await behindProxy(slowStore);
  const { promise: after, resolve: finishRefresh } = deferred();
  proxy.next([{ after }], 'RefreshSession');
  const refreshed = client.refresh();
  await executed('RefreshSession');
  const changed = change();
  await executed('ChangePassword');
  respond();
  await expect.poll(() => tokens.sets, { interval: 5 }).toBe(1);
  finishRefresh();
  await Promise.all([refreshed, changed]);
  expect([await client.refresh(), ends]).toEqual([true, []]);
});
