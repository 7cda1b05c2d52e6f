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
import { openSqliteUserStore } from '../storage/sqlite/user-store.ts';
import { createSingleKey } from '../testing/signing-keys.ts';
import { insertUser, newSession } from '../testing/stored-accounts.ts';
import { type EventDeliveryParts, type Subscriber, startEventDelivery } from './event-delivery.ts';
import { type PushEvent, pushEvent } from './event-push.ts';
import { createSignEvent } from './event-signing.ts';

const keys = createSingleKey();
const issuer = 'https://auth.example';
const audience = 'https://events.example';
const verify = createVerifyToken({ type: securityEventType, keys, issuer, audience });

/** An event that a subscriber received, and the status that it answered with. */
interface Received {
  jti: string;
  userId: string;
  type: string;
  status: number;
}

/** Returns the status of the response to the `nth` event, counted from 1. */
type Respond = (event: Omit<Received, 'status'>, nth: number) => number | 'no response' | 'reset';

/** Starts an HTTP server as a subscriber; it accepts all events by default. */
async function startSubscriber(respond: Respond = () => 202) {
  const received: Received[] = [];
  const requests: { method: string | undefined; type: string | undefined; accept: string | undefined }[] = [];
  const server = createServer(async (req, res) => {
    const { method, headers } = req;
    requests.push({ method, type: headers['content-type'], accept: headers.accept });
    const { claims } = await verify(await textOf(req));
    const { userId = '', type = '' } = readEventClaims(claims, issuer) ?? {};
    const event = { jti: claims.jti ?? '', userId, type };
    const status = respond(event, received.length + 1);
    received.push({ ...event, status: typeof status === 'number' ? status : 0 });
    if (status === 'reset') return void req.socket.destroy();
    if (status === 'no response') return;
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

/** An outbox for subscribers at these URLs, and a function that starts the delivery. */
function openOutbox(...urls: string[]) {
  const subscribers: Subscriber[] = urls.map((url, index) => ({ name: nameOf(index), url }));
  const names = subscribers.map(({ name }) => name);
  const { log, lines } = captureLog();
  const file = join(folderOfTest(), 'auth.sqlite');
  const store = openSqliteUserStore(file, { subscribers: names });
  onTestFinished(() => store.close());
  const sign = createSignEvent({ keys, issuer, audience });
  const start = (parts: Partial<EventDeliveryParts> = {}) => {
    const delivery = startEventDelivery({ subscribers, outbox: store.outbox, sign, push: pushEvent, log, ...parts });
    onTestFinished(delivery.stop);
    return delivery;
  };
  return { store, file, start, lines, reopen: () => openSqliteUserStore(file, { subscribers: names }) };
}

/** Delays of a twentieth of the defaults. */
const quickRetries = { unavailableRetryMs: 50, retryDelayMs: { initial: 50, max: 3_000 } };

/** Pushes with a timeout longer than any test waits for events. */
const pushWithLongTimeout: PushEvent = (url, token, stopping) => pushEvent(url, token, stopping, 120_000);

const nameOf = (index: number) => `subscriber-${index}`;

type Store = ReturnType<typeof openOutbox>['store'];

/** Ends `count` sessions of a new user: enqueues as many events. */
async function endSessions(store: Store, count: number): Promise<string> {
  const user = await insertUser(store);
  for (let index = 0; index < count; index++) {
    const session = newSession(user.id);
    await store.sessions.open(session, { userId: user.id, passwordVersion: 1 });
    await store.sessions.end(session);
  }
  return user.id;
}

/** Ends a session of a new user, then removes the account: enqueues two events, of `types`. */
async function enqueueTwo(store: Store): Promise<string> {
  const userId = await endSessions(store, 1);
  await store.remove({ userId, passwordVersion: 1 });
  return userId;
}

const types = ['session-revoked', 'account-purged'];
/** Waits with a bound that is generous enough for a busy machine. */
const until = (check: () => void | Promise<void>) => vi.waitFor(check, 20_000);
const isDelivered = (store: Store) =>
  until(async () => {
    expect(await store.outbox.pendingSubscribers()).toEqual([]);
  });

describe('an event is retried, in order and with its jti, until it is accepted', () => {
  test.each<[string, Respond]>([
    ['after status 500', (_, index) => (index === 1 ? 500 : 202)],
    ['after status 503', (_, index) => (index === 1 ? 503 : 202)],
    ['after status 429', (_, index) => (index === 1 ? 429 : 202)],
    ['after status 200, which does not accept it', (_, index) => (index === 1 ? 200 : 202)],
    ['after a redirect', (_, index) => (index === 1 ? 307 : 202)],
    ['after a connection reset', (_, index) => (index === 1 ? 'reset' : 202)],
    ['after it was rejected', (_, index) => (index === 1 ? 400 : 202)],
  ])('%s', async (_, respond) => {
    const { url, received } = await startSubscriber(respond);
    const { store, start } = openOutbox(url);
    const userId = await enqueueTwo(store);
    start({ timing: quickRetries });
    await isDelivered(store);
    expect(received.map(({ type }) => type)).toEqual(['session-revoked', ...types]);
    expect(new Set(received.map((each) => each.userId))).toEqual(new Set([userId]));
    const [first, again, other] = received.map(({ jti }) => jti);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  test('once the subscriber starts', async () => {
    const { url, received, close, open } = await startSubscriber();
    await close();
    const { store, start, lines } = openOutbox(url);
    await enqueueTwo(store);
    start({ timing: quickRetries });
    await until(() => expect(lines.map(({ msg }) => msg)).toContain('subscriber is unavailable'));
    await open();
    await isDelivered(store);
    expect(received.map(({ type }) => type)).toEqual(types);
    await until(() => expect(lines.map(({ msg }) => msg)).toContain('subscriber is available again'));
    expect(lines.filter(({ msg }) => msg === 'subscriber is unavailable')).toHaveLength(1);
  });

  test('by another process after the first has ended', async () => {
    const { url, received, close, open } = await startSubscriber();
    await close();
    const { store, start, reopen } = openOutbox(url);
    await enqueueTwo(store);
    await start().stop();
    store.close();
    await open();
    const again = reopen();
    onTestFinished(() => again.close());
    start({ outbox: again.outbox, timing: quickRetries });
    await isDelivered(again);
    expect(received.map(({ type }) => type)).toEqual(types);
  });
});

test('pending events go to the new URL of a subscriber', async () => {
  const gone = await startSubscriber();
  await gone.close();
  const { store, start } = openOutbox(gone.url);
  await enqueueTwo(store);
  const moved = await startSubscriber();
  start({ subscribers: [{ name: nameOf(0), url: moved.url }] });
  await isDelivered(store);
  expect(moved.received.map(({ type }) => type)).toEqual(types);
});

test('pending events of a removed subscriber stay, with a warning', async () => {
  const { store, start, lines } = openOutbox('http://127.0.0.1:9/events');
  await enqueueTwo(store);
  await start({ subscribers: [] }).stop();
  expect(lines).toMatchObject([{ level: 40, subscriber: nameOf(0) }]);
  expect(await store.outbox.due(nameOf(0), 100)).toHaveLength(1);
});

test('invalid_key means that the subscriber is unavailable, not that it rejects the event', async () => {
  const outcomes = [`400 {"err":"invalid_key"}`, `400 {"err":"invalid_request"}`, '200'].map(async (response) => {
    const [status = '', body = ''] = response.split(' ');
    const server = createServer((_, res) => void res.writeHead(Number(status)).end(body));
    await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    return (await pushEvent(`http://127.0.0.1:${port}/`, 'token', new AbortController().signal)).outcome;
  });
  expect(await Promise.all(outcomes)).toEqual(['UNAVAILABLE', 'REJECTED', 'UNAVAILABLE']);
});

test('a rejected event does not delay other users, and is logged without the token', async () => {
  let rejectedUser = '';
  const { url, received } = await startSubscriber(({ userId }) => (userId === rejectedUser ? 400 : 202));
  const { store, start, lines } = openOutbox(url);
  rejectedUser = await enqueueTwo(store);
  const other = await enqueueTwo(store);
  start();
  await until(() => expect(received.filter(({ userId }) => userId === other)).toHaveLength(2));
  await until(() => expect(lines.map(({ msg }) => msg)).toContain('event rejected by subscriber'));
  expect(received.filter(({ userId }) => userId === rejectedUser).map(({ type }) => type)).not.toContain(
    'account-purged',
  );
  const logged = lines.find(({ msg }) => msg === 'event rejected by subscriber');
  expect(logged).toMatchObject({ event: 'session-revoked', reason: '400 {"err":"invalid_request"}' });
  expect(JSON.stringify(lines)).not.toMatch(/eyJ/);
});

test('a hanging subscriber does not delay others', async () => {
  const hanging = await startSubscriber(() => 'no response');
  const working = await startSubscriber();
  const { store, start } = openOutbox(hanging.url, working.url);
  await enqueueTwo(store);
  start({ push: pushWithLongTimeout });
  await until(() => expect(working.received.map(({ type }) => type)).toEqual(types));
});

test('events of many users are delivered in order per user, and once each', async () => {
  const { url, received } = await startSubscriber();
  const { store, start } = openOutbox(url);
  const users = await Promise.all(Array.from({ length: 40 }, () => enqueueTwo(store)));
  start();
  await isDelivered(store);
  expect(received).toHaveLength(80);
  for (const user of users) {
    expect(received.filter(({ userId }) => userId === user).map(({ type }) => type)).toEqual(types);
  }
});

test('a user with 300 events does not delay others until all are delivered', async () => {
  const { url, received } = await startSubscriber();
  const { store, start } = openOutbox(url);
  const busy = await endSessions(store, 300);
  const other = await enqueueTwo(store);
  start();
  await until(() => expect(received.filter(({ userId }) => userId === other)).toHaveLength(2));
  expect(received.filter(({ userId }) => userId === busy).length).toBeLessThan(150);
  await isDelivered(store);
  expect(received).toHaveLength(302);
  expect(new Set(received.map(({ jti }) => jti)).size).toBe(302);
});

test('a user with 20,000 events does not delay others', async () => {
  const { url, received } = await startSubscriber();
  const { store, start, file } = openOutbox(url);
  const connection = new Database(file);
  connection
    .prepare(
      `WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 20000)
      INSERT INTO outbox (jti, subscriber, user_id, session_id, happened_at, due_at)
      SELECT 'event-' || n, ?, 'busy', 'session-' || n, 0, CASE n WHEN 1 THEN 0 END FROM counted`,
    )
    .run(nameOf(0));
  connection.close();
  const other = await enqueueTwo(store);
  start();
  await until(() => expect(received.filter(({ userId }) => userId === other)).toHaveLength(2));
  await until(() => expect(received.filter(({ userId }) => userId === 'busy').length).toBeGreaterThan(100));
});

describe('events that always fail', () => {
  const failingFor = (users: ReadonlySet<string>, failure: number | 'no response') =>
    startSubscriber(({ userId }) => (users.has(userId) ? failure : 202));

  test('do not delay others, and are retried with growing delays', async () => {
    const failing = new Set<string>();
    const { url, received } = await failingFor(failing, 500);
    const { store, start } = openOutbox(url);
    for (let index = 0; index < 9; index++) failing.add(await enqueueTwo(store));
    const others = await Promise.all(Array.from({ length: 100 }, () => enqueueTwo(store)));
    start();
    const acceptedCount = () => received.filter(({ status }) => status === 202).length;
    await until(() => expect(acceptedCount()).toBe(2 * others.length));
    const failedCount = () => received.filter(({ status }) => status === 500).length;
    expect(failedCount()).toBeLessThan(5 * failing.size);
    const before = failedCount();
    await until(() => expect(failedCount()).toBeGreaterThan(before));
    expect(new Set(received.filter(({ status }) => status === 500).map(({ jti }) => jti)).size).toBe(failing.size);
  });

  test('with timeouts do not delay others, even new ones', async () => {
    const failing = new Set<string>();
    const { url, received } = await failingFor(failing, 'no response');
    const { store, start } = openOutbox(url);
    failing.add(await enqueueTwo(store));
    start({ push: pushWithLongTimeout });
    await until(() => expect(received).toHaveLength(1));
    const deliverAnother = async () => {
      const other = await enqueueTwo(store);
      await until(() => expect(received.filter(({ userId }) => userId === other)).toHaveLength(2));
    };
    for (let round = 0; round < 3; round++) await deliverAnother();
  });
});

test('events are pushed as in RFC 8935, section 2', async () => {
  const { url, requests } = await startSubscriber();
  const { store, start } = openOutbox(url);
  await enqueueTwo(store);
  start();
  await isDelivered(store);
  const expected = { method: 'POST', type: 'application/secevent+jwt', accept: 'application/json' };
  expect(requests).toEqual([expected, expected]);
});

test('new events are delivered while it runs', async () => {
  const { url, received } = await startSubscriber();
  const { store, start } = openOutbox(url);
  start();
  await enqueueTwo(store);
  await isDelivered(store);
  expect(received).toHaveLength(2);
});

test('stop aborts a push in flight, which is repeated after a restart', async () => {
  const { url, received } = await startSubscriber((_, index) => (index === 1 ? 'no response' : 202));
  const { store, start } = openOutbox(url);
  await enqueueTwo(store);
  const first = start();
  await until(() => expect(received).toHaveLength(1));
  await first.stop();
  expect(await store.outbox.due(nameOf(0), 100)).toHaveLength(1);
  start();
  await isDelivered(store);
  expect(received.map(({ type }) => type)).toEqual(['session-revoked', ...types]);
});
