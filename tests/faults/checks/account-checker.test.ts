import { expect, test } from 'vitest';
import { type AccountWorld, startAccountWorld } from '../account-world.ts';
import { jpg, png } from '../clients/resource-client.ts';
import { inDatabase, storeForeign } from '../world.ts';
import { noFindings } from './checker.ts';

/**
 * Ada has a resource, an open session and one that has ended. Bob had a resource, ended a session and deleted his
 * account. Nothing is inconsistent; auth is stopped.
 */
async function consistentWorld() {
  const world = await startAccountWorld();
  const accounts = await world.startAuth();
  // The reconciler runs at the start and after a purge only, so that it does not repair what a test breaks.
  const { url } = await world.start({ reconcileEveryMs: 3_600_000 });
  const [ada, bob] = [await world.signUp(accounts, url, [png]), await world.signUp(accounts, url, [jpg])];
  const [ended, bobsOther] = [await accounts.logIn(ada.account), await accounts.logIn(bob.account)];
  world.ledger.foreign.push(await storeForeign(world.imageServiceUrl, png));
  world.deliverTo(url);
  await accounts.logOut(ended);
  await accounts.logOut(bobsOther);
  await accounts.deleteAccount(bob.account, bob.login);
  const findings = await world.checkAll(url);
  await accounts.stop();
  const [adaId, bobId] = [ada.account.record.id, bob.account.record.id];
  return { world, ada, ended, adaId, bobId, findings, check: () => world.checkAll(url, 0) };
}

const change =
  (name: 'at' | 'auth') =>
  (world: AccountWorld, statement: string, ...values: unknown[]) =>
    inDatabase(world[name].file, (database) => database.prepare(statement).run(...values));
const atResources = change('at');
const atAuth = change('auth');

test('reports nothing in a consistent system', async () => {
  const { findings, check } = await consistentWorld();
  expect(findings).toEqual(noFindings);
  expect(await check()).toEqual(noFindings);
});

test('reports a resource of a deleted account', async () => {
  const { world, ada, bobId, check } = await consistentWorld();
  atResources(world, 'UPDATE resources SET owner_id = ? WHERE id = ?', bobId, ada.ids[0]);
  const remains = [`resource ${ada.ids[0]} of ${bobId}`];
  expect(await check()).toEqual({ ...noFindings, remains });
});

test('reports an operation of a deleted account, even if it has ended', async () => {
  const { world, bobId, check } = await consistentWorld();
  atResources(
    world,
    `INSERT INTO operations (id, state, owner_id, idempotency_key, started_at, settles_at, lease_token, lease_until, due_at)
     VALUES ('op', 'ENDED', ?, 'key', 0, 0, '', 0, 0)`,
    bobId,
  );
  expect(await check()).toEqual({ ...noFindings, remains: [`operation ENDED op of ${bobId}`] });
});

test('reports an image of a deleted account', async () => {
  const { world, ada, adaId, check } = await consistentWorld();
  const { url = '' } = world.ledger.successes.find(({ id }) => id === ada.ids[0]) ?? {};
  atAuth(world, 'DELETE FROM users WHERE id = ?', adaId);
  ada.account.record.deletion = 'CONFIRMED';
  atResources(world, 'DELETE FROM operations');
  atResources(world, 'DELETE FROM resources');
  atResources(world, 'INSERT INTO tombstones VALUES (?, 0, 0)', adaId);
  const found = { orphans: [url.split('/').at(-1)], remains: [`image ${url} of ${adaId}`] };
  expect(await check()).toEqual({ ...noFindings, ...found });
});

test('reports an ended session whose token is accepted, and an open one whose token is rejected', async () => {
  const { world, ada, ended, check } = await consistentWorld();
  atResources(
    world,
    'UPDATE revoked_sessions SET session_id = ? WHERE session_id = ?',
    ada.login.session.id,
    ended.session.id,
  );
  const found = { accepted: [ended.session.id], rejected: [ada.login.session.id] };
  expect(await check()).toEqual({ ...noFindings, ...found });
});

test('reports a purge that is pending', async () => {
  const { world, bobId, check } = await consistentWorld();
  atResources(world, 'UPDATE tombstones SET is_pending = 1');
  expect(await check()).toEqual({ ...noFindings, remains: [`pending purge of ${bobId}`] });
});

test('reports a deleted account without a tombstone, and its token that is accepted', async () => {
  const { world, bobId, check } = await consistentWorld();
  atResources(world, 'DELETE FROM tombstones');
  const { accepted, remains } = await check();
  expect(accepted).toHaveLength(1);
  expect(remains).toEqual([`no tombstone of ${bobId}`]);
});

test('reports an event that was not delivered', async () => {
  const { world, adaId, check } = await consistentWorld();
  atAuth(
    world,
    `INSERT INTO outbox (jti, subscriber, user_id, session_id, happened_at, due_at)
     VALUES ('undelivered', 'resources', ?, 'session', 0, 0)`,
    adaId,
  );
  expect(await check()).toEqual({ ...noFindings, undelivered: ['undelivered'] });
});

test('reports an event that was never accepted, one that was never sent, and two in the wrong order', async () => {
  const { world, adaId, bobId, check } = await consistentWorld();
  atAuth(world, "INSERT INTO journal VALUES (100, 'lost', ?)", adaId);
  atResources(world, "INSERT INTO security_events VALUES ('strange', 0)");
  const firstOf = 'SELECT jti FROM journal WHERE user_id = ? ORDER BY seq';
  const first = inDatabase(world.auth.file, (database) => database.prepare(firstOf).pluck().get(bobId));
  atResources(world, 'UPDATE security_events SET rowid = rowid + 100 WHERE jti = ?', first);
  const disordered = [`events of ${adaId}`, `events of ${bobId}`, 'unknown event strange'];
  expect(await check()).toEqual({ ...noFindings, disordered });
});

test('reports accounts and sessions that are missing, and those that exist although their end was confirmed', async () => {
  const { world, ada, adaId, check } = await consistentWorld();
  ada.account.record.deletion = 'CONFIRMED';
  expect((await check()).lost).toEqual([`account ${adaId} was ended, but exists`]);
  delete ada.account.record.deletion;
  ada.login.session.end = 'CONFIRMED';
  expect((await check()).lost).toEqual([`session ${ada.login.session.id} was ended, but exists`]);
  delete ada.login.session.end;
  atAuth(world, 'DELETE FROM sessions');
  expect((await check()).lost).toEqual([`session ${ada.login.session.id} is missing`]);
  atAuth(world, 'DELETE FROM users');
  expect((await check()).lost).toEqual([`account ${adaId} is missing`, `session ${ada.login.session.id} is missing`]);
});
