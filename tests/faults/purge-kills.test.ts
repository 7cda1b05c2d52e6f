import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { startAccountWorld, timeout, waitUntil } from './account-world.ts';
import { noFindings } from './checks/checker.ts';
import { clientOf, jpg, png } from './clients/resource-client.ts';
import { expectKilledAt, printStepCount, type StepOccurrence, withOccurrences } from './kill-at-step.ts';
import { startResourcesProcess } from './processes/spawn.ts';
import type { Call, KillSettings, Step } from './processes/steps.ts';
import { inDatabase, letTimePass, longTimeouts, storeForeign } from './world.ts';

/** The reconciler runs at the start and after a purge, which deletes rows and keys in batches of two. */
const killableTiming = { ...longTimeouts, reconcileEveryMs: 3_600_000, purgeBatchSize: 2 };
/** A step of a create, and one of a replacement. */
const waitAt: Step[] = ['after operations.beginCreate', 'after imageClient.replace'];

/** Calls from the first event on: a session ended, and an account with two resources and two keys was deleted. */
const calls: Record<string, Call[]> = {
  events: ['revocations.accept', 'revocations.accept'],
  purge: Array.from({ length: 4 }, (): Call => 'revocations.purgeSome'),
  images: ['operations.claim', ...[png, jpg].flatMap((): Call[] => ['imageClient.delete', 'operations.end'])],
  create: ['imageClient.create', 'operations.reserve', 'imageClient.replace', 'operations.finishCreate'],
  undo: ['operations.discard', 'imageClient.delete', 'operations.end'],
  replacement: ['operations.finishReplacement'],
  look: ['operations.countUnresolved', 'operations.deleteExpiredKeys'],
};
const limit = pLimit(4);
const invalidToken = { status: 'fulfilled', value: { code: 'UNAUTHENTICATED', reason: 'INVALID' } };

/**
 * Ada has two resources and two sessions. At the killable process she creates a third resource and replaces an image;
 * while both are in flight she ends a session and then deletes her account. Bob has a resource, and stays.
 */
async function startKillable(killSettings: KillSettings) {
  const world = await startAccountWorld();
  const killable = startResourcesProcess({ ...world.at, ...killableTiming, waitAt, ...killSettings });
  const [accounts, beside] = [await world.startAuth(), await world.start({ reconcileEveryMs: 3_600_000 })];
  world.ledger.foreign.push(
    await storeForeign(world.imageServiceUrl, png),
    await storeForeign(world.imageServiceUrl, jpg),
  );
  await world.signUp(accounts, beside.url, [png]);
  const { account, login, ids } = await world.signUp(accounts, beside.url, [png, jpg]);
  const other = await accounts.logIn(account);
  await beside.stop();
  const url = await killable.url;
  const client = clientOf(url, login.session.accessToken, world.ledger);
  const inFlight = Promise.allSettled([
    client.create({ picture: png, idempotencyKey: 'late' }),
    client.update({ id: ids[0] ?? '', picture: jpg }),
  ]);
  await waitUntil(() => expect(killable.lines().filter((line) => line === 'waiting')).toHaveLength(2));
  world.deliverTo(url);
  await accounts.logOut(other);
  await accounts.deleteAccount(account, login);
  return { world, killable, url, adaId: account.record.id, inFlight };
}

test('a process killed at any step, from the first event to the last image of a purged account, leaves nothing of the account', {
  timeout,
}, async () => {
  const { world, killable, url, inFlight } = await startKillable({ printsSteps: true });
  expect(await world.checkAll(url)).toEqual(noFindings);
  expect(await inFlight).toEqual([invalidToken, invalidToken]);
  const printedSteps = () => killable.lines().filter((line) => /^(before|after) /.test(line));
  await waitUntil(() =>
    expect(printedSteps().filter((step) => step === 'after operations.deleteExpiredKeys')).toHaveLength(2),
  );
  const steps = printedSteps();
  const first = steps.indexOf('before revocations.accept');
  const expected = Object.values(calls)
    .flat()
    .flatMap((call) => [`before ${call}`, `after ${call}`]);
  // Both mutations wait at a step that they have printed already.
  expect(steps.slice(first).toSorted()).toEqual([...expected, ...waitAt].toSorted());

  const occurrences = withOccurrences(steps).slice(first);
  const outcomes = occurrences.map((killAt) => limit(() => killAndRestart(killAt)));
  const tombstoneAt = steps.lastIndexOf('after revocations.accept') - first;
  expect(await Promise.all(outcomes)).toEqual(
    occurrences.map((occurrence, at) => ({ ...occurrence, hasTombstone: at >= tombstoneAt, findings: noFindings })),
  );
  printStepCount(occurrences);
});

async function killAndRestart(killAt: StepOccurrence) {
  const { world, killable, adaId } = await startKillable({ killAt });
  await expectKilledAt(killable, killAt.step);
  const { file } = world.at;
  const tombstones = inDatabase(file, (database) => database.prepare('SELECT user_id FROM tombstones').pluck().all());
  // Calls that were in flight beside the step may still reach the image service.
  letTimePass(file, 1_000);
  const { url } = await world.start();
  world.deliverTo(url);
  return { ...killAt, hasTombstone: tombstones.includes(adaId), findings: await world.checkAll(url) };
}
