import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { startAccountWorld, timeout, until } from './account-world.ts';
import { noFindings } from './checker.ts';
import { clientOf, jpg, png } from './client.ts';
import { counted, expectDeath, type Reached } from './deaths.ts';
import type { Doomed } from './killable.ts';
import { startResourcesProcess } from './processes.ts';
import type { Step } from './steps.ts';
import { inDatabase, letTimePass, patient, storeForeign } from './world.ts';

/** Its reconciler looks when it starts and when an account is purged, and takes away two rows at once, and two keys. */
const doomedTiming = { ...patient, reconcileEveryMs: 3_600_000, purgedAtOnce: 2 };
/** For a create, and for a replacement. */
const waitAt: Step[] = ['after operations.beginCreate', 'after imageClient.replace'];

/** What is called from the first event on: a session has ended, and an account that has two resources, each with a key. */
const calls = {
  events: ['revocations.accept', 'revocations.accept'],
  purge: Array.from({ length: 4 }, () => 'revocations.purgeSome'),
  images: ['operations.claim', ...[png, jpg].flatMap(() => ['imageClient.delete', 'operations.end'])],
  create: ['imageClient.create', 'operations.reserve', 'imageClient.replace', 'operations.finishCreate'],
  undo: ['operations.discard', 'imageClient.delete', 'operations.end'],
  replacement: ['operations.finishReplacement'],
  look: ['operations.countUnresolved', 'operations.deleteExpiredKeys'],
};
const atOnce = pLimit(4);
const refused = { status: 'fulfilled', value: { code: 'UNAUTHENTICATED', reason: 'INVALID' } };

/**
 * Ada has two resources and two sessions. At resources that are about to die she creates a third and replaces an image;
 * while both are under way she ends a session, and then her account. Bob has a resource, and stays.
 */
async function startDoomed(doom: Doomed) {
  const world = await startAccountWorld();
  const doomed = startResourcesProcess({ ...world.at, ...doomedTiming, waitAt, ...doom });
  const [accounts, beside] = [await world.startAuth(), await world.start({ reconcileEveryMs: 3_600_000 })];
  world.told.foreign.push(
    await storeForeign(world.imageServiceUrl, png),
    await storeForeign(world.imageServiceUrl, jpg),
  );
  await world.signUp(accounts, beside.url, [png]);
  const { person, login, ids } = await world.signUp(accounts, beside.url, [png, jpg]);
  const other = await accounts.logIn(person);
  await beside.stop();
  const url = await doomed.url;
  const client = clientOf(url, login.session.accessToken, world.told);
  const underWay = Promise.allSettled([
    client.create({ picture: png, idempotencyKey: 'late' }),
    client.update({ id: ids[0] ?? '', picture: jpg }),
  ]);
  await until(() => expect(doomed.lines().filter((line) => line === 'waiting')).toHaveLength(2));
  world.deliverTo(url);
  await accounts.logOut(other);
  await accounts.deleteAccount(person, login);
  return { world, doomed, url, ada: person.told.id, underWay };
}

test('resources that are killed at any step between events and the last image of a purged account leave nothing of it', {
  timeout,
}, async () => {
  const { world, doomed, url, underWay } = await startDoomed({ isTellingSteps: true });
  expect(await world.checkAll(url)).toEqual(noFindings);
  expect(await underWay).toEqual([refused, refused]);
  const stepsNow = () => doomed.lines().filter((line) => /^(before|after) /.test(line));
  await until(() => expect(stepsNow().filter((step) => step === 'after operations.deleteExpiredKeys')).toHaveLength(2));
  const steps = stepsNow();
  const first = steps.indexOf('before revocations.accept');
  const expected = Object.values(calls)
    .flat()
    .flatMap((call) => [`before ${call}`, `after ${call}`]);
  // Both that wait have come to a step that they have told already.
  expect(steps.slice(first).toSorted()).toEqual([...expected, ...waitAt].toSorted());

  const deaths = counted(steps).slice(first);
  const outcomes = deaths.map((killAt) => atOnce(() => dieAndGoOn(killAt)));
  const buriedAt = steps.lastIndexOf('after revocations.accept') - first;
  expect(await Promise.all(outcomes)).toEqual(
    deaths.map((death, at) => ({ ...death, isBuried: at >= buriedAt, findings: noFindings })),
  );
});

async function dieAndGoOn(killAt: Reached) {
  const { world, doomed, ada } = await startDoomed({ killAt });
  await expectDeath(doomed, killAt.step);
  const { file } = world.at;
  const tombstones = inDatabase(file, (database) => database.prepare('SELECT user_id FROM tombstones').pluck().all());
  // What was under way beside the step may be at the image service, or on its way there.
  letTimePass(file, 1_000);
  const { url } = await world.start();
  world.deliverTo(url);
  return { ...killAt, isBuried: tombstones.includes(ada), findings: await world.checkAll(url) };
}
