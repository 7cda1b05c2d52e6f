import { afterAll, beforeAll, expect, test } from 'vitest';
import { logOutEverywhere } from '../../tests/support/accounts.ts';
import { viewer } from '../../tests/support/documents.ts';
import { type System, startSystem } from '../../tests/support/system.ts';
import { type ClientSettings, createClient, memoryStore, type Tokens } from './index.ts';
import { promised, refusal, startProxy } from './testing/proxy.ts';

let system: System;
beforeAll(async () => {
  system = await startSystem();
});
afterAll(() => system.stop());

const expired = refusal('UNAUTHENTICATED', { reason: 'EXPIRED' });
const retry = { attempts: 3, firstMs: 1, longestMs: 1_000 };

/** Somebody's client behind a proxy, with what it has told of ended sessions. */
async function behindProxy(settings: Partial<ClientSettings> = {}) {
  const person = await system.signUp();
  const proxy = await startProxy(system.gateway);
  const ends: string[] = [];
  const before: Tokens = { accessToken: person.token, refreshToken: person.refreshToken };
  const tokens = memoryStore(before);
  const onSessionEnd = () => void ends.push('ended');
  const client = createClient({ url: proxy.url, tokens, retry, onSessionEnd, ...settings });
  const count = (name: string) => proxy.seen.filter(({ operation }) => operation === name).length;
  return { person, proxy, client, tokens, before, ends, count };
}

test('twenty requests whose token has expired make one refresh, and are each repeated once', async () => {
  const { client, proxy, person, before, tokens, ends, count } = await behindProxy();
  proxy.next(Array(20).fill(expired), 'Me');
  const users = await Promise.all(Array.from({ length: 20 }, () => client.me()));
  expect(users.every(({ username }) => username === person.username)).toBe(true);
  expect([count('RefreshSession'), count('Me'), ends]).toEqual([1, 40, []]);
  const after = await tokens.get();
  expect(after?.refreshToken).not.toBe(before.refreshToken);
  const last = proxy.seen.slice(-1)[0];
  expect(last?.authorization).toBe(`Bearer ${after?.accessToken}`);
});

test('a real token that has expired is renewed', async () => {
  const brief = await startSystem({ accessTokenSeconds: 1 });
  try {
    const person = await brief.signUp();
    const tokens = memoryStore({ accessToken: person.token, refreshToken: person.refreshToken });
    const client = createClient({ url: brief.gateway, tokens, retry });
    const isExpired = async () => (await person.ask(viewer)).errors[0]?.extensions.reason === 'EXPIRED';
    while (!(await isExpired())) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await client.me()).toMatchObject({ username: person.username });
    expect((await tokens.get())?.accessToken).not.toBe(person.token);
  } finally {
    await brief.stop();
  }
});

test('a request that is refused with the new token as well is not repeated for ever', async () => {
  const { client, proxy, count } = await behindProxy();
  proxy.next([expired, expired], 'Me');
  await expect(client.me()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', reason: 'EXPIRED' });
  expect([count('RefreshSession'), count('Me')]).toEqual([1, 2]);
});

test('a session that has ended ends once, for however many ask', async () => {
  const { client, person, tokens, ends, count } = await behindProxy();
  await person.ask.data(logOutEverywhere);
  const asked = await Promise.allSettled(Array.from({ length: 10 }, () => client.me()));
  const reasons = asked.map((result) => (result.status === 'rejected' ? result.reason.code : 'answered'));
  expect(reasons).toEqual(Array(10).fill('UNAUTHENTICATED'));
  expect([count('RefreshSession'), ends, await tokens.get()]).toEqual([1, ['ended'], undefined]);
  await expect(client.me()).rejects.toMatchObject({ reason: 'MISSING' });
  expect([count('RefreshSession'), ends]).toEqual([1, ['ended']]);
});

test('a refresh that finds the service away is tried again, and ends nothing', async () => {
  const { client, proxy, person, ends, count } = await behindProxy();
  proxy.next([expired], 'Me');
  proxy.next([refusal('SERVICE_UNAVAILABLE'), 'LOSE_ANSWER'], 'RefreshSession');
  expect(await client.me()).toMatchObject({ username: person.username });
  expect([count('RefreshSession'), ends]).toEqual([3, []]);
});

test('where a refresh gets no answer the tokens are kept, and the next request tries anew', async () => {
  const { client, proxy, person, before, tokens, ends, count } = await behindProxy();
  proxy.next([expired, expired], 'Me');
  proxy.next(['CUT', 'CUT', 'CUT'], 'RefreshSession');
  await expect(client.me()).rejects.toMatchObject({ name: 'ConnectionError' });
  expect([count('Me'), count('RefreshSession')]).toEqual([1, 3]);
  expect([await tokens.get(), ends]).toEqual([before, []]);
  expect(await client.me()).toMatchObject({ username: person.username });
  expect([count('Me'), count('RefreshSession')]).toEqual([3, 4]);
});

test('tokens that another client of the same store has renewed are taken, without a refresh', async () => {
  const { client, proxy, person, tokens, count } = await behindProxy();
  const other = createClient({ url: system.gateway, tokens });
  const { promise: after, keep } = promised();
  proxy.next([{ ...expired, after }], 'Me');
  const asked = client.me();
  while (count('Me') === 0) await new Promise(setImmediate);
  expect(await other.refresh()).toBe(true);
  keep();
  expect(await asked).toMatchObject({ username: person.username });
  expect([count('Me'), count('RefreshSession')]).toEqual([2, 0]);
});

test('a log-in while a refresh is under way stays', async () => {
  const { client, proxy, tokens, count } = await behindProxy();
  const bob = await system.signUp();
  const bobs = { accessToken: bob.token, refreshToken: bob.refreshToken };
  const { promise: after, keep } = promised();
  proxy.next([expired], 'Me');
  proxy.next([{ after }], 'RefreshSession');
  const asked = expect(client.me()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', reason: 'EXPIRED' });
  while (count('RefreshSession') === 0) await new Promise(setImmediate);
  await tokens.set(bobs);
  keep();
  await asked;
  expect(await tokens.get()).toEqual(bobs);
});

test('an abort gives up on a refresh that goes on for others', async () => {
  const { client, proxy, person, count } = await behindProxy();
  const { promise: after, keep } = promised();
  proxy.next([expired, expired], 'Me');
  proxy.next([{ after }], 'RefreshSession');
  const controller = new AbortController();
  const impatient = client.me({ signal: controller.signal });
  const patient = client.me();
  while (count('RefreshSession') === 0) await new Promise(setImmediate);
  controller.abort(new Error('enough'));
  await expect(impatient).rejects.toThrow('enough');
  keep();
  expect(await patient).toMatchObject({ username: person.username });
  expect(count('RefreshSession')).toBe(1);
});

test('an operation of which a part was done is not repeated', async () => {
  const { client, proxy, count } = await behindProxy();
  const errors = [{ message: 'No.', path: ['b'], extensions: { code: 'UNAUTHENTICATED', reason: 'EXPIRED' } }];
  proxy.next([{ body: JSON.stringify({ data: { a: { done: true }, b: null }, errors }) }]);
  await expect(client.execute('mutation Both { a b }')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect([count('Both'), count('RefreshSession')]).toEqual([1, 0]);
});
