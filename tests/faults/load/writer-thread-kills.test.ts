import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { run } from '../../support/systems/spawned.ts';
import { noFindings } from '../checks/checker.ts';
import { clientOf, isResource, pictures } from '../clients/resource-client.ts';
import { tokenOf, verificationPem } from '../processes/keys.ts';
import { audience, eventAudience, imageServiceToken, issuer } from '../processes/settings.ts';
import { startWorld, storeForeign, type World } from '../world.ts';
import { type Random, seeded } from './random.ts';
import { createRandomAction, type PendingCreate } from './resource-actions.ts';

const rounds = 6;
const users = 8;
const longestRoundMs = 1_500;

/** A preloaded module that ends the process's threads on SIGUSR2, whatever they are doing, but not Node's own thread. */
const endThreads = `process.on('worker', (thread) => {
  if (thread.constructor.name !== 'InternalWorker') process.on('SIGUSR2', () => thread.terminate());
});`;

/** Starts resources as an operator does, with a writer thread that a signal ends. */
function startResources({ at, imageServiceUrl }: World) {
  const secret = (name: string, text: string) => {
    const path = join(dirname(at.file), name);
    writeFileSync(path, text);
    return path;
  };
  const process = run('subgraphs/resources/main.ts', {
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(endThreads)}`,
    ...{ RESOURCES_PORT: '0', RESOURCES_DATABASE_FILE: at.file },
    ...{ TOKEN_ISSUER: issuer, TOKEN_AUDIENCE: audience, EVENT_AUDIENCE: eventAudience },
    VERIFICATION_KEY_FILE: secret('keys.pem', verificationPem),
    IMAGE_SERVICE_TOKEN_FILE: secret('image-service-token', imageServiceToken),
    IMAGE_SERVICE_URL: `${imageServiceUrl}/images/api/v1`,
    ...{ IMAGE_SERVICE_TIMEOUT_MS: '1000', IMAGE_SERVICE_SETTLE_SECONDS: '1' },
  });
  onTestFinished(process.end);
  return process;
}

/** Sends mutations of one user, one after the other, until the process no longer answers. */
async function sendUntilGone(world: World, { url, name, random, records }: Sender): Promise<void> {
  const client = clientOf(url, tokenOf(name), world.ledger);
  const account = { username: name, password: '', record: { id: name, sessions: [] } };
  const act = createRandomAction(random, records);
  const resourceIds: string[] = [];
  for (let count = 0; ; count += 1) {
    const sent = act({ account, client, resourceIds, description: `${name} ${count}` });
    if (await sent.catch(() => 'gone')) return;
  }
}

interface Sender {
  url: string;
  name: string;
  random: Random;
  records: { unexpectedErrors: string[]; pendingCreates: PendingCreate[] };
}

const urlOf = async (process: ReturnType<typeof startResources>) => {
  const [, url = ''] = await process.find(/^(?=.*"listening").*"url":"(http:[^"]+)"/m);
  return url;
};

test('a process whose writer thread ends exits with 1, and nothing that it has acknowledged is lost', {
  timeout: 300_000,
}, async () => {
  const seed = Number(process.env.FAULT_SEED ?? Date.now() % 1_000_000);
  console.log(`seed ${seed}`);
  const random = seeded(seed);
  const world = await startWorld();
  for (const picture of pictures) world.ledger.foreign.push(await storeForeign(world.imageServiceUrl, picture));
  const records: Sender['records'] = { unexpectedErrors: [], pendingCreates: [] };

  for (let round = 0; round < rounds; round += 1) {
    const resources = startResources(world);
    const url = await urlOf(resources);
    const names = Array.from({ length: users }, (_, at) => `user ${round} ${at}`);
    const sending = names.map((name) => sendUntilGone(world, { url, name, random, records }));
    await setTimeout(random() * longestRoundMs);
    resources.signal('SIGUSR2');
    expect(await resources.exitCode).toBe(1);
    expect(resources.stdout() + resources.stderr()).toContain('The writer thread of a database has ended');
    await Promise.all(sending);
  }

  const url = await urlOf(startResources(world));
  for (const { account, input } of records.pendingCreates) {
    const client = clientOf(url, tokenOf(account.username), world.ledger);
    let created = await client.create(input);
    // The lease of a request that ended with its process lasts for some seconds more.
    while (!isResource(created) && created.reason === 'IN_PROGRESS') {
      await setTimeout(250);
      created = await client.create(input);
    }
    expect(isResource(created), JSON.stringify(created)).toBe(true);
  }
  expect(await world.check()).toEqual(noFindings);
  expect(records.unexpectedErrors).toEqual([]);
  const { successes, uncertain, deleted } = world.ledger;
  console.log(`threads ended ${rounds}; mutations: ${successes.length + deleted.length} confirmed`);
  console.log(`without success: ${uncertain.length} changes, ${records.pendingCreates.length} creates with a key`);
  expect(successes.length).toBeGreaterThan(rounds);
});
