import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { type AccountWorld, startAccountWorld, timeout, until } from './account-world.ts';
import type { Accounts } from './accounts.ts';
import { noFindings } from './checker.ts';
import { clientOf, jpg, png } from './client.ts';
import { counted, expectDeath, type Reached } from './deaths.ts';
import { type Mutation, mutations } from './mutations.ts';
import { startResourcesProcess } from './processes.ts';
import { inDatabase, letTimePass, patient, storeForeign } from './world.ts';

const atOnce = pLimit(4);
const refused = { code: 'UNAUTHENTICATED', reason: 'INVALID' };

/** Ada, with what is to be changed; bob, with a resource that stays; and images of somebody else's. */
async function populate(world: AccountWorld, accounts: Accounts, { url, of }: { url: string; of: Mutation }) {
  world.told.foreign.push(
    await storeForeign(world.imageServiceUrl, png),
    await storeForeign(world.imageServiceUrl, jpg),
  );
  await world.signUp(accounts, url, [jpg]);
  return world.signUp(accounts, url, of.isOfResource ? [png] : []);
}

async function dieInFlight(mutation: Mutation, { step, nth }: Reached) {
  const world = await startAccountWorld();
  const [accounts, beside] = [await world.startAuth(), await world.start()];
  const { person, login, ids } = await populate(world, accounts, { url: beside.url, of: mutation });
  world.deliverTo(beside.url);
  const doom = { waitAt: [step], killAt: { step, nth }, reconcileEveryMs: 3_600_000 };
  const doomed = startResourcesProcess({ ...world.at, ...patient, ...doom });
  const client = clientOf(await doomed.url, login.session.accessToken, world.told);
  const asked = mutation.ask(client, ids[0] ?? '').catch(() => 'no answer');
  await until(() => expect(doomed.lines()).toContain('waiting'));
  await accounts.deleteAccount(person, login);
  await expectDeath(doomed, step);
  const kept = keptOf(person.told.id, world);
  await beside.stop();
  letTimePass(world.at.file);
  const { url } = await world.start();
  world.deliverTo(url);
  return { step, answer: await asked, kept, findings: await world.checkAll(url) };
}

test.each(Object.entries(mutations))(
  '%s whose process is killed at any step, when the account is purged, leaves nothing of it',
  { timeout },
  async (_, mutation) => {
    const outcomes = counted(Object.keys(mutation.steps)).map((reached) =>
      atOnce(() => dieInFlight(mutation, reached)),
    );
    const expected = Object.keys(mutation.steps).map((step) => ({
      ...{ step, answer: 'no answer' },
      ...{ kept: [], findings: noFindings },
    }));
    expect(await Promise.all(outcomes)).toEqual(expected);
  },
);

async function goOnInFlight(mutation: Mutation, { step }: Reached) {
  const world = await startAccountWorld();
  const accounts = await world.startAuth();
  let endAccount: (() => Promise<void>) | undefined;
  const reach = async (reached: string) => {
    if (reached !== step) return;
    const end = endAccount;
    endAccount = undefined;
    await end?.();
  };
  const { url } = await world.start({}, { reach });
  world.deliverTo(url);
  const { person, login, client, ids } = await populate(world, accounts, { url, of: mutation });
  endAccount = async () => {
    await accounts.deleteAccount(person, login);
    await until(() => expect(purgedIn(world)).toEqual([person.told.id]));
  };
  const answer = await mutation.ask(client, ids[0] ?? '');
  return { step, isRefused: JSON.stringify(answer) === JSON.stringify(refused), findings: await world.checkAll(url) };
}

/** Operations that hold what somebody wrote. */
const keptOf = (ownerId: string, { at }: AccountWorld) =>
  inDatabase(at.file, (database) =>
    database
      .prepare('SELECT state FROM operations WHERE owner_id = ? AND coalesce(content, idempotency_key) IS NOT NULL')
      .pluck()
      .all(ownerId),
  );

/** Accounts of which nothing is left. */
const purgedIn = ({ at }: AccountWorld) =>
  inDatabase(at.file, (database) =>
    database.prepare('SELECT user_id FROM tombstones WHERE NOT is_pending').pluck().all(),
  );

test.each(Object.entries(mutations))(
  '%s that goes on when the account is purged at any of its steps leaves nothing of it',
  { timeout },
  async (_, mutation) => {
    const steps = counted(Object.keys(mutation.steps));
    const outcomes = steps.map((reached) => atOnce(() => goOnInFlight(mutation, reached)));
    const committedAt = steps.findIndex(({ step }) =>
      /^after (store.update|operations.(finish|beginDeletion))/.test(step),
    );
    const expected = steps.map(({ step }, at) => ({ step, isRefused: at < committedAt, findings: noFindings }));
    expect(await Promise.all(outcomes)).toEqual(expected);
  },
);
