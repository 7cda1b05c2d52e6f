import { afterAll, beforeAll, expect, test } from 'vitest';
import { given } from '../../tests/support/ask.ts';
import { resourceCount } from '../../tests/support/documents.ts';
import { fixture, type Person, type System, startSystem, uniqueName } from '../../tests/support/system.ts';
import { createClient, memoryStore, type TokenStore } from './index.ts';
import { promised, refusal, startProxy } from './testing/proxy.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const png = new Uint8Array(fixture('four-colours.png'));
const expired = refusal('UNAUTHENTICATED', { reason: 'EXPIRED' });
const refused = { code: 'UNAUTHENTICATED', reason: 'EXPIRED' };
const gone = { code: 'UNAUTHENTICATED', reason: 'MISSING' };
const entryOf = ({ username, password }: Person) => ({ username, password });
const tokensOf = ({ token, refreshToken }: Person) => ({ accessToken: token, refreshToken });

/** Ada's client behind a proxy, and Bob, who has an account as well. */
async function behindProxy(store: (tokens: ReturnType<typeof tokensOf>) => TokenStore = memoryStore) {
  const [ada, bob] = await Promise.all([system.signUp(), system.signUp()]);
  const proxy = await startProxy(system.gateway);
  const tokens = store(tokensOf(ada));
  const ends: string[] = [];
  const onSessionEnd = () => void ends.push('ended');
  const retry = { attempts: 3, firstMs: 1, longestMs: 10 };
  const client = createClient({ url: proxy.url, tokens, retry, onSessionEnd });
  const count = (name: string) => proxy.seen.filter(({ operation }) => operation === name).length;
  const came = (name: string, times = 1) => expect.poll(() => count(name)).toBe(times);
  return { ada, bob, proxy, client, tokens, ends, count, came };
}

/** How many resources somebody has. */
const has = async ({ ask }: Person) => given((await ask.data(resourceCount)).resources).totalCount;

test('a create that is refused while its user logs out and another logs in is nobody else’s', async () => {
  const { ada, bob, proxy, client, tokens, ends, count, came } = await behindProxy();
  const { promise: after, keep } = promised();
  proxy.next([expired], 'CreateResource');
  proxy.next([{ after }], 'RefreshSession');
  const created = client.create({ title: 'Private', image: png });
  const rejected = expect(created).rejects.toMatchObject(refused);
  await came('RefreshSession');
  await client.logOut();
  await client.logIn(entryOf(bob));
  keep();
  await rejected;
  expect([await has(ada).catch(() => 0), await has(bob), count('CreateResource'), ends]).toEqual([0, 0, 1, []]);
  expect(await client.me()).toMatchObject({ username: bob.username });
  expect((await tokens.get())?.accessToken).toBe(proxy.seen.at(-1)?.authorization?.slice('Bearer '.length));
});

test('a request that is refused when another has logged in already is not repeated as theirs', async () => {
  const { bob, proxy, client, tokens, count, came } = await behindProxy();
  const { promise: after, keep } = promised();
  proxy.next([{ ...expired, after }], 'Me');
  const rejected = expect(client.me()).rejects.toMatchObject(refused);
  await came('Me');
  // As another tab of the same store does it.
  await tokens.set(tokensOf(bob));
  keep();
  await rejected;
  expect([count('Me'), count('RefreshSession')]).toEqual([1, 0]);
});

test('a request that is refused when its user has logged in anew is not repeated either', async () => {
  const { ada, proxy, client, count, came } = await behindProxy();
  const { promise: after, keep } = promised();
  proxy.next([{ ...expired, after }], 'Me');
  const rejected = expect(client.me()).rejects.toMatchObject(refused);
  await came('Me');
  await client.logIn(entryOf(ada));
  keep();
  await rejected;
  expect([count('Me'), count('RefreshSession')]).toEqual([1, 0]);
});

test('two who ask one after the other get a refresh each', async () => {
  const { bob, proxy, client, tokens, count, came } = await behindProxy();
  const { promise: after, keep } = promised();
  proxy.next([expired, expired], 'Me');
  proxy.next([{ after }], 'RefreshSession');
  const adas = expect(client.me()).rejects.toMatchObject(refused);
  await came('RefreshSession');
  await tokens.set(tokensOf(bob));
  expect(await client.me()).toMatchObject({ username: bob.username });
  keep();
  await adas;
  expect(await client.me()).toMatchObject({ username: bob.username });
  expect(count('RefreshSession')).toBe(2);
});

test('what was begun by nobody is repeated as nobody', async () => {
  const { bob, proxy, client, tokens, came } = await behindProxy(() => memoryStore());
  const { promise: after, keep } = promised();
  proxy.next([{ ...refusal('SERVICE_UNAVAILABLE'), after }], 'Me');
  const rejected = expect(client.me()).rejects.toMatchObject(gone);
  await came('Me');
  await tokens.set(tokensOf(bob));
  keep();
  await rejected;
  expect(proxy.seen.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
});

test('what is tried again after a lost answer stays its user’s', async () => {
  const { ada, bob, proxy, client, tokens, came } = await behindProxy();
  const { promise: after, keep } = promised();
  proxy.next([{ ...refusal('SERVICE_UNAVAILABLE'), after }], 'Me');
  const asked = client.me();
  await came('Me');
  await tokens.set(tokensOf(bob));
  keep();
  expect(await asked).toMatchObject({ username: ada.username });
});

test('an image that is read while another logs in is not uploaded to them', async () => {
  const { bob, client, tokens, count } = await behindProxy();
  const { promise, keep } = promised();
  class SlowBlob extends Blob {
    override async arrayBuffer() {
      await promise;
      return super.arrayBuffer();
    }
  }
  const rejected = expect(client.create({ title: 'Mine', image: new SlowBlob([png]) })).rejects.toMatchObject(gone);
  await tokens.set(tokensOf(bob));
  keep();
  await rejected;
  expect([await has(bob), count('CreateResource')]).toEqual([0, 0]);
});

test.each([
  ['another has logged in', tokensOf],
  ['nobody is logged in any more', () => undefined],
])('pages are refused when %s since the first', async (_, next) => {
  const { ada, bob, client, tokens, count } = await behindProxy();
  for (const { create } of [ada, ada, bob, bob]) await create();
  const all = client.all({ pageSize: 1 });
  expect((await all.next()).value).toMatchObject({ title: 'A picture' });
  await tokens.set(next(bob));
  await expect(all.next()).rejects.toMatchObject(gone);
  expect(count('ResourcePages')).toBe(1);
});

test('pages go on with tokens that were renewed meanwhile', async () => {
  const { ada, client } = await behindProxy();
  for (const title of ['One', 'Two']) await ada.create(title);
  const all = client.all({ pageSize: 1, orderBy: 'TITLE' });
  expect((await all.next()).value).toMatchObject({ title: 'One' });
  expect(await client.refresh()).toBe(true);
  expect((await all.next()).value).toMatchObject({ title: 'Two' });
});

test('pages go on from tokens of which nothing can be read', async () => {
  const { ada, client, tokens } = await behindProxy();
  for (const title of ['One', 'Two']) await ada.create(title);
  await tokens.set({ accessToken: '', refreshToken: ada.refreshToken });
  const titles: string[] = [];
  for await (const { title } of client.all({ pageSize: 1, orderBy: 'TITLE' })) titles.push(title);
  expect(titles).toEqual(['One', 'Two']);
});

test.each([
  ['a changed password', 'ChangePassword'],
  ['a deleted account', 'DeleteAccount'],
  ['a log-out everywhere', 'LogOutEverywhere'],
])('%s that is answered when another has logged in leaves them logged in', async (_, operation) => {
  const { ada, bob, proxy, client, tokens, came } = await behindProxy();
  const { promise: after, keep } = promised();
  proxy.next([{ after }], operation);
  const change = {
    ChangePassword: () =>
      client.changePassword({ currentPassword: ada.password, newPassword: 'another horse battery' }),
    DeleteAccount: () => client.deleteAccount(ada.password),
    LogOutEverywhere: () => client.logOutEverywhere(),
  }[operation];
  const changed = change?.();
  await came(operation);
  await tokens.set(tokensOf(bob));
  keep();
  await changed;
  expect(await tokens.get()).toEqual(tokensOf(bob));
});

test.each([
  ['a log-in', 'LogIn'],
  ['a registration', 'Register'],
])('%s that is under way at a log-out is kept, and sent without a token', async (_, operation) => {
  const { bob, proxy, client, came } = await behindProxy();
  const { promise: after, keep } = promised();
  proxy.next([{ ...refusal('RATE_LIMITED', { retryAfterSeconds: 0 }), after }], operation);
  const newcomer = { username: uniqueName(), password: bob.password };
  const entered = operation === 'LogIn' ? client.logIn(entryOf(bob)) : client.register(newcomer);
  await came(operation);
  await client.logOut();
  keep();
  const { username } = await entered;
  expect(await client.me()).toMatchObject({ username });
  const entries = proxy.seen.filter((request) => request.operation === operation);
  expect(entries.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
});

test('a log-in and a log-out that begin together both come about', async () => {
  const { bob, proxy, client } = await behindProxy();
  await Promise.all([client.logIn(entryOf(bob)), client.logOut()]);
  expect(await client.me()).toMatchObject({ username: bob.username });
  expect(proxy.done).toContain('LogOut');
});

test('a log-out reaches the server also where another logs in at once', async () => {
  const bob = await system.signUp();
  /** Bob is in another tab, and logs in as soon as nobody is. */
  const busyStore = (tokens: ReturnType<typeof tokensOf>): TokenStore => {
    const kept = memoryStore(tokens);
    return {
      get: () => kept.get(),
      async set(given) {
        await kept.set(given);
        queueMicrotask(() => void kept.set(tokensOf(bob)));
      },
    };
  };
  const { proxy, client } = await behindProxy(busyStore);
  await client.logOut();
  expect(proxy.seen).toMatchObject([{ operation: 'LogOut', authorization: undefined }]);
});

test('who logs in while a slow store is asked what a refresh may replace stays logged in', async () => {
  const { promise, keep } = promised();
  const asked: string[] = [];
  let isSlow = false;
  const slowStore = (tokens: ReturnType<typeof tokensOf>): TokenStore => {
    const kept = memoryStore(tokens);
    return {
      set: (given) => kept.set(given),
      async get() {
        const now = await kept.get();
        if (isSlow) {
          asked.push('slowly');
          await promise;
        }
        return now;
      },
    };
  };
  const { bob, proxy, client, tokens, came } = await behindProxy(slowStore);
  const { promise: after, keep: answer } = promised();
  proxy.next([{ after }], 'RefreshSession');
  const refreshed = client.refresh();
  await came('RefreshSession');
  const { promise: entry, keep: enter } = promised();
  proxy.next([{ after: entry }], 'LogIn');
  const loggedIn = client.logIn(entryOf(bob));
  await came('LogIn');
  isSlow = true;
  answer();
  await expect.poll(() => asked.length).toBe(1);
  enter();
  await loggedIn;
  isSlow = false;
  const before = await tokens.get();
  keep();
  expect(await refreshed).toBe(false);
  expect(await tokens.get()).toEqual(before);
  expect(await client.me()).toMatchObject({ username: bob.username });
});
