import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixture } from '../../tests/support/files.ts';
import { resourceCount } from '../../tests/support/graphql/documents.ts';
import { requireValue } from '../../tests/support/graphql/request.ts';
import { type System, startSystem } from '../../tests/support/systems/system.ts';
import { type TestUser, uniqueName } from '../../tests/support/systems/users.ts';
import { createClient, memoryStore, type TokenStore } from './index.ts';
import { deferred, errorResponse, startProxy } from './testing/proxy.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const png = new Uint8Array(fixture('four-colours.png'));
const expired = errorResponse('UNAUTHENTICATED', { reason: 'EXPIRED' });
const expiredError = { code: 'UNAUTHENTICATED', reason: 'EXPIRED' };
const logInEnded = { code: 'UNAUTHENTICATED', reason: 'MISSING' };
const credentialsOf = ({ username, password }: TestUser) => ({ username, password });
const tokensOf = ({ accessToken: token, refreshToken }: TestUser) => ({ accessToken: token, refreshToken });

/** Ada's client behind a proxy, and Bob's account. */
async function behindProxy(store: (tokens: ReturnType<typeof tokensOf>) => TokenStore = memoryStore) {
  const [ada, bob] = await Promise.all([system.signUp(), system.signUp()]);
  const proxy = await startProxy(system.gateway);
  const tokens = store(tokensOf(ada));
  const ends: string[] = [];
  const onSessionEnd = () => void ends.push('ended');
  const retry = { attempts: 3, firstMs: 1, longestMs: 10 };
  const client = createClient({ url: proxy.url, tokens, retry, onSessionEnd });
  const count = (name: string) => proxy.seen.filter(({ operation }) => operation === name).length;
  const received = (name: string, times = 1) => expect.poll(() => count(name)).toBe(times);
  return { ada, bob, proxy, client, tokens, ends, count, received };
}

/** The number of a user's resources. */
const resourceCountOf = async ({ request }: TestUser) =>
  requireValue((await request.data(resourceCount)).resources).totalCount;

test('a create rejected as EXPIRED is not repeated as another user who has logged in meanwhile', async () => {
  const { ada, bob, proxy, client, tokens, ends, count, received } = await behindProxy();
  const { promise: after, resolve: respond } = deferred();
  proxy.next([expired], 'CreateResource');
  proxy.next([{ after }], 'RefreshSession');
  const created = client.create({ title: 'Private', image: png });
  const rejected = expect(created).rejects.toMatchObject(expiredError);
  await received('RefreshSession');
  await client.logOut();
  await client.logIn(credentialsOf(bob));
  respond();
  await rejected;
  expect([
    await resourceCountOf(ada).catch(() => 0),
    await resourceCountOf(bob),
    count('CreateResource'),
    ends,
  ]).toEqual([0, 0, 1, []]);
  expect(await client.me()).toMatchObject({ username: bob.username });
  expect((await tokens.get())?.accessToken).toBe(proxy.seen.at(-1)?.authorization?.slice('Bearer '.length));
});

test('a query rejected as EXPIRED is not repeated as another user of the same store', async () => {
  const { bob, proxy, client, tokens, count, received } = await behindProxy();
  const { promise: after, resolve: respond } = deferred();
  proxy.next([{ ...expired, after }], 'Me');
  const rejected = expect(client.me()).rejects.toMatchObject(expiredError);
  await received('Me');
  // As another browser tab with the same store would.
  await tokens.set(tokensOf(bob));
  respond();
  await rejected;
  expect([count('Me'), count('RefreshSession')]).toEqual([1, 0]);
});

test('a query rejected as EXPIRED is not repeated after a new log-in of the same user', async () => {
  const { ada, proxy, client, count, received } = await behindProxy();
  const { promise: after, resolve: respond } = deferred();
  proxy.next([{ ...expired, after }], 'Me');
  const rejected = expect(client.me()).rejects.toMatchObject(expiredError);
  await received('Me');
  await client.logIn(credentialsOf(ada));
  respond();
  await rejected;
  expect([count('Me'), count('RefreshSession')]).toEqual([1, 0]);
});

test('two users in succession refresh separately', async () => {
  const { bob, proxy, client, tokens, count, received } = await behindProxy();
  const { promise: after, resolve: respond } = deferred();
  proxy.next([expired, expired], 'Me');
  proxy.next([{ after }], 'RefreshSession');
  const adasRequest = expect(client.me()).rejects.toMatchObject(expiredError);
  await received('RefreshSession');
  await tokens.set(tokensOf(bob));
  expect(await client.me()).toMatchObject({ username: bob.username });
  respond();
  await adasRequest;
  expect(await client.me()).toMatchObject({ username: bob.username });
  expect(count('RefreshSession')).toBe(2);
});

test('an anonymous call is retried without a token after a log-in', async () => {
  const { bob, proxy, client, tokens, received } = await behindProxy(() => memoryStore());
  const { promise: after, resolve: respond } = deferred();
  proxy.next([{ ...errorResponse('SERVICE_UNAVAILABLE'), after }], 'Me');
  const rejected = expect(client.me()).rejects.toMatchObject(logInEnded);
  await received('Me');
  await tokens.set(tokensOf(bob));
  respond();
  await rejected;
  expect(proxy.seen.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
});

test('a retry uses the token of the log-in that the call started with', async () => {
  const { ada, bob, proxy, client, tokens, received } = await behindProxy();
  const { promise: after, resolve: respond } = deferred();
  proxy.next([{ ...errorResponse('SERVICE_UNAVAILABLE'), after }], 'Me');
  const user = client.me();
  await received('Me');
  await tokens.set(tokensOf(bob));
  respond();
  expect(await user).toMatchObject({ username: ada.username });
});

test('an image that is read during a log-in of another user is not uploaded', async () => {
  const { bob, client, tokens, count } = await behindProxy();
  const { promise, resolve: release } = deferred();
  class SlowBlob extends Blob {
    override async arrayBuffer() {
      await promise;
      return super.arrayBuffer();
    }
  }
  const rejected = expect(client.create({ title: 'Mine', image: new SlowBlob([png]) })).rejects.toMatchObject(
    logInEnded,
  );
  await tokens.set(tokensOf(bob));
  release();
  await rejected;
  expect([await resourceCountOf(bob), count('CreateResource')]).toEqual([0, 0]);
});

test.each([
  ['another user has logged in', tokensOf],
  ['the user has logged out', () => undefined],
])('all() throws UNAUTHENTICATED at the next page when %s', async (_, next) => {
  const { ada, bob, client, tokens, count } = await behindProxy();
  for (const { create } of [ada, ada, bob, bob]) await create();
  const all = client.all({ pageSize: 1 });
  expect((await all.next()).value).toMatchObject({ title: 'A picture' });
  await tokens.set(next(bob));
  await expect(all.next()).rejects.toMatchObject(logInEnded);
  expect(count('ResourcePages')).toBe(1);
});

test('all() continues with tokens that were refreshed between pages', async () => {
  const { ada, client } = await behindProxy();
  for (const title of ['One', 'Two']) await ada.create(title);
  const all = client.all({ pageSize: 1, orderBy: 'TITLE' });
  expect((await all.next()).value).toMatchObject({ title: 'One' });
  expect(await client.refresh()).toBe(true);
  expect((await all.next()).value).toMatchObject({ title: 'Two' });
});

test('all() works with an access token that cannot be decoded', async () => {
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
])('%s that responds after another user’s log-in leaves that user logged in', async (_, operation) => {
  const { ada, bob, proxy, client, tokens, received } = await behindProxy();
  const { promise: after, resolve: respond } = deferred();
  proxy.next([{ after }], operation);
  const change = {
    ChangePassword: () =>
      client.changePassword({ currentPassword: ada.password, newPassword: 'another horse battery' }),
    DeleteAccount: () => client.deleteAccount(ada.password),
    LogOutEverywhere: () => client.logOutEverywhere(),
  }[operation];
  const changed = change?.();
  await received(operation);
  await tokens.set(tokensOf(bob));
  respond();
  await changed;
  expect(await tokens.get()).toEqual(tokensOf(bob));
});

test.each([
  ['a log-in', 'LogIn'],
  ['a registration', 'Register'],
])('%s in flight at a log-out stores its tokens, and is sent without a token', async (_, operation) => {
  const { bob, proxy, client, received } = await behindProxy();
  const { promise: after, resolve: respond } = deferred();
  proxy.next([{ ...errorResponse('RATE_LIMITED', { retryAfterSeconds: 0 }), after }], operation);
  const newUser = { username: uniqueName(), password: bob.password };
  const loggedIn = operation === 'LogIn' ? client.logIn(credentialsOf(bob)) : client.register(newUser);
  await received(operation);
  await client.logOut();
  respond();
  const { username } = await loggedIn;
  expect(await client.me()).toMatchObject({ username });
  const requests = proxy.seen.filter((request) => request.operation === operation);
  expect(requests.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
});

test('a log-in and a log-out that start together both take effect', async () => {
  const { bob, proxy, client } = await behindProxy();
  await Promise.all([client.logIn(credentialsOf(bob)), client.logOut()]);
  expect(await client.me()).toMatchObject({ username: bob.username });
  expect(proxy.executed).toContain('LogOut');
});

test('a log-out reaches the server even if another user logs in at once', async () => {
  const bob = await system.signUp();
  /** Bob logs in from another tab as soon as the store is empty. */
  const sharedStore = (tokens: ReturnType<typeof tokensOf>): TokenStore => {
    const inner = memoryStore(tokens);
    return {
      get: () => inner.get(),
      async set(next) {
        await inner.set(next);
        queueMicrotask(() => void inner.set(tokensOf(bob)));
      },
    };
  };
  const { proxy, client } = await behindProxy(sharedStore);
  await client.logOut();
  expect(proxy.seen).toMatchObject([{ operation: 'LogOut', authorization: undefined }]);
});

test('a log-in during a slow read of the store is not overwritten by a refresh', async () => {
  const { promise, resolve: release } = deferred();
  const slowReads: string[] = [];
  let isSlow = false;
  const slowStore = (tokens: ReturnType<typeof tokensOf>): TokenStore => {
    const inner = memoryStore(tokens);
    return {
      set: (next) => inner.set(next),
      async get() {
        const now = await inner.get();
        if (isSlow) {
          slowReads.push('read');
          await promise;
        }
        return now;
      },
    };
  };
  const { bob, proxy, client, tokens, received } = await behindProxy(slowStore);
  const { promise: after, resolve: respond } = deferred();
  proxy.next([{ after }], 'RefreshSession');
  const refreshed = client.refresh();
  await received('RefreshSession');
  const { promise: logInDelay, resolve: finishLogIn } = deferred();
  proxy.next([{ after: logInDelay }], 'LogIn');
  const loggedIn = client.logIn(credentialsOf(bob));
  await received('LogIn');
  isSlow = true;
  respond();
  await expect.poll(() => slowReads.length).toBe(1);
  finishLogIn();
  await loggedIn;
  isSlow = false;
  const before = await tokens.get();
  release();
  expect(await refreshed).toBe(false);
  expect(await tokens.get()).toEqual(before);
  expect(await client.me()).toMatchObject({ username: bob.username });
});
