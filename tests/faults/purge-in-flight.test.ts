import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { type AccountWorld, startAccountWorld, timeout, waitUntil } from './account-world.ts';
import { noFindings } from './checks/checker.ts';
import type { AccountClient } from './clients/account-client.ts';
import { clientOf, jpg, png } from './clients/resource-client.ts';
import { expectKilledAt, type StepOccurrence, withOccurrences } from './kill-at-step.ts';
import { type Mutation, mutations } from './mutations.ts';
import { startResourcesProcess } from './processes/spawn.ts';
import { inDatabase, letTimePass, longTimeouts, storeForeign } from './world.ts';

const limit = pLimit(4);
const invalidToken = { code: 'UNAUTHENTICATED', reason: 'INVALID' };

/** Ada, with a resource if the mutation changes one; bob, with a resource that stays; and foreign images. */
async function populate(
  world: AccountWorld,
  accounts: AccountClient,
  { url, mutation }: { url: string; mutation: Mutation },
) {
  world.ledger.foreign.push(
    await storeForeign(world.imageServiceUrl, png),
    await storeForeign(world.imageServiceUrl, jpg),
  );
  await world.signUp(accounts, url, [jpg]);
  return world.signUp(accounts, url, mutation.changesResource ? [png] : []);
}

async function killInFlight(mutation: Mutation, { step, nth }: StepOccurrence) {
  const world = await startAccountWorld();
  const accounts = await world.startAuth();
  // Its reconciler runs after a purge only, so that it does not overtake the killable process on a busy machine.
  const beside = await world.start({ reconcileEveryMs: 3_600_000 });
  const { account, login, ids } = await populate(world, accounts, { url: beside.url, mutation });
  world.deliverTo(beside.url);
  const killSettings = { waitAt: [step], killAt: { step, nth }, reconcileEveryMs: 3_600_000 };
  const killable = startResourcesProcess({ ...world.at, ...longTimeouts, ...killSettings });
  const client = clientOf(await killable.url, login.session.accessToken, world.ledger);
  const sent = mutation.send(client, ids[0] ?? '').catch(() => 'no answer');
  await waitUntil(() => expect(killable.lines()).toContain('waiting'));
  await accounts.deleteAccount(account, login);
  await expectKilledAt(killable, step);
  const leftover = operationsWithContent(account.record.id, world);
  await beside.stop();
  letTimePass(world.at.file);
  const { url } = await world.start();
  world.deliverTo(url);
  return { step, answer: await sent, leftover, findings: await world.checkAll(url) };
}

test.each(Object.entries(mutations))(
  '%s leaves nothing if the account is purged during any step and the process is then killed',
  { timeout },
  async (_, mutation) => {
    const outcomes = withOccurrences(Object.keys(mutation.steps)).map((reached) =>
      limit(() => killInFlight(mutation, reached)),
    );
    const expected = Object.keys(mutation.steps).map((step) => ({
      ...{ step, answer: 'no answer' },
      ...{ leftover: [], findings: noFindings },
    }));
    expect(await Promise.all(outcomes)).toEqual(expected);
  },
);

async function continueInFlight(mutation: Mutation, { step }: StepOccurrence) {
  const world = await startAccountWorld();
  const accounts = await world.startAuth();
  let endAccount: (() => Promise<void>) | undefined;
  const onStep = async (reached: string) => {
    if (reached !== step) return;
    const end = endAccount;
    endAccount = undefined;
    await end?.();
  };
  const { url } = await world.start({}, { onStep });
  world.deliverTo(url);
  const { account, login, client, ids } = await populate(world, accounts, { url, mutation });
  endAccount = async () => {
    await accounts.deleteAccount(account, login);
    await waitUntil(() => expect(purgedIn(world)).toEqual([account.record.id]));
  };
  const answer = await mutation.send(client, ids[0] ?? '');
  return {
    step,
    isRejected: JSON.stringify(answer) === JSON.stringify(invalidToken),
    findings: await world.checkAll(url),
  };
}

/** States of the owner's operations that still hold the owner's texts or key. */
const operationsWithContent = (ownerId: string, { at }: AccountWorld) =>
  inDatabase(at.file, (database) =>
    database
      .prepare('SELECT state FROM operations WHERE owner_id = ? AND coalesce(content, idempotency_key) IS NOT NULL')
      .pluck()
      .all(ownerId),
  );

/** Accounts whose purge has ended. */
const purgedIn = ({ at }: AccountWorld) =>
  inDatabase(at.file, (database) =>
    database.prepare('SELECT user_id FROM tombstones WHERE NOT is_pending').pluck().all(),
  );

test.each(Object.entries(mutations))(
  '%s leaves nothing if the account is purged during any step',
  { timeout },
  async (_, mutation) => {
    const steps = withOccurrences(Object.keys(mutation.steps));
    const outcomes = steps.map((reached) => limit(() => continueInFlight(mutation, reached)));
    const committedAt = steps.findIndex(({ step }) =>
      /^after (store.update|operations.(finish|beginDeletion))/.test(step),
    );
    const expected = steps.map(({ step }, at) => ({ step, isRejected: at < committedAt, findings: noFindings }));
    expect(await Promise.all(outcomes)).toEqual(expected);
  },
);
