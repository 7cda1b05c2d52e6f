import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openSqliteResourceStore } from '../../subgraphs/resources/storage/sqlite/resource-store.ts';
import { folderOfTest } from '../support/temporary-folder.ts';
import { check, noFindings } from './checker.ts';
import { pictures } from './client.ts';
import { noTold } from './client-ledger.ts';
import { type StandIn, startStandIn } from './fleet.ts';
import { type Fleets, startFleets } from './fleets.ts';
import { verificationPem } from './keys.ts';
import { startLoad } from './load.ts';
import { seeded } from './random.ts';
import { imageServiceToken } from './tokens.ts';
import { letTimePass, storeForeign } from './world.ts';

/** More of them by hand: FAULT_KILLS=2000 npm run test:faults -- random-kills, with FAULT_SEED for what was seen before. */
const kills = Number(process.env.FAULT_KILLS ?? 200);
const seed = Number(process.env.FAULT_SEED ?? Date.now() % 1_000_000);
const users = 20;
const killsPerStandInKill = 15;
/** Of the processes: how long a call may land after its process is gone. */
const settleMs = 1_000;
const timing = { settleMs, claimMs: 1_500, reconcileEveryMs: 200, purgedAtOnce: 2 };
const timeout = 60_000 + kills * 2_000;

test('processes that are killed at random moments leave nothing wrong behind', { timeout }, async () => {
  console.log(`seed ${seed}`);
  const folder = folderOfTest();
  const file = join(folder, 'resources.sqlite');
  // Its tables are made by one process: of two that make them at once one does not start.
  openSqliteResourceStore(file).close();
  const standIn = await startStandIn(join(folder, 'images'));
  const told = noTold();
  for (const picture of [...pictures, ...pictures]) told.foreign.push(await storeForeign(standIn.url, picture));
  const resources = { file, imageServiceUrl: standIn.url, publicKey: verificationPem, ...timing };

  const fleets = await startFleets({ resources, kills, seed });
  const load = startLoad({ users, urls: fleets.urls, told, random: seeded(seed + 10) });
  const killingStandIn = killNowAndThen(standIn, fleets);
  await fleets.over;
  await load.stop();
  const standInKills = await killingStandIn;
  const successes = load.successes();

  await setTimeout(settleMs);
  letTimePass(file);
  const last = await fleets.startLast();
  await load.learn(last);
  const imageService = { url: standIn.url, token: imageServiceToken };
  const accounts = { file: fleets.authFile, resourcesUrl: last.resources };
  const findings = await check({ file, imageService, told, accounts, settlesWithinMs: 30_000 });
  const { resources: killed, auth: authKilled } = fleets.killed();
  const { orphans, dangling, lost, remains, accepted, undelivered } = findings;
  const counts = `orphans ${orphans.length} / dangling ${dangling.length} / lost ${lost.length}`;
  console.log(`killed ${killed + authKilled + standInKills} (of auth ${authKilled}) / ${counts}`);
  console.log(`remains ${remains.length} / accepted ${accepted.length} / undelivered ${undelivered.length}`);
  const left = told.accounts.filter(({ deletion }) => deletion).length;
  const ended = told.accounts.flatMap(({ sessions }) => sessions).filter(({ end }) => end).length;
  console.log(`${successes} mutations succeeded meanwhile, ${load.unanswered()} got no answer`);
  console.log(`${left} accounts were deleted, ${ended} sessions ended`);
  expect({ ...findings, surprises: load.surprises }).toEqual({ ...noFindings, surprises: [] });
  expect(successes).toBeGreaterThan(kills);
  expect(Math.min(left, ended)).toBeGreaterThan(kills / 40);
});

async function killNowAndThen(standIn: StandIn, { killed }: Fleets): Promise<number> {
  let count = 0;
  while (killed().resources < kills) {
    await setTimeout(50);
    if (killed().resources < (count + 1) * killsPerStandInKill) continue;
    await standIn.killAndStart();
    count += 1;
  }
  return count;
}
