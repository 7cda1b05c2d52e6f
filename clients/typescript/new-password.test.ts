import { afterAll, beforeAll, expect, test } from 'vitest';
import { type System, startSystem } from '../../tests/support/system.ts';
import { createClient, memoryStore, type TokenStore, type Tokens } from './index.ts';
import { promised, refusal, startProxy } from './testing/proxy.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const expired = refusal('UNAUTHENTICATED', { reason: 'EXPIRED' });
const retry = { attempts: 3, firstMs: 1, longestMs: 10 };
const newPassword = 'another horse battery';

/** Ada's client behind a proxy, which holds what answers her new password until `answer`. */
async function behindProxy<Store extends TokenStore>(toStore: (tokens: Tokens) => Store) {
  const ada = await system.signUp();
  const before = { accessToken: ada.token, refreshToken: ada.refreshToken };
  const tokens = toStore(before);
  const proxy = await startProxy(system.gateway);
  const ends: string[] = [];
  const open = (name: string) =>
    createClient({ url: proxy.url, tokens, retry, onSessionEnd: () => void ends.push(name) });
  const client = open('ended');
  const { promise: after, keep: answer } = promised();
  const change = () => {
    proxy.next([{ after }], 'ChangePassword');
    return client.changePassword({ currentPassword: ada.password, newPassword });
  };
  const done = (name: string) => expect.poll(() => proxy.done).toContain(name);
  return { ada, before, tokens, proxy, ends, open, client, change, answer, done };
}

/** A store that takes a while to find tokens, and longer to keep them, as a database does. */
function slowStore(tokens: Tokens): TokenStore & { sets: number } {
  const kept = memoryStore(tokens);
  const pass = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  return {
    sets: 0,
    async get() {
      const now = await kept.get();
      await pass(20);
      return now;
    },
    async set(given) {
      this.sets += 1;
      await pass(200);
      await kept.set(given);
    },
  };
}

test('a refresh that is refused for a new password waits for it, and goes on with its tokens', async () => {
  const { ada, proxy, ends, client, tokens, change, answer, done } = await behindProxy(memoryStore);
  const changed = change();
  await done('ChangePassword');
  proxy.next([expired], 'Me');
  const asked = client.me();
  const refreshed = client.refresh();
  await done('RefreshSession');
  answer();
  await changed;
  expect(await asked).toMatchObject({ username: ada.username });
  expect([await refreshed, ends]).toEqual([true, []]);
  expect(proxy.seen.at(-1)?.authorization).toBe(`Bearer ${(await tokens.get())?.accessToken}`);
  expect(await client.refresh()).toBe(true);
});

test('a session that has ended while a new password is under way ends once, with that refused', async () => {
  const { proxy, ends, client, before, tokens, done } = await behindProxy(memoryStore);
  const { promise: after, keep } = promised();
  await createClient({ url: system.gateway, tokens: memoryStore(before) }).logOutEverywhere();
  proxy.next([{ after }], 'ChangePassword');
  const changed = client.changePassword({ currentPassword: 'wrong horse battery', newPassword });
  await done('ChangePassword');
  const refreshed = client.refresh();
  await done('RefreshSession');
  keep();
  await expect(changed).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect([await refreshed, ends, await tokens.get()]).toEqual([false, ['ended'], undefined]);
});

test('a new password that is answered when another client of the store has ended the session is kept', async () => {
  const { ada, client, open, ends, change, answer, done } = await behindProxy(memoryStore);
  const changed = change();
  await done('ChangePassword');
  expect(await open('ended in the other').refresh()).toBe(false);
  answer();
  await changed;
  expect(await client.me()).toMatchObject({ username: ada.username });
  expect([await client.refresh(), ends]).toEqual([true, ['ended in the other']]);
});

test('a new password that is answered when this client has logged out logs nobody in', async () => {
  const { client, tokens, change, answer, done } = await behindProxy(memoryStore);
  const changed = change();
  await done('ChangePassword');
  await client.logOut();
  answer();
  await changed;
  expect(await tokens.get()).toBeUndefined();
});

test('nor does it where another client of the store had ended the session before', async () => {
  const { client, open, tokens, change, answer, done } = await behindProxy(memoryStore);
  const changed = change();
  await done('ChangePassword');
  expect(await open('ended in the other').refresh()).toBe(false);
  await client.logOut();
  answer();
  await changed;
  expect(await tokens.get()).toBeUndefined();
});

test('a new password that is answered together with a refresh is kept in a slow store', async () => {
  const { proxy, client, ends, change, answer, done } = await behindProxy(slowStore);
  const { promise: after, keep } = promised();
  proxy.next([{ after }], 'RefreshSession');
  const refreshed = client.refresh();
  await done('RefreshSession');
  const changed = change();
  await done('ChangePassword');
  keep();
  answer();
  await Promise.all([refreshed, changed]);
  expect([await client.refresh(), ends]).toEqual([true, []]);
});

test('a refresh that is answered while a slow store keeps a new password leaves it there', async () => {
  const { proxy, client, tokens, ends, change, answer, done } = await behindProxy(slowStore);
  const { promise: after, keep } = promised();
  proxy.next([{ after }], 'RefreshSession');
  const refreshed = client.refresh();
  await done('RefreshSession');
  const changed = change();
  await done('ChangePassword');
  answer();
  await expect.poll(() => tokens.sets, { interval: 5 }).toBe(1);
  keep();
  await Promise.all([refreshed, changed]);
  expect([await client.refresh(), ends]).toEqual([true, []]);
});
