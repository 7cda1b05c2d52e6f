import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openSqliteResourceStore } from '../../../subgraphs/resources/storage/sqlite/resource-store.ts';
import { folderOfTest } from '../../support/files.ts';
import { check, noFindings } from '../checks/checker.ts';
import { emptyLedger } from '../clients/ledger.ts';
import { pictures } from '../clients/resource-client.ts';
import { verificationPem } from '../processes/keys.ts';
import { imageServiceToken } from '../processes/settings.ts';
import { letTimePass, storeForeign } from '../world.ts';
import { type Fleets, type KillableImageService, startFleets, startKillableImageService } from './fleets.ts';
import { runForeignProcesses } from './foreign-processes.ts';
import { startLoad } from './load.ts';
import { seeded } from './random.ts';

/** FAULT_KILLS=2000 npm run test:faults -- random-kills kills more; FAULT_SEED repeats the choices of another run. */
const kills = Number(process.env.FAULT_KILLS ?? 200);
const seed = Number(process.env.FAULT_SEED ?? Date.now() % 1_000_000);
const users = 20;
const killsPerImageServiceKill = 15;
/** How long a call of a killed process may still land. */
const settleMs = 1_000;
const timing = { settleMs, claimMs: 1_500, reconcileEveryMs: 200, purgeBatchSize: 2 };
const timeout = 300_000 + kills * 4_000;

test('processes killed at random moments leave a consistent system', { timeout }, async () => {
  console.log(`seed ${seed}`);
  const folder = folderOfTest();
  const file = join(folder, 'resources.sqlite');
  // Migrates before the processes start: of two that migrate at the same time, one does not start.
  openSqliteResourceStore(file).close();
  const images = await startKillableImageService(join(folder, 'images'));
  const ledger = emptyLedger();
  for (const picture of [...pictures, ...pictures]) ledger.foreign.push(await storeForeign(images.url, picture));
  const resources = { file, imageServiceUrl: images.url, publicKey: verificationPem, ...timing };

  const fleets = await startFleets({ resources, kills, seed });
  const load = startLoad({ users, urls: fleets.urls, ledger, random: seeded(seed + 10) });
  const killingImageService = killRepeatedly(images, fleets);
  let isFinished = false;
  const files = [file, fleets.authFile];
  const foreign = runForeignProcesses({ files, isFinished: () => isFinished, random: seeded(seed + 20) });
  await fleets.finished;
  await load.stop();
  isFinished = true;
  const foreignActions = await foreign;
  const imageServiceKills = await killingImageService;
  const successes = load.successes();

  await setTimeout(settleMs);
  letTimePass(file);
  const last = await fleets.startLast();
  await load.resolvePendingCreates(last);
  const imageService = { url: images.url, token: imageServiceToken };
  const accounts = { file: fleets.authFile, resourcesUrl: last.resources };
  const findings = await check({ file, imageService, ledger, accounts, withinMs: 60_000 });
  const { resources: killed, auth: authKilled } = fleets.killed();
  const { orphans, dangling, lost, remains, accepted, undelivered } = findings;
  console.log(`killed: ${killed} resources, ${authKilled} auth, ${imageServiceKills} image service`);
  console.log(`other programs: ${JSON.stringify(foreignActions)}`);
  console.log(`orphans ${orphans.length}, dangling ${dangling.length}, lost ${lost.length}`);
  console.log(`remains ${remains.length}, accepted ${accepted.length}, undelivered ${undelivered.length}`);
  const deletedAccounts = ledger.accounts.filter(({ deletion }) => deletion).length;
  const endedSessions = ledger.accounts.flatMap(({ sessions }) => sessions).filter(({ end }) => end).length;
  console.log(`mutations: ${successes} confirmed, ${load.unanswered()} without an answer`);
  console.log(`accounts deleted ${deletedAccounts}, sessions ended ${endedSessions}`);
  const { unexpectedErrors } = load;
  expect({ ...findings, unexpectedErrors, failed: foreignActions.failed }).toEqual({
    ...{ ...noFindings, unexpectedErrors: [], failed: [] },
  });
  expect(successes).toBeGreaterThan(kills);
  expect(Math.min(deletedAccounts, endedSessions)).toBeGreaterThan(kills / 40);
});

async function killRepeatedly(images: KillableImageService, { killed }: Fleets): Promise<number> {
  let count = 0;
  while (killed().resources < kills) {
    await setTimeout(50);
    if (killed().resources < (count + 1) * killsPerImageServiceKill) continue;
    await images.restart();
    count += 1;
  }
  return count;
}
