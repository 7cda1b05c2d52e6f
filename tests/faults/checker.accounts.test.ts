import { expect, test } from 'vitest';
import { type AccountWorld, startAccountWorld } from './account-world.ts';
import { noFindings } from './checker.ts';
import { jpg, png } from './client.ts';
import { inDatabase, storeForeign } from './world.ts';

/**
 * Ada has a resource, an open session and one that has ended; bob had a resource, and has deleted his account after he
 * had ended a session. Nothing is wrong; auth has stopped.
 */
async function soundWorld() {
  const world = await startAccountWorld();
  const accounts = await world.startAuth();
  // What is planted stays: its reconciler looks when it starts and when an account is purged.
  const { url } = await world.start({ reconcileEveryMs: 3_600_000 });
  const [ada, bob] = [await world.signUp(accounts, url, [png]), await world.signUp(accounts, url, [jpg])];
  const [ended, bobsOther] = [await accounts.logIn(ada.person), await accounts.logIn(bob.person)];
  world.told.foreign.push(await storeForeign(world.imageServiceUrl, png));
  world.deliverTo(url);
  await accounts.logOut(ended);
  await accounts.logOut(bobsOther);
  await accounts.deleteAccount(bob.person, bob.login);
  const sound = await world.checkAll(url);
  await accounts.stop();
  const [adaId, bobId] = [ada.person.told.id, bob.person.told.id];
  return { world, ada, ended, adaId, bobId, sound, check: () => world.checkAll(url, 0) };
}

const change =
  (name: 'at' | 'auth') =>
  (world: AccountWorld, statement: string, ...values: unknown[]) =>
    inDatabase(world[name].file, (database) => database.prepare(statement).run(...values));
const atResources = change('at');
const atAuth = change('auth');

test('finds nothing where nothing is wrong', async () => {
  const { sound, check } = await soundWorld();
  expect(sound).toEqual(noFindings);
  expect(await check()).toEqual(noFindings);
});

test('finds a row of an owner who is gone', async () => {
  const { world, ada, bobId, check } = await soundWorld();
  atResources(world, 'UPDATE resources SET owner_id = ? WHERE id = ?', bobId, ada.ids[0]);
  const remains = [`resource ${ada.ids[0]} of ${bobId}`];
  expect(await check()).toEqual({ ...noFindings, remains });
});

test('finds an operation of an owner who is gone, also one that has ended', async () => {
  const { world, bobId, check } = await soundWorld();
  atResources(
    world,
    `INSERT INTO operations (id, state, owner_id, idempotency_key, started_at, settles_at, lease_token, lease_until, due_at)
     VALUES ('op', 'ENDED', ?, 'key', 0, 0, '', 0, 0)`,
    bobId,
  );
  expect(await check()).toEqual({ ...noFindings, remains: [`operation ENDED op of ${bobId}`] });
});

test('finds an image of an owner who is gone', async () => {
  const { world, ada, adaId, check } = await soundWorld();
  const { url = '' } = world.told.successes.find(({ id }) => id === ada.ids[0]) ?? {};
  atAuth(world, 'DELETE FROM users WHERE id = ?', adaId);
  ada.person.told.deletion = 'DONE';
  atResources(world, 'DELETE FROM operations');
  atResources(world, 'DELETE FROM resources');
  atResources(world, 'INSERT INTO tombstones VALUES (?, 0, 0)', adaId);
  const found = { orphans: [url.split('/').at(-1)], remains: [`image ${url} of ${adaId}`] };
  expect(await check()).toEqual({ ...noFindings, ...found });
});

test('finds that a session has ended and is taken, and that one is open and is not', async () => {
  const { world, ada, ended, check } = await soundWorld();
  atResources(
    world,
    'UPDATE revoked_sessions SET session_id = ? WHERE session_id = ?',
    ada.login.session.id,
    ended.session.id,
  );
  const found = { accepted: [ended.session.id], refused: [ada.login.session.id] };
  expect(await check()).toEqual({ ...noFindings, ...found });
});

test('finds a tombstone whose work is not done', async () => {
  const { world, bobId, check } = await soundWorld();
  atResources(world, 'UPDATE tombstones SET is_pending = 1');
  expect(await check()).toEqual({ ...noFindings, remains: [`work of ${bobId}`] });
});

test('finds an account that is gone and has no tombstone, so that its tokens are taken', async () => {
  const { world, bobId, check } = await soundWorld();
  atResources(world, 'DELETE FROM tombstones');
  const { accepted, remains } = await check();
  expect(accepted).toHaveLength(1);
  expect(remains).toEqual([`no tombstone of ${bobId}`]);
});

test('finds an event that waits for a subscriber', async () => {
  const { world, adaId, check } = await soundWorld();
  atAuth(
    world,
    `INSERT INTO outbox (jti, subscriber, user_id, session_id, happened_at, due_at)
     VALUES ('late', 'resources', ?, 'session', 0, 0)`,
    adaId,
  );
  expect(await check()).toEqual({ ...noFindings, undelivered: ['late'] });
});

test('finds an event that was never accepted, one that nobody sent, and two in the wrong order', async () => {
  const { world, adaId, bobId, check } = await soundWorld();
  atAuth(world, "INSERT INTO journal VALUES (100, 'lost', ?)", adaId);
  atResources(world, "INSERT INTO security_events VALUES ('strange', 0)");
  const firstOf = 'SELECT jti FROM journal WHERE user_id = ? ORDER BY seq';
  const first = inDatabase(world.auth.file, (database) => database.prepare(firstOf).pluck().get(bobId));
  atResources(world, 'UPDATE security_events SET rowid = rowid + 100 WHERE jti = ?', first);
  const disordered = [`events of ${adaId}`, `events of ${bobId}`, 'unknown event strange'];
  expect(await check()).toEqual({ ...noFindings, disordered });
});

test('finds accounts and sessions that are gone and should not be, or are there and should be gone', async () => {
  const { world, ada, adaId, check } = await soundWorld();
  ada.person.told.deletion = 'DONE';
  expect((await check()).lost).toEqual([`account ${adaId} was ended, and is there`]);
  delete ada.person.told.deletion;
  ada.login.session.end = 'DONE';
  expect((await check()).lost).toEqual([`session ${ada.login.session.id} was ended, and is there`]);
  delete ada.login.session.end;
  atAuth(world, 'DELETE FROM sessions');
  expect((await check()).lost).toEqual([`session ${ada.login.session.id} is gone`]);
  atAuth(world, 'DELETE FROM users');
  expect((await check()).lost).toEqual([`account ${adaId} is gone`, `session ${ada.login.session.id} is gone`]);
});
