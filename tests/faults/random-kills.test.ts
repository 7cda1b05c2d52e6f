import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openSqliteResourceStore } from '../../subgraphs/resources/storage/sqlite.ts';
import { folderOfTest } from '../folder-of-test.ts';
import { check, noFindings, noTold } from './checker.ts';
import { pictures } from './client.ts';
import { type Fleet, type StandIn, startFleet, startStandIn } from './fleet.ts';
import { verificationPem } from './keys.ts';
import { startLoad } from './load.ts';
import { startResourcesProcess } from './processes.ts';
import { seeded } from './random.ts';
import { imageServiceToken } from './tokens.ts';
import { letTimePass, storeForeign } from './world.ts';

/** More of them by hand: FAULT_KILLS=2000 npm run test:faults -- random-kills, with FAULT_SEED for what was seen before. */
const kills = Number(process.env.FAULT_KILLS ?? 200);
const seed = Number(process.env.FAULT_SEED ?? Date.now() % 1_000_000);
const processes = 4;
const users = 20;
const killsPerStandInKill = 15;
/** Of the processes: how long a call may land after its process is gone. */
const settleMs = 1_000;
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
  const resources = {
    file,
    imageServiceUrl: standIn.url,
    publicKey: verificationPem,
    settleMs,
    claimMs: 1_500,
    reconcileEveryMs: 200,
  };

  const fleet = startFleet({ resources, size: processes, kills, random: seeded(seed) });
  const load = startLoad({ users, urls: fleet.urls, told, random: seeded(seed + 1) });
  const killingStandIn = killNowAndThen(standIn, fleet);
  await fleet.over;
  await load.stop();
  const standInKills = await killingStandIn;
  const successes = load.successes();

  await setTimeout(settleMs);
  letTimePass(file);
  await load.learn(await startResourcesProcess(resources).url);
  const imageService = { url: standIn.url, token: imageServiceToken };
  const findings = await check({ file, imageService, told, settlesWithinMs: 30_000 });
  const { orphans, dangling, lost } = findings;
  const counts = `orphans ${orphans.length} / dangling ${dangling.length} / lost ${lost.length}`;
  console.log(`killed ${fleet.killed() + standInKills} / ${counts}`);
  console.log(`${successes} mutations succeeded meanwhile, ${load.unanswered()} got no answer`);
  expect({ ...findings, surprises: load.surprises }).toEqual({ ...noFindings, surprises: [] });
  expect(successes).toBeGreaterThan(kills);
});

async function killNowAndThen(standIn: StandIn, { killed }: Fleet): Promise<number> {
  let count = 0;
  while (killed() < kills) {
    await setTimeout(50);
    if (killed() < (count + 1) * killsPerStandInKill) continue;
    await standIn.killAndStart();
    count += 1;
  }
  return count;
}
