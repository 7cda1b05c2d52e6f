import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { readEventClaims, securityEventType } from '../../../platform/tokens/security-event.ts';
import { createVerifyToken } from '../../../platform/tokens/signed-token.ts';
import { captureLog } from '../../../tests/support/captured-log.ts';
import { folderOfTest } from '../../../tests/support/files.ts';
import { unusedPort } from '../../../tests/support/http/servers.ts';
import { newSession } from '../storage/session-store.contract.ts';
import { openSqliteUserStore } from '../storage/sqlite/user-store.ts';
import { newUser } from '../storage/user-store.contract.ts';
import { oneKey } from '../testing/signing-keys.ts';
import { createSignEvent } from '../tokens/tokens.ts';
import { type Subscriber, startEventDelivery } from './event-delivery.ts';
import { pushEvent } from './event-push.ts';

const keys = oneKey();
const issuer = 'https://auth.example';
const audience = 'https://events.example';
const verify = createVerifyToken({ type: securityEventType, keys, issuer, audience });

/** What a subscriber was sent, and what it made of it. */
interface Received {
  jti: string;
  userId: string;
  type: string;
  status: number;
}

type Answer = (event: Omit<Received, 'status'>, nth: number) => number | 'nothing' | 'a reset' | Promise<number>;

/** A real subscriber: `answer` says with which status, 202 where it is left out. */
async function startSubscriber(answer: Answer = () => 202) {
  const received: Received[] = [];
  const requests: { method: string | undefined; type: string | undefined; accept: string | undefined }[] = [];
  const server = createServer(async (req, res) => {
    const { method, headers } = req;
    requests.push({ method, type: headers['content-type'], accept: headers.accept });
    const { claims } = await verify(await textOf(req));
    const { userId = '', type = '' } = readEventClaims(claims, issuer) ?? {};
    const event = { jti: claims.jti ?? '', userId, type };
    const status = await answer(event, received.length + 1);
    received.push({ ...event, status: typeof status === 'number' ? status : 0 });
    if (status === 'a reset') return void req.socket.destroy();
    if (status === 'nothing') return;
    res.writeHead(status, { location: '/elsewhere' }).end(status === 400 ? '{"err":"invalid_request"}' : '');
  });
  const port = await unusedPort();
  const listen = () => new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port }, resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen();
  onTestFinished(close);
  return { url: `http://127.0.0.1:${port}/events`, received, requests, close, open: listen };
}

async function textOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** An outbox for subscribers at these URLs, and the delivery from it. */
function openOutbox(...urls: string[]) {
  const subscribers: Subscriber[] = urls.map((url, nth) => ({ name: nameOf(nth), url }));
  const names = subscribers.map(({ name }) => name);
  const { log, lines } = captureLog();
  const file = join(folderOfTest(), 'auth.sqlite');
  const store = openSqliteUserStore(file, { subscribers: names });
  onTestFinished(() => store.close());
  const sign = createSignEvent({ keys, issuer, audience });
  const start = (of = store, to: readonly Subscriber[] = subscribers) => {
    const delivery = startEventDelivery({ subscribers: to, outbox: of.outbox, sign, push: pushEvent, log });
    onTestFinished(delivery.stop);
    return delivery;
  };
  return { store, file, start, lines, reopen: () => openSqliteUserStore(file, { subscribers: names }) };
}

const nameOf = (nth: number) => `subscriber-${nth}`;

type Store = ReturnType<typeof openOutbox>['store'];

/** So many sessions of a new user are ended: as many events. */
async function endSessions(store: Store, count: number): Promise<string> {
  const user = newUser();
  await store.insert(user);
  for (let nth = 0; nth < count; nth++) {
    const session = newSession(user.id);
    await store.sessions.open(session, { userId: user.id, passwordVersion: 1 });
    await store.sessions.end(session, new Date());
  }
  return user.id;
}

/** A session of a new user is ended, and then the account is removed: two events, in that order. */
async function twoEvents(store: Store): Promise<string> {
  const userId = await endSessions(store, 1);
  await store.remove({ userId, passwordVersion: 1 }, new Date());
  return userId;
}

const types = ['session-revoked', 'account-purged'];
const farOff = new Date(2 ** 42);
/** Waits for what comes soon, or on a busy machine late. */
const until = (check: () => void | Promise<void>) => vi.waitFor(check, 10_000);
const isDelivered = (store: Store) =>
  until(async () => {
    expect(await store.outbox.waitingFor()).toEqual([]);
  });

describe('an event is tried again, in order and under its id, until it is accepted', () => {
  test.each<[string, Answer]>([
    ['the subscriber answers 500', (_, nth) => (nth === 1 ? 500 : 202)],
    ['the subscriber answers 503', (_, nth) => (nth === 1 ? 503 : 202)],
    ['the subscriber answers 429', (_, nth) => (nth === 1 ? 429 : 202)],
    ['the subscriber answers 200, which accepts nothing', (_, nth) => (nth === 1 ? 200 : 202)],
    ['the subscriber sends elsewhere', (_, nth) => (nth === 1 ? 307 : 202)],
    ['the subscriber resets the connection', (_, nth) => (nth === 1 ? 'a reset' : 202)],
    ['the subscriber refuses it', (_, nth) => (nth === 1 ? 400 : 202)],
  ])('%s', async (_, answer) => {
    const { url, received } = await startSubscriber(answer);
    const { store, start } = openOutbox(url);
    const userId = await twoEvents(store);
    start();
    await isDelivered(store);
    expect(received.map(({ type }) => type)).toEqual(['session-revoked', ...types]);
    expect(new Set(received.map((each) => each.userId))).toEqual(new Set([userId]));
    const [first, again, other] = received.map(({ jti }) => jti);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  test('the subscriber is not there yet', async () => {
    const { url, received, close, open } = await startSubscriber();
    await close();
    const { store, start, lines } = openOutbox(url);
    await twoEvents(store);
    start();
    await until(() => expect(lines.map(({ msg }) => msg)).toContain('subscriber away'));
    await open();
    await isDelivered(store);
    expect(received.map(({ type }) => type)).toEqual(types);
    await until(() => expect(lines.map(({ msg }) => msg)).toContain('subscriber back'));
    expect(lines.filter(({ msg }) => msg === 'subscriber away')).toHaveLength(1);
  });

  test('the process ends before it is, and another goes on', async () => {
    const { url, received, close, open } = await startSubscriber();
    await close();
    const { store, start, reopen } = openOutbox(url);
    await twoEvents(store);
    await start().stop();
    store.close();
    await open();
    const again = reopen();
    onTestFinished(() => again.close());
    start(again);
    await isDelivered(again);
    expect(received.map(({ type }) => type)).toEqual(types);
  });
});

test('a subscriber that has moved is told where it is now', async () => {
  const gone = await startSubscriber();
  await gone.close();
  const { store, start } = openOutbox(gone.url);
  await twoEvents(store);
  const moved = await startSubscriber();
  start(store, [{ name: nameOf(0), url: moved.url }]);
  await isDelivered(store);
  expect(moved.received.map(({ type }) => type)).toEqual(types);
});

test('what waits for a subscriber that is not named any more stays, and is warned of', async () => {
  const { store, start, lines } = openOutbox('http://127.0.0.1:9/events');
  await twoEvents(store);
  await start(store, []).stop();
  expect(lines).toMatchObject([{ level: 40, subscriber: nameOf(0) }]);
  expect(await store.outbox.due(nameOf(0), farOff, 100)).toHaveLength(1);
});

test('who does not know the key yet is away, and is told again soon', async () => {
  const answers = [`400 {"err":"invalid_key"}`, `400 {"err":"invalid_request"}`, '200'].map(async (answer) => {
    const [status = '', body = ''] = answer.split(' ');
    const server = createServer((_, res) => void res.writeHead(Number(status)).end(body));
    await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    return (await pushEvent(`http://127.0.0.1:${port}/`, 'token', new AbortController().signal)).outcome;
  });
  expect(await Promise.all(answers)).toEqual(['AWAY', 'REFUSED', 'AWAY']);
});

test('what one user is refused keeps nobody else waiting, and is logged without the token', async () => {
  let refused = '';
  const { url, received } = await startSubscriber(({ userId }) => (userId === refused ? 400 : 202));
  const { store, start, lines } = openOutbox(url);
  refused = await twoEvents(store);
  const other = await twoEvents(store);
  start();
  await until(() => expect(received.filter(({ userId }) => userId === other)).toHaveLength(2));
  await until(() => expect(lines.map(({ msg }) => msg)).toContain('event refused'));
  expect(received.filter(({ userId }) => userId === refused).map(({ type }) => type)).not.toContain('account-purged');
  const logged = lines.find(({ msg }) => msg === 'event refused');
  expect(logged).toMatchObject({ event: 'session-revoked', reason: '400 {"err":"invalid_request"}' });
  expect(JSON.stringify(lines)).not.toMatch(/eyJ/);
});

test('one subscriber that hangs keeps no other waiting', async () => {
  const slow = await startSubscriber(() => 'nothing');
  const quick = await startSubscriber();
  const { store, start } = openOutbox(slow.url, quick.url);
  await twoEvents(store);
  start();
  // Sooner than the other one is given up.
  await vi.waitFor(() => expect(quick.received.map(({ type }) => type)).toEqual(types), 4_000);
});

test('several users are told at once, each in order, and nothing twice', async () => {
  const { url, received } = await startSubscriber();
  const { store, start } = openOutbox(url);
  const users = await Promise.all(Array.from({ length: 40 }, () => twoEvents(store)));
  start();
  await isDelivered(store);
  expect(received).toHaveLength(80);
  for (const user of users) {
    expect(received.filter(({ userId }) => userId === user).map(({ type }) => type)).toEqual(types);
  }
});

test('a user with hundreds of events keeps nobody else waiting until they are told', async () => {
  const { url, received } = await startSubscriber();
  const { store, start } = openOutbox(url);
  const busy = await endSessions(store, 300);
  const other = await twoEvents(store);
  start();
  await until(() => expect(received.filter(({ userId }) => userId === other)).toHaveLength(2));
  expect(received.filter(({ userId }) => userId === busy).length).toBeLessThan(150);
  await isDelivered(store);
  expect(received).toHaveLength(302);
  expect(new Set(received.map(({ jti }) => jti)).size).toBe(302);
});

test('a user with 20,000 events costs nobody else more than one with few', async () => {
  const { url, received } = await startSubscriber();
  const { store, start, file } = openOutbox(url);
  const stranger = new Database(file);
  stranger
    .prepare(
      `WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 20000)
      INSERT INTO outbox (jti, subscriber, user_id, session_id, happened_at, due_at)
      SELECT 'event-' || n, ?, 'busy', 'session-' || n, 0, CASE n WHEN 1 THEN 0 END FROM counted`,
    )
    .run(nameOf(0));
  stranger.close();
  const other = await twoEvents(store);
  start();
  await until(() => expect(received.filter(({ userId }) => userId === other)).toHaveLength(2));
  await until(() => expect(received.filter(({ userId }) => userId === 'busy').length).toBeGreaterThan(100));
});

describe('events that a subscriber always fails at', () => {
  const failingFor = (users: ReadonlySet<string>, how: number | 'nothing') =>
    startSubscriber(({ userId }) => (users.has(userId) ? how : 202));

  test('keep no other waiting, however many, and are tried again and again, less and less often', async () => {
    const failing = new Set<string>();
    const { url, received } = await failingFor(failing, 500);
    const { store, start } = openOutbox(url);
    for (let nth = 0; nth < 9; nth++) failing.add(await twoEvents(store));
    const others = await Promise.all(Array.from({ length: 100 }, () => twoEvents(store)));
    start();
    const taken = () => received.filter(({ status }) => status === 202).length;
    await until(() => expect(taken()).toBe(2 * others.length));
    const tries = () => received.filter(({ status }) => status === 500).length;
    expect(tries()).toBeLessThan(5 * failing.size);
    const before = tries();
    await until(() => expect(tries()).toBeGreaterThan(before));
    expect(new Set(received.filter(({ status }) => status === 500).map(({ jti }) => jti)).size).toBe(failing.size);
  });

  test('by not answering keep no other waiting, nor what happens meanwhile', async () => {
    const failing = new Set<string>();
    const { url, received } = await failingFor(failing, 'nothing');
    const { store, start } = openOutbox(url);
    failing.add(await twoEvents(store));
    start();
    await until(() => expect(received).toHaveLength(1));
    const isTold = async () => {
      const other = await twoEvents(store);
      await until(() => expect(received.filter(({ userId }) => userId === other)).toHaveLength(2));
    };
    for (let time = 0; time < 3; time++) await isTold();
    // Nobody has waited until it was given up, and tried again.
    expect(received.filter(({ userId }) => failing.has(userId))).toHaveLength(1);
  });
});

test('events are pushed as RFC 8935, section 2, has it', async () => {
  const { url, requests } = await startSubscriber();
  const { store, start } = openOutbox(url);
  await twoEvents(store);
  start();
  await isDelivered(store);
  const asDescribed = { method: 'POST', type: 'application/secevent+jwt', accept: 'application/json' };
  expect(requests).toEqual([asDescribed, asDescribed]);
});

test('what happens while it runs is told soon', async () => {
  const { url, received } = await startSubscriber();
  const { store, start } = openOutbox(url);
  start();
  await twoEvents(store);
  await isDelivered(store);
  expect(received).toHaveLength(2);
});

test('stopping ends what is on its way, which is told by the next', async () => {
  const { url, received } = await startSubscriber((_, nth) => (nth === 1 ? 'nothing' : 202));
  const { store, start } = openOutbox(url);
  await twoEvents(store);
  const first = start();
  await until(() => expect(received).toHaveLength(1));
  await first.stop();
  expect(await store.outbox.due(nameOf(0), farOff, 100)).toHaveLength(1);
  start();
  await isDelivered(store);
  expect(received.map(({ type }) => type)).toEqual(['session-revoked', ...types]);
});
