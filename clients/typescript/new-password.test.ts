import { afterAll, beforeAll, expect, test } from 'vitest';
import { type System, startSystem } from '../../tests/system.ts';
import { createClient, memoryStore, type TokenStore, type Tokens } from './index.ts';
import { promised, startProxy } from './test-proxy.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

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
