import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openSqliteResourceStore } from '../storage/sqlite/resource-store.ts';
import { aResource } from '../testing/resources.ts';
import { imageOf } from '../testing/rules.ts';
import { eventTokenOf, purged, revoked, sharedSubgraph, startSubgraph } from '../testing/subgraph.ts';

const ended = { code: 'UNAUTHENTICATED', reason: 'INVALID' };

/** Every field that needs an access token, with its variables. */
const operations: Record<string, [query: string, variables: (id: string) => Promise<Record<string, unknown>>]> = {
  'a list': ['{ resources { totalCount } }', async () => ({})],
  'one resource': ['query ($id: ID!) { resource(id: $id) { id } }', async (id) => ({ id })],
  'a create': [
    'mutation ($input: CreateResourceInput!) { createResource(input: $input) { resource { id } } }',
    async () => ({ input: { title: 'Late', image: await imageOf(3) } }),
  ],
  'an update': [
    'mutation ($input: UpdateResourceInput!) { updateResource(input: $input) { resource { id } } }',
    async (id) => ({ input: { id, title: 'Late' } }),
  ],
  'a deletion': [
    'mutation ($input: DeleteResourceInput!) { deleteResource(input: $input) { deletedResourceId } }',
    async (id) => ({ input: { id } }),
  ],
  'a resource as an entity': [
    'query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }',
    async (id) => ({ of: [{ __typename: 'Resource', id }] }),
  ],
  'a user as an entity': [
    'query ($of: [_Any!]!) { _entities(representations: $of) { ... on User { resources { totalCount } } } }',
    async () => ({ of: [{ __typename: 'User', id: 'any' }] }),
  ],
};

describe('a revoked session', () => {
  const shared = sharedSubgraph();

  test.each(Object.entries(operations))('cannot use %s from then on', async (_, [query, variables]) => {
    const { logIn, push } = shared();
    const ada = logIn();
    const { id } = await ada.create();
    expect(await push(eventTokenOf(revoked(ada.id, ada.sessionId)))).toMatchObject({ status: 202, text: '' });
    expect(await ada.send.error(query, await variables(id))).toEqual(ended);
  });

  test('does not affect other sessions and other users', async () => {
    const { logIn, push } = shared();
    const ada = logIn();
    const [elsewhere, bob] = [logIn(ada.id), logIn()];
    await ada.create();
    await push(eventTokenOf(revoked(ada.id, ada.sessionId)));
    expect(await ada.send.error('{ resources { totalCount } }')).toEqual(ended);
    expect([await elsewhere.countAll(), await bob.countAll()]).toEqual([1, 0]);
    expect(await elsewhere.create()).toHaveProperty('id');
  });

  test('cannot use any field of an operation', async () => {
    const { logIn, push } = shared();
    const ada = logIn();
    await push(eventTokenOf(revoked(ada.id, ada.sessionId)));
    const { errors, data } = await ada.send('{ one: resources { totalCount } other: resources { totalCount } }');
    expect(errors.map(({ extensions }) => extensions)).toEqual([ended, ended]);
    expect(data).toEqual({ one: null, other: null });
  });

  test('stops an operation in progress: its later mutations are not executed', async () => {
    const { logIn, push } = shared();
    const ada = logIn();
    const other = logIn(ada.id);
    const creates = Array.from(
      { length: 100 },
      (_, nth) => `c${nth}: createResource(input: $input) { resource { id } }`,
    );
    const input = { title: 'One of many', image: await imageOf(3) };
    const pending = ada.send(`mutation ($input: CreateResourceInput!) { ${creates.join(' ')} }`, { input });
    await expect.poll(other.countAll, { interval: 5 }).toBeGreaterThan(0);
    await push(eventTokenOf(revoked(ada.id, ada.sessionId)));
    const { errors } = await pending;
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.map(({ extensions }) => extensions)).toEqual(errors.map(() => ended));
    expect(await other.countAll()).toBe(creates.length - errors.length);
  });

  test('stays revoked after a restart', async () => {
    const { logIn, push, startOne, stop } = await startSubgraph();
    const ada = logIn();
    await push(eventTokenOf(revoked(ada.id, ada.sessionId)));
    await stop();
    const { as } = await startOne();
    expect(await as(ada.token).error('{ resources { totalCount } }')).toEqual(ended);
  });

  test('is revoked in every process on the database', async () => {
    const { logIn, push, startOne } = await startSubgraph();
    const { as } = await startOne();
    const ada = logIn();
    expect(await as(ada.token).data('{ resources { totalCount } }')).toEqual({ resources: { totalCount: 0 } });
    await push(eventTokenOf(revoked(ada.id, ada.sessionId)));
    expect(await as(ada.token).error('{ resources { totalCount } }')).toEqual(ended);
  });
});

describe('an event', () => {
  test('that is delivered again is acknowledged and has no effect', async () => {
    const { logIn, push, lines, file } = await startSubgraph();
    const ada = logIn();
    const token = eventTokenOf(purged(ada.id));
    const answers = [await push(token), await push(token), await push(token)];
    expect(answers.map(({ status, text }) => [status, text])).toEqual([202, 202, 202].map((status) => [status, '']));
    expect(lines.filter(({ msg }) => msg === 'security event accepted')).toHaveLength(1);
    expect(storedIn(file)).toEqual({ revoked_sessions: 0, tombstones: 1, security_events: 1 });
  });

  test('is accepted at any age', async () => {
    const { logIn, push } = await startSubgraph();
    const ada = logIn();
    const { status } = await push(eventTokenOf(revoked(ada.id, ada.sessionId), { iat: 1 }));
    expect(status).toBe(202);
    expect(await ada.send.error('{ resources { totalCount } }')).toEqual(ended);
  });

  test('is logged with its type, id and user only', async () => {
    const { logIn, push, lines } = await startSubgraph();
    const ada = logIn();
    const token = eventTokenOf(revoked(ada.id, ada.sessionId), { jti: 'an-id' });
    await push(token, { headers: { 'x-request-id': 'push-1' } });
    const [line, ...more] = lines.filter(({ msg }) => msg.startsWith('security event'));
    expect(more).toEqual([]);
    expect(line).toMatchObject({ requestId: 'push-1', jti: 'an-id', type: 'session-revoked', userId: ada.id });
    expect(JSON.stringify(lines)).not.toContain(token.slice(0, 30));
    expect(JSON.stringify(lines)).not.toContain(ada.sessionId);
  });

  test('of another type is acknowledged and ignored', async () => {
    const { logIn, push, file, lines } = await startSubgraph();
    const ada = logIn();
    const events = { 'https://schemas.openid.net/secevent/risc/event-type/account-disabled': { reason: 'hijacking' } };
    expect(await push(eventTokenOf(purged(ada.id), { events }))).toMatchObject({ status: 202, text: '' });
    expect(await ada.countAll()).toBe(0);
    expect(storedIn(file)).toEqual({ revoked_sessions: 0, tombstones: 0, security_events: 0 });
    expect(lines.map(({ msg }) => msg)).toContain('security event of another type ignored');
  });

  test('that cannot be stored gets 503, and is accepted when it is delivered again', async () => {
    const { logIn, push, file, lines } = await startSubgraph();
    const ada = logIn();
    const token = eventTokenOf(revoked(ada.id, ada.sessionId));
    const second = new Database(file);
    onTestFinished(() => void second.close());
    second.exec('BEGIN IMMEDIATE');
    expect(await push(token)).toMatchObject({ status: 503, text: '' });
    expect(await ada.countAll()).toBe(0);
    second.exec('ROLLBACK');
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'security event not stored; the sender will retry' }));
    expect(await push(token)).toMatchObject({ status: 202 });
    expect(await ada.send.error('{ resources { totalCount } }')).toEqual(ended);
  });
});

describe('a purged account', () => {
  test('is rejected at once, and only its own resources and images disappear', async () => {
    // The interval is too long for the test: only the event can start a run.
    const { logIn, push } = await startSubgraph({ reconcileEveryMs: 3_600_000 });
    const [ada, bob] = [logIn(), logIn()];
    const adas = [await ada.create(), await ada.create(), await ada.create()];
    const bobs = [await bob.create(), await bob.create()];
    expect(await push(eventTokenOf(purged(ada.id)))).toMatchObject({ status: 202 });
    expect(await ada.send.error('{ resources { totalCount } }')).toEqual(ended);
    expect(await logIn(ada.id).send.error('{ resources { totalCount } }')).toEqual(ended);
    const statusesOf = async (resources: typeof adas) =>
      Promise.all(resources.map(async ({ image }) => (await fetch(image.url)).status));
    await expect.poll(() => statusesOf(adas)).toEqual([404, 404, 404]);
    expect(await statusesOf(bobs)).toEqual([200, 200]);
    expect(await bob.countAll()).toBe(2);
  });

  test('is purged after a restart if the process died right after its response', async () => {
    const { logIn, startOne, stop, file } = await startSubgraph();
    const ada = logIn();
    const { image } = await ada.create();
    await stop();
    // The state after a process was killed right after its response.
    const store = openSqliteResourceStore(file);
    await store.revocations.accept({
      jti: 'an-id',
      event: purged(ada.id),
      retentionMs: 60_000,
    });
    store.close();
    expect((await fetch(image.url)).status).toBe(200);
    await startOne();
    await expect.poll(async () => (await fetch(image.url)).status).toBe(404);
  });

  test('with more resources than one batch ends with none', async () => {
    const { logIn, push, file } = await startSubgraph();
    const ada = logIn();
    const store = openSqliteResourceStore(file);
    onTestFinished(() => store.close());
    for (let at = 0; at < 450; at += 1) await store.insert(aResource({ ownerId: ada.id }));
    expect(await ada.countAll()).toBe(450);
    await push(eventTokenOf(purged(ada.id)));
    const left = () => store.count({ ownerId: ada.id, order: 'NEWEST', filter: {} });
    await expect.poll(left).toBe(0);
  });

  test('is purged once, by either of two processes on one database', async () => {
    const { logIn, startOne, file } = await startSubgraph();
    const other = await startOne();
    const ada = logIn();
    const created = await Promise.all(Array.from({ length: 5 }, () => ada.create()));
    await other.push(eventTokenOf(purged(ada.id)));
    const statuses = () => Promise.all(created.map(async ({ image }) => (await fetch(image.url)).status));
    await expect.poll(statuses).toEqual([404, 404, 404, 404, 404]);
    await expect.poll(() => openIn(file)).toEqual([]);
  });
});

/** Counts the rows of each event table. */
function storedIn(file: string): Record<string, number> {
  const tables = ['revoked_sessions', 'tombstones', 'security_events'];
  return inDatabase(file, (database) =>
    Object.fromEntries(tables.map((table) => [table, database.prepare(`SELECT count(*) FROM ${table}`).pluck().get()])),
  ) as Record<string, number>;
}

const openIn = (file: string) =>
  inDatabase(file, (database) => database.prepare("SELECT state FROM operations WHERE state <> 'ENDED'").pluck().all());

function inDatabase<Result>(file: string, use: (database: Database.Database) => Result): Result {
  const database = new Database(file);
  try {
    return use(database);
  } finally {
    database.close();
  }
}
